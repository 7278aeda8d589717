//! A policy's description of itself.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{FAILED, MAX_TEXT};
use crate::base::display;
use crate::diagnostic::Severity;

/// The longest name or version of a policy, and the longest name of a rule, in characters.
const MAX_NAME: usize = 64;
/// The most rules of one policy.
const MAX_RULES: usize = 100;

/// A rule of a policy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRule {
    /// `PX` and three to six digits.
    pub code: String,
    /// In kebab case.
    pub name: String,
    /// Severity of its findings.
    pub severity: Severity,
    /// What it finds, on one line.
    pub summary: String,
}

/// A policy's description of itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Described")]
#[non_exhaustive]
pub struct Description {
    /// Its name, in kebab case.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its rules, in its own order.
    pub rules: Vec<PolicyRule>,
}

/// What a policy says of itself, unchecked.
#[derive(Deserialize)]
pub struct Described {
    name: String,
    version: String,
    rules: Vec<PolicyRule>,
}

impl TryFrom<Described> for Description {
    type Error = Refused;

    fn try_from(Described { name, version, rules }: Described) -> Result<Self, Refused> {
        Self::new(name, version, rules)
    }
}

/// Why a policy's description or findings are refused. It quotes only names and codes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Refused(pub(super) String);

impl Description {
    /// Checks that every part has the form that reports rely on.
    ///
    /// # Errors
    /// Names the first part that does not have this form.
    pub fn new(name: String, version: String, mut rules: Vec<PolicyRule>) -> Result<Self, Refused> {
        let refuse = |problem: String| Err(Refused(problem));
        if !is_kebab(&name) {
            return refuse(format!(
                "its name {} is not in kebab case of at most {MAX_NAME} characters",
                display::quote(&name)
            ));
        }
        if !is_one_line(&version, MAX_NAME) {
            return refuse(format!("its version is not one line of at most {MAX_NAME} characters"));
        }
        if rules.is_empty() || rules.len() > MAX_RULES {
            return refuse(format!("it has {} rules; a policy has 1 to {MAX_RULES}", rules.len()));
        }
        for (at, rule) in rules.iter_mut().enumerate() {
            let code = display::quote(&rule.code);
            if !is_code(&rule.code) {
                return refuse(format!("the code {code} of its rule {} is not PX and three to six digits", at + 1));
            }
            if rule.code == FAILED {
                return refuse(format!("the code {FAILED} is reserved: it says that a policy failed"));
            }
            if !is_kebab(&rule.name) {
                let name = display::quote(&rule.name);
                return refuse(format!(
                    "the name {name} of {code} is not in kebab case of at most {MAX_NAME} characters"
                ));
            }
            if !is_one_line(&rule.summary, MAX_TEXT) {
                return refuse(format!("the summary of {code} is not one line of at most {MAX_TEXT} characters"));
            }
        }
        let mut codes: Vec<&str> = rules.iter().map(|rule| rule.code.as_str()).collect();
        codes.sort_unstable();
        if let Some(twin) = codes.windows(2).find_map(|pair| pair.first().filter(|code| pair.last() == Some(*code))) {
            return refuse(format!("two of its rules have the code {twin}"));
        }
        Ok(Self { name, version, rules })
    }

    /// The rule with a code.
    pub fn rule(&self, code: &str) -> Option<&PolicyRule> {
        self.rules.iter().find(|rule| rule.code == code)
    }
}

fn is_code(text: &str) -> bool {
    let digits = text.strip_prefix("PX").unwrap_or_default();
    (3..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_kebab(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.len() <= MAX_NAME && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('-').all(is_word)
}

pub(super) fn is_one_line(text: &str, longest: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= longest && !text.chars().any(display::is_invisible)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::tests::rule;

    #[test]
    fn what_a_policy_says_of_itself_is_checked() {
        let describe = |name: &str, version: &str, rules: Vec<PolicyRule>| {
            Description::new(name.to_owned(), version.to_owned(), rules).map_err(|refused| refused.to_string())
        };
        let named = |name: &str| PolicyRule { name: name.to_owned(), ..rule("PX001") };
        let summed = |summary: &str| PolicyRule { summary: summary.to_owned(), ..rule("PX001") };
        assert!(describe("acme-2", "1", vec![rule("PX001"), rule("PX999999")]).is_ok());
        for (refused, why) in [
            (describe("Acme", "1", vec![rule("PX001")]), "its name `Acme`"),
            (describe("", "1", vec![rule("PX001")]), "its name ``"),
            (describe("a--b", "1", vec![rule("PX001")]), "its name"),
            (describe(&"a".repeat(65), "1", vec![rule("PX001")]), "its name"),
            (describe("acme", "1\n", vec![rule("PX001")]), "its version"),
            (describe("acme", "1", vec![]), "it has 0 rules"),
            (describe("acme", "1", vec![rule("PX001"); 101]), "it has 101 rules"),
            (describe("acme", "1", vec![rule("PX01")]), "the code `PX01` of its rule 1"),
            (describe("acme", "1", vec![rule("PX001"), rule("CX103")]), "the code `CX103` of its rule 2"),
            (describe("acme", "1", vec![rule("PX1234567")]), "the code"),
            (describe("acme", "1", vec![rule("PX000")]), "PX000"),
            (describe("acme", "1", vec![named("Must")]), "the name `Must` of `PX001`"),
            (describe("acme", "1", vec![summed("")]), "the summary of `PX001`"),
            (describe("acme", "1", vec![rule("PX001"), rule("PX002"), rule("PX001")]), "have the code PX001"),
        ] {
            let problem = refused.unwrap_err();
            assert!(problem.contains(why), "{problem}");
        }
    }
}
