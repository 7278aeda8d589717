//! The text of a document, and its positions as the client counts them.

mod encoding;
#[cfg(test)]
mod text_tests;

use cxvars_core::base::span::Span;
use cxvars_core::options::reader;
use lsp_types::{Position, Range, TextDocumentContentChangeEvent};

pub use encoding::Encoding;

/// The byte order mark.
pub(crate) const MARK: &str = "\u{feff}";

/// A text with an index of its lines. A line ends at LF, CRLF or CR. It has no `Debug`, because it holds values.
#[derive(Clone)]
pub struct Text {
    content: String,
    /// Offset of the first byte of each line.
    starts: Vec<usize>,
    /// Whether it begins with a byte order mark that is in the file and not in the text of the client.
    is_marked: bool,
    /// Whether every unit is a byte in all encodings.
    is_ascii: bool,
}

impl Text {
    /// Finds the lines of a text.
    pub fn new(content: String) -> Self {
        let (starts, is_ascii) = (starts(&content, 0), content.is_ascii());
        Self { content, starts, is_marked: false, is_ascii }
    }

    /// The text of a file. To the client, a byte order mark is none of its characters.
    pub fn of_file(content: String) -> Self {
        if !content.starts_with(MARK) {
            return Self::new(content);
        }
        Self { starts: starts(&content, MARK.len()), is_marked: true, is_ascii: false, content }
    }

    /// The text of the client, whose file begins with a byte order mark or does not.
    #[must_use]
    pub fn marked(self, is_marked: bool) -> Self {
        match (self.is_marked, is_marked) {
            (false, true) => Self::of_file([MARK, &self.content].concat()),
            (true, false) => Self::new(self.content.strip_prefix(MARK).unwrap_or_default().to_owned()),
            _ => self,
        }
    }

    /// Whether it begins with a byte order mark that the client does not show.
    pub(crate) fn is_marked(&self) -> bool {
        self.is_marked
    }

    /// The whole text.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// The byte offset of a position. A position after the end of its line is that end, one after the last line is the
    /// end of the text.
    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        let Some(line) = self.line(position.line as usize) else { return self.content.len() };
        line.start() + self.encoding(encoding).offset(line.of(&self.content), position.character as usize)
    }

    /// The position of a byte offset.
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let index = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let line = self.line(index).unwrap_or(Span::point(0));
        let end = self.content.floor_char_boundary(offset.min(line.end()));
        let before = self.content.get(line.start()..end).unwrap_or_default();
        Position::new(clamp(index), clamp(self.encoding(encoding).count(before)))
    }

    /// The byte offset of a position of a configuration file, which counts from 1 and in characters.
    pub fn offset_at(&self, position: reader::Position) -> usize {
        let count = |number: usize| clamp(number.saturating_sub(1));
        self.offset(Position::new(count(position.line), count(position.column)), Encoding::Utf32)
    }

    /// The range of a span.
    pub fn range(&self, span: Span, encoding: Encoding) -> Range {
        Range::new(self.position(span.start(), encoding), self.position(span.end(), encoding))
    }

    /// The span of a range. If the range ends before it starts, its ends are swapped.
    pub fn span(&self, range: Range, encoding: Encoding) -> Span {
        let (start, end) = (self.offset(range.start, encoding), self.offset(range.end, encoding));
        Span::new(start.min(end), start.max(end))
    }

    /// Applies a change of the client: replaces a range, or the whole text if there is none.
    pub fn change(&mut self, change: TextDocumentContentChangeEvent, encoding: Encoding) {
        match change.range {
            None => *self = Self::new(change.text).marked(self.is_marked),
            Some(range) => self.replace(self.span(range, encoding), &change.text),
        }
    }

    fn replace(&mut self, span: Span, by: &str) {
        let before = self.content.get(..span.start()).unwrap_or_default();
        let after = self.content.get(span.end()..).unwrap_or_default();
        let content = [before, by, after].concat();
        *self = if self.is_marked { Self::of_file(content) } else { Self::new(content) };
    }

    /// The span of a line (from 0), without its line break.
    fn line(&self, index: usize) -> Option<Span> {
        let start = *self.starts.get(index)?;
        let Some(&next) = self.starts.get(index + 1) else { return Some(Span::new(start, self.content.len())) };
        let line = self.content.get(start..next)?;
        let content = line.strip_suffix("\r\n").or(line.strip_suffix(['\n', '\r'])).unwrap_or(line);
        Some(Span::new(start, start + content.len()))
    }

    fn encoding(&self, encoding: Encoding) -> Encoding {
        if self.is_ascii { Encoding::Utf8 } else { encoding }
    }
}

/// The offset of the first byte of each line, of which the first begins at `first`.
fn starts(content: &str, first: usize) -> Vec<usize> {
    let bytes = content.as_bytes();
    let is_break = |(at, byte): &(usize, u8)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    let breaks = bytes.iter().copied().enumerate().filter(is_break).map(|(at, _)| at + 1);
    std::iter::once(first).chain(breaks).collect()
}

fn clamp(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
