//! The table and `bench.json`.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::Serialize;
use stories::Engine;

use crate::measure::Measured;
use crate::raises::Raises;
use crate::times::Times;

/// The messages that a row of the talk is about.
const MESSAGES: f64 = 10_000.0;

/// One row a metric. Rows are added, and never change their meaning.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Report(Vec<Row>);

#[derive(Debug, Serialize)]
struct Row {
    metric: String,
    value: f64,
    unit: &'static str,
    anchor: f64,
    ratio: f64,
}

impl Report {
    /// The rows of one engine.
    pub(crate) fn add(&mut self, engine: Engine, teduh: &Measured, anchor: &Measured) {
        let each = |of: fn(&Measured) -> f64| (of(teduh), of(anchor));
        let mut row = |metric: &str, unit, (value, anchor): (f64, f64)| {
            let metric = format!("{}_{metric}", engine.name());
            self.0.push(Row { metric, value, unit, anchor, ratio: value / anchor });
        };
        row("server_cpu", "s / 10,000 messages", each(|m| cpu(m.server_cpu)));
        if let Some(database) = teduh.database_cpu {
            // The anchor has no database beside it: its whole work is the measure.
            let both = cpu(teduh.server_cpu + database);
            row("server_and_database_cpu", "s / 10,000 messages", (both, cpu(anchor.server_cpu)));
        }
        row("fsyncs", "/ 10,000 messages", each(|m| m.syncs * MESSAGES));
        row("ack_p50", "ms", each(|m| millis(m.acks.percentile(50))));
        row("ack_p99", "ms", each(|m| millis(m.acks.percentile(99))));
        row("idle_session", "KiB", each(|m| m.idle / 1024.0));
    }

    /// The rows of one engine about calls for a supervisor.
    pub(crate) fn add_raises(&mut self, engine: Engine, raises: &Raises, anchor: &Measured) {
        let runs: [(&str, &Times); 3] =
            [("", &raises.quiet), ("_beside_talk", &raises.talk), ("_beside_flood", &raises.flood)];
        for (run, times) in runs {
            for percent in [50, 99] {
                let metric = format!("{}_raise_to_desk{run}_p{percent}", engine.name());
                let value = millis(times.percentile(percent));
                let anchor = millis(anchor.acks.percentile(percent));
                self.0.push(Row { metric, value, unit: "ms", anchor, ratio: value / anchor });
            }
        }
    }

    /// Prints the table.
    pub(crate) fn print(&self) -> Result<()> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{:<40} {:>10} {:>10} {:>7}  unit", "metric", "value", "anchor", "ratio")?;
        for Row { metric, value, unit, anchor, ratio } in &self.0 {
            writeln!(out, "{metric:<40} {value:>10.2} {anchor:>10.2} {ratio:>7.1}  {unit}")?;
        }
        Ok(())
    }

    /// Writes the rows as JSON.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        std::fs::create_dir_all(path.parent().context("no folder")?)?;
        Ok(std::fs::write(path, serde_json::to_vec_pretty(self)?)?)
    }
}

fn cpu(of_one: Duration) -> f64 {
    of_one.as_secs_f64() * MESSAGES
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
