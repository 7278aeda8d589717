//! Random edits against an independent client, which keeps its text as a list of characters.

use super::*;
use crate::tests::random::Random;

impl Random {
    fn pieces(&mut self) -> String {
        let parts = ["a", "é", "😀", "\n", "\r\n", "\r", "{\"", "\u{feff}", "ab c", ""];
        (0..self.below(4)).map(|_| parts[self.below(parts.len())]).collect()
    }

    /// A position, often outside the text.
    fn place(&mut self, lines: usize) -> Position {
        Position::new(self.below(lines + 2) as u32, self.below(12) as u32)
    }
}

/// The text of a client: its characters, and how it counts.
struct Client {
    characters: Vec<char>,
    encoding: Encoding,
}

impl Client {
    /// The lines, each with the index of its first character and its length without the line break.
    fn lines(&self) -> Vec<(usize, usize)> {
        let (mut lines, mut start, mut at) = (Vec::new(), 0, 0);
        while at < self.characters.len() {
            let width = match self.characters[at..] {
                ['\r', '\n', ..] => 2,
                ['\r' | '\n', ..] => 1,
                _ => 0,
            };
            at += width.max(1);
            if width > 0 {
                lines.push((start, at - width - start));
                start = at;
            }
        }
        lines.push((start, self.characters.len() - start));
        lines
    }

    fn width(&self, character: char) -> u32 {
        match self.encoding {
            Encoding::Utf8 => character.len_utf8() as u32,
            Encoding::Utf16 => character.len_utf16() as u32,
            Encoding::Utf32 => 1,
        }
    }

    fn index(&self, position: Position) -> usize {
        let lines = self.lines();
        let Some(&(start, length)) = lines.get(position.line as usize) else { return self.characters.len() };
        let mut units = 0;
        for index in start..start + length {
            units += self.width(self.characters[index]);
            if units > position.character {
                return index;
            }
        }
        start + length
    }

    fn change(&mut self, range: Range, text: &str) {
        let (start, end) = (self.index(range.start), self.index(range.end));
        self.characters.splice(start.min(end)..start.max(end), text.chars());
    }

    fn text(&self) -> String {
        self.characters.iter().collect()
    }
}

fn edits(count: usize, encoding: Encoding) {
    let mut random = Random(0x9E37_79B9_7F4A_7C15 ^ count as u64);
    let (mut text, mut client) = (Text::new(String::new()), Client { characters: Vec::new(), encoding });
    for number in 0..count {
        let lines = text.starts.len();
        let (range, new) = (Range::new(random.place(lines), random.place(lines)), random.pieces());
        client.change(range, &new);
        text.change(TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: new }, encoding);
        assert!(text.content() == client.text(), "edit {number}");
        if client.characters.len() > 200 {
            (text, client.characters) = (Text::new(String::new()), Vec::new());
        }
    }
}

#[test]
fn random_edits_leave_the_text_that_the_client_has() {
    for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
        edits(20_000, encoding);
    }
}

#[test]
fn positions_and_offsets_are_inverse() {
    let mut random = Random(7);
    for _ in 0..500 {
        let text = Text::new((0..6).map(|_| random.pieces()).collect());
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (offset, _) in text.content.char_indices().chain([(text.content.len(), ' ')]) {
                let is_inside_break =
                    text.content[..offset].ends_with('\r') && text.content[offset..].starts_with('\n');
                let expected = offset - usize::from(is_inside_break);
                assert_eq!(text.offset(text.position(offset, encoding), encoding), expected);
            }
        }
    }
}

#[test]
fn a_range_in_the_wrong_order_is_turned_round() {
    let mut text = Text::new("one\ntwo\n".to_owned());
    let range = Range::new(Position::new(1, 1), Position::new(0, 1));
    let change = TextDocumentContentChangeEvent { range: Some(range), range_length: Some(9), text: "-".to_owned() };
    text.change(change, Encoding::Utf16);
    assert_eq!(text.content(), "o-wo\n");
    text.change(TextDocumentContentChangeEvent { range: None, range_length: None, text: "new".into() }, Encoding::Utf8);
    assert_eq!(text.content(), "new");
}
