//! What Linux says of a process.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Linux counts in hundredths of a second, whatever the machine (`USER_HZ`).
const TICK: Duration = Duration::from_millis(10);

/// CPU time of a process and of its children, those that have ended included.
pub(crate) fn cpu(pid: u32) -> Result<Duration> {
    let own = Stat::of(pid)?;
    let mut ticks = own.ticks + own.reaped;
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(other) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
        // One that has ended since is among the reaped of the next look.
        if let Ok(stat) = Stat::of(other)
            && stat.parent == pid
        {
            ticks += stat.ticks;
        }
    }
    Ok(TICK * ticks)
}

/// Memory of a process that is in RAM, in bytes.
pub(crate) fn resident(pid: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024)
}

/// How many files this process may have open.
pub(crate) fn open_files() -> Result<u32> {
    let limits = fs::read_to_string("/proc/self/limits")?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let soft = line.and_then(|line| line.split_whitespace().next()).context("no limit")?;
    Ok(soft.parse().unwrap_or(u32::MAX))
}

/// Some fields of `/proc/PID/stat`.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    ticks: u32,
    reaped: u32,
}

impl Stat {
    fn of(pid: u32) -> Result<Self> {
        let line = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        Self::parse(&line).with_context(|| format!("/proc/{pid}/stat"))
    }

    fn parse(line: &str) -> Option<Self> {
        // The second field is a name in parentheses, in which anything may stand.
        let (_, rest) = line.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |index: usize| fields.get(index)?.parse::<u32>().ok();
        Some(Self {
            parent: number(1)?,
            ticks: number(11)? + number(12)?,
            reaped: number(13)? + number(14)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_spaces_and_parentheses_moves_no_field() {
        let line = "7 (a b) c) S 3 7 7 0 -1 4194560 1 2 3 4 50 6 7 8 20 0 1 0 99";
        assert_eq!(Stat::parse(line), Some(Stat { parent: 3, ticks: 56, reaped: 15 }));
    }
}
