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
            Matcher::Exact(whole) => is_same(text.as_bytes(), whole.as_bytes()),
            Matcher::Any(glob) => glob.matches(text),
            Matcher::Parts { first, middle, last } => {
                let within = within(text, first, last);
                within.is_some_and(|within| !holds(within, b'/') && holds_in_order(within, middle))
            }
        }
    }
}

/// What is left of a text without its beginning and its end; none if it has not these.
fn within<'t>(text: &'t str, first: &str, last: &str) -> Option<&'t str> {
    let end = text.len().checked_sub(last.len()).filter(|end| *end >= first.len())?;
    let (start, rest) = text.as_bytes().split_at_checked(first.len())?;
    let (_, tail) = rest.split_at_checked(end - first.len())?;
    if is_same(start, first.as_bytes()) && is_same(tail, last.as_bytes()) { text.get(first.len()..end) } else { None }
}

/// Whether two texts are the same. They are short, so that the comparison takes less time than a call of the one that is
/// fast for long texts.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(true, |same, (a, b)| same & (a == b))
}

/// Whether a text holds these parts one after the other.
fn holds_in_order(mut text: &str, parts: &[String]) -> bool {
    let Some((last, before)) = parts.split_last() else { return true };
    for part in before {
        match text.split_once(&**part) {
            Some((_, rest)) => text = rest,
            None => return false,
        }
    }
    match last.as_bytes() {
        [byte] => holds(text, *byte),
        _ => text.contains(&**last),
    }
}

/// Whether a text holds a byte. All of it is looked at: names are short, and a search that stops where it finds something
/// takes ten times as long, because no processor foresees where that is.
fn holds(text: &str, byte: u8) -> bool {
    text.bytes().fold(false, |holds, other| holds | (other == byte))
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
