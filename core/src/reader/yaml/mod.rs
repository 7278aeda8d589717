//! The YAML reader. It supports the part of YAML 1.2 that a list of variables needs.
//!
//! It builds the same tree as the JSON reader, from the events of a parser. It refuses anchors, aliases, tags other
//! than `!!str`, keys that are not scalars, and a second document, because a list of variables needs none of them.
//! Without aliases, a tree is never larger than its text.

mod mistakes;

use std::borrow::Cow;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle, Tag, options};
use zeroize::Zeroizing;

use super::builder::{Builder, Content};
use super::tree::{NodeKind, Tree};
use super::{CapFault, MOST_FAULTS, SyntaxKind, is_one_word, length_cap, plain_scalar};
use crate::base::invisible::is_unnoticed;
use crate::base::limits::Limits;
use crate::base::span::Span;

/// Reads a text, within the limits.
pub(crate) fn read_yaml(source: &str, limits: Limits) -> Tree<'_> {
    let mut reader = Reader {
        source,
        depth: limits.depth,
        tree: Builder::new(source),
        key: None,
        skip: Skip::default(),
        cursor: 0,
        end: 0,
        documents: 0,
        document_start: Span::point(0),
    };
    reader.tree.tree.cap = length_cap(limits, source);
    if reader.tree.tree.cap.is_none() {
        reader.document();
    }
    reader.tree.tree
}

/// A key whose value has not been read yet.
#[derive(Clone, Copy)]
struct Key {
    span: Span,
    content: Content,
}

/// Nodes that are skipped: a refused key, if it is not a scalar, and its value.
#[derive(Default)]
struct Skip {
    /// Number of nodes that are still to be skipped.
    nodes: usize,
    /// Number of open containers in the node that is being skipped.
    open: usize,
}

struct Reader<'t> {
    source: &'t str,
    depth: usize,
    tree: Builder<'t>,
    key: Option<Key>,
    skip: Skip,
    /// Offset after the last key, scalar or opening bracket. The search for the next indicator starts here.
    cursor: usize,
    /// Offset after the last part of a value. A block ends there.
    end: usize,
    /// Number of documents; `usize::MAX` if reading has stopped.
    documents: usize,
    /// The start of the last document: its `---`, if it has one.
    document_start: Span,
}

impl<'t> Reader<'t> {
    fn document(&mut self) {
        // The parser gets one level more than the limit, so that the depth of the tree decides.
        let nesting = self.depth.saturating_add(1);
        let options = options! {
            flow_nesting_limit: nesting,
            block_nesting_limit: nesting,
            max_buffered_comment_events: usize::MAX,
            emit_anchor_events: true,
            emit_unresolved_aliases: true,
        };
        for event in Parser::new_from_str_with_options(self.source, options) {
            match event {
                Ok((event, span)) => self.event(event, &span),
                Err(error) => self.stop(&error),
            }
            if self.tree.tree.cap.is_some() || self.tree.tree.syntax.len() >= MOST_FAULTS {
                self.abandon();
            }
            if self.documents == usize::MAX {
                break;
            }
        }
        let tree = &mut self.tree.tree;
        let is_blank = tree.root().is_none_or(|root| root.span().start() == root.span().end());
        if is_blank && tree.syntax.is_empty() && tree.cap.is_none() {
            tree.nodes.clear();
            self.fault(SyntaxKind::Empty, Span::point(self.source.len()));
        }
    }

    fn event(&mut self, event: Event<'t>, span: &granit_parser::Span) {
        let at = bytes(span);
        if self.documents > 1 && begins_node(&event) {
            // What follows a `---` at the end of the text is an empty document, which has an empty scalar.
            if !matches!(event, Event::Scalar(_, ScalarStyle::Plain, 0, None) if at.start() == at.end()) {
                self.fault(SyntaxKind::SecondDocument, self.document_start);
                self.abandon();
            }
            return;
        }
        match event {
            Event::Comment(..) => self.tree.tree.comments.push(at),
            Event::Anchor(..) => self.fault(SyntaxKind::Anchor, at),
            Event::DocumentStart(..) => {
                self.documents += 1;
                self.document_start = at;
                self.cursor = at.end();
            }
            Event::Scalar(text, style, anchor, tag) => {
                let has_properties = anchor > 0 || tag.is_some();
                let is_text = self.check_tag(tag.as_deref(), span, true);
                if !self.skips(0) {
                    self.scalar(text, style, at, has_properties, is_text);
                }
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.fault(SyntaxKind::Anchor, at);
                if !self.skips(0) {
                    self.alias(at);
                }
            }
            Event::SequenceStart(style, _, tag) => {
                self.check_tag(tag.as_deref(), span, false);
                self.open(NodeKind::Array, style, at);
            }
            Event::MappingStart(style, _, tag) => {
                self.check_tag(tag.as_deref(), span, false);
                self.open(NodeKind::Object, style, at);
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if !self.skips(-1) {
                    // A block ends with its last value, a flow collection with its bracket.
                    self.end = self.end.max(at.end() * usize::from(at.start() < at.end()));
                    self.tree.close(self.end);
                }
                self.cursor = self.cursor.max(self.end);
            }
            // The remaining events are the start and end of the stream and the end of a document.
            _ => {}
        }
    }

