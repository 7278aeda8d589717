//! Starts `cxvars lsp` in Zed.

use zed_extension_api::{self as zed, LanguageServerId, Result, Worktree};

struct Cxvars;

impl zed::Extension for Cxvars {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, _: &LanguageServerId, worktree: &Worktree) -> Result<zed::Command> {
        let command = worktree.which("cxvars");
        let command = command.ok_or("cxvars is not on the PATH; install it, then restart the language server")?;
        Ok(zed::Command { command, args: vec!["lsp".to_owned()], env: worktree.shell_env() })
    }
}

zed::register_extension!(Cxvars);
