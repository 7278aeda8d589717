//! Globs of names, which are matched with every variable of every document: most of them are a prefix, a suffix or a part,
//! and these are compared as texts.

use crate::base::glob::{Glob, GlobError};

/// A glob, ready to match names and paths. It matches what [`Glob`] matches.
#[derive(Clone, Debug)]
pub struct NameGlob {
    text: String,
    matcher: Matcher,
}

#[derive(Clone, Debug)]
enum Matcher {
    /// The texts between stars. Nothing that matches holds a `/`.
    Parts {
        first: String,
        middle: Vec<String>,
        last: String,
    },
    /// A text without stars.
    Exact(String),
    Any(Glob),
}

impl PartialEq for NameGlob {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for NameGlob {}

impl NameGlob {
    /// Reads a glob.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, GlobError> {
        let glob = Glob::new(text)?;
        let is_plain = !text.contains(['?', '[', ']', '{', '}', '\\', '/']) && !text.contains("**");
        let parts: Vec<String> = text.split('*').map(str::to_owned).collect();
        let matcher = match &*parts {
            _ if !is_plain => Matcher::Any(glob),
            [whole] => Matcher::Exact(whole.clone()),
            [first, middle @ .., last] => {
                Matcher::Parts { first: first.clone(), middle: middle.to_vec(), last: last.clone() }
            }
            [] => Matcher::Any(glob),
        };
        Ok(Self { text: text.to_owned(), matcher })
    }

    /// The glob as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What every text that matches begins with and ends with, as far as that is known; none if it is not.
    pub(crate) fn ends(&self) -> Option<(&str, &str)> {
        match &self.matcher {
            Matcher::Exact(whole) => Some((whole, whole)),
            Matcher::Parts { first, last, .. } => Some((first, last)),
            Matcher::Any(_) => None,
        }
    }

    /// Whether a text matches as a whole.
    pub(crate) fn matches(&self, text: &str) -> bool {
        match &self.matcher {
            Matcher::Exact(whole) => text == whole,
            Matcher::Any(glob) => glob.matches(text),
            Matcher::Parts { first, middle, last } => {
                let within = text.strip_prefix(&**first).and_then(|rest| rest.strip_suffix(&**last));
                within.is_some_and(|within| holds_in_order(within, middle) && !within.contains('/'))
            }
        }
    }
}

/// Whether a text holds these parts one after the other.
fn holds_in_order(mut text: &str, parts: &[String]) -> bool {
    for part in parts {
        // A search for one byte needs no preparation, and most names are short.
        let rest = match part.as_bytes() {
            [byte] => text.bytes().position(|other| other == *byte).and_then(|at| text.get(at + 1..)),
            _ => text.split_once(&**part).map(|(_, rest)| rest),
        };
        match rest {
            Some(rest) => text = rest,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn it_matches_what_a_glob_matches(glob in "[ab*?./_]{0,8}", text in "[ab./_]{0,10}") {
            if let (Ok(quick), Ok(glob)) = (NameGlob::new(&glob), Glob::new(&glob)) {
                proptest::prop_assert_eq!(quick.matches(&text), glob.matches(&text));
            }
        }
    }

    #[test]
    fn names_match_by_their_parts() {
        for (glob, name, matches) in [
            ("crm_*", "crm_limit", true),
            ("crm_*", "crm_", true),
            ("crm_*", "acrm_limit", false),
            ("*_limit", "crm_limit", true),
            ("*secret*", "a_secret_b", true),
            ("a*a", "a", false),
            ("*a*a*", "ba", false),
            ("old_name", "old_name", true),
            ("old_name", "old_names", false),
            ("{crm,erp}_*", "erp_x", true),
            ("*", "a/b", false),
        ] {
            assert_eq!(NameGlob::new(glob).unwrap().matches(name), matches, "{glob} {name}");
        }
        assert!(NameGlob::new("crm[").is_err());
    }
}
