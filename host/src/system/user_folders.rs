//! The user's own folders. They follow the XDG Base Directory Specification 0.8 on every operating system, so that
//! documentation, scripts and CI images can use the same paths. Only the cache, whose files nobody names, is where the
//! operating system has it, because it may then clean it up.

use std::path::PathBuf;

use crate::system::environment::{self, Lookup};

/// `$XDG_CONFIG_HOME/cxvars`, else `~/.config/cxvars`, or `None` if neither variable nor home is known.
pub fn config(env: Lookup<'_>) -> Option<PathBuf> {
    folder(env, "XDG_CONFIG_HOME", ".config")
}

/// `$XDG_STATE_HOME/cxvars`, else `~/.local/state/cxvars`, or `None` if neither variable nor home is known.
pub fn state(env: Lookup<'_>) -> Option<PathBuf> {
    folder(env, "XDG_STATE_HOME", ".local/state")
}

/// `$XDG_CACHE_HOME/cxvars`, else `cxvars` in the folder for caches of the operating system, or `None` if neither
/// variable nor home is known.
pub fn cache(env: Lookup<'_>) -> Option<PathBuf> {
    let local = || environment::read(env, "LOCALAPPDATA").map(PathBuf::from).filter(|path| path.is_absolute());
    if cfg!(windows) && environment::read(env, "XDG_CACHE_HOME").is_none() {
        return local().map(|folder| folder.join("cxvars"));
    }
    folder(env, "XDG_CACHE_HOME", if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" })
}

fn folder(env: Lookup<'_>, variable: &str, below_home: &str) -> Option<PathBuf> {
    // The specification says to ignore relative paths in these variables.
    let absolute = |name: &str| environment::read(env, name).map(PathBuf::from).filter(|path| path.is_absolute());
    absolute(variable)
        .or_else(|| absolute("HOME").or_else(|| absolute("USERPROFILE")).map(|home| home.join(below_home)))
        .map(|folder| folder.join("cxvars"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn xdg_variables_win_over_home_unless_empty_or_relative() {
        let full = |name: &str| match name {
            "XDG_CONFIG_HOME" => Some("/xdg".to_owned()),
            "XDG_STATE_HOME" => Some("relative".to_owned()),
            "HOME" => Some("/home/u".to_owned()),
            _ => None,
        };
        assert_eq!(config(&full), Some("/xdg/cxvars".into()));
        assert_eq!(state(&full), Some("/home/u/.local/state/cxvars".into()));
        let cached = if cfg!(target_os = "macos") { "/home/u/Library/Caches/cxvars" } else { "/home/u/.cache/cxvars" };
        assert_eq!(cache(&full), Some(cached.into()));
        assert_eq!(config(&|_| None), None);
        assert_eq!(config(&|_| Some(String::new())), None);
    }
}
