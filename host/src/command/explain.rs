//! `cxvars explain`.

use std::fmt::Write;

use clap::Args;
use cxvars_core::base::vocabulary;
use cxvars_core::options::rule::{CustomRule, CustomRules};
use cxvars_core::rules;

use crate::cli::arguments::Global;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::system::suggest;
use crate::system::terminal::Terminal;

/// Explain a finding, or list all rules
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Code or name of a rule, also the code of one of your own; without it, all built-in rules are listed
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let text = match &args.code {
        Some(code) if code.to_uppercase().starts_with("TR") => {
            explain_own(code, &global.context(terminal)?.check_options(None).custom_rules)?
        }
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

/// A rule of the team's own, as the configuration declares it.
fn explain_own(code: &str, rules: &CustomRules) -> Result<String, CommandError> {
    let rule = rules.find(code).ok_or_else(|| {
        let known = rules.iter().map(CustomRule::code);
        let help = suggest::help(&code.to_uppercase(), known);
        let code = cxvars_core::base::display::quote(code);
        CommandError::usage(format!("no [[rule]] of the configuration has the code {code}; {help}"))
    })?;
    Ok(rule.explanation())
}

fn list() -> String {
    let mut text = String::new();
    for rule in rules::ALL {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "{}  {:<24} {:<8} {}", rule.code, rule.name, rule.severity.as_str(), rule.summary());
    }
    text + "\ncxvars explain CODE explains one of them in full, also one of your own (TR000 to TR999)\n"
}
