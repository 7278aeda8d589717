//! What is wrong with the structure of a document.

use crate::base::span::Span;
use crate::reader::Value;

/// What is wrong with the structure. One kind each for the rules CX002 to CX005 and CX007; CX001 and CX006 read the tree.
pub(crate) enum Fault<'t> {
    WrongShape(WrongShape<'t>),
    /// A key that its object has already; `entry` is the key with its value.
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
    /// An unquoted YAML scalar that is no string, where one belongs.
    Unquoted {
        field: &'t str,
        found: Value<'t>,
        pointer: String,
    },
}

/// The ways in which something has the wrong shape.
pub(crate) enum WrongShape<'t> {
    /// The document is neither an array nor an object.
    Document { found: Value<'t> },
    /// An object without `variables`.
    NoVariables { span: Span },
    /// `variables` is no array.
    VariablesNotArray { found: Value<'t> },
    /// `{"variables": {"variables": […]}}`; the array inside was taken.
    Nested { outer: Value<'t>, inner: Value<'t> },
    /// An element of the list is no object.
    VariableNotObject { found: Value<'t>, pointer: String },
    /// A field of the wrong JSON type.
    Field { field: &'t str, found: Value<'t>, pointer: String, wanted: &'static str },
    /// `state` is not the one word that it may be.
    State { span: Span, pointer: String },
}
