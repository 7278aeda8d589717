//! The flat tree with spans that every reader builds.

use zeroize::Zeroizing;

use super::{CapFault, KeyWord, SyntaxFault, text};
use crate::base::span::Span;
use crate::reader::format::DocumentFormat;

/// The value of [`Node::link`] if there is no link.
pub(super) const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    Null,
    True,
    False,
    Number,
    String,
    /// The key of an object's entry. The next node is its value.
    Key,
    Array,
    Object,
    /// An unquoted YAML scalar that some readers do not read as a string: `yes`, `1:30`.
    Ambiguous,
    /// A value that could not be read. Its fault is reported.
    Unreadable,
}

impl NodeKind {
    fn shape(self) -> Shape {
        match self {
            Self::Null => Shape::Null,
            Self::True => Shape::Boolean(true),
            Self::False => Shape::Boolean(false),
            Self::Number => Shape::Number,
            Self::String => Shape::String,
            Self::Array => Shape::Array,
            Self::Object => Shape::Object,
            Self::Ambiguous => Shape::Ambiguous,
            Self::Key | Self::Unreadable => Shape::Unreadable,
        }
    }

    pub(super) fn is_container(self) -> bool {
        matches!(self, Self::Array | Self::Object)
    }

    /// Whether values of these kinds have the same type.
    pub(super) fn is_like(self, other: Self) -> bool {
        let is_boolean = |kind| matches!(kind, Self::True | Self::False);
        self == other || is_boolean(self) && is_boolean(other)
    }
}

/// The condition of a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Whole,
    /// A syntax mistake is directly in it, so parts of it may be missing.
    Damaged,
    /// An object of scalars with the same keys in the same order, and values of the same kinds, as the object read
    /// before it.
    Alike,
}

#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) span: Span,
    /// For a closed container, the index of the first node after its subtree; for an open one, the index of the
    /// container around it. For a string or key that was decoded, the index of its text. Otherwise [`NONE`].
    pub(super) link: u32,
    pub(super) kind: NodeKind,
    pub(super) condition: Condition,
    /// Length of the quote on either side of a string's content, in bytes.
    pub(super) quote: u8,
    /// The word of a key.
    pub(super) word: KeyWord,
}

impl Node {
    /// The index after the subtree of this node, which has the index `index`.
    fn subtree_end(&self, index: u32) -> u32 {
        if self.kind.is_container() { self.link } else { index + 1 }
    }

    /// Whether its text is in the source, not decoded.
    pub(super) fn is_verbatim(self) -> bool {
        self.link == NONE
    }

    /// The content of a string or key, without its quotes.
    fn content(self) -> Span {
        self.span.inset(u32::from(self.quote))
    }
}

/// A document as a flat tree, with the syntax mistakes of its text.
///
/// The nodes are in the order of the text. It has no `Debug`, because it holds values.
pub(crate) struct Tree<'t> {
    pub(super) source: &'t str,
    pub(super) nodes: Vec<Node>,
    pub(super) decoded: Vec<Zeroizing<String>>,
    pub(crate) syntax: Vec<SyntaxFault>,
    pub(crate) cap: Option<CapFault>,
    /// The comments, in the order of the text.
    pub(crate) comments: Vec<Span>,
    pub(crate) format: DocumentFormat,
}

impl<'t> Tree<'t> {
    /// A tree without nodes, for a text that is not read yet or cannot be read.
    pub(crate) fn unread(source: &'t str) -> Self {
        Self {
            source,
            nodes: Vec::new(),
            decoded: Vec::new(),
            syntax: Vec::new(),
            cap: None,
            comments: Vec::new(),
            format: DocumentFormat::Json,
        }
    }

    /// The value of the whole document, if there is one.
    pub(crate) fn root(&self) -> Option<Value<'_>> {
        (!self.nodes.is_empty()).then_some(Value { tree: self, index: 0 })
    }

    /// The text that the tree was read from.
    pub(crate) fn source(&self) -> &'t str {
        self.source
    }

    /// The end of the last key or value that ends at or before this offset.
    pub(crate) fn end_before(&self, offset: usize) -> Option<usize> {
        self.nodes.iter().map(|node| node.span.end()).filter(|end| *end <= offset).max()
    }

    /// The value at an index that [`Value::index`] returned.
    pub(crate) fn at(&self, index: u32) -> Value<'_> {
        Value { tree: self, index }
    }

    /// Whether it has a string that is no key.
    pub(crate) fn has_text(&self) -> bool {
        self.nodes.iter().any(|node| node.kind == NodeKind::String)
    }

    /// The source text of a span.
    pub(crate) fn written(&self, span: Span) -> &'t str {
        span.of(self.source)
    }

    /// The spans of all scalars. Keys are not included.
    pub(crate) fn scalar_spans(&self) -> impl Iterator<Item = Span> {
        let is_scalar = |node: &&Node| !matches!(node.kind, NodeKind::Key | NodeKind::Array | NodeKind::Object);
        self.nodes.iter().filter(is_scalar).map(|node| node.span)
    }

    /// The spans of the containers that are values of keys for which `wanted` is true.
    pub(crate) fn containers_below(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Span> {
        let pairs = self.nodes.iter().zip(self.nodes.iter().skip(1));
        let is_container = |node: &Node| matches!(node.kind, NodeKind::Array | NodeKind::Object);
        let found = pairs
            .filter(move |(key, value)| key.kind == NodeKind::Key && is_container(value) && wanted(self.text(**key)));
        found.map(|(_, value)| value.span)
    }

    /// Whether a key of JSON may repeat another one. A guess that takes one look at each key; no is certain.
    pub(crate) fn may_repeat_keys(&self) -> bool {
        let mut seen = 0_u64;
        let text = self.source.as_bytes();
        self.nodes.iter().filter(|node| node.kind == NodeKind::Key).any(|key| {
            let byte = |at: usize| text.get(at).copied().map_or(0, u32::from);
            // The first and the last byte between the quotes.
            let ends = byte(key.span.start() + 1) * 7 + byte(key.span.end().saturating_sub(2));
            let bit = 1 << ((ends + key.span.end() as u32 - key.span.start() as u32) % u64::BITS);
            let is_seen = seen & bit != 0 || !key.is_verbatim();
            seen |= bit;
            is_seen
        })
    }

    /// The spans of all keys and scalars, in the order of the text, each with whether it is a key.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = (Span, bool)> {
        let tokens = self.nodes.iter().filter(|node| !node.kind.is_container());
        tokens.map(|node| (node.span, node.kind == NodeKind::Key))
    }

    #[inline(always)]
    pub(super) fn text(&self, node: Node) -> &str {
        match self.decoded.get(node.link as usize) {
            Some(text) => text.as_str(),
            None => node.content().of(self.source),
        }
    }
}

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Null,
    Boolean(bool),
    Number,
    String,
    Array,
    Object,
    Ambiguous,
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
            Self::Ambiguous => "an unquoted word",
            Self::Unreadable => "unreadable",
        }
    }

    /// Whether it is an array or object.
    pub(crate) fn is_container(self) -> bool {
        matches!(self, Self::Array | Self::Object)
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
    key: Node,
    shape: Shape,
    pub(crate) value: Value<'t>,
}

