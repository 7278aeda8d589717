//! `cxvars metrics`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cxvars_core::audit::metrics::{Group, Summary};
use cxvars_core::audit::prometheus;

use crate::cli::arguments::Global;
use crate::cli::exit::{CommandResult, Exit};
use crate::system::terminal::Terminal;

/// Print metrics of the audit log
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars metrics --format json\n  \
                        cxvars metrics --format prometheus > cxvars.prom   for node_exporter's textfile collector")]
pub(crate) struct Arguments {
    /// Audit log, a file or a folder; by default the one that apply writes
    #[arg(value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: MetricsFormat,
}

/// Output formats of metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MetricsFormat {
    /// For people
    #[default]
    Text,
    /// For programs; grows only by new keys
    Json,
    /// Prometheus text exposition, by target
    Prometheus,
}

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let context = global.context(terminal)?;
    let log = context.read_log(args.log.as_deref())?;
    let summary = Summary::of(log.records(terminal));
    match args.format {
        MetricsFormat::Json => terminal.json(&summary)?,
        MetricsFormat::Prometheus => terminal.result(&prometheus::render(&summary))?,
        MetricsFormat::Text => terminal.result(&text(&summary, &log.name))?,
    }
    Ok(Exit::Success)
}

fn text(summary: &Summary, log: &str) -> String {
    let mut text = format!("metrics  {log}\n{}", group(&summary.overall));
    for (target, metrics) in &summary.targets {
        text += &format!("{target}\n{}", group(metrics));
    }
    text
}

fn group(group: &Group) -> String {
    let number =
        |value: Option<f64>, unit: &str| value.map_or_else(|| "-".to_owned(), |value| format!("{value} {unit}"));
    let metrics = &group.metrics;
    let retries: Vec<_> = group.retries.iter().map(|(cause, count)| format!("{cause} {count}")).collect();
    format!(
        "  succeeded {}, failed {}; {} PUTs; retries: {}\n  encryption confirmed {}\n  \
         latency without waits: mean {}, p50 {}, p95 {}, p99 {}\n",
        metrics.success_count,
        metrics.failure_count,
        group.attempts,
        if retries.is_empty() { "none".to_owned() } else { retries.join(", ") },
        number(metrics.encryption_success_rate, "%"),
        number(metrics.avg_latency_ms, "ms"),
        number(group.latency_ms.p50, "ms"),
        number(group.latency_ms.p95, "ms"),
        number(group.latency_ms.p99, "ms"),
    )
}
