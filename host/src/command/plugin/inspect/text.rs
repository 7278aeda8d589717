//! The text that `cxvars plugin inspect` prints.

use std::fmt::Write;

use cxvars_core::base::display::escape;

use super::{Document, DryRun, Inspection};
use crate::command::plugin::trial::Found;

pub(super) fn render(inspection: &Inspection) -> String {
    let mut out = String::new();
    // Writing to a `String` cannot fail.
    if let Some(policy) = &inspection.policy {
        let _ = writeln!(out, "{} {}", policy.name, policy.version);
    }
    let _ = writeln!(out, "file     {}, {} bytes", inspection.path, inspection.size);
    let _ = writeln!(out, "sha256   {}", inspection.sha256);
    for (name, text) in &inspection.metadata {
        let _ = writeln!(out, "{name:<8} {}", escape(text));
    }
    for (what, names) in [("imports", &inspection.imports), ("exports", &inspection.exports)] {
        if let Some(names) = names {
            let _ = writeln!(out, "{what}  {}", listed(names));
        }
    }
    for (at, rule) in inspection.policy.iter().flat_map(|policy| &policy.rules).enumerate() {
        let head = if at == 0 { "rules" } else { "" };
        let _ = writeln!(out, "{head:<8} {:<9}{:<8} {}: {}", rule.code, rule.severity, rule.name, rule.summary);
    }
    match (&inspection.document, &inspection.dry_run) {
        (Some(document), run) => out += &on_document(document, run.as_ref()),
        (None, Some(run)) => {
            let _ = write!(out, "dry run  {}", line(run, "an example of "));
            out += &configuration(inspection);
        }
        (None, None) => {}
    }
    out
}

fn line(run: &DryRun, of: &str) -> String {
    format!(
        "{} finding{} in {of}{} variables; {} of {} fuel, {} of {} KiB of memory\n",
        run.findings,
        if run.findings == 1 { "" } else { "s" },
        run.variables,
        run.fuel,
        run.fuel_limit,
        run.memory_bytes >> 10,
        run.memory_limit_bytes >> 10
    )
}

fn on_document(document: &Document, run: Option<&DryRun>) -> String {
    let mut out = format!("document {}", document.path);
    if let Some(run) = run {
        out += ": ";
        out += &line(run, "");
    } else {
        out += "\n";
    }
    let facts = serde_json::to_string_pretty(&document.facts).unwrap_or_default();
    out += &format!("\nfacts\n{}\n\nfindings\n", escaped_json(&facts));
    for Found { code, severity, variable, pointer, message, help } in &document.findings {
        let variable = variable.as_ref().map(|name| format!(" ({})", escape(name))).unwrap_or_default();
        out += &format!("  {severity}[{code}] at {}{variable}: {message}\n", place(pointer));
        if let Some(help) = help {
            out += &format!("    help: {help}\n");
        }
    }
    if document.findings.is_empty() {
        out += "  none\n";
    }
    out
}

/// A pointer, or words for the empty one.
fn place(pointer: &str) -> String {
    if pointer.is_empty() { "the document".to_owned() } else { escape(pointer) }
}

/// JSON without characters that would deceive a reader: names are those of a document, and JSON escapes only some.
fn escaped_json(json: &str) -> String {
    json.lines().map(escape).collect::<Vec<_>>().join("\n")
}

fn configuration(inspection: &Inspection) -> String {
    format!(
        "\nTo enforce it, add this to cxvars.toml:\n\n[[plugin]]\npath = {}\nsha256 = \"{}\"\n",
        serde_json::Value::from(inspection.path.as_str()),
        inspection.sha256
    )
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        "nothing".to_owned()
    } else {
        names.iter().map(|name| escape(name)).collect::<Vec<_>>().join(", ")
    }
}
