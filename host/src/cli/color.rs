//! `--color`.

use clap::ValueEnum;

use crate::system::environment::{self, Lookup};

/// `--color`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    /// On a terminal that is not `dumb`, or if FORCE_COLOR is set; never if NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Whether what is written to a stream is coloured.
    pub fn is_on(self, env: Lookup<'_>, is_terminal: bool) -> bool {
        let is_set = |name| environment::read(env, name).is_some();
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if is_set("NO_COLOR") => false,
            Self::Auto if is_set("FORCE_COLOR") => true,
            Self::Auto => is_terminal && environment::read(env, "TERM").is_none_or(|term| term != "dumb"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_decide_unless_the_flag_does() {
        let is_on = |choice: ColorChoice, set: &[(&str, &str)], is_terminal| {
            let env = |name: &str| set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
            choice.is_on(&env, is_terminal)
        };
        let auto = |set: &[(&str, &str)], is_terminal| is_on(ColorChoice::Auto, set, is_terminal);
        assert!(auto(&[("TERM", "xterm")], true) && auto(&[], true) && !auto(&[], false));
        assert!(!auto(&[("TERM", "dumb")], true));
        assert!(!auto(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], true));
        assert!(auto(&[("FORCE_COLOR", "1")], false) && auto(&[("NO_COLOR", "")], true));
        assert!(is_on(ColorChoice::Always, &[("NO_COLOR", "1"), ("TERM", "dumb")], false));
        assert!(!is_on(ColorChoice::Never, &[("FORCE_COLOR", "1")], true));
    }
}
