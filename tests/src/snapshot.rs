//! An organisation made by the real steps, once for each build, and copied for each story.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::UNIX_EPOCH;

use actors::{Browser, Credentials, Enrolling, StaffMember};
use anyhow::{Context, Result, ensure};
use crypto::ceremony::RootSeed;
use crypto::code::CodeParams;
use crypto::enrol::Invite;
use crypto::statement::{OrgKeys, Statement};
use crypto::{PublicKey, Secret};
use protocol::{Blob, Kid, OrgKeysPut, Role};
use serde::{Deserialize, Serialize};

use crate::house::{DATABASE, KEYSTORE};
use crate::{Engine, Postgres, Service};

/// Who belongs to the organisation of the stories.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct People {
    /// The root that the page carries.
    #[serde(with = "crypto::base64url::array")]
    pub root: PublicKey,
    /// Keeps the staff list.
    pub admin: Credentials,
    /// Two counselors.
    pub counselors: Vec<Credentials>,
    /// Two supervisors.
    pub supervisors: Vec<Credentials>,
}

/// A stopped organisation on disk.
pub(crate) struct Snapshot(PathBuf);

impl Snapshot {
    /// The snapshot of this build and engine; the first who asks makes it.
    pub(crate) async fn of(engine: Engine) -> Result<Self> {
        let binary = crate::service::binary()?;
        // Another binary may store otherwise, other stories may begin otherwise.
        let stamp = format!("{}-{}", built(&binary)?, built(&std::env::current_exe()?)?);
        let all = binary.with_file_name("story-snapshots");
        std::fs::create_dir_all(&all)?;
        let own = all.join(format!("{}-{stamp}", engine.name()));
        let lock = File::create(all.join(format!("{}.lock", engine.name())))?;
        lock.lock()?;
        if !own.join("people.json").exists() {
            remove_older(&all, engine)?;
            make(engine, &own).await?;
        }
        Ok(Self(own))
    }

    /// The people.
    pub(crate) fn people(&self) -> Result<People> {
        Ok(serde_json::from_slice(&std::fs::read(self.0.join("people.json"))?)?)
    }

    /// Copies the data folder to a place that does not exist yet.
    pub(crate) fn copy_data(&self, to: &Path) -> Result<()> {
        copy(&self.0.join("data"), to)
    }

    /// The stopped server's folder.
    pub(crate) fn postgres(&self) -> PathBuf {
        self.0.join("postgres")
    }
}

/// When a file was built, and how long it is.
fn built(file: &Path) -> Result<String> {
    let built = std::fs::metadata(file)?;
    let at = built.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
    Ok(format!("{at:x}-{:x}", built.len()))
}

fn remove_older(all: &Path, engine: Engine) -> Result<()> {
    for entry in std::fs::read_dir(all)? {
        let path = entry?.path();
        let ours = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(&format!("{}-", engine.name())));
        if ours {
            std::fs::remove_dir_all(path)?;
        }
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let done = Command::new("cp").arg("-a").arg(from).arg(to).status()?;
    ensure!(done.success(), "cp {} {}", from.display(), to.display());
    Ok(())
}

async fn make(engine: Engine, own: &Path) -> Result<()> {
    let work = tempfile::tempdir()?;
    let data = work.path().join("data");
    let mut postgres = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(Postgres::start()?),
    };
    if let Some(postgres) = &postgres {
        postgres.create(DATABASE)?;
        postgres.create(KEYSTORE)?;
    }
    let env = crate::house::settings(postgres.as_ref(), &[]);
    let printed = Service::init(&data, &env)?;
    let mut service = Service::start(&data, env).await?;
    let people = organise(&service.browser(), &bootstrap_invite(&printed)?).await?;
    service.ask_to_stop()?;
    service.ended().await?;
    std::fs::create_dir_all(own)?;
    copy(&data, &own.join("data"))?;
    if let Some(postgres) = &mut postgres {
        postgres.stop()?;
        copy(&postgres.data(), &own.join("postgres"))?;
    }
    // Last, because it says that all the rest is there.
    std::fs::write(own.join("people.json"), serde_json::to_vec(&people)?)?;
    Ok(())
}

/// The invite is the one word of 26 characters that `init` prints.
fn bootstrap_invite(printed: &str) -> Result<String> {
    let mut words = printed.split(|c: char| !c.is_ascii_alphanumeric());
    let invite = words.find(|word| word.len() == 26 && Invite::parse(word).is_ok());
    Ok(invite.with_context(|| format!("init printed no invite: {printed}"))?.to_owned())
}

/// `crypto.md` 7.0: first admin, ceremony, roster 1, supervisor with both groups, roster 2.
async fn organise(browser: &Browser, bootstrap: &str) -> Result<People> {
    let first = person(bootstrap, "admin@rumah-aman.example", "Ratna", None);
    let admin = StaffMember::enrol(browser, first).await?;
    let mut admin = StaffMember::sign_in(browser, admin).await?;
    let file = ceremony(&admin)?;
    let root = file.root_pk.0;
    admin.load_orgkeys(&file).await?;
    admin.sign_roster().await?;

    let invite = admin.invite(&[Role::Supervisor]).await?;
    let her = person(&invite, "supervisor@rumah-aman.example", "Sari", Some(root));
    let supervisor = StaffMember::enrol(browser, her).await?;
    let mut supervisor = StaffMember::sign_in(browser, supervisor).await?;
    supervisor.settle().await?;

    let invite = admin.invite(&[Role::Supervisor]).await?;
    let second = person(&invite, "mira@rumah-aman.example", "Mira", Some(root));
    let second = StaffMember::enrol(browser, second).await?;
    let mut counselors = Vec::new();
    for (email, name) in [("dewi@rumah-aman.example", "Dewi"), ("budi@rumah-aman.example", "Budi")]
    {
        let invite = admin.invite(&[Role::Counselor]).await?;
        counselors
            .push(StaffMember::enrol(browser, person(&invite, email, name, Some(root))).await?);
    }
    admin.sign_roster().await?;
    // Now the others are in the roster, and a holder boxes the halves for them.
    supervisor.settle().await?;
    Ok(People {
        root,
        admin: admin.credentials().clone(),
        counselors,
        supervisors: vec![supervisor.credentials().clone(), second],
    })
}

fn person<'a>(
    invite: &'a str,
    email: &'a str,
    name: &'a str,
    root: Option<PublicKey>,
) -> Enrolling<'a> {
    Enrolling { invite, email, passphrase: "empat kata yang panjang", name, root }
}

/// The ceremony as it is done offline.
fn ceremony(admin: &StaffMember) -> Result<OrgKeysPut> {
    let request = admin.ceremony_request()?;
    let random = actors::Random::system();
    let seed = RootSeed::new(Secret::new(random.bytes()?));
    let root = seed.root_key(&request.org_id);
    let orgkeys = OrgKeys {
        org_id: request.org_id,
        version: 1,
        roster_keys: vec![request.roster_pk],
        code_params: vec![CodeParams::FIRST],
        org_salt: random.bytes()?,
        recovery_pk: seed.recovery_key(&request.org_id).public(),
        opaque_pk: request.opaque_pk,
        former: Vec::new(),
    };
    let signed = Statement::sign(&root, &orgkeys)?;
    Ok(OrgKeysPut {
        root_pk: protocol::PublicKey(root.public()),
        orgkeys: protocol::Statement {
            p: Blob(signed.payload),
            kid: Kid(signed.kid),
            sig: Blob(signed.sig.to_vec()),
        },
    })
}
