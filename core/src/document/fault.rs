//! Faults in the structure of a document.

use crate::base::span::Span;
use crate::reader::Value;

/// A fault in the structure. The rules CX002 to CX005 and CX007 each report one kind; CX001 and CX006 read the tree.
pub(crate) enum Fault<'t> {
    WrongShape(WrongShape<'t>),
    /// A key that occurred earlier in its object, at `first`. `entry` spans the key and its value.
    Duplicate {
        field: &'t str,
        span: Span,
        entry: Span,
        first: Span,
        parent: String,
    },
    Unknown {
        field: &'t str,
        span: Span,
        parent: String,
        known: &'static [&'static str],
    },
    Missing {
        field: &'static str,
        span: Span,
        pointer: String,
    },
    /// An unquoted YAML scalar that is not a string, where a string belongs.
    Unquoted {
        field: &'t str,
        found: Value<'t>,
        pointer: String,
    },
}

/// A part of the document that has the wrong shape.
pub(crate) enum WrongShape<'t> {
    /// The document is neither an array nor an object.
    Document { found: Value<'t> },
    /// An object without `variables`.
    NoVariables { span: Span },
    /// `variables` is not an array.
    VariablesNotArray { found: Value<'t> },
    /// `{"variables": {"variables": […]}}`. The inner array is used.
    Nested { outer: Value<'t>, inner: Value<'t> },
    /// An element of the list is not an object.
    VariableNotObject { found: Value<'t>, pointer: String },
    /// A field of the wrong JSON type.
    Field { field: &'t str, found: Value<'t>, pointer: String, wanted: &'static str },
    /// `state` is not `absent`, the only word that it may hold.
    State { span: Span, pointer: String },
}

impl WrongShape<'_> {
    /// Where it is.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Document { found } | Self::VariablesNotArray { found } => found.span(),
            Self::Nested { outer, .. } => outer.span(),
            Self::VariableNotObject { found, .. } | Self::Field { found, .. } => found.span(),
            Self::NoVariables { span } | Self::State { span, .. } => *span,
        }
    }
}
