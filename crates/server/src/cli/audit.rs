//! `teduh audit`: whether the audit chain holds, and its entries to be kept elsewhere.

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use protocol::{Hash, Id};

use super::door::Door;
use crate::admin::{Answer, KeptPoint, Request};
use crate::audit::{Exported, Report};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Verifies the audit, or gives its entries away.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    Verify(VerifyArgs),
    Export(ExportArgs),
}

/// Recomputes the audit chain and holds it against every signed checkpoint.
///
/// Says up to which entry it holds. Where it does not hold, it names the first entry that was
/// changed, removed or put there by hand, and ends with exit code 1.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  teduh audit verify --data data")]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    data: super::Data,
    /// A point that an earlier run printed and somebody kept elsewhere: the chain must go on from it
    #[arg(long, value_name = "N:HASH", value_parser = kept)]
    kept: Option<KeptPoint>,
}

/// Prints the audit's entries, oldest first: ids, codes, times, and the bytes that prove them.
///
/// No names, no texts, no keys: people and cases are ids.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  teduh audit export --data data --format csv")]
pub(super) struct ExportArgs {
    #[command(flatten)]
    data: super::Data,
    /// One JSON object a line, or a table
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// From this day on, UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    from: Option<NaiveDate>,
    /// Up to and with this day, UTC
    #[arg(long, value_name = "YYYY-MM-DD")]
    to: Option<NaiveDate>,
    /// What was done to this case alone, by its id
    #[arg(long, value_name = "ID", value_parser = id)]
    case: Option<Id>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    Json,
    Csv,
}

pub(super) fn run(command: Command) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        match command {
            Command::Verify(args) => verify(args).await,
            Command::Export(args) => export(args).await,
        }
    })
}

async fn verify(VerifyArgs { data, kept }: VerifyArgs) -> anyhow::Result<()> {
    let door = Door::open(&data.path).await?;
    let answer = door.ask(Request::AuditVerify { kept }).await;
    door.close().await;
    let Answer::Verified(report) = answer? else { bail!("another answer than was asked for") };
    let Report { n, a, time, signed, newest, fault } = report;
    let time = time.map(|time| format!(", of {time}")).unwrap_or_default();
    super::say(&format!("The chain holds up to number {n}{time}."));
    super::say(&match newest {
        Some(newest) => format!("Signed checkpoints on it: {signed}, the newest at {newest}."),
        None => "Signed checkpoints on it: none.".to_owned(),
    });
    match fault {
        Some(fault) => bail!("the audit was tampered with: {fault}"),
        None => super::say(&format!("Keep elsewhere: {n}:{}", URL_SAFE_NO_PAD.encode(a.0))),
    }
    Ok(())
}

async fn export(args: ExportArgs) -> anyhow::Result<()> {
    let door = Door::open(&args.data.path).await?;
    let exported = print_all(&door, &args).await;
    door.close().await;
    exported
}

async fn print_all(door: &Door, args: &ExportArgs) -> anyhow::Result<()> {
    if matches!(args.format, Format::Csv) {
        super::say(&COLUMNS.join(","));
    }
    let from = args.from.map(start_of);
    let to = args.to.map(|day| start_of(day).saturating_add(DAY_MS));
    let mut after = 0;
    loop {
        let request = Request::AuditExport { after, case: args.case, from, to };
        let Answer::Exported(page) = door.ask(request).await? else {
            bail!("another answer than was asked for")
        };
        for entry in &page.entries {
            super::say(&match args.format {
                Format::Json => serde_json::to_string(entry)?,
                Format::Csv => row(entry),
            });
        }
        if page.is_all {
            return Ok(());
        }
        after = page.reached;
    }
}

const COLUMNS: [&str; 10] =
    ["n", "time", "actor", "by", "event", "case", "staff", "detail", "entry", "a"];

fn row(entry: &Exported) -> String {
    let Exported { n, time, actor, by, event, case, staff, detail, entry, a } = entry;
    let n = n.to_string();
    let cells = [
        Some(&n),
        time.as_ref(),
        actor.as_ref(),
        by.as_ref(),
        event.as_ref(),
        case.as_ref(),
        staff.as_ref(),
        detail.as_ref(),
        Some(entry),
        Some(a),
    ];
    cells.map(|cell| cell.map(|text| quoted(text)).unwrap_or_default()).join(",")
}

/// A cell as RFC 4180 writes it.
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

fn start_of(day: NaiveDate) -> i64 {
    day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis()
}

fn id(text: &str) -> anyhow::Result<Id> {
    Ok(Id(bytes(text).context("an id is 22 letters and digits, as an export shows it")?))
}

fn kept(text: &str) -> anyhow::Result<KeptPoint> {
    let (n, a) = text.split_once(':').context("a kept point is a number, a colon and a hash")?;
    let a = bytes(a).context("the hash is 43 letters and digits")?;
    Ok(KeptPoint { n: n.parse()?, a: Hash(a) })
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}
