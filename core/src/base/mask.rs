//! Masks: what services and logs show in place of a secret.

/// Whether the whole text is a mask: at least three asterisks or dots and nothing else, or a word such as
/// `[REDACTED]`.
pub fn is_mask(text: &str) -> bool {
    is_repeated(text) || is_word(text)
}

/// At least three of the same character that is used to hide others. GitHub Actions shows three asterisks, most
/// services show more.
fn is_repeated(text: &str) -> bool {
    const MARKS: [char; 10] = ['*', '•', '●', '∙', '·', '∗', '＊', '⬤', '█', '■'];
    let Some(first) = text.chars().next().filter(|first| MARKS.contains(first)) else { return false };
    text.chars().all(|character| character == first) && text.chars().count() >= 3
}

/// A word in brackets, in any case.
fn is_word(text: &str) -> bool {
    const WORDS: [&str; 7] = ["redacted", "sensitive", "unavailable", "hidden", "masked", "encrypted", "filtered"];
    const BRACKETS: [(char, char); 3] = [('[', ']'), ('<', '>'), ('(', ')')];
    let inner = BRACKETS.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close));
    inner.is_some_and(|inner| WORDS.iter().any(|word| inner.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_that_is_a_mask_as_a_whole_is_one() {
        for mask in ["***", "********", "••••", "●●●", "∗∗∗∗", "＊＊＊", "[REDACTED]", "<hidden>", "(masked)"]
        {
            assert!(is_mask(mask), "{mask}");
        }
        for value in ["", "*", "**", "••", "*•*", "a****", "****1234", "*** x ***", "[REDACTED", "[redacted>", "[]"]
        {
            assert!(!is_mask(value), "{value}");
        }
    }
}
