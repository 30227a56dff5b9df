//! `make bench`: what a stored message, an idle session and a call for help cost, beside an anchor.
//!
//! Teduh is the real binary on each engine, with a real organisation and the actors of the
//! stories. The anchor is the least that a durable relay must do. Both get the same load.

mod anchor;
mod load;
mod measure;
mod plan;
mod process;
mod raises;
mod report;
mod subject;
mod syncs;
mod teduh;
mod times;

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use stories::Engine;

use crate::anchor::Anchor;
use crate::measure::measure;
use crate::plan::Plan;
use crate::report::Report;
use crate::teduh::Teduh;

/// Measures Teduh on both engines beside an anchor; prints a table and writes target/bench.json
#[derive(Debug, Parser)]
#[command(after_help = "Example, small:\n  \
    loadgen --messages 50 --senders 8 --idle-sessions 20 --calls 5 --flood 20")]
struct Cli {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    plan: Plan,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// The anchor's server alone; prints its address
    Anchor {
        /// The file that it appends to
        log: PathBuf,
    },
}

/// Where the report is written, from the project's folder.
const REPORT: &str = "target/bench.json";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Cli { part, plan } = Cli::parse();
    match part {
        Some(Part::Anchor { log }) => anchor::serve(&log).await,
        None => bench(&plan.fitting()?).await,
    }
}

async fn bench(plan: &Plan) -> anyhow::Result<()> {
    let anchor = measure("anchor", plan, Anchor::start).await?;
    let mut report = Report::default();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let measured = measure(engine.name(), plan, || Teduh::start(engine)).await?;
        report.add(engine, &measured, &anchor);
        report.add_raises(engine, &raises::measure(engine, plan).await?, &anchor);
    }
    report.print()?;
    report.write(Path::new(REPORT))
}
