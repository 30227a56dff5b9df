//! A filter over the chain, newest first, that looks at so many entries and no more.

use crypto::audit::Written;
use domain::{CaseId, StaffId, Timestamp};
use storage::audit::RawLink;
use storage::{Result, Store};

/// Entries that one search looks at.
const LOOKED_AT: u32 = 2048;
/// Entries that one search finds.
const FOUND: usize = 50;

/// Which entries are asked for. What is none does not matter.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    /// These events; an empty list is all.
    pub(crate) events: Vec<String>,
    /// What this member of staff did, or what was done to them.
    pub(crate) staff: Option<StaffId>,
    /// What was done to this case.
    pub(crate) case: Option<CaseId>,
    /// From this moment on.
    pub(crate) from: Option<Timestamp>,
    /// Before this moment.
    pub(crate) to: Option<Timestamp>,
}

impl Filter {
    /// Whether an entry is asked for. One that cannot be read always is: nothing hides by being
    /// damaged.
    pub(crate) fn fits(&self, entry: &[u8]) -> bool {
        let Some(entry) = Written::read(entry) else { return true };
        let by = || (entry.kind == "staff").then_some(entry.actor);
        let concerns = |staff: &StaffId| {
            by() == Some(&staff.as_bytes()[..]) || entry.staff == Some(*staff.as_bytes())
        };
        (self.events.is_empty() || self.events.iter().any(|event| event == entry.event))
            && self.staff.as_ref().is_none_or(concerns)
            && self.case.is_none_or(|case| entry.case == Some(*case.as_bytes()))
            && self.from.is_none_or(|from| entry.at >= from.0)
            && self.to.is_none_or(|to| entry.at < to.0)
    }
}

/// What a search found.
#[derive(Debug)]
pub(crate) struct Found {
    /// The entries, newest first.
    pub(crate) links: Vec<RawLink>,
    /// The lowest number that was looked at; 1 when there is no more.
    pub(crate) reached: u64,
}

/// Searches downwards from a number, which is not looked at itself.
pub(crate) async fn search(store: &Store, filter: &Filter, before: u64) -> Result<Found> {
    let lines = store.audit.raw_before(before, LOOKED_AT).await?;
    // Fewer than asked for: the chain's beginning was reached.
    let is_all = lines.len() < LOOKED_AT as usize;
    let mut found = Found { links: Vec::new(), reached: before };
    for line in lines {
        if found.links.len() == FOUND {
            return Ok(found);
        }
        found.reached = line.n;
        if filter.fits(&line.entry) {
            found.links.push(line);
        }
    }
    if is_all {
        found.reached = 1;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: Written<'_> = Written {
        at: 1000,
        kind: "staff",
        actor: &[7; 16],
        event: "case_claimed",
        case: Some([1; 16]),
        staff: Some([8; 16]),
        detail: None,
    };

    #[test]
    fn each_part_of_a_filter_keeps_the_others_out() {
        let fits = |filter: Filter| filter.fits(&ENTRY.write());
        let staff = |byte| Filter { staff: Some(StaffId::new([byte; 16])), ..Filter::default() };
        let case = |byte| Filter { case: Some(CaseId::new([byte; 16])), ..Filter::default() };
        let event = |code: &str| Filter { events: vec![code.to_owned()], ..Filter::default() };
        let time = |from, to| Filter {
            from: Some(Timestamp(from)),
            to: Some(Timestamp(to)),
            ..Filter::default()
        };
        assert!(fits(Filter::default()));
        assert!(fits(staff(7)) && fits(staff(8)) && !fits(staff(9)));
        assert!(fits(case(1)) && !fits(case(2)));
        assert!(fits(event("case_claimed")) && !fits(event("case_given_back")));
        assert!(fits(time(1000, 1001)) && !fits(time(1001, 2000)) && !fits(time(0, 1000)));
        assert!(case(2).fits(b"no entry of ours"), "what is damaged is not hidden");
        let by_account = Written { kind: "cli", staff: None, ..ENTRY }.write();
        assert!(!staff(7).fits(&by_account), "an account's name is no id");
    }
}
