//! Stable identifiers, by which a finding is recognised from one run to the next.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use crate::base::hex;
use crate::diagnostic::{Diagnostic, place_in_list};

/// The identifier of each finding: 64 hexadecimal digits.
///
/// It is a hash of the path, the code, the variable by its name, the field, and the finding's number among those that
/// have all of these in common. It depends on no line and no index, so it stays the same when text or variables are
/// inserted above. It never depends on a value, because a value could be guessed from its hash.
pub fn identities<'d>(path: &'d str, diagnostics: &'d [Diagnostic]) -> impl Iterator<Item = String> + 'd {
    let mut counts: HashMap<(&str, Option<&str>, &str), u64> = HashMap::new();
    diagnostics.iter().map(move |diagnostic| {
        let (code, variable) = (&*diagnostic.code, diagnostic.variable.as_deref());
        let field = place_in_list(&diagnostic.pointer).map_or(&*diagnostic.pointer, |(_, field)| field);
        let count = counts.entry((code, variable, field)).or_default();
        *count += 1;
        let mut hash = Sha256::new();
        for part in [plain_path(path), code, variable.unwrap_or_default(), field] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        hash.update(count.to_be_bytes());
        hex::encode(&hash.finalize())
    })
}

/// The path without a leading `./`. CI services compare paths as text and know them in this form.
pub(crate) fn plain_path(mut path: &str) -> &str {
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;

    fn of(path: &str, text: &str) -> Vec<String> {
        identities(path, check(text.as_bytes(), &CheckOptions::default()).diagnostics()).collect()
    }

    #[test]
    fn findings_differ_and_stay_what_they_are() {
        // Three findings with the same code and pointer: three values of one key.
        let text = r#"[{"name": "a", "name": "b", "name": "c", "type": "integer", "value": "one"}]"#;
        let first = of("vars.json", text);
        let mut distinct = first.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!((first.len(), distinct.len()), (3, 3));
        assert_eq!(of("./vars.json", &format!("\n\n  {text}")), first);
        assert_eq!(of("vars.json", &text.replace("one", "two")), first, "values do not count");
        assert!(of("other.json", text).iter().all(|identity| !first.contains(identity)));
    }

    #[test]
    fn a_variable_inserted_above_changes_none() {
        let (good, bad) =
            (r#"{"name": "ok", "type": "string", "value": "x"}"#, r#"{"name": "n", "type": "integer", "value": "x"}"#);
        let nameless = r#"{"type": "string", "value": "x"}"#;
        for (open, close) in [("[", "]"), ("{\"variables\": [", "]}")] {
            let before = of("v.json", &format!("{open}{bad}, {nameless}, {bad}{close}"));
            let after = of("v.json", &format!("{open}{good}, {bad}, {nameless}, {bad}{close}"));
            assert_eq!((before.len(), &after), (4, &before));
        }
        assert_eq!(of("v.json", &format!("[{bad}]")), of("v.json", &format!("{{\"variables\": [{bad}]}}")));
    }
}
