//! Texts to trees: every reader yields the same flat, spanned tree and goes on after a mistake.
//!
//! A [`Tree`] keeps its nodes in one vector in the order of the text; a container knows where its subtree ends. Strings
//! without escapes stay in the text, so that reading a valid document allocates nothing per value.

mod json;
mod text;

use zeroize::Zeroizing;

use crate::span::Span;

pub(crate) use json::read_json;

/// The deepest nesting that may be asked for: walks over the tree recurse.
pub(crate) const DEPTH_LIMIT: usize = 1024;

/// What a text may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Longest text in bytes.
    pub(crate) bytes: usize,
    /// Deepest nesting of arrays and objects.
    pub(crate) depth: usize,
}

/// What is wrong with the text itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxFault {
    pub(crate) span: Span,
    pub(crate) kind: SyntaxKind,
    /// The bracket that was opened, for one that is never closed.
    pub(crate) opener: Option<Span>,
}

/// The kinds of syntax mistakes, each with a message of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyntaxKind {
    Empty,
    NotUtf8,
    Utf16,
    ExpectedValue,
    ExpectedKey,
    ExpectedColon,
    ExpectedCommaInArray,
    ExpectedCommaInObject,
    TrailingComma,
    ExtraComma,
    UnterminatedString,
    ControlCharacter,
    InvalidEscape,
    LoneSurrogate,
    InvalidNumber,
    InvalidLiteral,
    SingleQuotes,
    Comment,
    Unclosed,
    UnexpectedClose,
    TextAfterEnd,
}

/// A cap that the text passed; reading stopped there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CapFault {
    Bytes { limit: usize },
    Depth { limit: usize, span: Span },
}

/// Where the decoded text of a string lives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Text {
    /// In the source, between these offsets.
    Source(Span),
    /// Decoded from escapes, in [`Tree::decoded`].
    Decoded(u32),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NodeKind {
    Null,
    Boolean(bool),
    Number,
    String(Text),
    Key(Text),
    Array,
    Object,
    /// Something stood here that could not be read; its fault is reported.
    Unreadable,
}

struct Node {
    kind: NodeKind,
    span: Span,
    /// Index of the first node after this one's subtree.
    next: u32,
    /// A container that a syntax mistake lies directly in: parts of it may be missing.
    damaged: bool,
}

/// A document as a flat tree, with what is wrong with its text.
///
/// No `Debug`: it holds values.
pub(crate) struct Tree<'t> {
    source: &'t str,
    nodes: Vec<Node>,
    decoded: Vec<Zeroizing<String>>,
    pub(crate) syntax: Vec<SyntaxFault>,
    pub(crate) cap: Option<CapFault>,
}

impl<'t> Tree<'t> {
    /// A tree without a value, for a text that could not be read at all.
    pub(crate) fn unread(source: &'t str) -> Self {
        Self { source, nodes: Vec::new(), decoded: Vec::new(), syntax: Vec::new(), cap: None }
    }

    /// The value of the whole document, if there is one.
    pub(crate) fn root(&self) -> Option<Value<'_>> {
        (!self.nodes.is_empty()).then_some(Value { tree: self, index: 0 })
    }

    /// The places of all scalars, keys excepted, in the order of the text.
    pub(crate) fn scalar_spans(&self) -> Vec<Span> {
        let is_scalar = |node: &&Node| !matches!(node.kind, NodeKind::Key(_) | NodeKind::Array | NodeKind::Object);
        self.nodes.iter().filter(is_scalar).map(|node| node.span).collect()
    }

    fn text(&self, text: Text) -> &str {
        match text {
            Text::Source(span) => span.of(self.source),
            Text::Decoded(index) => self.decoded.get(index as usize).map_or("", |text| text.as_str()),
        }
    }
}

/// What kind of JSON value a node is, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Null,
    Boolean(bool),
    Number,
    String,
    Array,
    Object,
    Unreadable,
}

impl Shape {
    /// The kind with its article: "a number".
    pub(crate) fn with_article(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean(_) => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Unreadable => "unreadable",
        }
    }
}

/// A value in a tree.
#[derive(Clone, Copy)]
pub(crate) struct Value<'t> {
    tree: &'t Tree<'t>,
    index: u32,
}

/// A key with its value.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'t> {
    pub(crate) key: &'t str,
    pub(crate) key_span: Span,
    pub(crate) value: Value<'t>,
}

impl<'t> Value<'t> {
    fn node(self) -> Option<&'t Node> {
        self.tree.nodes.get(self.index as usize)
    }

    pub(crate) fn span(self) -> Span {
        self.node().map_or(Span::point(0), |node| node.span)
    }

    pub(crate) fn shape(self) -> Shape {
        match self.node().map(|node| node.kind) {
            Some(NodeKind::Null) => Shape::Null,
            Some(NodeKind::Boolean(truth)) => Shape::Boolean(truth),
            Some(NodeKind::Number) => Shape::Number,
            Some(NodeKind::String(_)) => Shape::String,
            Some(NodeKind::Array) => Shape::Array,
            Some(NodeKind::Object) => Shape::Object,
            Some(NodeKind::Key(_) | NodeKind::Unreadable) | None => Shape::Unreadable,
        }
    }

    /// Whether a syntax mistake lies directly in this container, so that parts of it may be missing.
    pub(crate) fn is_damaged(self) -> bool {
        self.node().is_some_and(|node| node.damaged)
    }

    /// The decoded text of a string.
    pub(crate) fn as_str(self) -> Option<&'t str> {
        match self.node()?.kind {
            NodeKind::String(text) => Some(self.tree.text(text)),
            _ => None,
        }
    }

    pub(crate) fn as_bool(self) -> Option<bool> {
        match self.node()?.kind {
            NodeKind::Boolean(truth) => Some(truth),
            _ => None,
        }
    }

    /// The source offset of a byte of the decoded text of a string.
    pub(crate) fn source_offset(self, decoded_offset: usize) -> usize {
        match self.node().map(|node| node.kind) {
            Some(NodeKind::String(Text::Source(span))) => span.start() + decoded_offset,
            Some(NodeKind::String(Text::Decoded(_))) => {
                text::source_offset(self.tree.source, self.span(), decoded_offset)
            }
            _ => self.span().start(),
        }
    }

    /// The elements of an array; nothing for other kinds.
    pub(crate) fn items(self) -> impl Iterator<Item = Value<'t>> {
        let is_array = self.shape() == Shape::Array;
        self.children().filter(move |_| is_array)
    }

    /// The entries of an object, duplicates included; nothing for other kinds.
    pub(crate) fn entries(self) -> impl Iterator<Item = Entry<'t>> {
        let tree = self.tree;
        let is_object = self.shape() == Shape::Object;
        self.children().filter(move |_| is_object).filter_map(move |key| {
            let node = key.node()?;
            let NodeKind::Key(text) = node.kind else { return None };
            let value = Value { tree, index: key.index + 1 };
            Some(Entry { key: tree.text(text), key_span: node.span, value })
        })
    }

    /// The direct children. A key's subtree holds its value.
    fn children(self) -> impl Iterator<Item = Value<'t>> {
        let tree = self.tree;
        let end = self.node().map_or(0, |node| node.next);
        let mut at = self.index + 1;
        std::iter::from_fn(move || {
            let index = at;
            let node = tree.nodes.get(index as usize).filter(|_| index < end)?;
            at = node.next;
            Some(Value { tree, index })
        })
    }
}
