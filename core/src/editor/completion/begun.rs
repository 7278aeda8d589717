//! Whether a text that shows no sign of a document yet may become one.

use crate::base::vocabulary::{DOCUMENT_FIELDS, VARIABLE_FIELDS};
use crate::check::Source;
use crate::document::Document;
use crate::reader::{Shape, Value};

/// Whether all that is written has its place in a document: a text that is half typed. It may be foreign all the same.
pub fn is_begun(source: &Source<'_>) -> bool {
    let tree = source.tree();
    let Some(root) = tree.root() else { return tree.source().trim().is_empty() };
    let document = Document::decode(tree, None);
    let is_top = match root.shape() {
        Shape::Object => document.list.is_some() && has_only(root, &DOCUMENT_FIELDS),
        _ => document.list.is_some(),
    };
    is_top && document.variables().all(|variable| has_only(variable.object(), &VARIABLE_FIELDS))
}

/// Whether all keys are among these, or are the beginning of one.
fn has_only(object: Value<'_>, known: &[&str]) -> bool {
    object.entries().all(|entry| known.iter().any(|key| key.starts_with(entry.key())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    #[test]
    fn a_text_is_begun_if_all_its_keys_have_their_place() {
        let is_begun = |text: &str| {
            let format = if text.starts_with('{') { DocumentFormat::Json } else { DocumentFormat::Yaml };
            let options = CheckOptions { format, ..CheckOptions::default() };
            is_begun(&Source::read(text.as_bytes(), &options))
        };
        for text in [
            "",
            "variables:\n  - name: a_long_name_of_a_variable\n    ty",
            "{\"variables\": [{\"name\": \"a_long_name_of_a_variable\", \"type\": \"",
            "- name: a_long_name_of_a_variable\n\n  \n- name: b",
        ] {
            assert!(is_begun(text), "{text}");
        }
        for text in ["name: ci\non: push\n", "variables:\n  CI: x\nstages: [a]\n", "- name: a\n  image: b\n", "a: ["] {
            assert!(!is_begun(text), "{text}");
        }
    }
}
