//! `--color`.

use std::ffi::OsString;

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
    /// The choice that arguments make, for messages about the arguments themselves. The default if there is none, or if
    /// it is not one.
    pub fn among(args: &[OsString]) -> Self {
        let flag = |arg: &&OsString| *arg == "--color" || arg.to_string_lossy().starts_with("--color=");
        let mut args = args.iter().take_while(|arg| *arg != "--").skip_while(|arg| !flag(arg));
        let word = match args.next().map(|arg| arg.to_string_lossy()) {
            Some(arg) => arg.strip_prefix("--color=").map(str::to_owned),
            None => return Self::default(),
        };
        let word = word.or_else(|| Some(args.next()?.to_string_lossy().into_owned()));
        word.and_then(|word| Self::from_str(&word, false).ok()).unwrap_or_default()
    }

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
    fn the_flag_is_found_among_arguments_that_are_wrong() {
        let among = |args: &[&str]| ColorChoice::among(&args.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(among(&["cxvars", "plan", "--bogus", "--color", "always"]), ColorChoice::Always);
        assert_eq!(among(&["cxvars", "--color=never", "plan"]), ColorChoice::Never);
        for args in [&["cxvars"][..], &["--color"], &["--color", "blue"], &["--", "--color=always"]] {
            assert_eq!(among(args), ColorChoice::Auto, "{args:?}");
        }
    }

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
