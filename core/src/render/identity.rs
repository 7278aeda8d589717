//! Stable identifiers, by which a finding is recognised from one run to the next.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::{File, plain_path, shown};
use crate::base::hex;
use crate::diagnostic::Diagnostic;

/// The shown findings of a document, each with its identifier of 64 hexadecimal digits.
///
/// The identifier is a hash of the path, the code, the pointer, and the finding's number among those with the same
/// three. It does not depend on line numbers, so it stays the same when text is inserted above. It never depends on a
/// value, because a value could be guessed from its hash.
pub(super) fn identified<'f>(file: &'f File<'_>) -> impl Iterator<Item = (String, &'f Diagnostic)> {
    let mut counts: HashMap<(&str, &str), u64> = HashMap::new();
    shown(file.report).iter().map(move |diagnostic| {
        let count = counts.entry((&diagnostic.code, &diagnostic.pointer)).or_default();
        *count += 1;
        let mut hash = Sha256::new();
        for part in [plain_path(file.path), &diagnostic.code, &diagnostic.pointer] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(count.to_be_bytes());
        (hex::encode(&hash.finalize()), diagnostic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;

    fn identities(path: &str, text: &str) -> Vec<String> {
        let report = check(text.as_bytes(), &CheckOptions::default());
        identified(&File::new(path, text, &report)).map(|(identity, _)| identity).collect()
    }

    #[test]
    fn findings_differ_and_stay_what_they_are() {
        // Three findings with the same code and pointer: three values of one key.
        let text = r#"[{"name": "a", "name": "b", "name": "c", "type": "integer", "value": "one"}]"#;
        let first = identities("vars.json", text);
        let mut distinct = first.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!((first.len(), distinct.len()), (3, 3));
        assert_eq!(identities("./vars.json", &format!("\n\n  {text}")), first);
        assert_eq!(identities("vars.json", &text.replace("one", "two")), first, "values do not count");
        assert!(identities("other.json", text).iter().all(|identity| !first.contains(identity)));
    }
}
