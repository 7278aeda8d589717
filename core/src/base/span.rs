//! Byte spans of a text, and their lines and columns.

/// A half-open range of bytes, `start..end`, of the checked text. Both ends lie on character boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// The range `start..end`. The reader refuses texts of 4 GiB and more, so offsets fit in 32 bits; larger ones are
    /// clamped.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let start = clamp(start);
        Self { start, end: clamp(end).max(start) }
    }

    /// The range without its first and its last `bytes` bytes.
    pub(crate) fn inset(self, bytes: u32) -> Self {
        Self { start: self.start.saturating_add(bytes), end: self.end.saturating_sub(bytes) }
    }

    /// Converts a range relative to `origin` into a range of the whole text.
    pub(crate) fn moved(self, origin: u32) -> Self {
        Self { start: self.start.wrapping_add(origin), end: self.end.wrapping_add(origin) }
    }

    /// The empty range at `offset`.
    pub fn point(offset: usize) -> Self {
        Self::new(offset, offset)
    }

    /// Offset of the first byte.
    pub fn start(self) -> usize {
        self.start as usize
    }

    /// Offset after the last byte.
    pub fn end(self) -> usize {
        self.end as usize
    }

    /// Whether the two ranges share a byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The text of the range; empty if `text` has no such range.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start()..self.end()).unwrap_or_default()
    }
}

/// A position as people and editors count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, counted as [`Unit`] says. A byte order mark at the very start does not count.
    pub column: usize,
    /// Offset, from 0, counted as [`Unit`] says.
    pub offset: usize,
}

/// The unit of columns and offsets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Columns count Unicode scalar values, offsets bytes.
    #[default]
    Bytes,
    /// Both count UTF-16 code units, as JavaScript strings do.
    Utf16,
}

/// Finds the line and column of an offset. It stores where each line begins and how many columns lie before each block
/// of the text, so the time to find a column does not depend on the length of the line.
pub struct LineIndex<'t> {
    text: &'t str,
    unit: Unit,
    starts: Vec<usize>,
    /// Number of columns before each block of [`BLOCK`] bytes; empty if every byte is one.
    columns: Vec<usize>,
    is_ascii: bool,
}

/// Size of a block, in bytes. Every place of a finding is counted from the start of its block.
const BLOCK: usize = 128;

/// U+FEFF, which some Windows editors write at the start of a file.
pub(crate) const BYTE_ORDER_MARK: char = '\u{feff}';

impl<'t> LineIndex<'t> {
    /// Finds the lines. A line ends at LF, so CRLF is one line break.
    pub fn new(text: &'t str) -> Self {
        Self::in_unit(text, Unit::Bytes)
    }

    /// As [`Self::new`], for positions in this unit.
    pub fn in_unit(text: &'t str, unit: Unit) -> Self {
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        let is_ascii = text.is_ascii();
        let mut before = 0;
        let blocks = text.as_bytes().chunks(BLOCK).filter(|_| !is_ascii).map(|block| {
            let at = before;
            before += columns_in(block, unit);
            at
        });
        Self { text, unit, starts, columns: blocks.collect(), is_ascii }
    }

    /// The position of a byte offset. An offset past the end gives the position of the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = self.text.floor_char_boundary(offset);
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.line_start(line);
        let mark = usize::from(start == 0 && offset > 0 && self.text.starts_with(BYTE_ORDER_MARK));
        let before = self.columns_before(offset);
        let column = before - self.columns_before(start) - mark + 1;
        Position { line, column, offset: if self.unit == Unit::Utf16 { before } else { offset } }
    }

    /// Converts a byte offset to the unit of this index. An offset past the end gives the end.
    pub fn offset(&self, offset: usize) -> usize {
        let offset = self.text.floor_char_boundary(offset);
        if self.unit == Unit::Utf16 { self.columns_before(offset) } else { offset }
    }

    /// The span of a line (from 1), without its line break.
    pub fn line_span(&self, line: usize) -> Span {
        let start = self.line_start(line);
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        let content = self.text.get(start..end).unwrap_or_default();
        Span::new(start, start + content.trim_end_matches(['\n', '\r']).len())
    }

    fn columns_before(&self, offset: usize) -> usize {
        if self.is_ascii {
            return offset;
        }
        let block = offset / BLOCK;
        let rest = self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        let known = self.columns.get(block).copied();
        // If the text consists of whole blocks only, its end is in no block.
        known.map_or_else(|| columns_in(self.text.as_bytes(), self.unit), |known| known + columns_in(rest, self.unit))
    }

    fn line_start(&self, line: usize) -> usize {
        self.starts.get(line.saturating_sub(1)).copied().unwrap_or(self.text.len())
    }
}

/// How many columns begin in these bytes. Every byte except a continuation byte begins a character (RFC 3629
/// section 3). A character of four bytes takes two UTF-16 code units (RFC 2781 section 2.1).
fn columns_in(bytes: &[u8], unit: Unit) -> usize {
    let characters = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    match unit {
        Unit::Bytes => characters,
        Unit::Utf16 => characters + bytes.iter().filter(|byte| **byte >= 0xf0).count(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_right_across_blocks() {
        let long = |text: &str| text.repeat(9 * BLOCK);
        for text in [long("é"), format!("{}\n{}", "ab😀".repeat(700), long("ü")), long("x\n"), "é".repeat(BLOCK / 2)]
        {
            let (index, in_utf16) = (LineIndex::new(&text), LineIndex::in_unit(&text, Unit::Utf16));
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let before = &text[..offset];
                let line_start = before.rfind('\n').map_or(0, |at| at + 1);
                assert_eq!(index.position(offset).column, text[line_start..offset].chars().count() + 1, "{offset}");
                let units = |text: &str| text.encode_utf16().count();
                let place = in_utf16.position(offset);
                assert_eq!(place.column, units(&text[line_start..offset]) + 1, "{offset}");
                assert_eq!((place.offset, in_utf16.offset(offset)), (units(before), units(before)));
            }
        }
    }

    #[test]
    fn columns_count_characters_and_offsets_count_bytes() {
        let text = "a\r\nüñ x\n";
        let index = LineIndex::new(text);
        let x = text.find('x').unwrap();
        assert_eq!(index.position(x), Position { line: 2, column: 4, offset: 8 });
        assert_eq!(index.line_span(1).of(text), "a");
        assert_eq!(index.line_span(2).of(text), "üñ x");
        assert_eq!(index.position(999), Position { line: 3, column: 1, offset: 10 });
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let index = LineIndex::new("\u{feff}{}");
        assert_eq!(index.position(3), Position { line: 1, column: 1, offset: 3 });
    }
}
