//! Says what ignores silenced.

use std::path::PathBuf;

use cxvars_core::base::display;
use cxvars_core::check::ignore_comments::Silenced;
use cxvars_core::options::ignore::Date;
use cxvars_core::render::File;
use cxvars_project::ignores::{Ignores, Remark, Usage};

use crate::system::terminal::Terminal;

/// Prints what was silenced, and which ignores have expired.
pub(crate) fn say_used(ignores: &Ignores, usage: &Usage, terminal: Terminal) {
    ignores.used(usage).iter().for_each(|remark| say(remark, terminal));
}

/// Warns about ignores that silenced nothing. `unseen` finds the documents of the project that were not checked.
pub(crate) fn say_unused(
    ignores: &Ignores,
    usage: &Usage,
    unseen: impl Fn() -> Vec<PathBuf>,
    today: Option<Date>,
    terminal: Terminal,
) {
    ignores.unused(usage, unseen, today).iter().for_each(|remark| say(remark, terminal));
}

fn say(remark: &Remark, terminal: Terminal) {
    match remark.severity() {
        None => terminal.note(&remark.to_string()),
        Some(_) => terminal.warn(&remark.to_string()),
    }
}

/// Notes that say what the ignore comments of a document silenced.
pub(crate) fn comment_notes(document: &File<'_>) -> Vec<String> {
    let name = document.path();
    let note = |silenced: &Silenced| {
        let variable = silenced.variable.as_deref().map(|name| format!(" {}", display::quote(name)));
        let (code, variable) = (&silenced.code, variable.unwrap_or_default());
        let line = document.lines().position(silenced.comment.start()).line;
        format!("note: {code}{variable} silenced by {name}:{line} \"{}\"", display::escape(&silenced.reason))
    };
    document.report().silenced().iter().map(note).collect()
}
