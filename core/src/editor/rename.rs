//! Gives a variable another name.

use super::place;
use crate::base::display;
use crate::base::span::Span;
use crate::check::{Checked, check};
use crate::diagnostic::Edit;
use crate::document::rename::{content, edit};
use crate::options::CheckOptions;

/// The name at an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamable {
    /// The name, without quotes.
    pub span: Span,
    /// The name.
    pub name: String,
}

/// The edits that give a variable another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// The old name.
    pub old: String,
    /// The edits in the document.
    pub edits: Vec<Edit>,
    /// Whether no other variable of the document has the old name. Only then has all that refers to the name elsewhere
    /// lost its variable.
    pub is_only: bool,
}

/// The rules that say why the service or the team refuses a name.
const RULES: [&str; 3] = ["CX101", "CX102", "CX105"];

/// The name at an offset, if it can be changed.
pub fn prepare(checked: &Checked<'_>, offset: usize) -> Option<Renamable> {
    let document = &checked.document;
    let place = place::at(document, offset).filter(|place| place.is_value_of("name"))?;
    let (name, span) = place::name_of(document, place.variable.as_ref()?)?;
    if span != place.span() {
        return None;
    }
    Some(Renamable { span: content(document, name, span)?, name: name.to_owned() })
}

/// The edits that give the variable at an offset another name. Of two variables with the same name, which is a mistake
/// (CX103), only the one at the offset gets the new name. Ignore comments apply by their place and name no variable.
///
/// # Errors
/// Why the name cannot be changed, or the new name cannot be used.
pub fn rename(checked: &Checked<'_>, offset: usize, new_name: &str) -> Result<Renamed, String> {
    let document = &checked.document;
    let Some(Renamable { span, name: old }) = prepare(checked, offset) else {
        return Err("only the name of a variable can be changed".to_owned());
    };
    refuse_invalid(new_name, checked.options)?;
    let count = |wanted: &str| {
        document.variables().filter(|other| other.name().is_some_and(|(name, _)| name == wanted)).count()
    };
    if new_name != old && count(new_name) > 0 {
        return Err(format!("another variable of the document is named {}", display::quote(new_name)));
    }
    let edit = edit(document, span, new_name);
    let edits = if new_name == old { Vec::new() } else { vec![edit] };
    Ok(Renamed { is_only: count(&old) == 1, old, edits })
}

fn refuse_invalid(name: &str, options: &CheckOptions) -> Result<(), String> {
    let mut rules = CheckOptions::default();
    rules.validate.name_pattern.clone_from(&options.validate.name_pattern);
    let text = serde_json::json!([{"name": name, "type": "string", "value": "x"}]).to_string();
    let report = check(text.as_bytes(), &rules);
    match report.diagnostics().iter().find(|finding| RULES.contains(&finding.code.as_ref())) {
        Some(_) if name.is_empty() => Err("the name is empty".to_owned()),
        Some(finding) => Err(finding.message.clone()),
        None => Ok(()),
    }
}