impl<'t> Entry<'t> {
    /// The decoded text of the key.
    pub(crate) fn key(self) -> &'t str {
        self.value.tree.text(self.key)
    }

    pub(crate) fn key_span(self) -> Span {
        self.key.span
    }

    /// The shape of the value.
    pub(crate) fn shape(self) -> Shape {
        self.shape
    }

    /// The word of the key.
    pub(crate) fn word(self) -> KeyWord {
        self.key.word
    }
}

impl<'t> Value<'t> {
    #[inline(always)]
    pub(super) fn node(self) -> Option<Node> {
        self.tree.nodes.get(self.index as usize).copied()
    }

    /// Number of keys and values in it, at any depth.
    pub(crate) fn size(self) -> usize {
        let is_container = self.shape().is_container();
        self.node().filter(|_| is_container).map_or(0, |node| node.link.saturating_sub(self.index + 1) as usize)
    }

    /// Its index in the tree, for [`Tree::at`].
    pub(crate) fn index(self) -> u32 {
        self.index
    }

    pub(crate) fn span(self) -> Span {
        self.node().map_or(Span::point(0), |node| node.span)
    }

    /// The text of the source that it was read from.
    pub(crate) fn written(self) -> &'t str {
        self.tree.written(self.span())
    }

    #[inline(always)]
    pub(crate) fn shape(self) -> Shape {
        self.node().map_or(Shape::Unreadable, |node| node.kind.shape())
    }

    /// Whether a syntax mistake is directly in this container, so that parts of it may be missing.
    pub(crate) fn is_damaged(self) -> bool {
        self.node().is_some_and(|node| node.condition == Condition::Damaged)
    }

    /// Whether it is an object with the same layout as the object read before it; see [`Condition::Alike`].
    pub(crate) fn is_alike(self) -> bool {
        self.node().is_some_and(|node| node.condition == Condition::Alike)
    }

    /// The decoded text of a string.
    #[inline(always)]
    pub(crate) fn as_str(self) -> Option<&'t str> {
        let node = self.node().filter(|node| node.kind == NodeKind::String)?;
        Some(self.tree.text(node))
    }

    pub(crate) fn as_bool(self) -> Option<bool> {
        match self.shape() {
            Shape::Boolean(truth) => Some(truth),
            _ => None,
        }
    }

    /// Converts a byte offset in the decoded text of a string to an offset in the source; none if the text was decoded
    /// by rules other than JSON escapes.
    pub(crate) fn source_offset(self, decoded_offset: usize) -> Option<usize> {
        let node = self.node().filter(|node| node.kind == NodeKind::String)?;
        match node.link {
            NONE => Some(node.content().start() + decoded_offset),
            _ => (node.quote > 0).then(|| text::source_offset(self.tree.source, node.span, decoded_offset)),
        }
    }

    /// The elements of an array; empty for other kinds.
    pub(crate) fn items(self) -> impl Iterator<Item = Value<'t>> {
        let tree = self.tree;
        let end = self.end_of(NodeKind::Array);
        let mut at = self.index + 1;
        std::iter::from_fn(move || {
            let index = at;
            let node = tree.nodes.get(index as usize).filter(|_| index < end)?;
            at = node.subtree_end(index);
            Some(Value { tree, index })
        })
    }

    /// The entries of an object, including duplicate keys; empty for other kinds.
    pub(crate) fn entries(self) -> impl Iterator<Item = Entry<'t>> {
        let tree = self.tree;
        let end = self.end_of(NodeKind::Object);
        let mut at = self.index + 1;
        std::iter::from_fn(move || {
            let index = at + 1;
            // A key and its value.
            let [key, node, ..] = tree.nodes.get(at as usize..end as usize)? else { return None };
            at = node.subtree_end(index);
            Some(Entry { key: *key, shape: node.kind.shape(), value: Value { tree, index } })
        })
    }

    /// The index after the subtree of a container of this kind; 0 for other values.
    fn end_of(self, kind: NodeKind) -> u32 {
        self.node().filter(|node| node.kind == kind).map_or(0, |node| node.link)
    }
}
