//! Recognises files that are not documents. A folder also contains other files of the same formats.

use crate::base::vocabulary::did_you_mean;
use crate::base::vocabulary::{DOCUMENT_FIELDS, VARIABLE_FIELDS};
use crate::document::Document;
use crate::reader::{Entry, Shape, Value};

/// Whether a well-formed text has no field of a document.
///
/// A text with syntax mistakes is never foreign, because it may be a document. An empty list is a valid document.
pub(crate) fn is_foreign(document: &Document<'_>) -> bool {
    let tree = document.tree;
    if !tree.syntax.is_empty() || tree.cap.is_some() {
        return false;
    }
    tree.root().is_some_and(|root| match root.shape() {
        Shape::Object => !is_our_object(root),
        Shape::Array => root.items().next().is_some() && !root.items().any(has_a_variables_field),
        Shape::Unreadable => false,
        _ => true,
    })
}

fn is_our_object(root: Value<'_>) -> bool {
    let keys = || root.entries().map(Entry::key);
    // Many kinds of files have a `description`, so it counts only if all other keys are ours as well.
    let is_ours = |key: &str| key != "description" && DOCUMENT_FIELDS.contains(&key);
    // The length is compared first, because a foreign file may have very many keys.
    let is_slip = |key: &str| (7..=11).contains(&key.len()) && did_you_mean(key, ["variables"]).is_some();
    keys().any(|key| is_ours(key) || is_slip(key))
        || (keys().next().is_some() && keys().all(|key| DOCUMENT_FIELDS.contains(&key)))
}

fn has_a_variables_field(item: Value<'_>) -> bool {
    item.entries().any(|entry| VARIABLE_FIELDS.contains(&entry.key()))
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    fn is_foreign(text: &str) -> bool {
        check(text.as_bytes(), &CheckOptions::default()).is_foreign()
    }

    #[test]
    fn what_has_no_field_of_ours_is_foreign() {
        for text in [
            "{}",
            r#"{"name": "left-pad", "version": "1.0.0", "description": "a package"}"#,
            r#"{"compilerOptions": {"variables": []}}"#,
            r#"[1, 2, {"id": 3}]"#,
            "3",
            "null",
            r#""text""#,
        ] {
            assert!(is_foreign(text), "{text}");
        }
    }

    #[test]
    fn what_may_be_meant_for_us_is_not() {
        for text in [
            r#"{"variables": 3}"#,
            r#"{"variabels": []}"#,
            r#"{"data_action": "a1", "other": 1}"#,
            r#"{"description": "CRM"}"#,
            r#"[3, {"value": "x"}]"#,
            "[]",
            "",
            "{",
            r#"{"id": 3,}"#,
            "\u{feff}",
        ] {
            assert!(!is_foreign(text), "{text}");
        }
        let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
        assert!(!is_foreign(&deep), "what was not read to the end is not known");
    }
}
