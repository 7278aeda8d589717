//! A document in another format, as a manifest for version control, as the service's JSON, or with its secrets masked.
//!
//! | file | what it does |
//! |---|---|
//! | `model` | the tree of a document, each member with its comments |
//! | `attach` | finds the member that a comment belongs to |
//! | `ignores` | moves an ignore comment to where it silences the same findings in the new format |
//! | `comment` | the text of a comment, in the syntax of each format |
//! | `settle` | moves comments that have no place of their own in YAML |
//! | `json`, `yaml`, `env` | write the model |
//! | `same` | compares the result, read again, with the document |
//! | `note` | what could not be kept, and why a text is refused |
//! | `export` | a manifest with references in place of secrets; the JSON that the service takes |
//! | `mask` | a text that can be shared |
//!
//! A conversion proves itself: its result is read again, and refused if a name, a key, a type or a value differs. What
//! a format cannot hold is said in notes. Notes never contain a value.

mod attach;
mod comment;
mod env;
pub mod export;
mod ignores;
mod json;
pub mod mask;
mod model;
mod note;
mod same;
mod settle;
#[cfg(test)]
mod tests;
mod yaml;

use crate::base::secret::Secret;
use crate::check::Source;
use crate::document::Document;
use crate::options::CheckOptions;
use crate::reader::format::DocumentFormat;
use crate::rules::context::Context;
use model::Model;
use note::Notes;
pub use note::{Note, Refused};

/// A text that was made from a document. It has no `Debug`, because it holds values.
pub struct Converted {
    text: Secret,
    notes: Vec<Note>,
}

impl Converted {
    /// The text.
    pub fn text(&self) -> &Secret {
        &self.text
    }

    /// What could not be kept, in the order of the source.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }
}

/// Writes a document in another format. `options` says how the text is read.
///
/// The order of keys, unknown keys, numbers as they are written and, where the format has them, comments are kept. An
/// ignore comment silences the same findings as before. A text in the format already, and JSON that becomes JSONC,
/// stays as it is.
///
/// # Errors
/// A text with syntax mistakes, or a document that the format cannot hold.
pub fn convert(text: &str, options: &CheckOptions, to: DocumentFormat) -> Result<Converted, Refused> {
    let source = Source::read(text.as_bytes(), options);
    let tree = source.tree();
    note::refuse_unread(tree)?;
    let from = options.format;
    if from == to || (from, to) == (DocumentFormat::Json, DocumentFormat::Jsonc) {
        return Ok(Converted { text: Secret::new(text), notes: Vec::new() });
    }
    rewritten(&Document::decode(tree, None), options, to)
}

/// Writes a document in the format `to`, with a layout of its own.
fn rewritten(document: &Document<'_>, options: &CheckOptions, to: DocumentFormat) -> Result<Converted, Refused> {
    let tree = document.tree;
    let mut notes = Notes::new(tree.source());
    let root = tree.root().ok_or(Refused::Unread { line: 1 })?;
    let mut model = Model::of(root, document);
    if to == DocumentFormat::Json {
        tree.comments.iter().for_each(|comment| notes.lost_comment(*comment, tree.written(*comment)));
    } else {
        let placed = ignores::placed(&model, &Context::new(document, options), to, &mut notes);
        attach::comments(&mut model, tree, placed);
    }
    if tree.format == DocumentFormat::Env {
        model.order_fields();
    }
    let mut text = match to {
        DocumentFormat::Json => json::write(&model, false, &mut notes),
        DocumentFormat::Jsonc => json::write(&model, true, &mut notes),
        DocumentFormat::Yaml => yaml::write(model),
        DocumentFormat::Env => env::write(&model, document, &mut notes)?,
    };
    let text = Secret::new(std::mem::take(&mut *text));
    same::prove(text.expose(), document, options, to)?;
    Ok(Converted { text, notes: notes.sorted() })
}
