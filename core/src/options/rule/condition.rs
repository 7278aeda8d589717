//! Conditions, ready to be evaluated.

use super::{State, ValueIs, WrittenCondition};
use crate::base::name_glob::NameGlob;
use crate::base::vocabulary::{Scope, VariableType};
use crate::document::reference::Source;
use crate::options::NamePattern;

/// A condition: all of its tests have to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    /// Those that the whole document shares.
    pub(crate) of_document: Vec<Test>,
    /// Those of each variable, the cheapest first.
    pub(crate) of_variable: Vec<Test>,
}

/// Whether a condition holds; none if a fact that decides it is unknown.
pub(crate) type Verdict = Option<bool>;

/// One key of a condition. A list means one of its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Test {
    Environment(Vec<NameGlob>),
    Action(Vec<NameGlob>),
    Path(Vec<NameGlob>),
    State(State),
    Encrypted(bool),
    Type(Vec<VariableType>),
    Scope(Vec<Scope>),
    SecretVersion(bool),
    Name(Vec<NameGlob>),
    Contract(bool),
    Source(Vec<Source>),
    MinLength(usize),
    MaxLength(usize),
    NamePattern(Vec<NamePattern>),
    Value(Vec<ValueIs>),
    Not(Condition),
}

impl Condition {
    /// The condition of what was written.
    pub(crate) fn new(written: &WrittenCondition) -> Self {
        let WrittenCondition {
            env,
            action,
            path,
            name,
            name_re,
            r#type,
            scope,
            encrypted,
            source,
            value,
            min_length,
            max_length,
            contract,
            secret_version,
            state,
            not,
        } = written.clone();
        let of_document = [env.map(Test::Environment), action.map(Test::Action), path.map(Test::Path)];
        let of_variable = [
            state.map(Test::State),
            encrypted.map(Test::Encrypted),
            r#type.map(Test::Type),
            scope.map(Test::Scope),
            secret_version.map(Test::SecretVersion),
            name.map(Test::Name),
            contract.map(Test::Contract),
            source.map(Test::Source),
            min_length.map(Test::MinLength),
            max_length.map(Test::MaxLength),
            name_re.map(Test::NamePattern),
            value.map(Test::Value),
        ];
        let mut condition = Self {
            of_document: of_document.into_iter().flatten().collect(),
            of_variable: of_variable.into_iter().flatten().collect(),
        };
        if let Some(not) = not {
            let not = Self::new(&not);
            let is_of_document = not.of_variable.is_empty();
            let tests = if is_of_document { &mut condition.of_document } else { &mut condition.of_variable };
            tests.push(Test::Not(not));
        }
        condition
    }

    /// Whether it asks nothing, itself or in a negation.
    pub(crate) fn has_empty_part(&self) -> bool {
        let is_empty = self.of_document.is_empty() && self.of_variable.is_empty();
        is_empty || self.tests().any(|test| matches!(test, Test::Not(not) if not.has_empty_part()))
    }

    /// Whether it asks for the state of variables.
    pub(crate) fn asks_for_state(&self) -> bool {
        self.tests().any(|test| match test {
            Test::State(_) => true,
            Test::Not(not) => not.asks_for_state(),
            _ => false,
        })
    }

    /// Its tests.
    pub(crate) fn tests(&self) -> impl Iterator<Item = &Test> {
        self.of_document.iter().chain(&self.of_variable)
    }
}
