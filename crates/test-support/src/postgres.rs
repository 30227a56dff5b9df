//! An ephemeral PostgreSQL: its own folder and socket, no port; stopped and removed when dropped.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

const BIN: &str = "/usr/lib/postgresql/15/bin";

/// Whether what is committed reaches the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// No: nothing of a test outlives it, and nothing waits for the disk.
    Off,
    /// Yes, as for an operator.
    On,
}

impl Durability {
    const fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Off => &["-c", "fsync=off", "-c", "full_page_writes=off"],
            Self::On => &[],
        }
    }
}

/// A running server of version 15.
#[derive(Debug)]
pub struct Postgres {
    process: Child,
    folder: TempDir,
    databases: AtomicU32,
}

impl Postgres {
    /// Makes and starts a server.
    ///
    /// # Errors
    /// When PostgreSQL 15 is not installed or does not start: a failure, never a skip.
    pub fn start() -> Result<Self> {
        let folder = folder()?;
        own(folder.path())?;
        run(as_postgres("initdb")?
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "-D"])
            .arg(folder.path().join("data")))?;
        Self::serve(folder, Durability::Off)
    }

    /// Starts a server on a copy of the data folder of a stopped one.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn start_on(stopped: &Path, durability: Durability) -> Result<Self> {
        let folder = folder()?;
        run(Command::new("cp").arg("-a").arg(stopped).arg(folder.path().join("data")))?;
        own(folder.path())?;
        Self::serve(folder, durability)
    }

    fn serve(folder: TempDir, durability: Durability) -> Result<Self> {
        let log = File::create(folder.path().join("log"))?;
        let process = as_postgres("postgres")?
            .arg("-D")
            .arg(folder.path().join("data"))
            .arg("-k")
            .arg(folder.path())
            .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
            .args(durability.settings())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("PostgreSQL does not start")?;
        let server = Self { process, folder, databases: AtomicU32::new(0) };
        if let Err(why) = server.wait_until_ready() {
            let log = std::fs::read_to_string(server.folder.path().join("log")).unwrap_or_default();
            bail!("{why:#}\n{log}");
        }
        Ok(server)
    }

    /// Asks again and again until the server takes connections.
    fn wait_until_ready(&self) -> Result<()> {
        let ask = format!("until {BIN}/pg_isready -q -h {}; do :; done", self.socket());
        run(Command::new("timeout").args(["60", "sh", "-c", &ask]))
            .context("PostgreSQL did not get ready")
    }

    /// Makes an empty database; gives its address.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn database(&self) -> Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.create(&name)?;
        Ok(self.address(&name))
    }

    /// Makes an empty database of this name.
    ///
    /// # Errors
    /// When the server does not answer, or has it already.
    pub fn create(&self, name: &str) -> Result<()> {
        run(Command::new(bin("createdb")?)
            .args(["--username=postgres", "--host", &self.socket()])
            .arg(name))
    }

    /// The address of a database of this server.
    pub fn address(&self, name: &str) -> String {
        format!("postgres://postgres@{}/{name}", self.socket().replace('/', "%2F"))
    }

    /// The process whose children do the work.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// The data folder, to be copied or searched.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Stops, so that the data folder can be copied.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn stop(&mut self) -> Result<()> {
        self.signal("INT")?;
        self.process.wait()?;
        Ok(())
    }

    fn socket(&self) -> String {
        self.folder.path().display().to_string()
    }

    fn signal(&self, name: &str) -> Result<()> {
        run(Command::new("kill").arg(format!("-{name}")).arg(self.process.id().to_string()))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // At once, and without leaving its shared memory behind. One that was stopped is waited for
        // already, and its number may be somebody else's.
        if matches!(self.process.try_wait(), Ok(None)) && self.signal("QUIT").is_ok() {
            drop(self.process.wait());
        }
    }
}

fn folder() -> Result<TempDir> {
    Ok(tempfile::Builder::new().prefix("teduh-postgres-").tempdir()?)
}

fn is_root() -> Result<bool> {
    Ok(std::fs::metadata("/proc/self")?.uid() == 0)
}

/// PostgreSQL refuses root: the folder is its own user's.
fn own(folder: &Path) -> Result<()> {
    if is_root()? {
        run(Command::new("chown").args(["-R", "postgres:"]).arg(folder))
    } else {
        Ok(())
    }
}

/// A tool of the server, as a user that it accepts.
fn as_postgres(tool: &str) -> Result<Command> {
    let path = bin(tool)?;
    if !is_root()? {
        return Ok(Command::new(path));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(path);
    command.current_dir("/");
    Ok(command)
}

fn bin(tool: &str) -> Result<PathBuf> {
    let path = Path::new(BIN).join(tool);
    ensure!(path.exists(), "{} is missing: apt-get install postgresql-15", path.display());
    Ok(path)
}

fn run(command: &mut Command) -> Result<()> {
    let name = format!("{command:?}");
    let output = command.output().with_context(|| name.clone())?;
    ensure!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}
