//! The real binary on a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actors::Browser;
use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Far longer than anything takes, and shorter than a token is good: only a fault runs into it.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits for what must happen by itself, and fails where it does not.
pub async fn patiently<T>(what: impl Future<Output = Result<T>>) -> Result<T> {
    timeout(PATIENCE, what).await.context("it does not happen")?
}

/// A running service; it is killed with the value.
#[derive(Debug)]
pub struct Service {
    data: PathBuf,
    env: Vec<(String, String)>,
    process: Child,
    address: String,
    log: Arc<Mutex<String>>,
}

impl Service {
    /// Makes a data folder; gives what `init` printed.
    pub fn init(data: &Path, env: &[(String, String)]) -> Result<String> {
        let made = Command::new(binary()?)
            .args(["init", "--org-name", "Rumah Aman", "--data"])
            .arg(data)
            .env_clear()
            .envs(env.iter().cloned())
            .output()?;
        ensure!(made.status.success(), "init: {}", String::from_utf8_lossy(&made.stderr));
        Ok(String::from_utf8_lossy(&made.stdout).into_owned())
    }

    /// Starts on a folder that exists. `env` holds the settings of this story.
    pub async fn start(data: &Path, env: Vec<(String, String)>) -> Result<Self> {
        let log = Arc::default();
        let (process, address) = spawn(data, &env, "127.0.0.1:0", &log).await?;
        Ok(Self { data: data.to_owned(), env, process, address, log })
    }

    /// A browser that knows nothing but the address.
    pub fn browser(&self) -> Browser {
        Browser::new(&format!("http://{}", self.address))
    }

    /// The process, while it runs.
    pub fn pid(&self) -> Result<u32> {
        self.process.id().context("it has ended already")
    }

    /// Where it listens, `host:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Everything that it logged, of earlier runs too.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// `kill -9`.
    pub async fn kill(&mut self) -> Result<()> {
        self.process.kill().await.context("kill")
    }

    /// Starts again on the same folder and address.
    pub async fn restart(&mut self) -> Result<()> {
        let (process, address) = spawn(&self.data, &self.env, &self.address, &self.log).await?;
        (self.process, self.address) = (process, address);
        Ok(())
    }

    /// Runs another of the binary's commands on the same folder; gives what it printed.
    pub fn run(&self, command: &[&str]) -> Result<String> {
        let done = self.output(command)?;
        ensure!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// The same for a command that must end with exit code 1; gives what it complained about.
    pub fn run_in_vain(&self, command: &[&str]) -> Result<String> {
        let done = self.output(command)?;
        ensure!(done.status.code() == Some(1), "{command:?} ended with {}", done.status);
        Ok(String::from_utf8_lossy(&done.stderr).into_owned())
    }

    fn output(&self, command: &[&str]) -> Result<std::process::Output> {
        let mut run = Command::new(binary()?);
        run.args(command).arg("--data").arg(&self.data);
        Ok(run.env_clear().envs(self.env.iter().cloned()).output()?)
    }

    /// Asks it to stop.
    pub fn ask_to_stop(&self) -> Result<()> {
        let done = Command::new("kill").arg("-TERM").arg(self.pid()?.to_string()).status()?;
        ensure!(done.success(), "kill -TERM");
        Ok(())
    }

    /// Waits until it has ended.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        Ok(timeout(PATIENCE, self.process.wait()).await.context("it does not end")??)
    }
}

/// The binary under test: `TEDUH`, or the one beside this program, or a folder up where this is a
/// test. The workspace's test run builds it.
pub(crate) fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("TEDUH") {
        return Ok(path.into());
    }
    let own = std::env::current_exe()?;
    let mut built = own.ancestors().skip(1).take(2).map(|folder| folder.join("teduh"));
    built.find(|path| path.exists()).context("teduh is missing: cargo build --bin teduh")
}

async fn spawn(
    data: &Path,
    env: &[(String, String)],
    listen: &str,
    log: &Arc<Mutex<String>>,
) -> Result<(Child, String)> {
    let mut process = tokio::process::Command::new(binary()?)
        .args(["serve", "--listen", listen, "--data"])
        .arg(data)
        .env_clear()
        .envs(env.iter().cloned())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    let mut lines = BufReader::new(process.stderr.take().context("no log")?).lines();
    let (told, tells) = oneshot::channel();
    let log = Arc::clone(log);
    let kept = Arc::clone(&log);
    #[expect(clippy::disallowed_methods, reason = "ends with the process whose log it reads")]
    tokio::spawn(async move {
        let mut told = Some(told);
        while let Ok(Some(line)) = lines.next_line().await {
            let address = line
                .split_once("\"url\":\"http://")
                .and_then(|(_, url)| url.split(['/', '"']).next().map(str::to_owned));
            let mut log = kept.lock().unwrap_or_else(PoisonError::into_inner);
            log.push_str(&line);
            log.push('\n');
            if let Some((address, told)) = address.and_then(|a| Some((a, told.take()?))) {
                drop(told.send(address));
            }
        }
    });
    if let Ok(Ok(address)) = timeout(PATIENCE, tells).await {
        return Ok((process, address));
    }
    let log = log.lock().unwrap_or_else(PoisonError::into_inner).clone();
    bail!("the service did not start:\n{log}")
}
