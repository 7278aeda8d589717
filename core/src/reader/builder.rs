//! Builds a tree in the order of the text.

use zeroize::Zeroizing;

use super::tree::{Condition, NONE, Node, NodeKind, Tree};
use super::{KeyWord, SyntaxFault};
use crate::base::span::Span;

/// Where the content of a string is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// In the source: the whole span.
    Plain,
    /// In the source: the span without a one-byte quote on either side.
    Quoted,
    /// Decoded from JSON escapes. The index comes from [`Builder::keep`].
    Unescaped(u32),
    /// Decoded by other rules, such as folded lines or YAML escapes. The index comes from [`Builder::keep`].
    Decoded(u32),
}

/// Builds a tree in the order of the text. Every key is followed by exactly one value.
pub(super) struct Builder<'t> {
    pub(super) tree: Tree<'t>,
    /// Index of the innermost open container, or [`NONE`].
    innermost: u32,
    depth: usize,
}

impl<'t> Builder<'t> {
    pub(super) fn new(source: &'t str) -> Self {
        Self { tree: Tree::unread(source), innermost: NONE, depth: 0 }
    }

    /// Reserves space for this many nodes.
    pub(super) fn reserve(&mut self, nodes: usize) {
        self.tree.nodes.reserve(nodes);
    }

    /// How many containers are open.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Adds a scalar that is not a string.
    pub(super) fn scalar(&mut self, kind: NodeKind, span: Span) {
        self.push(kind, span, Content::Plain);
    }

    /// Adds a string or a key.
    pub(super) fn text(&mut self, kind: NodeKind, span: Span, content: Content) {
        self.push(kind, span, content);
        if kind == NodeKind::Key {
            self.name_key();
        }
    }

    /// Sets the word of the key that was added last.
    fn name_key(&mut self) {
        let Some(key) = self.tree.nodes.last().copied() else { return };
        let word = KeyWord::of(self.tree.text(key));
        if let Some(key) = self.tree.nodes.last_mut() {
            key.word = word;
        }
    }

    /// Stores a decoded text that differs from its source, and returns its index.
    pub(super) fn keep(&mut self, text: Zeroizing<String>) -> u32 {
        self.tree.decoded.push(text);
        self.tree.decoded.len() as u32 - 1
    }

    /// Opens an array or object that begins at `span`.
    pub(super) fn open(&mut self, kind: NodeKind, span: Span) {
        let around = std::mem::replace(&mut self.innermost, self.tree.nodes.len() as u32);
        self.depth += 1;
        self.tree.nodes.push(Node {
            span,
            link: around,
            kind,
            condition: Condition::Whole,
            quote: 0,
            word: KeyWord::Other,
        });
    }

    /// Closes the innermost container at the offset `end`, and returns its index.
    pub(super) fn close(&mut self, end: usize) -> usize {
        let next = self.tree.nodes.len() as u32;
        let index = self.innermost as usize;
        if let Some(node) = self.tree.nodes.get_mut(index) {
            node.span = Span::new(node.span.start(), end);
            self.innermost = std::mem::replace(&mut node.link, next);
            self.depth -= 1;
        }
        index
    }

    /// Adds a key without escapes whose word is known.
    pub(super) fn known_key(&mut self, span: Span, word: KeyWord) {
        self.tree.nodes.push(Node {
            span,
            link: NONE,
            kind: NodeKind::Key,
            condition: Condition::Whole,
            quote: 1,
            word,
        });
    }

    /// Adds a key as [`Self::known_key`] does, with its value, a string without escapes.
    pub(super) fn known_pair(&mut self, key: Span, word: KeyWord, value: Span) {
        let node = |kind, span, word| Node { span, link: NONE, kind, condition: Condition::Whole, quote: 1, word };
        let pair = [node(NodeKind::Key, key, word), node(NodeKind::String, value, KeyWord::Other)];
        self.tree.nodes.extend_from_slice(&pair);
    }

    /// Closes the innermost container and sets its condition.
    pub(super) fn close_as(&mut self, condition: Condition, end: usize) {
        let index = self.close(end);
        if let Some(node) = self.tree.nodes.get_mut(index) {
            node.condition = condition;
        }
    }

    /// The node that was added last.
    pub(super) fn last(&self) -> Option<&Node> {
        self.tree.nodes.last()
    }

    /// The nodes from this index on.
    pub(super) fn since(&self, index: usize) -> &[Node] {
        self.tree.nodes.get(index..).unwrap_or_default()
    }

    /// Whether a key or scalar that was added covers this offset.
    pub(super) fn has_scalar_at(&self, offset: usize) -> bool {
        let until = self.tree.nodes.partition_point(|node| node.span.start() <= offset);
        let mut before = self.tree.nodes.iter().take(until).rev();
        before.find(|node| !node.kind.is_container()).is_some_and(|scalar| offset < scalar.span.end())
    }

    /// Whether the innermost open container is an object.
    pub(super) fn in_object(&self) -> bool {
        self.innermost().is_some_and(|node| node.kind == NodeKind::Object)
    }

    /// Whether the innermost open container is an array.
    pub(super) fn in_array(&self) -> bool {
        self.innermost().is_some_and(|node| node.kind == NodeKind::Array)
    }

    /// Whether an open container around the innermost one is of this kind.
    pub(super) fn is_inside(&self, kind: NodeKind) -> bool {
        let around = |node: &&Node| self.tree.nodes.get(node.link as usize);
        std::iter::successors(self.innermost(), |node| around(node)).skip(1).any(|node| node.kind == kind)
    }

    /// The span of the innermost open container, which begins at its opening bracket.
    pub(super) fn opener(&self) -> Option<Span> {
        self.innermost().map(|node| node.span)
    }

    /// Whether the node that was added last is a key, so that its value is missing.
    pub(super) fn awaits_value(&self) -> bool {
        self.tree.nodes.last().is_some_and(|node| node.kind == NodeKind::Key)
    }

    /// Records a mistake and marks the innermost open container as damaged.
    pub(super) fn fault(&mut self, fault: SyntaxFault) {
        self.damage();
        self.tree.syntax.push(fault);
    }

    /// Marks the innermost open container as damaged.
    pub(super) fn damage(&mut self) {
        if let Some(node) = self.tree.nodes.get_mut(self.innermost as usize) {
            node.condition = Condition::Damaged;
        }
    }

    fn innermost(&self) -> Option<&Node> {
        self.tree.nodes.get(self.innermost as usize)
    }

    fn push(&mut self, kind: NodeKind, span: Span, content: Content) {
        let (link, quote) = match content {
            Content::Plain => (NONE, 0),
            Content::Quoted => (NONE, 1),
            Content::Unescaped(index) => (index, 1),
            Content::Decoded(index) => (index, 0),
        };
        self.tree.nodes.push(Node { span, link, kind, condition: Condition::Whole, quote, word: KeyWord::Other });
    }
}
