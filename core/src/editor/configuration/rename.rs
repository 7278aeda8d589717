//! Gives a variable of a document another name in a `cxvars.toml`.

use super::places::{VariablePlace, VariablePlaceKind, contract_place, variable_places};
use super::statements::{Kind, statements};
use super::{NotToml, parse};
use crate::base::span::Span;
use crate::diagnostic::Edit;

/// A variable of a document and its new name.
pub struct Renaming<'r> {
    /// The old name.
    pub old: &'r str,
    /// The new name, which has to be valid.
    pub new: &'r str,
    /// The document's path from the folder of the file, with `/` as separator; none if it is not a file of the project.
    pub document: Option<&'r str>,
    /// The paths of the other documents that have a variable of the old name.
    pub others: &'r [String],
}

/// The edits for a new name. Ignores with a `path` that does not cover the document stay. What is also for a variable of
/// another document stays, and is written once more for the new name.
///
/// # Errors
/// If the text is not TOML.
pub fn rename_variable(text: &str, renaming: &Renaming<'_>) -> Result<Vec<Edit>, NotToml> {
    let places = variable_places(text)?;
    let is_named = |kind: &VariablePlaceKind| {
        let has_names = !matches!(kind, VariablePlaceKind::Ignore { .. });
        has_names && places.iter().any(|place| place.name == renaming.new && place.kind == *kind)
    };
    let is_meant = |place: &&VariablePlace| {
        place.name == renaming.old && place.kind.covers(renaming.document) && !is_named(&place.kind)
    };
    let is_shared = |place: &VariablePlace| renaming.others.iter().any(|other| place.kind.covers(Some(other)));
    let mut edits = Vec::new();
    for place in places.iter().filter(is_meant) {
        match is_shared(place) {
            true => edits.extend(once_more(text, place, renaming).filter(|edit| keeps_toml(text, edit))),
            false => edits.push(Edit { span: place.span, text: quoted_like(text, place.span, renaming.new) }),
        }
    }
    edits.sort_by_key(|edit| edit.span);
    Ok(edits)
}

/// A name with the quotes of the one in its place.
fn quoted_like(text: &str, span: Span, name: &str) -> String {
    let quote = span.of(text).chars().next().filter(|first| matches!(first, '"' | '\''));
    let quote = quote.map(String::from).unwrap_or_default();
    format!("{quote}{name}{quote}")
}

/// The edit that says the same of the new name, before what is said of the old one.
fn once_more(text: &str, place: &VariablePlace, renaming: &Renaming<'_>) -> Option<Edit> {
    let name = quoted_like(text, place.span, renaming.new);
    let line_break = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let (at, written) = match place.kind {
        VariablePlaceKind::AllowEmpty => (place.span.start(), format!("{name}, ")),
        VariablePlaceKind::Contract => {
            let path = contract_place(text, renaming.old).ok()??.path_span.of(text);
            let before = text.get(..place.span.start())?.rsplit('\n').next()?;
            let end = if before.trim().is_empty() { format!("{line_break}{before}") } else { ", ".to_owned() };
            (place.span.start(), format!("{name} = {path}{end}"))
        }
        VariablePlaceKind::Ignore { .. } => {
            let table = ignore_around(text, place.span)?;
            let before = text.get(table.start()..place.span.start())?;
            let after = text.get(place.span.end()..table.end())?;
            (table.start(), format!("{before}{name}{after}{line_break}{line_break}"))
        }
    };
    Some(Edit { span: Span::point(at), text: written })
}

/// The `[[ignore]]` table that a place is in; none if it is written otherwise.
fn ignore_around(text: &str, place: Span) -> Option<Span> {
    let all = statements(text);
    let header = all.iter().rposition(|other| other.kind == Kind::Header && other.span.start() < place.start())?;
    let mut table = all.get(header..)?.iter();
    let first = table.next().filter(|first| first.path == ["ignore"])?;
    let last = table.take_while(|other| other.kind != Kind::Header).last()?;
    Some(Span::new(first.span.start(), last.span.end()))
}

fn keeps_toml(text: &str, edit: &Edit) -> bool {
    let (before, after) = text.split_at_checked(edit.span.start()).unwrap_or((text, ""));
    parse(&format!("{before}{}{after}", edit.text)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::super::EXAMPLE as TEXT;
    use super::*;

    fn renamed(text: &str, [old, new]: [&str; 2], document: Option<&str>, others: &[&str]) -> String {
        let others: Vec<String> = others.iter().map(|other| (*other).to_owned()).collect();
        let edits = rename_variable(text, &Renaming { old, new, document, others: &others }).unwrap();
        let mut result = text.to_owned();
        edits.iter().rev().for_each(|edit| result.replace_range(edit.span.start()..edit.span.end(), &edit.text));
        assert!(parse(&result).is_ok(), "{result}");
        result
    }

    #[test]
    fn a_variable_is_renamed_where_it_is_meant_and_nowhere_else() {
        let of = |document| renamed(TEXT, ["crm", "erp"], document, &[]);
        let expected = TEXT
            .replace("'crm', # both", "'erp', # both")
            .replace("crm = \"contracts", "erp = \"contracts")
            .replace("variable = \"crm\"", "variable = \"erp\"");
        assert_eq!(of(None), expected);
        assert_eq!(of(Some("bu08/a.json")), expected);
        assert_eq!(of(Some("bu07/a.json")), expected.replace("variable = 'crm'", "variable = 'erp'"));
        assert_eq!(renamed(TEXT, ["region", "area"], None, &[]), TEXT.replace("\"region\"", "\"area\""));
    }

    #[test]
    fn what_is_said_of_another_document_stays() {
        let expected = TEXT
            .replace("'crm', # both", "'erp', 'crm', # both")
            .replace("crm = \"contracts", "erp = \"contracts/crm.json\"\ncrm = \"contracts")
            .replace(
                "[[ignore]]\ncode = \"CX501\"",
                "[[ignore]]\ncode = \"CX501\"\nvariable = \"erp\"\nreason = \"crm\"\n\n[[ignore]]\ncode = \"CX501\"",
            );
        assert_eq!(renamed(TEXT, ["crm", "erp"], Some("a.json"), &["b.json"]), expected);
        let only_there = expected.replace("variable = 'crm'", "variable = 'erp'");
        assert_eq!(renamed(TEXT, ["crm", "erp"], Some("bu07/a.json"), &["b.json"]), only_there);
        for (text, expected) in [
            ("contracts = { crm = \"a\" }\r\n", "contracts = { erp = \"a\", crm = \"a\" }\r\n"),
            ("[contracts]\r\n  crm = \"a\"\r\n", "[contracts]\r\n  erp = \"a\"\r\n  crm = \"a\"\r\n"),
            ("contracts.crm = \"a\"\n", "contracts.crm = \"a\"\n"),
            ("ignore = [{ variable = \"crm\" }]\n", "ignore = [{ variable = \"crm\" }]\n"),
        ] {
            assert_eq!(renamed(text, ["crm", "erp"], None, &["b.json"]), expected);
        }
    }

    #[test]
    fn a_name_that_has_a_contract_already_gets_no_other_one() {
        assert_eq!(
            renamed("[contracts]\ncrm = \"a\"\nerp = \"b\"\n", ["crm", "erp"], None, &[]),
            "[contracts]\ncrm = \"a\"\nerp = \"b\"\n"
        );
    }
}
