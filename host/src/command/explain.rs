//! `cxvars explain`.

use std::fmt::Write;

use clap::Args;
use cxvars_core::base::vocabulary;
use cxvars_core::rules;

use crate::cli::arguments::Global;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::system::terminal::Terminal;

/// Explain a finding, or list all rules
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Code or name of a rule; without it, all rules are listed
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

pub(super) fn run(args: &Arguments, _: &Global, terminal: Terminal) -> CommandResult {
    let text = match &args.code {
        Some(code) => explain(code)?,
        None => list(),
    };
    terminal.result(&text)?;
    Ok(Exit::Success)
}

fn explain(code: &str) -> Result<String, CommandError> {
    let rule = rules::find(code).ok_or_else(|| {
        if code.to_uppercase().starts_with("PX") {
            let code = cxvars_core::base::display::quote(code);
            return CommandError::usage(format!(
                "{code} is a rule of a policy; `cxvars plugin inspect FILE` lists the rules of one"
            ));
        }
        let known = rules::ALL.iter().flat_map(|rule| [rule.code, rule.name]);
        let help = match vocabulary::did_you_mean(&code.to_uppercase(), known) {
            Some(near) => format!("did you mean {near}?"),
            None => "`cxvars explain` lists all rules".to_owned(),
        };
        CommandError::usage(format!("there is no rule {}; {help}", cxvars_core::base::display::quote(code)))
    })?;
    Ok(rule.explanation())
}

fn list() -> String {
    let mut text = String::new();
    for rule in rules::ALL {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{}  {:<24} {:<8} {}", rule.code, rule.name, rule.severity.as_str(), rule.summary());
    }
    text + "\ncxvars explain CODE explains one of them in full\n"
}