    /// Whether an event belongs to a node that is skipped. `opens` is 1 for the start of a container, -1 for its end
    /// and 0 for a scalar.
    fn skips(&mut self, opens: isize) -> bool {
        if self.skip.nodes == 0 {
            return false;
        }
        self.skip.open = self.skip.open.saturating_add_signed(opens);
        self.skip.nodes -= usize::from(self.skip.open == 0);
        true
    }

    /// Whether the next node is a key.
    fn expects_key(&self) -> bool {
        self.tree.in_object() && self.key.is_none()
    }

    fn open(&mut self, kind: NodeKind, style: StructureStyle, at: Span) {
        if self.skips(1) {
            return;
        }
        if self.expects_key() {
            self.fault(SyntaxKind::ComplexKey, at);
            self.skip = Skip { nodes: 2, open: 0 };
            self.skips(1);
            return;
        }
        let is_block_list = kind == NodeKind::Array && style == StructureStyle::Block;
        // The event of an unindented list comes after its first dash. Only the value of a key can be such a list.
        let dash = self.key.filter(|_| is_block_list).and_then(|_| self.indicator(&["-"], at.start()));
        let start = dash.unwrap_or(at.start()).max(self.cursor);
        if self.tree.depth() >= self.depth {
            self.tree.tree.cap = Some(CapFault::Depth { limit: self.depth, span: self.character(start) });
            return;
        }
        self.push_key();
        self.tree.open(kind, Span::new(start, at.end().max(start)));
        self.cursor = at.end().max(start);
        self.end = self.end.max(self.cursor);
        if is_block_list {
            self.cursor = start;
        }
    }

