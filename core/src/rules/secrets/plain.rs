//! Values that are no secrets even under a name that says secret.

use super::placeholder::is_placeholder;

/// Switches, and words that name a kind of login.
const WORDS: &str = "true false yes no on off enabled disabled bearer basic oauth oauth2 jwt saml ntlm kerberos apikey api_key \
    client_credentials authorization_code refresh_token default";

/// Whether a value gives no secret away, whatever its name says: it is empty, a placeholder, a switch, the path of a
/// file, or an address. What an address carries is judged by its own.
pub(in crate::rules) fn is_plain(value: &str) -> bool {
    let value = value.trim();
    is_address(value)
        || WORDS.split_ascii_whitespace().any(|word| value.eq_ignore_ascii_case(word))
        || is_path(value)
        || is_placeholder(value)
}

/// Whether a value is a URL of the web.
#[inline]
pub(in crate::rules) fn is_address(value: &str) -> bool {
    value.strip_prefix("http").is_some_and(|rest| rest.starts_with("s://") || rest.starts_with("://"))
}

/// Whether a value is a path of at least two parts, with no character that a password may need.
fn is_path(value: &str) -> bool {
    let begins = ["/", "./", "../", "~/"].iter().find_map(|start| value.strip_prefix(start));
    let is_drive = value.as_bytes().get(1..3) == Some(b":\\");
    let is_part =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b' '));
    match begins {
        Some(rest) => rest.contains('/') && rest.split('/').all(is_part),
        None => is_drive && value.split('\\').skip(1).all(is_part),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_not_plain() {
        for value in [
            "",
            " ",
            "https://auth.example.com/token",
            "${TOKEN}",
            "changeme",
            "true",
            "Bearer",
            "/etc/ssl/crm.key",
            "~/.ssh/id_rsa",
            "C:\\Keys\\crm.pem",
            "../keys/crm.pem",
            "client_credentials",
        ] {
            assert!(is_plain(value), "{value}");
        }
        for value in
            ["hunter2", "12345678", "/hunter2", "correct horse battery staple", "P@ss/w0rd", "password", "letmein", "a"]
        {
            assert!(!is_plain(value), "{value}");
        }
    }
}
