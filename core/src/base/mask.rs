//! Masks: what services and logs show in place of a secret.

use crate::base::swar;

/// Characters that are used to hide others.
const MARKS: [char; 11] = ['*', '•', '●', '∙', '·', '∗', '＊', '⬤', '█', '■', '▪'];
/// Fewest of them in a row. GitHub Actions shows three asterisks, most services show more.
const LEAST: usize = 3;
/// Most characters of a secret that a mask shows.
const MOST_SHOWN: usize = 12;
/// Length of the longest mask without a mark: a word in brackets, or an ellipsis and what is around it.
const LONGEST_WITHOUT_MARK: usize = 24;
/// Words that services and logs show instead of a value.
const WORDS: [&str; 19] = [
    "redacted",
    "sensitive",
    "unavailable",
    "hidden",
    "masked",
    "encrypted",
    "filtered",
    "scrubbed",
    "obfuscated",
    "concealed",
    "sensitive value",
    "redacted value",
    "hidden value",
    "masked value",
    "secret value",
    "value hidden",
    "secret hidden",
    "secure",
    "secured",
];

/// Whether the whole text is a mask: at least three asterisks or dots and nothing else, or a word such as
/// `[REDACTED]`. White space around it does not count, because what was copied often ends with a line break.
///
/// Runs for every value of every document, so the first byte decides for most.
pub fn is_mask(text: &str) -> bool {
    let text = text.trim_ascii();
    match text.as_bytes().first() {
        Some(b'*' | 0x80..) => is_repeated(text),
        Some(b'[' | b'<' | b'(') => is_word_in_brackets(text),
        _ => false,
    }
}

/// Whether a text is a mask if the real value is a secret: it hides only a part of it (`sk****EA`), or is a mask that
/// could be the value of something else (`xxxxxxxx`).
pub(crate) fn hides_a_secret(text: &str) -> bool {
    let text = text.trim_ascii();
    let word = text.trim_matches(|edge: char| !edge.is_alphanumeric());
    may_be_mask(text)
        && (is_mask(text) || is_mask_of_a_part(text) || is_row_of_x(text) || (is_word(word) && word.len() < text.len()))
}

/// Whether a text is nothing but a word that is shown in place of a value, such as `REDACTED`. In the clear, it is a
/// placeholder for somebody to replace.
pub(crate) fn is_bare_word(text: &str) -> bool {
    is_word(text.trim_ascii())
}

/// Whether a text may be a mask of any kind: after the few characters that a mask shows there is a mark, or the text is
/// as short as those. Rules out nearly all values.
#[inline(always)]
pub(crate) fn may_be_mask(text: &str) -> bool {
    const SHORTEST: usize = 3;
    let text = text.as_bytes();
    match text {
        [b'h', b't', b't', b'p', ..] | [b'{', ..] => false,
        b"true" | b"false" => false,
        _ => text.len() >= SHORTEST && may_hide_a_secret(text),
    }
}

#[inline(never)]
fn may_hide_a_secret(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    if text.iter().all(u8::is_ascii_digit) {
        return false;
    }
    // A long text without a mark is nothing of the kind, unless it is a row of x.
    if text.len() > LONGEST_WITHOUT_MARK && text.is_ascii() && !swar::has_one_of(text, [b'*']) {
        return matches!(text, [b'x' | b'X', b'x' | b'X', ..]);
    }
    let shown = text.iter().take(MOST_SHOWN + 1).take_while(|byte| is_shown(**byte)).count();
    match text.get(shown) {
        Some(b'*' | 0x80.. | b'[' | b'<' | b'(') | None => true,
        _ => matches!(text, [b'x' | b'X', b'x' | b'X', ..]),
    }
}

/// Whether a byte may be shown beside a mask.
fn is_shown(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// At least three of the same mark.
fn is_repeated(text: &str) -> bool {
    let Some(first) = text.chars().next().filter(|first| MARKS.contains(first)) else { return false };
    text.chars().all(|character| character == first) && text.chars().count() >= LEAST
}

/// A word in brackets, in any case.
fn is_word_in_brackets(text: &str) -> bool {
    const BRACKETS: [(char, char); 3] = [('[', ']'), ('<', '>'), ('(', ')')];
    let inner = BRACKETS.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    inner.is_some_and(is_word)
}

fn is_word(text: &str) -> bool {
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A row of marks, or an ellipsis, with a few characters of the value before or after it.
fn is_mask_of_a_part(text: &str) -> bool {
    let around = |open: &str, close: &str| {
        let mut shown = open.bytes().chain(close.bytes());
        (1..=MOST_SHOWN).contains(&(open.len() + close.len())) && shown.all(is_shown)
    };
    let ellipsis = text.split_once("...").or_else(|| text.split_once('…'));
    if ellipsis.is_some_and(|(open, close)| !open.is_empty() && !close.is_empty() && around(open, close)) {
        return true;
    }
    let Some((open, rest)) = text.find(MARKS).and_then(|at| text.split_at_checked(at)) else { return false };
    let close = rest.trim_start_matches(MARKS);
    let marks = rest.strip_suffix(close).unwrap_or_default();
    is_repeated(marks) && around(open, close)
}

fn is_row_of_x(text: &str) -> bool {
    const LEAST: usize = 4;
    text.len() >= LEAST && text.bytes().all(|byte| matches!(byte, b'x' | b'X' | b'-')) && text.contains(['x', 'X'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_that_is_a_mask_as_a_whole_is_one() {
        for mask in [
            "***",
            "********",
            "••••",
            "●●●",
            "∗∗∗∗",
            "＊＊＊",
            "[REDACTED]",
            "<hidden>",
            "(masked)",
            "(sensitive value)",
            "▪▪▪▪▪",
            "[secure]",
            "<secret hidden>",
            "••••\r\n",
        ] {
            assert!(is_mask(mask), "{mask}");
        }
        for value in ["", "*", "**", "••", "*•*", "a****", "****1234", "*** x ***", "[REDACTED", "[redacted>", "[]"]
        {
            assert!(!is_mask(value), "{value}");
        }
    }
    #[test]
    fn a_secret_can_also_be_hidden_in_part() {
        for mask in [
            "sk****EA",
            "a****",
            "****1234",
            "ghp_************************abcd",
            "AKIA••••••••••••MPLE",
            "xxxxxxxx",
            "XXXX-XXXX",
            "*** REDACTED ***",
            "sk-...abcd",
            "sk-…abcd",
            "[MASKED]\n",
            "__hidden__",
        ] {
            assert!(hides_a_secret(mask), "{mask}");
        }
        for value in [
            "",
            "hunter2",
            "a**b",
            "a*b*c*d",
            "xxx",
            "xylophone",
            "hidden treasure",
            "...",
            "wait...",
            "a***b***c",
            "correct***horse-battery***staple",
            "1234567***1234567",
            "p@ss***word",
        ] {
            assert!(!hides_a_secret(value), "{value}");
        }
        assert!(is_bare_word("REDACTED\n") && !hides_a_secret("REDACTED") && !is_bare_word("<REDACTED>"));
    }
}
