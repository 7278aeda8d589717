//! `--color`.

use std::io::{self, IsTerminal as _};

use clap::ValueEnum;

use crate::system::environment::{self, Lookup};

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal or if FORCE_COLOR is set, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Whether results are coloured.
    pub fn is_on(self, env: Lookup<'_>) -> bool {
        let is_set = |name| environment::read(env, name).is_some();
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if is_set("NO_COLOR") => false,
            Self::Auto => is_set("FORCE_COLOR") || io::stdout().is_terminal(),
        }
    }
}
