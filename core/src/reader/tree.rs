//! The flat, spanned tree that every reader yields.

use zeroize::Zeroizing;

use super::{CapFault, SyntaxFault, text};
use crate::options::DocumentFormat;
use crate::span::Span;

/// Stands in [`Node::link`] where there is nothing to link to.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NodeKind {
    Null,
    True,
    False,
    Number,
    String,
    /// The key of an object's entry; the node behind it is the value.
    Key,
    Array,
    Object,
    /// An unquoted YAML scalar that other readers take for something else than a string: `yes`, `1:30`.
    Ambiguous,
    /// Something stood here that could not be read; its fault is reported.
    Unreadable,
}

#[derive(Clone, Copy)]
pub(super) struct Node {
    pub(super) span: Span,
    /// Of a container the index of the first node after its subtree; of a string or key with escapes the index of its
    /// decoded text; otherwise nothing.
    pub(super) link: u32,
    pub(super) kind: NodeKind,
    /// A container that a syntax mistake lies directly in: parts of it may be missing.
    pub(super) damaged: bool,
    /// Bytes that a quote takes on either side of a string's content.
    pub(super) quote: u8,
}

impl Node {
    /// The content of a string or key within its quotes.
    fn content(self) -> Span {
        let quote = usize::from(self.quote);
        Span::new(self.span.start() + quote, self.span.end().saturating_sub(quote))
    }
}

/// A document as a flat tree, with what is wrong with its text.
///
/// The nodes lie in the order of the text. No `Debug`: it holds values.
pub(crate) struct Tree<'t> {
    pub(super) source: &'t str,
    pub(super) nodes: Vec<Node>,
    decoded: Vec<Zeroizing<String>>,
    pub(crate) syntax: Vec<SyntaxFault>,
    pub(crate) cap: Option<CapFault>,
    /// The comments, in the order of the text.
    pub(crate) comments: Vec<Span>,
    pub(crate) format: DocumentFormat,
}

impl<'t> Tree<'t> {
    /// A tree without a value, for a text that could not be read at all.
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

    /// The value at an index that [`Value::index`] gave.
    pub(crate) fn at(&self, index: u32) -> Value<'_> {
        Value { tree: self, index }
    }

    /// The text at a place.
    pub(crate) fn written(&self, span: Span) -> &'t str {
        span.of(self.source)
    }

    /// The places of all scalars, keys excepted.
    pub(crate) fn scalar_spans(&self) -> impl Iterator<Item = Span> {
        let is_scalar = |node: &&Node| !matches!(node.kind, NodeKind::Key | NodeKind::Array | NodeKind::Object);
        self.nodes.iter().filter(is_scalar).map(|node| node.span)
    }

    /// The places of the containers directly below keys that `wanted` picks.
    pub(crate) fn containers_below(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Span> {
        let pairs = self.nodes.iter().zip(self.nodes.iter().skip(1));
        let is_container = |node: &Node| matches!(node.kind, NodeKind::Array | NodeKind::Object);
        let found = pairs
            .filter(move |(key, value)| key.kind == NodeKind::Key && is_container(value) && wanted(self.text(**key)));
        found.map(|(_, value)| value.span)
    }

    fn text(&self, node: Node) -> &str {
        match self.decoded.get(node.link as usize) {
            Some(text) => text.as_str(),
            None => node.content().of(self.source),
        }
    }
}

/// What kind of value a node is, for messages.
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

    /// Whether it holds other values.
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
    pub(crate) key: &'t str,
    pub(crate) key_span: Span,
    pub(crate) value: Value<'t>,
}

impl<'t> Value<'t> {
    pub(super) fn node(self) -> Option<Node> {
        self.tree.nodes.get(self.index as usize).copied()
    }

    /// Where it stands in its tree; [`Tree::at`] leads back.
    pub(crate) fn index(self) -> u32 {
        self.index
    }

    pub(crate) fn span(self) -> Span {
        self.node().map_or(Span::point(0), |node| node.span)
    }

    pub(crate) fn shape(self) -> Shape {
        match self.node().map(|node| node.kind) {
            Some(NodeKind::Null) => Shape::Null,
            Some(NodeKind::True) => Shape::Boolean(true),
            Some(NodeKind::False) => Shape::Boolean(false),
            Some(NodeKind::Number) => Shape::Number,
            Some(NodeKind::String) => Shape::String,
            Some(NodeKind::Array) => Shape::Array,
            Some(NodeKind::Object) => Shape::Object,
            Some(NodeKind::Ambiguous) => Shape::Ambiguous,
            Some(NodeKind::Key | NodeKind::Unreadable) | None => Shape::Unreadable,
        }
    }

    /// Whether a syntax mistake lies directly in this container, so that parts of it may be missing.
    pub(crate) fn is_damaged(self) -> bool {
        self.node().is_some_and(|node| node.damaged)
    }

    /// The decoded text of a string.
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

    /// The source offset of a byte of the decoded text of a string.
    ///
    /// Exact for JSON strings and for strings without escapes; otherwise the start of the value.
    pub(crate) fn source_offset(self, decoded_offset: usize) -> usize {
        match self.node() {
            Some(node) if node.kind == NodeKind::String && node.link == NONE => node.content().start() + decoded_offset,
            Some(node) if node.kind == NodeKind::String && node.quote > 0 => {
                text::source_offset(self.tree.source, node.span, decoded_offset)
            }
            _ => self.span().start(),
        }
    }

