//! An ephemeral PostgreSQL: its own folder and port, stopped and removed when dropped.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::{Context, bail};
use tempfile::TempDir;

/// A running server of version 15.
pub struct Postgres {
    folder: TempDir,
    port: u16,
    databases: AtomicU32,
}

impl Postgres {
    /// Makes and starts a server.
    ///
    /// # Errors
    /// When PostgreSQL 15 is not installed or does not start: a failure, never a skip.
    pub fn start() -> anyhow::Result<Self> {
        let folder = tempfile::Builder::new().prefix("teduh-postgres-").tempdir()?;
        let data = folder.path().join("data");
        // PostgreSQL refuses root: the folder is its own user's.
        if is_root()? {
            run(Command::new("chown").arg("postgres").arg(folder.path()))?;
        }
        run(as_postgres("initdb")?
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-sync", "-D"])
            .arg(&data))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        // Nothing here outlives the test, so nothing needs to reach the disk.
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
             -c max_connections=200 -c fsync=off -c full_page_writes=off"
        );
        let server = Self { folder, port, databases: AtomicU32::new(0) };
        run(as_postgres("pg_ctl")?
            .args(["start", "--wait", "--silent", "-o", &options, "-D"])
            .arg(&data)
            .arg("-l")
            .arg(server.folder.path().join("log")))?;
        Ok(server)
    }

    /// Makes an empty database; gives its address.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn database(&self) -> anyhow::Result<String> {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let port = self.port.to_string();
        run(Command::new(bin("createdb")?).args([
            "--host=127.0.0.1",
            "--username=postgres",
            "--port",
            &port,
            &name,
        ]))?;
        Ok(format!("postgres://postgres@127.0.0.1:{port}/{name}"))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        let stopped = as_postgres("pg_ctl")
            .and_then(|mut stop| run(stop.args(["stop", "--mode=immediate", "-D"]).arg(data)));
        drop(stopped);
    }
}

fn is_root() -> anyhow::Result<bool> {
    let id = Command::new("id").arg("-u").output().context("id -u")?;
    Ok(id.stdout.trim_ascii() == b"0")
}

/// A tool of the server, as a user that it accepts.
fn as_postgres(tool: &str) -> anyhow::Result<Command> {
    let path = bin(tool)?;
    if !is_root()? {
        return Ok(Command::new(path));
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(path);
    command.current_dir("/");
    Ok(command)
}

fn bin(tool: &str) -> anyhow::Result<PathBuf> {
    let path = Path::new("/usr/lib/postgresql/15/bin").join(tool);
    if !path.exists() {
        bail!("{} is missing: apt-get install postgresql-15", path.display());
    }
    Ok(path)
}

fn run(command: &mut Command) -> anyhow::Result<()> {
    let name = format!("{command:?}");
    let output = command.output().with_context(|| name.clone())?;
    if !output.status.success() {
        bail!("{name}: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}
