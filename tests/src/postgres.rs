//! An ephemeral PostgreSQL 15: own folder, own socket, no port.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

const BIN: &str = "/usr/lib/postgresql/15/bin";
const DATABASE: &str = "postgres";
const KEYSTORE: &str = "keystore";

/// A running server; it stops and its folder goes with the value.
#[derive(Debug)]
pub struct Postgres {
    process: Child,
    folder: TempDir,
}

impl Postgres {
    /// Starts a server on a fresh folder, or on a copy of the folder of a stopped one.
    pub fn start(copy_of: Option<&Path>) -> Result<Self> {
        ensure!(Path::new(BIN).join("postgres").exists(), "PostgreSQL 15 is missing: {BIN}");
        let folder = tempfile::Builder::new().prefix("teduh-pg-").tempdir()?;
        let data = folder.path().join("data");
        if let Some(stopped) = copy_of {
            run(Command::new("cp").arg("-a").arg(stopped).arg(&data))?;
        } else {
            own(folder.path())?;
            run(as_postgres("initdb")
                .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "-D"])
                .arg(&data))?;
        }
        own(folder.path())?;
        let mut process = as_postgres("postgres")
            .arg("-D")
            .arg(&data)
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60"])
            .arg("-k")
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("log"))?)
            .spawn()
            .context("PostgreSQL does not start")?;
        let ready = wait_until_ready(folder.path()).and_then(|()| match copy_of {
            Some(_) => Ok(()),
            None => run(as_postgres("createdb").arg("-h").arg(folder.path()).arg(KEYSTORE)),
        });
        if let Err(why) = ready {
            process.kill()?;
            let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            bail!("{why:#}\n{log}");
        }
        Ok(Self { process, folder })
    }

    /// The address of the service's database.
    pub fn url(&self) -> String {
        self.address(DATABASE)
    }

    /// The address of the shred keys' database.
    pub fn keystore_url(&self) -> String {
        self.address(KEYSTORE)
    }

    fn address(&self, database: &str) -> String {
        let socket = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }

    /// The data folder, to be copied or searched.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Stops, so that the folder can be copied.
    pub fn stop(&mut self) -> Result<()> {
        signal(&self.process, "INT")?;
        self.process.wait()?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // At once, and without leaving its shared memory behind.
        if signal(&self.process, "QUIT").is_ok() {
            drop(self.process.wait());
        }
    }
}

/// Answers as soon as the server takes connections: psql is asked again and again until then.
fn wait_until_ready(socket: &Path) -> Result<()> {
    run(Command::new("timeout")
        .arg("60")
        .arg("sh")
        .arg("-c")
        .arg(format!("until {BIN}/pg_isready -q -h {}; do :; done", socket.display())))
    .context("PostgreSQL did not get ready")
}

fn as_postgres(program: &str) -> Command {
    let program = format!("{BIN}/{program}");
    if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

fn own(folder: &Path) -> Result<()> {
    if is_root() {
        run(Command::new("chown").args(["-R", "postgres:"]).arg(folder))
    } else {
        Ok(())
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

/// Sends a signal to a child of ours.
pub(crate) fn signal(process: &Child, name: &str) -> Result<()> {
    run(Command::new("kill").arg(format!("-{name}")).arg(process.id().to_string()))
}

fn run(command: &mut Command) -> Result<()> {
    let done = command.stdout(Stdio::null()).output().with_context(|| format!("{command:?}"))?;
    ensure!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    Ok(())
}