    /// The elements of an array; nothing for other kinds.
    pub(crate) fn items(self) -> impl Iterator<Item = Value<'t>> {
        self.children(NodeKind::Array)
    }

    /// The entries of an object, duplicates included; nothing for other kinds.
    pub(crate) fn entries(self) -> impl Iterator<Item = Entry<'t>> {
        let tree = self.tree;
        self.children(NodeKind::Object).filter_map(move |value| {
            let key = tree.nodes.get((value.index as usize).checked_sub(1)?).copied()?;
            Some(Entry { key: tree.text(key), key_span: key.span, value })
        })
    }

    /// The values directly in a container of this kind.
    fn children(self, kind: NodeKind) -> impl Iterator<Item = Value<'t>> {
        let tree = self.tree;
        // In an object every value has its key before it.
        let step = u32::from(kind == NodeKind::Object);
        let end = self.node().filter(|node| node.kind == kind).map_or(0, |node| node.link);
        let mut at = self.index + 1 + step;
        std::iter::from_fn(move || {
            let index = at;
            let node = tree.nodes.get(index as usize).filter(|_| index < end)?;
            let next = if matches!(node.kind, NodeKind::Array | NodeKind::Object) { node.link } else { index + 1 };
            at = next + step;
            Some(Value { tree, index })
        })
    }
}

/// Where the content of a string stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// In the source, the whole span.
    Plain,
    /// In the source, between one-byte quotes.
    Quoted,
    /// Decoded from JSON's escapes; the index is that of [`Builder::keep`].
    Unescaped(u32),
    /// Decoded by other rules: folded lines, YAML's escapes.
    Decoded(u32),
}

/// Builds a tree in the order of the text. Every key is followed by exactly one value.
pub(super) struct Builder<'t> {
    pub(super) tree: Tree<'t>,
    /// Indices of the containers that are not closed yet, outermost first.
    open: Vec<u32>,
}

impl<'t> Builder<'t> {
    pub(super) fn new(source: &'t str) -> Self {
        Self { tree: Tree::unread(source), open: Vec::new() }
    }

    /// How many containers are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Adds a value that holds no others and is no string.
    pub(super) fn scalar(&mut self, kind: NodeKind, span: Span) {
        self.push(kind, span, Content::Plain);
    }

    /// Adds a string or a key.
    pub(super) fn text(&mut self, kind: NodeKind, span: Span, content: Content) {
        self.push(kind, span, content);
    }

    /// Keeps a decoded text, which does not stand in the source as it is, and gives its index.
    pub(super) fn keep(&mut self, text: Zeroizing<String>) -> u32 {
        self.tree.decoded.push(text);
        self.tree.decoded.len() as u32 - 1
    }

    /// Opens an array or object that begins at `span`.
    pub(super) fn open(&mut self, kind: NodeKind, span: Span) {
        self.open.push(self.tree.nodes.len() as u32);
        self.push(kind, span, Content::Plain);
    }

    /// Closes the innermost container, which ends at the offset `end`.
    pub(super) fn close(&mut self, end: usize) {
        let next = self.tree.nodes.len() as u32;
        let innermost = self.open.pop().and_then(|index| self.tree.nodes.get_mut(index as usize));
        if let Some(node) = innermost {
            node.span = Span::new(node.span.start(), end);
            node.link = next;
        }
    }

    /// Whether the innermost open container is an object.
    pub(super) fn in_object(&self) -> bool {
        self.innermost().is_some_and(|node| node.kind == NodeKind::Object)
    }

    /// Whether one of the open containers but the innermost is of this kind.
    pub(super) fn is_inside(&self, kind: NodeKind) -> bool {
        let kind_of = |index: &u32| self.tree.nodes.get(*index as usize).map(|node| node.kind);
        self.open.iter().rev().skip(1).any(|index| kind_of(index) == Some(kind))
    }

    /// Where the innermost open container begins.
    pub(super) fn opener(&self) -> Option<Span> {
        self.innermost().map(|node| node.span)
    }

    /// Whether a key still waits for its value.
    pub(super) fn awaits_value(&self) -> bool {
        self.tree.nodes.last().is_some_and(|node| node.kind == NodeKind::Key)
    }

    /// Notes a mistake, which damages the innermost open container.
    pub(super) fn fault(&mut self, fault: SyntaxFault) {
        self.damage();
        self.tree.syntax.push(fault);
    }

    /// Marks the innermost open container as incomplete.
    pub(super) fn damage(&mut self) {
        let innermost = self.open.last().copied();
        if let Some(node) = innermost.and_then(|index| self.tree.nodes.get_mut(index as usize)) {
            node.damaged = true;
        }
    }

    fn innermost(&self) -> Option<&Node> {
        self.open.last().and_then(|index| self.tree.nodes.get(*index as usize))
    }

    fn push(&mut self, kind: NodeKind, span: Span, content: Content) {
        let (link, quote) = match content {
            Content::Plain => (NONE, 0),
            Content::Quoted => (NONE, 1),
            Content::Unescaped(index) => (index, 1),
            Content::Decoded(index) => (index, 0),
        };
        self.tree.nodes.push(Node { span, link, kind, damaged: false, quote });
    }
}
