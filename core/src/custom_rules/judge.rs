//! Whether a condition holds.
//!
//! A condition holds, does not hold, or cannot be judged because a fact is unknown: the strong logic of Kleene. It does not
//! hold as soon as one of its tests does not, whatever is unknown; its negation is unknown where it is unknown itself.

use super::facts::{DocumentFacts, Facts};
use crate::base::name_glob::NameGlob;
use crate::options::rule::condition::{Condition, Test, Verdict};

impl Condition {
    /// Whether the tests hold that the whole document shares.
    pub(super) fn judge_document(&self, facts: &DocumentFacts<'_>) -> Verdict {
        all(&self.of_document, |test| test.judge_document(facts))
    }

    /// Whether the tests of variables hold.
    pub(super) fn judge_variable(&self, facts: &Facts<'_, '_>) -> Verdict {
        all(&self.of_variable, |test| test.judge(facts))
    }

    /// Whether all tests hold.
    pub(super) fn judge(&self, facts: &Facts<'_, '_>) -> Verdict {
        match (self.judge_document(facts.document), self.judge_variable(facts)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (document, variable) => document.zip(variable).map(|_| true),
        }
    }
}

/// Whether all of these hold.
fn all(tests: &[Test], judge: impl Fn(&Test) -> Verdict) -> Verdict {
    let mut verdict = Some(true);
    for test in tests {
        match judge(test) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => verdict = None,
        }
    }
    verdict
}

fn one_of<T>(wanted: &[T], fact: Option<T>) -> Verdict
where
    T: PartialEq,
{
    fact.map(|fact| wanted.contains(&fact))
}

impl Test {
    pub(super) fn judge(&self, facts: &Facts<'_, '_>) -> Verdict {
        match self {
            Self::Environment(_) | Self::Action(_) | Self::Path(_) => self.judge_document(facts.document),
            Self::State(wanted) => Some(facts.state() == *wanted),
            Self::Encrypted(wanted) => facts.is_encrypted().map(|fact| fact == *wanted),
            Self::Type(wanted) => one_of(wanted, facts.variable_type()),
            Self::Scope(wanted) => one_of(wanted, facts.scope()),
            Self::SecretVersion(wanted) => facts.has_secret_version().map(|fact| fact == *wanted),
            Self::Name(globs) => facts.name().map(|name| globs.iter().any(|glob| glob.matches(name))),
            Self::Contract(wanted) => facts.has_contract().map(|fact| fact == *wanted),
            Self::Source(wanted) => one_of(wanted, facts.source()),
            Self::MinLength(length) => facts.is_at_least(*length),
            Self::MaxLength(length) => facts.is_at_most(*length),
            Self::NamePattern(patterns) => {
                facts.name().map(|name| patterns.iter().any(|pattern| pattern.matches(name)))
            }
            Self::Value(classes) => {
                let mut classes = classes.iter().map(|class| facts.value_is(*class));
                classes.try_fold(false, |any, is_one| Some(any || is_one?))
            }
            Self::Not(condition) => condition.judge(facts).map(|holds| !holds),
        }
    }

    /// As [`Self::judge`], for a test that the whole document shares; none for any other.
    fn judge_document(&self, facts: &DocumentFacts<'_>) -> Verdict {
        let any = |globs: &[NameGlob], text: &str| globs.iter().any(|glob| glob.matches(text));
        match self {
            Self::Environment(globs) => facts.environment().map(|name| any(globs, name)),
            Self::Path(globs) => facts.path().map(|path| any(globs, path)),
            Self::Action(globs) => {
                let mut names = facts.action_names().peekable();
                names.peek()?;
                Some(names.any(|name| any(globs, name)))
            }
            Self::Not(condition) if condition.of_variable.is_empty() => {
                condition.judge_document(facts).map(|holds| !holds)
            }
            _ => None,
        }
    }
}
