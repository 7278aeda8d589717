//! When two entity tags name the same state.

/// Suffixes that servers and proxies append to the tag of a compressed answer.
const CODINGS: [&str; 5] = ["gzip", "br", "zstd", "deflate", "df"];

/// Whether two entity tags name the same state: by weak comparison (RFC 9110 section 8.8.3.2), and without the suffix of
/// a content coding, such as `-gzip`. A service may give a strong tag with one answer and a weak one with the next.
pub fn same_state(a: &str, b: &str) -> bool {
    opaque(a) == opaque(b)
}

fn opaque(tag: &str) -> &str {
    let tag = tag.trim();
    let tag = tag.strip_prefix("W/").or_else(|| tag.strip_prefix("w/")).unwrap_or(tag);
    let tag = tag.strip_prefix('"').unwrap_or(tag);
    let tag = tag.strip_suffix('"').unwrap_or(tag);
    let coded = CODINGS.iter().find_map(|coding| {
        let rest = tag.strip_suffix(coding)?.strip_suffix(['-', ';', ':', '+'])?;
        // Apache appends `-gzip`, others `--gzip`.
        Some(rest.strip_suffix('-').unwrap_or(rest))
    });
    coded.filter(|rest| !rest.is_empty()).unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_state_has_many_tags() {
        for tag in ["W/\"a1\"", "\"a1-gzip\"", "\"a1--gzip\"", "W/\"a1;gzip\"", "\"a1:br\"", "a1", "w/\"a1\"", "\"a1\""]
        {
            assert!(same_state("\"a1\"", tag), "{tag}");
        }
        for tag in ["\"a2\"", "W/\"a2\"", "\"a1-x\"", "\"A1\"", "\"-gzip\"", "\"\"", ""] {
            assert!(!same_state("\"a1\"", tag), "{tag}");
        }
        assert!(!same_state("\"-gzip\"", "\"-br\""), "nothing is left of it");
    }
}
