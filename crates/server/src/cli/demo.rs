//! `teduh demo`: an organisation to try things out with, made by the real steps over HTTP.
//!
//! Everything that a real organisation keeps on paper and in authenticators lies in its folder,
//! so it is served on loopback only and says on every page what it is.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actors::{Browser, Credentials, Enrolling, StaffMember};
use anyhow::{Context, bail};
use crypto::Secret;
use crypto::ceremony::RootSeed;
use protocol::{ErrorCode, Role};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::people::{self, Person};
use super::{Plugin, Sample, init, say};
use crate::ceremony::{self, CeremonyRequest};
use crate::clock::{Clock, Random, System};
use crate::data_folder::DataFolder;
use crate::secrets::{self, Secrets};
use crate::service::Service;
use crate::settings::{self, NoticeBand, Settings};
use crate::{admin, api, web};

/// Makes a demo organisation if there is none, and serves it on this machine.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  teduh demo --data data/demo --listen 127.0.0.1:8080")]
pub(super) struct Args {
    /// The data folder
    #[arg(long, value_name = "DIR", default_value = Sample::FOLDER)]
    data: PathBuf,
    /// Address and port to serve on; loopback only
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Everybody in it; the first makes the others.
const CAST: [(Role, &str, &str, &str, &str); 4] = [
    (Role::Admin, "Admin", "Ratna", "ratna@teduh.example", "payung biru di teras"),
    (Role::Supervisor, "Supervisor", "Dewi", "dewi@teduh.example", "angin laut pagi tenang"),
    (Role::Counselor, "Counselor", "Sari", "sari@teduh.example", "kopi hangat hujan sore"),
    (Role::Counselor, "Counselor", "Budi", "budi@teduh.example", "jalan teduh pohon besar"),
];

impl Plugin for Sample {
    type Args = Args;
    const NAME: &'static str = "demo";
    const FOLDER: &'static str = "data/demo";

    fn run(args: Args) -> anyhow::Result<()> {
        if !args.listen.ip().is_loopback() {
            bail!("{} can be reached from other machines; the demo never is", args.listen);
        }
        // Requests are not logged: whoever tries it out reads the lines below.
        tracing_subscriber::fmt()
            .json()
            .with_writer(std::io::stderr)
            .with_env_filter("warn,server::web::serve=info")
            .log_internal_errors(false)
            .init();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(serve(&args))
    }
}

async fn serve(args: &Args) -> anyhow::Result<()> {
    let known = people::read(&args.data)?;
    let is_new = known.is_none();
    let people = match known {
        Some(people) => people,
        None => make(&args.data).await?,
    };
    let folder = DataFolder::open(&args.data)?;
    let settings = Settings { listen: args.listen, ..Settings::read(folder.path())? };
    let service = open(folder.path(), settings).await?;
    if !is_new {
        let (base, stop) = listen(&service).await?;
        renew(&base, &people).await.context("the staff list was not renewed")?;
        stop.cancel();
    }
    admin::listen(&service.app, folder.path())?;
    tell(args, &people);
    web::serve(service, None).await
}

/// Makes the organisation beside its place and moves it there when it is whole.
async fn make(data: &Path) -> anyhow::Result<Vec<Person>> {
    if data.join(secrets::FILE_NAME).exists() {
        bail!("{} holds another service. Choose another folder with --data", data.display());
    }
    let making = data.with_extension("making");
    if making.exists() {
        std::fs::remove_dir_all(&making).with_context(|| making.display().to_string())?;
    }
    say("Making the demo organisation …");
    let folder = DataFolder::open(&making)?;
    let secrets = Secrets::draw()?;
    secrets.write_new(folder.path())?;
    std::fs::write(folder.path().join(settings::FILE_NAME), first_settings().to_toml())?;
    let settings = Settings::read(folder.path())?;
    let invite = init::bootstrap_invite(&folder, &settings, &secrets).await?;
    let service = open(folder.path(), settings).await?;
    let (base, stop) = listen(&service).await?;
    let people = organisation(&Browser::new(&base), &invite).await?;
    stop.cancel();
    service.close().await;
    people::write_new(folder.path(), &people)?;
    drop(folder);
    if data.exists() {
        std::fs::remove_dir(data).with_context(|| format!("{} is not empty", data.display()))?;
    }
    std::fs::rename(&making, data)?;
    Ok(people)
}

fn first_settings() -> Settings {
    let mut settings = Settings::default();
    "Teduh".clone_into(&mut settings.org.name);
    settings.notice_band = NoticeBand {
        id: "Ini hanya demo. Jangan menulis hal yang nyata; tidak ada yang menjawab.".to_owned(),
        en: "This is only a demo. Do not write anything real; nobody answers.".to_owned(),
    };
    settings
}

async fn open(data: &Path, settings: Settings) -> anyhow::Result<Service> {
    let secrets = Secrets::read(data)?;
    let (clock, random) = (Arc::new(System), Arc::new(System));
    Service::open(data, settings, secrets, clock, random).await
}

/// Serves the addresses under `/api` on a port of the system's choice, until it is told to stop.
async fn listen(service: &Service) -> anyhow::Result<(String, CancellationToken)> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let router = api::router().with_state(service.app.clone());
    let make = router.into_make_service_with_connect_info::<SocketAddr>();
    let stop = CancellationToken::new();
    let stopped = stop.clone().cancelled_owned();
    let serving = axum::serve(listener, make).with_graceful_shutdown(stopped);
    service.app.tasks.spawn(async move {
        if let Err(error) = serving.await {
            tracing::error!(%error, "the steps were not served");
        }
    });
    Ok((base, stop))
}

