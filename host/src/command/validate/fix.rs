//! `--fix` and `--diff`: applies the fixes that findings offer, or shows what they would change.

use std::path::Path;

use cxvars_core::base::secret::Secret;
use cxvars_core::check::Report;
use cxvars_core::check::fix::{self, Fixed, LeftOut};
use cxvars_core::diagnostic::{Applicability, Diagnostic};
use cxvars_core::options::CheckOptions;
use cxvars_core::render::Totals;
use cxvars_core::render::diff::unified;
use cxvars_core::render::text::Color;

use super::arguments::Arguments;
use crate::cli::exit::{CommandError, Exit};
use crate::project::input;
use crate::system::files::rewrite;
use crate::system::terminal::Terminal;

/// What to do with the fixes.
#[derive(Clone, Copy)]
pub(super) struct Fixing {
    level: Applicability,
    /// Show what would change, and write nothing.
    only_shows: bool,
    color: Color,
}

/// What was done with the fixes of one document.
pub(super) struct Done {
    /// Messages for stderr, one line each.
    notes: Vec<String>,
    /// Text for standard output: the diff, or the fixed text of standard input.
    output: Secret,
    has_fixes: bool,
}

impl Fixing {
    /// What the flags ask for; `None` without `--fix` and `--diff`.
    pub(super) fn of(args: &Arguments, terminal: Terminal) -> Result<Option<Self>, CommandError> {
        if !args.fix && !args.diff {
            return Ok(None);
        }
        if args.fix && args.files.len() > 1 && args.files.iter().any(|path| input::is_stdin(path)) {
            return Err(CommandError::usage("--fix prints the fixed standard input, so `-` must be the only file"));
        }
        Ok(Some(Self {
            level: if args.unsafe_fixes { Applicability::Unsafe } else { Applicability::Safe },
            only_shows: args.diff,
            color: if terminal.color { Color::On } else { Color::Off },
        }))
    }

    /// Where the report goes: to stderr if the fixed text goes to standard output.
    pub(super) fn reports_to(self, args: &Arguments, terminal: Terminal) -> Terminal {
        let fixes_stdin = !self.only_shows && args.files.iter().any(|path| input::is_stdin(path));
        if fixes_stdin { terminal.results_to_stderr() } else { terminal }
    }

    /// Fixes one document, and returns what is left of its findings. Returns `None` for a document that is not UTF-8 or
    /// is too long to be read whole. Such a document is neither changed nor printed.
    pub(super) fn document(
        self,
        path: &Path,
        name: &str,
        bytes: &[u8],
        report: &Report,
        options: &CheckOptions,
    ) -> Result<Option<(Fixed, Done)>, CommandError> {
        let Ok(text) = std::str::from_utf8(bytes) else { return Ok(None) };
        if bytes.len() > options.validate.max_bytes() {
            return Ok(None);
        }
        let fixed = fix::apply_from(text, report.clone(), options, self.level);
        let done = if self.only_shows {
            self.show(name, text, &fixed, options)
        } else {
            self.write(path, name, text, &fixed)?
        };
        Ok(Some((fixed, done)))
    }

    fn show(self, name: &str, text: &str, fixed: &Fixed, options: &CheckOptions) -> Done {
        let fixes = fixed.applied().iter();
        let mut notes: Vec<String> =
            fixes.map(|fix| format!("would fix {name}:{}: {} {}", fix.line, fix.code, fix.message)).collect();
        let has_fixes = !notes.is_empty();
        notes.extend(self.left_out(name, fixed));
        let diff = unified(name, text, fixed.text().expose(), options, self.color);
        if has_fixes && diff.is_none() {
            notes.push(format!("no preview of {name}: no line of a text with a syntax error is shown"));
        }
        Done { notes, output: Secret::new(diff.unwrap_or_default()), has_fixes }
    }

    fn write(self, path: &Path, name: &str, text: &str, fixed: &Fixed) -> Result<Done, CommandError> {
        let count = fixed.applied().len();
        let mut notes = if count > 0 {
            vec![format!("fixed {count} finding{} in {name}", if count == 1 { "" } else { "s" })]
        } else {
            Vec::new()
        };
        notes.extend(self.left_out(name, fixed));
        let mut done = Done { notes, output: Secret::new(""), has_fixes: count > 0 };
        if input::is_stdin(path) {
            done.output = fixed.text().clone();
        } else if count > 0 {
            rewrite(path, text.as_bytes(), fixed.text().expose().as_bytes())
                .map_err(|reason| CommandError::io(format!("`{name}` {reason}")))?;
        }
        Ok(done)
    }

    /// What was not fixed, and why: a line for each kind of fix of the wanted level and each reason, and the number of
    /// unsafe ones otherwise.
    fn left_out(self, name: &str, fixed: &Fixed) -> Vec<String> {
        let mut kinds: Vec<(String, &LeftOut, usize)> = Vec::new();
        for fix in fixed.left_out() {
            let what = format!("{} {}; {}", fix.code, fix.message, fix.reason);
            match kinds.iter_mut().find(|(kind, ..)| *kind == what) {
                Some((.., more)) => *more += 1,
                None => kinds.push((what, fix, 0)),
            }
        }
        let line = |(what, first, more): &(String, &LeftOut, usize)| {
            let more = if *more > 0 { format!(" and {more} more") } else { String::new() };
            format!("left out {name}:{}{more}: {what}", first.line)
        };
        let mut notes: Vec<String> = kinds.iter().map(line).collect();
        let is_unsafe = |finding: &&Diagnostic| {
            let of = |level| finding.fixes.iter().any(|fix| fix.applicability == level);
            of(Applicability::Unsafe) && !of(Applicability::Safe)
        };
        let count = fixed.report().diagnostics().iter().filter(is_unsafe).count();
        if self.level == Applicability::Safe && count > 0 && !fixed.report().is_unread() {
            let (es, them) = if count == 1 { ("", "it") } else { ("es", "them") };
            notes.push(format!(
                "{name}: {count} more fix{es} may change what is stored; --unsafe-fixes includes {them}"
            ));
        }
        notes
    }

    /// Prints what was done. Returns the exit code of `--diff`; `None` if the remaining findings decide.
    pub(super) fn conclude(
        self,
        done: &[Done],
        totals: &Totals,
        exit_zero: bool,
        terminal: Terminal,
    ) -> Result<Option<Exit>, CommandError> {
        for done in done {
            terminal.result(done.output.expose())?;
            done.notes.iter().for_each(|note| terminal.note(note));
        }
        if !self.only_shows {
            return Ok(None);
        }
        totals.unread.iter().for_each(|error| terminal.warn(&format!("error: {}", error.message)));
        Ok(Some(match () {
            () if !totals.unread.is_empty() => Exit::Io,
            () if done.iter().any(|done| done.has_fixes) && !exit_zero => Exit::Findings,
            () => Exit::Success,
        }))
    }
}
