//! `cxvars validate`.

use cxvars_core::check::{Report, check, readable_text};
use cxvars_core::diagnostic::Severity;
use cxvars_core::render::json_v1::{FileError, FileReport, ValidateReport};
use cxvars_core::render::text::{self, Color};

use super::context::Context;
use super::input::{self, Input};
use crate::cli::{FailLevel, Global, ReportFormat, ValidateArgs};
use crate::exit::{CommandError, CommandResult, Exit};
use crate::terminal::Terminal;

pub(super) fn run(args: &ValidateArgs, global: &Global, terminal: Terminal) -> CommandResult {
    let context = Context::load(global, terminal)?;
    let options = context.check_options(&args.check);
    let mut checked: Vec<(Input, Report)> = Vec::new();
    let mut unread: Vec<FileError> = Vec::new();
    for path in &args.files {
        match input::read(path, args.check.stdin_filename.as_deref(), options.max_bytes) {
            Ok(input) => {
                let report = check(&input.bytes, &options);
                checked.push((input, report));
            }
            Err(error) if error.exit() == Exit::Io => {
                unread.push(FileError::new(input::shown(path), error.to_string()));
            }
            Err(error) => return Err(error),
        }
    }
    print(args, terminal, &checked, &unread)?;
    Ok(exit(args, &checked, &unread))
}

fn exit(args: &ValidateArgs, checked: &[(Input, Report)], unread: &[FileError]) -> Exit {
    if !unread.is_empty() {
        return Exit::Io;
    }
    let least = match args.check.fail_level {
        FailLevel::Error => Severity::Error,
        FailLevel::Warning => Severity::Warning,
    };
    let fails = |(_, report): &(Input, Report)| report.diagnostics().iter().any(|finding| finding.severity >= least);
    if !args.exit_zero && checked.iter().any(fails) { Exit::Findings } else { Exit::Success }
}

fn print(
    args: &ValidateArgs,
    terminal: Terminal,
    checked: &[(Input, Report)],
    unread: &[FileError],
) -> Result<(), CommandError> {
    let color = if terminal.color { Color::On } else { Color::Off };
    if args.format == ReportFormat::Json {
        let files =
            checked.iter().map(|(input, report)| FileReport::new(&input.name, readable_text(&input.bytes), report));
        return terminal.json(&ValidateReport::new(files.collect(), unread.to_vec(), 0));
    }
    for error in unread {
        terminal.warn(&format!("error: {}", error.message));
    }
    let mut out = String::new();
    for (input, report) in checked {
        out += &match args.format {
            ReportFormat::Concise => text::concise(&input.name, readable_text(&input.bytes), report),
            _ => text::render(&input.name, readable_text(&input.bytes), report, color),
        };
    }
    let count = |severity| checked.iter().map(|(_, report)| report.count(severity)).sum();
    out += &text::summary(count(Severity::Error), count(Severity::Warning), checked.len());
    out += "; nothing was sent\n";
    terminal.result(&out)
}
