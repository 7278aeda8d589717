//! The completions of a place.

use super::next::Next;
use super::site::Site;
use super::typed::Typed;
use super::writer::Writer;
use super::{Completion, CompletionKind};
use crate::base::small_map::SmallMap;
use crate::editor::Facts;
use crate::editor::level::Level;
use crate::reader::format::DocumentFormat;

/// The start of the names of environment variables that hold credentials of the service.
const CREDENTIALS: &str = "CXONE_";

/// Keys of which an object has only one.
const ALTERNATIVES: [[&str; 2]; 2] = [["value", "value_from"], ["value_from", "value"]];

/// The completions of a place.
pub(super) fn items(
    site: Site<'_>,
    typed: &Typed,
    text: &str,
    format: DocumentFormat,
    facts: &Facts<'_>,
) -> Vec<Completion> {
    let next = Next::of(text.get(typed.span.end()..).unwrap_or_default(), format);
    let is_before_value = next == Next::Value && (format == DocumentFormat::Yaml || matches!(site, Site::Value { .. }));
    if is_before_value {
        return Vec::new();
    }
    let writer = Writer { typed, text, format, is_followed: next != Next::End };
    match site {
        Site::Key { level, present, is_item } => keys(level, &present, is_item, &writer),
        Site::Value { level, key, names, is_boolean } => match (level, key) {
            (Level::Variable, "value") if is_boolean => booleans(&writer),
            _ => values(level, key, &names, facts, &writer),
        },
        Site::Item { in_brackets: false } if !writer.begins_item() => Vec::new(),
        Site::Item { in_brackets } => vec![writer.variable(in_brackets, false)],
    }
}

fn keys(level: Level, present: &[&str], is_item: bool, writer: &Writer<'_>) -> Vec<Completion> {
    if is_item && !matches!(level, Level::Variable) {
        return Vec::new();
    }
    if is_item {
        return vec![writer.variable(false, true)];
    }
    // A reference has only one key.
    if matches!(level, Level::Reference) && !present.is_empty() {
        return Vec::new();
    }
    let is_excluded = |key: &str| ALTERNATIVES.iter().any(|[one, other]| *one == key && present.contains(other));
    let is_variable = matches!(level, Level::Variable);
    let fits = |key: &&str| !(present.contains(key) || is_variable && is_excluded(key));
    level.keys().into_iter().filter(fits).map(|key| writer.key(key, level.describe(key))).collect()
}

fn values(level: Level, key: &str, names: &[&str], facts: &Facts<'_>, writer: &Writer<'_>) -> Vec<Completion> {
    match (level, key) {
        (Level::Reference, "param") => params(facts, writer),
        (Level::Reference, "env") => {
            let others = facts.environment_variables.iter().filter(|name| !is_credential(name));
            others.map(|name| writer.name(name, "environment variable".to_owned())).collect()
        }
        (Level::Variable, "name") => {
            let contracts = facts.contracts.into_iter().flatten();
            let others = contracts.filter(|(name, _)| !names.contains(&name.as_str()));
            others.map(|(name, path)| writer.name(name, format!("contract {path}"))).collect()
        }
        // Below the line of its key, an object is written key by key.
        _ if writer.begins_line() => Vec::new(),
        (Level::Document, "variables") if !writer.has_block_below() => vec![writer.variables()],
        _ if level.below(key).is_some() && !writer.has_block_below() => writer.objects(level, key),
        _ => {
            let detail = level.describe(key).unwrap_or_default();
            level.words(key).iter().map(|word| writer.word(word, &detail)).collect()
        }
    }
}

/// The values of a boolean, which are texts.
fn booleans(writer: &Writer<'_>) -> Vec<Completion> {
    let detail = || "the value of a boolean, as a text".to_owned();
    let word = |word| Completion { kind: CompletionKind::Word, ..writer.name(word, detail()) };
    ["true", "false"].map(word).to_vec()
}

fn params(facts: &Facts<'_>, writer: &Writer<'_>) -> Vec<Completion> {
    let mut names: Vec<&String> =
        facts.params.into_iter().flat_map(SmallMap::iter).flat_map(|(_, names)| names).collect();
    names.sort_unstable();
    names.dedup();
    let detail = |name: &str| format!("defined in {}", facts.environments_of(name).0.join(", "));
    names.into_iter().map(|name| writer.name(name, detail(name))).collect()
}

fn is_credential(name: &str) -> bool {
    name.get(..CREDENTIALS.len()).is_some_and(|start| start.eq_ignore_ascii_case(CREDENTIALS))
}
