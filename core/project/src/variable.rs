//! Names of environment variables.

/// Prefix of the variables that hold the service's credentials. A document must not take values from them.
pub const SERVICE_PREFIX: &str = "CXONE_";

/// Whether a configuration may use `name` as the name of an environment variable: capital letters, digits and `_`, not
/// starting with a digit (POSIX.1-2017, 8.1).
///
/// Lower case is refused because the most common mistake is to paste the secret itself. A message about an unset
/// variable would then show the secret as the variable's name.
pub fn is_conventional_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_uppercase() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_secret_is_not_a_variable_name() {
        assert!(is_conventional_name("CXONE_CLIENT_ID"));
        assert!(is_conventional_name("_X1"));
        for text in ["", "1A", "s3cr3t", "A-B", "A B", "Ä", "A=B"] {
            assert!(!is_conventional_name(text), "{text}");
        }
    }
}
