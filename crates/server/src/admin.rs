//! `admin.sock`: commands of the machine's own people while the service runs, one line each way.
//!
//! The socket lies in the data folder and only its owner opens it. Who asks is told by the system,
//! and stands in the audit.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use domain::audit::Actor;
use domain::{CaseId, Hash, Timestamp};
use serde::{Deserialize, Serialize};
use storage::audit::Point;
use storage::staff::Standing;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::audit::{self, AuditKeys, Export, Filter, Report};
use crate::auth::Email;
use crate::departed;
use crate::state::{App, Shared};

const SOCKET_NAME: &str = "admin.sock";
/// Longest line, in bytes.
const MAX_LINE: u64 = 64 * 1024;

/// What can be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// Everybody who ever enrolled.
    List,
    /// Takes somebody's sign-in away.
    Disable {
        /// Whose.
        email: String,
    },
    /// Verifies the whole audit chain.
    AuditVerify {
        /// A point that was written down earlier.
        kept: Option<KeptPoint>,
    },
    /// A page of the audit's entries, oldest first.
    AuditExport {
        /// Entries with a higher number.
        after: u64,
        /// Only what was done to this case.
        case: Option<protocol::Id>,
        /// Only from this moment on, ms since 1970.
        from: Option<i64>,
        /// Only before this moment, ms since 1970.
        to: Option<i64>,
    },
}

/// A point of the audit chain that was written down elsewhere.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeptPoint {
    /// Number of the entry.
    pub n: u64,
    /// `a_n`.
    pub a: protocol::Hash,
}

/// What is answered.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// To `list`.
    Staff {
        /// In the order in which they enrolled.
        people: Vec<Person>,
    },
    /// It was done.
    Done,
    /// To `audit_verify`.
    Verified(Report),
    /// To `audit_export`.
    Exported(Export),
    /// It was not done.
    Refused {
        /// Why, in a plain sentence.
        why: String,
    },
}

/// One line of the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    /// The name that colleagues read.
    pub name: String,
    /// What they may do.
    pub roles: Vec<protocol::Role>,
    /// `waiting`, `member`, `former` or `disabled`.
    pub state: String,
}

/// Does what is asked, for somebody at the command line.
pub async fn answer(app: &App, request: Request, by: Actor) -> Answer {
    let answered = match request {
        Request::List => list(app).await,
        Request::Disable { email } => disable(app, &email, by).await,
        Request::AuditVerify { kept } => audit_verify(app, kept).await,
        Request::AuditExport { after, case, from, to } => {
            let filter = Filter {
                case: case.map(|case| CaseId::new(case.0)),
                from: from.map(Timestamp),
                to: to.map(Timestamp),
                ..Filter::default()
            };
            let page = audit::export(&app.store, &filter, after).await;
            page.map(Answer::Exported).map_err(Into::into)
        }
    };
    answered.unwrap_or_else(|error| Answer::Refused { why: format!("{error:#}") })
}

async fn list(app: &App) -> anyhow::Result<Answer> {
    let people = app.store.staff.list().await?.into_iter().map(|member| Person {
        roles: crate::org_wire::roles(member.roles),
        state: match member.standing {
            _ if member.disabled => "disabled",
            Standing::Waiting => "waiting",
            Standing::Member => "member",
            Standing::Former => "former",
        }
        .to_owned(),
        name: member.display_name,
    });
    Ok(Answer::Staff { people: people.collect() })
}

async fn disable(app: &App, email: &str, by: Actor) -> anyhow::Result<Answer> {
    let email = Email::read(email, &app.auth.opaque).context("this is no e-mail address")?;
    let person = app.store.staff.credentials(email.tag()).await?;
    let person = person.context("nobody signs in with this e-mail address")?;
    departed::disable(app, person.staff, by).await?;
    Ok(Answer::Done)
}

async fn audit_verify(app: &App, kept: Option<KeptPoint>) -> anyhow::Result<Answer> {
    let kept = kept.map(|KeptPoint { n, a }| Point { n, a: Hash::new(a.0) });
    let report = audit::verify(&app.store, &AuditKeys::of(&app.secrets), kept).await?;
    Ok(Answer::Verified(report))
}

/// Listens until the service stops. The data folder's lock is held, so an old socket is nobody's.
///
/// # Errors
/// Says why the socket cannot be made.
pub fn listen(app: &Shared, data: &Path) -> anyhow::Result<()> {
    let path = socket(data);
    if path.exists() {
        std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
    }
    let listener = UnixListener::bind(&path).with_context(|| path.display().to_string())?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    let serving = app.clone();
    app.tasks.spawn(async move {
        let stopping = serving.stopping.clone();
        loop {
            let accepted = tokio::select! {
                () = stopping.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            let Ok((stream, _)) = accepted else { continue };
            // One after the other: these are a few commands of a few people.
            if let Err(error) = serve_one(&serving, stream).await {
                tracing::warn!(%error, "a command at the admin socket broke off");
            }
        }
        // A socket that stays behind is taken over by the next start.
        let _ = std::fs::remove_file(path);
    });
    Ok(())
}

async fn serve_one(app: &App, stream: UnixStream) -> anyhow::Result<()> {
    let by = Actor::Cli(user(stream.peer_cred()?.uid()));
    let (read, mut write) = stream.into_split();
    let line = tokio::time::timeout(std::time::Duration::from_secs(5), read_line(read)).await??;
    let answered = match serde_json::from_str(&line) {
        Ok(request) => answer(app, request, by).await,
        Err(_) => Answer::Refused { why: "this teduh does not know the command".to_owned() },
    };
    write.write_all(&serde_json::to_vec(&answered)?).await?;
    write.write_all(b"\n").await?;
    Ok(())
}

/// Asks the running service.
///
/// # Errors
/// Says that it does not answer.
pub async fn ask(data: &Path, request: &Request) -> anyhow::Result<Answer> {
    let path = socket(data);
    let stream = UnixStream::connect(&path)
        .await
        .with_context(|| format!("{}: the running teduh does not answer here", path.display()))?;
    let (read, mut write) = stream.into_split();
    write.write_all(&serde_json::to_vec(request)?).await?;
    write.write_all(b"\n").await?;
    Ok(serde_json::from_str(&read_line(read).await?)?)
}

async fn read_line(read: impl tokio::io::AsyncRead + Unpin) -> anyhow::Result<String> {
    let mut line = String::new();
    BufReader::new(read.take(MAX_LINE)).read_line(&mut line).await?;
    if line.ends_with('\n') { Ok(line) } else { bail!("a line without an end") }
}

fn socket(data: &Path) -> PathBuf {
    data.join(SOCKET_NAME)
}

/// The account's name, or its number where the machine has no name for it.
pub fn user(uid: u32) -> String {
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id.parse() == Ok(uid)).then(|| name.to_owned())
    });
    name.unwrap_or_else(|| format!("uid {uid}"))
}

/// The account that runs this process.
pub fn own_user() -> String {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").map_or_else(|_| "unknown".to_owned(), |own| user(own.uid()))
}
