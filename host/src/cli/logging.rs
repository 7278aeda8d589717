//! The log of a run on stderr, with `-v`: what is sent, what comes back, what is decided.
//!
//! It says who was asked, when, and how long that took. It never holds a value, a token or the query of a URL; of an
//! `Authorization` header it shows only the scheme. Events of other libraries are left out, and `RUST_LOG` is ignored.

use std::io;

use clap::ValueEnum;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt};

/// `--log-format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// One line per event, for people
    #[default]
    Text,
    /// One JSON object per event, for programs
    Json,
}

/// Starts the log. `-v` logs requests and outcomes, `-vv` also waits and token requests. Without `-v`, there is no log.
pub fn start(verbose: u8, format: LogFormat) {
    let level = match verbose {
        0 => return,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    let ours = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    let layer = fmt::layer().with_writer(io::stderr).with_target(false).with_ansi(false);
    let layer = match format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().flatten_event(true).with_current_span(false).boxed(),
    };
    // A process can have only one log. In tests this is called again, which fails and changes nothing.
    let _ = tracing_subscriber::registry().with(layer.with_filter(ours)).try_init();
}
