//! The form of what a rule says.

use crate::base::display;

/// The longest message or help, in characters.
pub(crate) const MAX_TEXT: usize = 1_000;

/// Whether a text is the code of a rule of the team's own: `TR000` to `TR999`.
pub(crate) fn is_code(text: &str) -> bool {
    text.strip_prefix("TR").is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a text is one line of visible characters.
pub(crate) fn is_one_line(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_TEXT && !text.chars().any(display::is_invisible)
}

/// Whether a text is the address of a web page.
pub(crate) fn is_web_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    is_one_line(text) && rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_tr_and_three_digits() {
        assert!(is_code("TR000") && is_code("TR999"));
        for text in ["", "TR", "TR01", "TR0001", "tr001", "CX001", "TR00１", "TR-01"] {
            assert!(!is_code(text), "{text}");
        }
    }

    #[test]
    fn an_address_is_one_of_the_web() {
        assert!(is_web_address("https://wiki.example.com/rules#TR001") && is_web_address("http://localhost/x"));
        for text in ["https://", "javascript:alert(1)", "wiki/rules", "https://a b", "https://a\n"] {
            assert!(!is_web_address(text), "{text}");
        }
    }
}
