//! The log of a run on stderr, with `-v`: what is sent, what comes back, what is decided.
//!
//! It says who, when and how long, and never a value, a token or a URL's query: an `Authorization` header is its scheme.
//! What other libraries would say of themselves stays out, and so does `RUST_LOG`.

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
    /// A line an event, for people
    #[default]
    Text,
    /// A JSON object an event, for programs
    Json,
}

/// Begins the log: requests and outcomes with `-v`, waits and tokens too with `-vv`, nothing without.
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
    // A second one in the same process, as in tests, is refused and changes nothing.
    let _ = tracing_subscriber::registry().with(layer.with_filter(ours)).try_init();
}
