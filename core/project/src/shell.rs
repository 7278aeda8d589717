//! Words of the commands that messages suggest.

/// Quotes a word for a POSIX shell if it needs quotes.
pub fn word(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./=:@%+,".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_the_shell_is_quoted_where_it_needs_to_be() {
        assert_eq!(word("crm-lookup"), "crm-lookup");
        assert_eq!(word("a b'c"), r"'a b'\''c'");
        assert_eq!(word(""), "''");
    }
}
