//! Stored variables as lines of `NAME=value`.

use std::fmt::Write;

use super::{CannotHold, Pulled};
use crate::base::display::escape;
use crate::base::limits::{Limits, MAX_DEPTH};
use crate::reader::{Value, read_env};
use crate::service::stored::StoredVariable;

/// Writes the variables, in the order of the service.
pub(super) fn lines(action: &str, list: &[Pulled<'_>]) -> Result<String, CannotHold> {
    let mut text = format!("# Data Action {}\n", escape(action));
    for Pulled { variable, value } in list {
        let Ok(value) = value else {
            // Without this, its name would be missing. Writing to a string cannot fail.
            let _ = writeln!(text, "# {} is not written: its value cannot be read", escape(&variable.name));
            continue;
        };
        let lines = written_forms(value).map(|written| line(variable, &written));
        let Some(line) = lines.into_iter().find(|line| reads_back(line, variable, value)) else {
            return Err(CannotHold { name: variable.name.clone() });
        };
        text += &line;
    }
    Ok(text)
}

fn line(variable: &StoredVariable, written: &str) -> String {
    let mut note = String::new();
    for (key, word, default) in [("type", &variable.type_word, "string"), ("scope", &variable.scope_word, "action")] {
        if word != default {
            note += &format!(" {key}={word}");
        }
    }
    let note = if note.is_empty() { note } else { format!(" # cxvars:{note}") };
    format!("{}={written}{note}\n", variable.name)
}

/// The forms in which a value can be written, the best one first. Not every value has a form that all programs read alike.
pub(crate) fn written_forms(value: &str) -> [String; 3] {
    let is_bare = |character: char| character.is_ascii_alphanumeric() || "-_./:@%+,".contains(character);
    let (single, double) = (format!("'{value}'"), format!("\"{value}\""));
    if value.chars().all(is_bare) { [value.to_owned(), single, double] } else { [single, double, value.to_owned()] }
}

/// Whether a line is read as the variable that it was written for. A name may have characters that no line can hold.
fn reads_back(line: &str, variable: &StoredVariable, value: &str) -> bool {
    let tree = read_env(line, Limits { bytes: line.len(), depth: MAX_DEPTH });
    let may_hold = tree.syntax.is_empty() && !variable.name.is_empty() && !value.contains('\0');
    let Some(root) = tree.root().filter(|_| may_hold) else { return false };
    let mut items = root.items();
    let (Some(found), None) = (items.next(), items.next()) else { return false };
    let has = |key: &str, text: &str, default: &str| {
        let field = found.entries().find(|entry| entry.key() == key);
        field.as_ref().map_or(Some(default), |entry| Value::as_str(entry.value)) == Some(text)
    };
    has("name", &variable.name, "")
        && has("value", value, "")
        && has("type", &variable.type_word, "string")
        && has("scope", &variable.scope_word, "action")
}

#[cfg(test)]
mod tests {
    use crate::base::secret::Secret;
    use crate::manifest::pulled::{Layout, manifest};
    use crate::service::stored::StoredVariable;

    fn variable(name: &str, value: &str) -> StoredVariable {
        StoredVariable {
            name: name.to_owned(),
            type_word: "string".to_owned(),
            scope_word: "action".to_owned(),
            encrypted: false,
            value: Some(Secret::new(value)),
            received: None,
        }
    }

    fn written(variable: StoredVariable) -> Result<String, String> {
        let text = manifest("a", &[variable], Layout::Env);
        text.map(|text| text.expose().lines().skip(1).collect::<Vec<_>>().join("|")).map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_quoted_where_they_need_to_be() {
        for (value, expected) in [
            ("https://a.example.com", "a=https://a.example.com"),
            ("", "a="),
            ("two words # x", "a='two words # x'"),
            ("{\"k\": \"$v\"}", "a='{\"k\": \"$v\"}'"),
            ("it's\n# two lines", "a=\"it's|# two lines\""),
            ("it's \"q\"", "a=it's \"q\""),
            ("$5 \\ `x`\n\"q\"", "a='$5 \\ `x`|\"q\"'"),
            (" padded ", "a=' padded '"),
        ] {
            assert_eq!(written(variable("a", value)).as_deref(), Ok(expected));
        }
        let typed =
            StoredVariable { type_word: "integer".to_owned(), scope_word: "global".to_owned(), ..variable("a", "3") };
        assert_eq!(written(typed).as_deref(), Ok("a=3 # cxvars: type=integer scope=global"));
    }

    #[test]
    fn what_no_line_can_hold_for_all_programs_is_refused_by_name() {
        for value in ["it's $5", "${x}", "it's\n\"q\"", "it's `x`", "a\rb", "'", "it's #"] {
            let refused = written(variable("a", value)).is_err();
            assert_eq!(refused, !["'", "it's #"].contains(&value), "{value}");
        }
        for name in ["two words", "a=b", "#a", "a\nb"] {
            assert!(written(variable(name, "1")).is_err(), "{name}");
        }
        assert!(written(variable("key", "a\0b")).unwrap_err().contains("`key` cannot be written in this format"));
    }

    #[test]
    fn an_encrypted_variable_is_named_and_not_written() {
        let secret = StoredVariable { encrypted: true, ..variable("token", "s3cret") };
        assert_eq!(written(secret).as_deref(), Ok("# token is not written: its value cannot be read"));
    }
}
