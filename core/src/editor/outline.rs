//! The spans of a document's variables and their fields, for editors that show them as rows.

use crate::base::secret::Secret;
use crate::base::span::Span;
use crate::document::{Document, first_of_each};
use crate::options::CheckOptions;
use crate::reader::read;

/// The variables of a text. Parts that could not be read are left out.
#[derive(Clone)]
#[non_exhaustive]
pub struct Outline {
    /// Span of the list of variables, including its brackets; none if there is no list.
    pub list: Option<Span>,
    /// The variables, in the order of the text.
    pub variables: Vec<Row>,
    /// Whether the whole text was read. Only then do edits at these spans leave the rest unchanged.
    pub is_whole: bool,
}

/// One variable.
#[derive(Clone)]
#[non_exhaustive]
pub struct Row {
    /// Span of the whole variable.
    pub span: Span,
    /// Its fields, in the order of the text. If a key occurs more than once, only the first is included.
    pub fields: Vec<Field>,
}

/// One field of a variable. It has no `Debug`, because it may hold a value.
#[derive(Clone)]
#[non_exhaustive]
pub struct Field {
    /// The key.
    pub key: String,
    /// Span of the value, including quotes.
    pub span: Span,
    /// The decoded text of a string; for any other value, its source text.
    pub text: Secret,
}

/// Reads a text as [`crate::check::check`] does, and returns where its variables are.
pub fn outline(input: &[u8], options: &CheckOptions) -> Outline {
    let tree = read(input, options.reading());
    let document = Document::decode(&tree, None);
    let row = |variable: crate::document::Variable<'_>| {
        let fields = first_of_each(variable.object()).map(|entry| {
            let span = entry.value.span();
            // A boolean may have no source text: in a `.env` comment, the word `encrypted` alone means true.
            let truth = entry.value.as_bool().map(|truth| if truth { "true" } else { "false" });
            let text = entry.value.as_str().or(truth).unwrap_or_else(|| tree.written(span));
            Field { key: entry.key().to_owned(), span, text: Secret::new(text) }
        });
        Row { span: variable.span(), fields: fields.collect() }
    };
    Outline {
        list: document.list.map(|list| list.span),
        variables: document.variables().map(row).collect(),
        is_whole: tree.syntax.is_empty() && tree.cap.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::format::DocumentFormat;

    fn rows(text: &str, format: DocumentFormat) -> Vec<Vec<(String, String, String)>> {
        let options = CheckOptions { format, ..CheckOptions::default() };
        let outline = outline(text.as_bytes(), &options);
        let fields = |row: &Row| {
            let field =
                |field: &Field| (field.key.clone(), field.span.of(text).to_owned(), field.text.expose().to_owned());
            row.fields.iter().map(field).collect()
        };
        outline.variables.iter().map(fields).collect()
    }

    fn field(key: &str, written: &str, text: &str) -> (String, String, String) {
        (key.to_owned(), written.to_owned(), text.to_owned())
    }

    #[test]
    fn fields_are_where_they_are_written() {
        let text = r#"{"variables": [{"name": "a\n", "value": 3, "name": "b"}, 7, {"encrypted": true}]}"#;
        let expected = vec![
            vec![field("name", r#""a\n""#, "a\n"), field("value", "3", "3")],
            vec![field("encrypted", "true", "true")],
        ];
        assert_eq!(rows(text, DocumentFormat::Json), expected);
        let text = "variables:\n  - name: a\n    value: 'it''s'\n    value_from: {env: X}\n";
        let expected = vec![vec![
            field("name", "a", "a"),
            field("value", "'it''s'", "it's"),
            field("value_from", "{env: X}", "{env: X}"),
        ]];
        assert_eq!(rows(text, DocumentFormat::Yaml), expected);
        let row = &rows("A=1 # cxvars: encrypted\n", DocumentFormat::Env)[0];
        assert_eq!(row.iter().find(|(key, ..)| key == "encrypted"), Some(&field("encrypted", "", "true")));
    }

    #[test]
    fn the_list_is_found_and_what_could_not_be_read_is_said() {
        let of = |text: &str| outline(text.as_bytes(), &CheckOptions::default());
        let text = "{\"variables\": [ ]}";
        let whole = of(text);
        assert_eq!((whole.list.map(|list| list.of(text)), whole.is_whole), (Some("[ ]"), true));
        let broken = of(r#"[{"name": "a"}, {"name": "b"#);
        assert!(!broken.is_whole && !broken.variables.is_empty());
        assert!(of("3").list.is_none());
    }
}
