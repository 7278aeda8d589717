//! How a client counts the characters of a line.

use lsp_types::{ClientCapabilities, PositionEncodingKind};

/// The unit of `Position.character`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes of UTF-8.
    Utf8,
    /// UTF-16 code units, which every client can count.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// The unit that costs least of those that the client knows.
    pub fn of_client(capabilities: &ClientCapabilities) -> Self {
        let offered = capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let offered = offered.unwrap_or_default();
        let has = |kind: PositionEncodingKind| offered.contains(&kind);
        match () {
            () if has(PositionEncodingKind::UTF8) => Self::Utf8,
            () if has(PositionEncodingKind::UTF16) => Self::Utf16,
            () if has(PositionEncodingKind::UTF32) => Self::Utf32,
            () => Self::Utf16,
        }
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// Number of units of a text.
    pub fn count(self, text: &str) -> usize {
        // Every byte except a continuation byte begins a character; one of four bytes takes two UTF-16 code units.
        let characters = || text.bytes().filter(|byte| byte & 0xc0 != 0x80).count();
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => characters() + text.bytes().filter(|byte| *byte >= 0xf0).count(),
            Self::Utf32 => characters(),
        }
    }

    /// The byte offset after this number of units; the end if there are fewer. A character that the number divides is
    /// left out.
    pub fn offset(self, text: &str, units: usize) -> usize {
        if self == Self::Utf8 {
            return text.floor_char_boundary(units);
        }
        let mut left = units;
        for (offset, character) in text.char_indices() {
            let width = if self == Self::Utf16 { character.len_utf16() } else { 1 };
            match left.checked_sub(width) {
                Some(rest) => left = rest,
                None => return offset,
            }
        }
        text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_counted_and_found_again() {
        let text = "aé😀b";
        for (encoding, count) in [(Encoding::Utf8, 8), (Encoding::Utf16, 5), (Encoding::Utf32, 4)] {
            assert_eq!(encoding.count(text), count);
            for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
                assert_eq!(encoding.offset(text, encoding.count(&text[..offset])), offset);
            }
            assert_eq!(encoding.offset(text, 99), text.len());
        }
        assert_eq!(Encoding::Utf16.offset(text, 3), 3, "in the middle of a surrogate pair");
        assert_eq!(Encoding::Utf8.offset(text, 2), 1, "in the middle of a character");
    }

    #[test]
    fn bytes_are_preferred_and_utf_16_is_the_default() {
        let of = |kinds: Option<&[&'static str]>| {
            let kinds = kinds.map(|kinds| kinds.iter().map(|kind| PositionEncodingKind::new(kind)).collect());
            let general = lsp_types::GeneralClientCapabilities { position_encodings: kinds, ..Default::default() };
            Encoding::of_client(&ClientCapabilities { general: Some(general), ..Default::default() })
        };
        assert_eq!(of(None), Encoding::Utf16);
        assert_eq!(of(Some(&["utf-16", "utf-8"])), Encoding::Utf8);
        assert_eq!(of(Some(&["utf-32"])), Encoding::Utf32);
        assert_eq!(of(Some(&["latin-1"])), Encoding::Utf16);
    }
}
