//! From a rule as it is written to one that can be evaluated.

use std::collections::BTreeMap;

use thiserror::Error;

use super::condition::Condition;
use super::set::{Ask, CustomRule, CustomRules};
use super::{WrittenDocumentRule, WrittenRule};
use crate::base::display;

/// A mistake in a rule, and the rule's index in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mistake {
    /// Index of the rule.
    pub rule: usize,
    /// What is wrong.
    pub problem: RuleError,
}

/// Why a rule is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RuleError {
    /// It has none or several of the keys that say what it asks.
    #[error("{code} has to have one of `require`, `forbid` and `document`, and it has {}", match count { 0 => "none", _ => "several" })]
    Asks {
        /// The code.
        code: String,
        /// How many of them it has.
        count: usize,
    },
    /// A table asks nothing.
    #[error("{code}: `{key}` has no condition")]
    Empty {
        /// The code.
        code: String,
        /// The table.
        key: &'static str,
    },
    /// `rename_to` without a forbidden name.
    #[error("{code}: `rename_to` says what replaces a forbidden name, so it needs `forbid` with `name`")]
    Rename {
        /// The code.
        code: String,
    },
    /// Two rules of a file have the same code.
    #[error("{code} is the code of an earlier rule, too; give this one another code")]
    Twice {
        /// The code.
        code: String,
    },
    /// It has the code of a rule that is enforced.
    #[error("{code} is enforced by {}, and cannot be replaced; give this rule another code", display::quote(by))]
    Enforced {
        /// The code.
        code: String,
        /// The file that enforces it.
        by: String,
    },
}

impl CustomRules {
    /// The rules that are in force. `written` are those of all files, of the nearest file first: of two rules with the same
    /// code, the nearer one counts. `shown` is how messages name the place of a rule.
    ///
    /// # Errors
    /// All rules that are refused.
    pub fn new(written: &[WrittenRule], shown: impl Fn(&WrittenRule) -> String) -> Result<Self, Vec<Mistake>> {
        let (mut rules, mut mistakes) = (Vec::new(), Vec::new());
        let mut nearest: BTreeMap<&str, usize> = BTreeMap::new();
        for (at, rule) in written.iter().enumerate() {
            let near = *nearest.entry(&rule.code).or_insert(at);
            let earlier = written.get(near).filter(|_| near != at);
            match conflict(earlier, rule) {
                Some((is_of_earlier, problem)) => {
                    mistakes.push(Mistake { rule: if is_of_earlier { near } else { at }, problem });
                }
                None if earlier.is_some() => {}
                None => match CustomRule::new(rule, shown(rule)) {
                    Ok(rule) => rules.push(rule),
                    Err(problem) => mistakes.push(Mistake { rule: at, problem }),
                },
            }
        }
        if mistakes.is_empty() { Ok(Self::of(rules)) } else { Err(mistakes) }
    }
}

/// What is wrong with a rule after a nearer one with the same code, and whether it is the nearer one that is wrong.
fn conflict(earlier: Option<&WrittenRule>, rule: &WrittenRule) -> Option<(bool, RuleError)> {
    let earlier = earlier?;
    let code = rule.code.clone();
    if earlier.place.file == rule.place.file {
        return Some((false, RuleError::Twice { code }));
    }
    let by = rule.enforced_by.clone()?;
    Some((true, RuleError::Enforced { code, by }))
}

impl CustomRule {
    fn new(written: &WrittenRule, origin: String) -> Result<Self, RuleError> {
        let code = written.code.clone();
        let when = written.when.as_ref().map(Condition::new);
        let asks = [
            written.require.as_ref().map(|condition| Ask::Require(Condition::new(condition))),
            written.forbid.as_ref().map(|condition| Ask::Forbid(Condition::new(condition))),
            written.document.as_ref().map(|document| Ask::Document(document.clone())),
        ];
        let mut asks: Vec<Ask> = asks.into_iter().flatten().collect();
        let ask = match (asks.pop(), asks.len()) {
            (Some(ask), 0) => ask,
            (ask, others) => return Err(RuleError::Asks { code, count: usize::from(ask.is_some()) + others }),
        };
        if let Some(key) = empty_part(when.as_ref(), &ask) {
            return Err(RuleError::Empty { code, key });
        }
        let names_one = written.forbid.as_ref().is_some_and(|forbid| forbid.name.is_some());
        if written.rename_to.is_some() && !names_one {
            return Err(RuleError::Rename { code });
        }
        let asks_for_state = |condition: &Condition| condition.asks_for_state();
        let judges_absent = when.as_ref().is_some_and(asks_for_state) || ask.condition().is_some_and(asks_for_state);
        Ok(Self {
            code,
            message: written.message.clone(),
            severity: written.severity(),
            help: written.help.clone(),
            url: written.url.clone(),
            when,
            ask,
            judges_absent,
            rename_to: written.rename_to.clone(),
            enforced_by: written.enforced_by.clone(),
            origin,
            fires: written.fires.clone().unwrap_or_default(),
            passes: written.passes.clone().unwrap_or_default(),
            file: written.place.file.clone(),
        })
    }
}

/// The table that asks nothing.
fn empty_part(when: Option<&Condition>, ask: &Ask) -> Option<&'static str> {
    let (key, is_empty) = match ask {
        Ask::Require(condition) => ("require", condition.has_empty_part()),
        Ask::Forbid(condition) => ("forbid", condition.has_empty_part()),
        Ask::Document(document) => ("document", asks_nothing(document)),
    };
    let of_when = when.filter(|when| when.has_empty_part()).map(|_| "when");
    of_when.or_else(|| is_empty.then_some(key))
}

fn asks_nothing(document: &WrittenDocumentRule) -> bool {
    let WrittenDocumentRule { require_names, max_variables, .. } = document;
    require_names.as_ref().is_none_or(Vec::is_empty) && max_variables.is_none() && !document.unique_values()
}
