//! `cxvars validate`.

mod output;

use std::path::Path;

use cxvars_core::check::{check, readable_text};
use cxvars_core::diagnostic::Severity;
use cxvars_core::options::CheckOptions;
use cxvars_core::render::json_v1::FileError;
use cxvars_core::render::{Checked, Totals};

use super::context::Context;
use super::input;
use crate::cli::{FailLevel, Global, ValidateArgs};
use crate::exit::{CommandError, CommandResult, Exit};
use crate::terminal::Terminal;
use output::Outputs;

pub(super) fn run(args: &ValidateArgs, global: &Global, terminal: Terminal) -> CommandResult {
    let context = Context::load(global, terminal)?;
    let options = context.check_options(&args.check);
    let outputs = Outputs::new(args, terminal);
    let mut parts = Vec::new();
    let mut totals = Totals::default();
    for path in &args.files {
        match document(path, args.check.stdin_filename.as_deref(), &options, &outputs, &mut totals) {
            Ok(rendered) => parts.push(rendered),
            Err(error) if error.exit() == Exit::Io => {
                totals.unread.push(FileError::new(input::shown(path), error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    outputs.write(&parts, &totals)?;
    Ok(exit(args, &totals))
}

/// Checks one document and renders what was found, for each output.
fn document(
    path: &Path,
    stdin_filename: Option<&Path>,
    options: &CheckOptions,
    outputs: &Outputs,
    totals: &mut Totals,
) -> Result<Vec<String>, CommandError> {
    let input = input::read(path, stdin_filename, options.max_bytes)?;
    let mut options = options.clone();
    options.format = input.format;
    let report = check(&input.bytes, &options);
    totals.add(&report);
    Ok(outputs.render(Checked { path: &input.name, text: readable_text(&input.bytes), report: &report }))
}

fn exit(args: &ValidateArgs, totals: &Totals) -> Exit {
    let least = match args.check.fail_level {
        FailLevel::Error => Severity::Error,
        FailLevel::Warning => Severity::Warning,
    };
    let found = totals.errors + if least == Severity::Warning { totals.warnings } else { 0 };
    match () {
        () if !totals.unread.is_empty() => Exit::Io,
        () if found > 0 && !args.exit_zero => Exit::Findings,
        () => Exit::Success,
    }
}
