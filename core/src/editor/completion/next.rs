//! What follows a place of a text, so that what is inserted there goes with it.

use crate::reader::format::DocumentFormat;

/// What follows a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Nothing that matters: the end of the object, list or line.
    End,
    /// A key of the same object.
    Key,
    /// A value.
    Value,
}

impl Next {
    /// What follows in a text that begins where the typed word ends.
    pub(super) fn of(rest: &str, format: DocumentFormat) -> Self {
        match format {
            DocumentFormat::Yaml => in_line(rest),
            _ => after_space(rest),
        }
    }
}

/// In YAML, only the line matters.
fn in_line(rest: &str) -> Next {
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    let content = line.trim_start();
    let is_comment = content.starts_with('#') && content.len() < line.len();
    let is_end = content.is_empty() || is_comment || content.starts_with([',', '}', ']', ':']);
    if is_end { Next::End } else { Next::Value }
}

fn after_space(rest: &str) -> Next {
    let rest = without_space(rest);
    let Some(inside) = rest.strip_prefix('"') else {
        let is_end = rest.is_empty() || rest.starts_with([',', '}', ']', ':']);
        return if is_end { Next::End } else { Next::Value };
    };
    let mut is_escaped = false;
    let end = inside.find(|letter| {
        let is_end = letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        is_end
    });
    let after = end.and_then(|end| inside.get(end + 1..)).unwrap_or_default();
    if without_space(after).starts_with(':') { Next::Key } else { Next::Value }
}

/// A text from its first character that is neither white space nor in a comment.
fn without_space(text: &str) -> &str {
    let text = text.trim_start();
    let comment = match text.get(..2) {
        Some("//") => text.split_once('\n'),
        Some("/*") => text.split_once("*/"),
        _ => return text,
    };
    comment.map_or("", |(_, after)| without_space(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_is_a_key_a_value_or_nothing() {
        for (rest, next) in [
            (" }", Next::End),
            (", \"a\": 1", Next::End),
            ("\n  \"a\\\"b\" : 1", Next::Key),
            (" // \"x\"\n /* y */ \"a\": 1", Next::Key),
            (" \"a\", ", Next::Value),
            (" {\"a\": 1}", Next::Value),
            (" true", Next::Value),
            ("", Next::End),
        ] {
            assert_eq!(Next::of(rest, DocumentFormat::Jsonc), next, "{rest}");
        }
        for (rest, next) in [
            ("\nname: a", Next::End),
            (" # x", Next::End),
            ("# x", Next::Value),
            ("  - name: a", Next::Value),
            (", b: c}", Next::End),
        ] {
            assert_eq!(Next::of(rest, DocumentFormat::Yaml), next, "{rest}");
        }
    }
}