    fn scalar(&mut self, text: Cow<'t, str>, style: ScalarStyle, at: Span, has_properties: bool, is_text: bool) {
        let is_empty = style == ScalarStyle::Plain && at.start() == at.end();
        let span = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.block_scalar(at),
            _ if is_empty && !has_properties => match self.empty_place(at) {
                Some(place) => place,
                None => return,
            },
            _ => at,
        };
        self.cursor = span.end();
        self.end = self.end.max(span.end());
        let kind = match style {
            ScalarStyle::Plain if is_empty && !is_text => NodeKind::Null,
            ScalarStyle::Plain if !is_text => plain_scalar::kind(&text),
            _ => NodeKind::String,
        };
        let content = if is_empty { Content::Plain } else { self.content(text, style, span) };
        if style == ScalarStyle::Plain
            && let Some(place) = self.unnoticed_in(span)
        {
            self.fault(SyntaxKind::Unnoticed, place);
            return self.refused(span);
        }
        if self.expects_key() {
            if style == ScalarStyle::Plain && !is_one_word(span.of(self.source)) && span.of(self.source) != "<<" {
                self.fault(SyntaxKind::NotOneWord, span);
                self.skip.nodes = 1;
                return;
            }
            self.key = Some(Key { span, content });
        } else {
            self.push_key();
            self.tree.text(kind, span, content);
        }
    }

    /// An unnoticed character in a key without quotes, or at an edge of another scalar without quotes. What a variable's
    /// value may hold is for the rules.
    fn unnoticed_in(&self, span: Span) -> Option<Span> {
        let text = span.of(self.source);
        let is_key = self.expects_key();
        if text.is_ascii() || self.key.is_some_and(|key| key.span.of(self.source) == "value") {
            return None;
        }
        let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
        let mut found = text.char_indices().filter(|(_, character)| is_unnoticed(*character));
        let (at, _) = found.find(|(at, _)| is_key || *at == 0 || *at == last)?;
        Some(self.character(span.start() + at))
    }

    /// Passes over a scalar that cannot be read: over its value too, if it is a key.
    fn refused(&mut self, span: Span) {
        if self.expects_key() {
            self.skip.nodes = 1;
        } else {
            self.push_key();
            self.tree.scalar(NodeKind::Unreadable, span);
        }
    }

    /// The place of an empty scalar; none if it is the value of a key without a colon, and that key is dropped.
    fn empty_place(&mut self, at: Span) -> Option<Span> {
        let place = match self.key {
            Some(key) => {
                let Some(colon) = self.significant(key.span.end()).filter(|(_, rest)| rest.starts_with(':')) else {
                    // Without a colon, it may be a value in the wrong place, so it does not become a key.
                    self.key = None;
                    self.fault(SyntaxKind::ExpectedColon, key.span);
                    return None;
                };
                colon.0 + 1
            }
            None if self.tree.in_object() => at.start(),
            None => self.indicator(&["-"], at.start()).map_or(at.start(), |dash| dash + 1),
        };
        // The colon may belong to an empty key of an outer object.
        Some(Span::point(place.max(self.cursor)))
    }

    /// The span of a block scalar, from its indicator to its last character that is not white space.
    fn block_scalar(&self, at: Span) -> Span {
        let start = self.indicator(&["|", ">"], at.end()).unwrap_or(at.start());
        let text = Span::new(start, at.end()).of(self.source);
        Span::new(start, start + text.trim_end_matches([' ', '\t', '\n', '\r']).len())
    }

    fn content(&mut self, text: Cow<'t, str>, style: ScalarStyle, span: Span) -> Content {
        let written = span.of(self.source);
        let (content, inside) = match style {
            ScalarStyle::Plain => (Content::Plain, Some(written)),
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
                let characters = written.len().saturating_sub(1);
                (Content::Quoted, written.get(1..characters))
            }
            ScalarStyle::Literal | ScalarStyle::Folded => (Content::Plain, None),
        };
        if inside == Some(text.as_ref()) {
            return content;
        }
        Content::Decoded(self.tree.keep(Zeroizing::new(text.into_owned())))
    }

    fn alias(&mut self, at: Span) {
        self.cursor = at.end();
        self.end = self.end.max(at.end());
        self.refused(at);
    }

    /// Whether a tag makes a scalar a string. Every other tag is reported as a mistake.
    fn check_tag(&mut self, tag: Option<&Tag>, span: &granit_parser::Span, is_scalar: bool) -> bool {
        let Some(tag) = tag else { return false };
        let is_text = is_scalar && tag.is_yaml_core_schema_tag("str");
        if !is_text {
            self.fault(SyntaxKind::Tag, span.tag_span().map_or_else(|| bytes(span), |tag| bytes(&tag)));
        }
        is_text
    }

    fn push_key(&mut self) {
        if let Some(Key { span, content }) = self.key.take() {
            self.tree.text(NodeKind::Key, span, content);
        }
    }

    // The text between nodes

    /// The offset of the first of these indicators from the cursor on, at `end` at the latest.
    fn indicator(&self, wanted: &[&str], end: usize) -> Option<usize> {
        let mut at = self.cursor;
        loop {
            let (start, rest) = self.significant(at).filter(|(start, _)| *start <= end)?;
            if wanted.iter().any(|wanted| rest.starts_with(wanted)) {
                return Some(start);
            }
            // A tag or anchor ends at the next white space; every other indicator is one character.
            at = match rest.starts_with(['!', '&']) {
                true => start + rest.find([' ', '\t', '\n', '\r']).unwrap_or(rest.len()),
                false => start + rest.chars().next()?.len_utf8(),
            };
        }
    }

    /// The offset of the next character that is neither white space nor part of a comment, and the text from there on.
    fn significant(&self, mut at: usize) -> Option<(usize, &'t str)> {
        loop {
            let rest = self.source.get(at..)?;
            let text = rest.trim_start_matches([' ', '\t', '\n', '\r', crate::base::span::BYTE_ORDER_MARK]);
            at += rest.len() - text.len();
            if !text.starts_with('#') {
                return (!text.is_empty()).then_some((at, text));
            }
            at += text.find(['\n', '\r']).unwrap_or(text.len());
        }
    }

    /// The character at an offset.
    fn character(&self, at: usize) -> Span {
        let rest = self.source.get(at..).unwrap_or_default();
        Span::new(at, at + rest.chars().next().map_or(0, char::len_utf8))
    }
}

/// Whether an event is a node, or the start of one.
fn begins_node(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Scalar(..)
            | Event::Alias(_)
            | Event::UnresolvedAlias(_)
            | Event::SequenceStart(..)
            | Event::MappingStart(..)
    )
}

fn bytes(span: &granit_parser::Span) -> Span {
    let range = span.byte_range().unwrap_or_default();
    Span::new(range.start, range.end)
}

#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
