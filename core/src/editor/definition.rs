//! What the text at an offset refers to.

use super::place::{self, Place};
use crate::base::span::Span;
use crate::check::Checked;
use crate::document::reference::{Reference, read_reference};

/// A reference from a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The part of the document that refers to it.
    pub span: Span,
    /// What it refers to.
    pub target: Target,
}

/// What a document can refer to. The caller knows where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A parameter of the environments, in `cxvars.toml`.
    Param {
        /// Its name.
        name: String,
    },
    /// The contract of a variable, named in `cxvars.toml`, if there is one.
    Contract {
        /// The variable.
        variable: String,
    },
    /// A file.
    File {
        /// Its path, relative to the document's folder.
        path: String,
    },
}

/// What the name, value or reference at an offset refers to.
pub fn definition(checked: &Checked<'_>, offset: usize) -> Option<Definition> {
    let place = place::at(&checked.document, offset)?;
    match place.reference {
        Some(reference) if !reference.is_damaged() => {
            let target = match read_reference(reference)? {
                Reference::Param(name) => Target::Param { name },
                Reference::File(path) => Target::File { path },
                Reference::Env(_) | Reference::Command(_) | Reference::Vault { .. } => return None,
            };
            Some(Definition { span: place.span(), target })
        }
        Some(_) => None,
        None => contract(checked, &place),
    }
}

fn contract(checked: &Checked<'_>, place: &Place<'_>) -> Option<Definition> {
    if !place.is_value_of("name") && !place.is_value_of("value") {
        return None;
    }
    let (name, _) = place::name_of(&checked.document, place.variable.as_ref()?)?;
    Some(Definition { span: place.span(), target: Target::Contract { variable: name.to_owned() } })
}