/// The flows of an organisation's start (`crypto.md` 7.0), each by the person whose step it is.
async fn organisation(browser: &Browser, invite: &str) -> anyhow::Result<Vec<Person>> {
    let [first, others @ ..] = CAST;
    let credentials = enrol(browser, invite, &first, None).await?;
    let mut admin = StaffMember::sign_in(browser, credentials).await?;
    let wanted = admin.ceremony_request()?;
    let request = CeremonyRequest {
        org_id: wanted.org_id,
        roster_keys: vec![wanted.roster_pk],
        opaque_pk: wanted.opaque_pk,
    };
    let (mut seed, mut salt) = ([0; 32], [0; 16]);
    System.fill(&mut seed)?;
    System.fill(&mut salt)?;
    let orgkeys = ceremony::first(&request, &RootSeed::new(Secret::new(seed)), salt)?;
    admin.load_orgkeys(&orgkeys).await?;
    admin.sign_roster().await?;
    say("  root, admin and the first staff list");
    let mut people = vec![person(&first, admin.credentials().clone())];
    for member in &others {
        let invite = admin.invite(&[member.0]).await?;
        let credentials = enrol(browser, &invite, member, Some(orgkeys.root_pk.0)).await?;
        say(&format!("  {}", member.2));
        people.push(person(member, credentials));
    }
    // The supervisor's first sign-in makes both groups; the second list brings them; then she
    // boxes the team's half for the counselors.
    let dewi = people.get_mut(1).context("there is a supervisor")?;
    let mut supervisor = StaffMember::sign_in(browser, dewi.credentials.clone()).await?;
    supervisor.settle().await?;
    admin.sign_roster().await?;
    supervisor.settle().await?;
    dewi.credentials = supervisor.credentials().clone();
    say("  keys of both groups and the second staff list");
    admin.sign_out().await?;
    supervisor.sign_out().await?;
    Ok(people)
}

async fn enrol(
    browser: &Browser,
    invite: &str,
    (_, _, name, email, passphrase): &(Role, &str, &str, &str, &str),
    root: Option<crypto::PublicKey>,
) -> anyhow::Result<Credentials> {
    let person = Enrolling { invite, email, passphrase, name, root };
    Ok(StaffMember::enrol(browser, person).await?)
}

fn person(member: &(Role, &str, &str, &str, &str), credentials: Credentials) -> Person {
    Person { role: member.1.to_owned(), name: member.2.to_owned(), credentials }
}

/// The supervisor signs in and says that the staff list holds, as at each of her sign-ins.
async fn renew(base: &str, people: &[Person]) -> anyhow::Result<()> {
    let supervisor = people.get(1).context("there is no supervisor in the folder")?;
    let browser = Browser::new(base);
    let step = u64::try_from(System.now().0 / 1000)? / 30;
    // The code of the half minute before goes first: it leaves her the one that she is shown.
    // After starts in quick succession it was used, and so perhaps was the next.
    for used_steps in [vec![], vec![step - 1], vec![step - 1, step]] {
        let mut credentials = supervisor.credentials.clone();
        credentials.used_steps = used_steps;
        match StaffMember::sign_in(&browser, credentials).await {
            Ok(mut signed_in) => {
                signed_in.settle().await?;
                return Ok(signed_in.sign_out().await?);
            }
            Err(error) if error.code() == Some(ErrorCode::TotpFailed) => {}
            Err(error) => return Err(error.into()),
        }
    }
    // It was renewed by the start that used them.
    Ok(())
}

fn tell(args: &Args, people: &[Person]) {
    let at = args.listen;
    say("");
    say(&format!("Clients:  http://{at}/       Staff:  http://{at}/staff"));
    say("");
    for Person { role, name, credentials } in people {
        let Credentials { email, passphrase, .. } = credentials;
        say(&format!("{role:<11} {name:<6} {email:<22} passphrase: {passphrase}"));
    }
    let data = if args.data == Path::new(Sample::FOLDER) {
        String::new()
    } else {
        format!(" --data {}", args.data.display())
    };
    say("");
    say(&format!("`teduh totp EMAIL{data}` shows the current one-time code. Ctrl-C stops."));
}
