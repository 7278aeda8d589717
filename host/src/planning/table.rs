//! The plan as a Markdown table, for a comment.

use cxvars_core::service::change::Change;

use crate::cli::markdown;
use crate::project::context::Context;
use crate::project::prepare::Prepared;
use crate::service::planned::{Planned, in_order, summary};

/// The plan as a Markdown table, for a comment.
pub(super) fn markdown(planned: &Planned, context: &Context, target: &str, prepared: &Prepared) -> String {
    let plan = &planned.plan;
    let mut text = format!("### Plan for {}", markdown::cell(prepared.name()));
    text += &planned.name.as_deref().map(|name| format!(" \"{}\"", markdown::cell(name))).unwrap_or_default();
    let environment = context.settings.environment.as_deref();
    text += &environment.map(|env| format!(", environment {}", markdown::cell(env))).unwrap_or_default();
    text += &format!("\n\n{} at {}\n\n", summary(plan).trim_end(), markdown::cell(target));
    if plan.entries().is_empty() {
        return text;
    }
    text += "| | variable | why |\n|---|---|---|\n";
    for blocked in plan.blocked() {
        let (name, reason) = (markdown::cell(&blocked.name), markdown::cell(&blocked.reason));
        text += &format!("| **blocks** | {name} | {reason} |\n");
    }
    for entry in in_order(plan) {
        let word = entry.change.as_str().replace('_', " ");
        let word = if entry.change == Change::Delete { format!("**{word}**") } else { word };
        text += &format!("| {word} | {} | {} |\n", markdown::cell(&entry.name), markdown::cell(&entry.reason));
    }
    text
}
