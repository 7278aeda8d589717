//! What conditions can ask of a variable and of the target of its document. Each fact is found out when a condition
//! asks for it; one that cannot be known is `None`.

use std::cell::OnceCell;

use crate::base::vocabulary::{Scope, VariableType};
use crate::document::Variable;
use crate::document::reference::{Source, is_scheme, source};
use crate::options::CheckOptions;
use crate::options::rule::{State, ValueIs};
use crate::rules::{Suspicion, is_integer, is_random, suspicion};

/// The facts of a document that do not depend on the variable.
pub(super) struct DocumentFacts<'t> {
    data_action: Option<&'t str>,
    options: &'t CheckOptions,
}

impl<'t> DocumentFacts<'t> {
    pub(super) fn new(options: &'t CheckOptions, data_action: Option<&'t str>) -> Self {
        Self { data_action, options }
    }

    pub(super) fn environment(&self) -> Option<&'t str> {
        self.options.target.environment.as_deref()
    }

    pub(super) fn path(&self) -> Option<&'t str> {
        self.options.target.path.as_deref()
    }

    /// The names of the action. That of the document counts where the caller knows none.
    pub(super) fn action_names(&self) -> impl Iterator<Item = &'t str> {
        let known = self.options.target.action.as_ref();
        let names = known.into_iter().flat_map(|action| action.alias.iter().chain([&action.id])).map(String::as_str);
        names.chain(self.data_action.filter(|_| known.is_none()))
    }

    fn has_contract(&self, name: &str) -> bool {
        self.options.has_contract(name) || self.options.known_contracts.iter().any(|other| other == name)
    }
}

/// The facts of a variable.
pub(super) struct Facts<'f, 't> {
    pub(super) document: &'f DocumentFacts<'t>,
    variable: &'f Variable<'t>,
    suspicion: OnceCell<bool>,
    random: OnceCell<bool>,
}

impl<'f, 't> Facts<'f, 't> {
    pub(super) fn new(document: &'f DocumentFacts<'t>, variable: &'f Variable<'t>) -> Self {
        Self { document, variable, suspicion: OnceCell::new(), random: OnceCell::new() }
    }

    pub(super) fn name(&self) -> Option<&'t str> {
        self.variable.name().map(|(name, _)| name)
    }

    pub(super) fn variable_type(&self) -> Option<VariableType> {
        self.variable.variable_type()
    }

    pub(super) fn scope(&self) -> Option<Scope> {
        self.variable.scope()
    }

    pub(super) fn is_encrypted(&self) -> Option<bool> {
        self.variable.is_encrypted()
    }

    pub(super) fn has_secret_version(&self) -> Option<bool> {
        self.variable.has_secret_version()
    }

    pub(super) fn has_contract(&self) -> Option<bool> {
        self.name().map(|name| self.document.has_contract(name))
    }

    pub(super) fn state(&self) -> State {
        if self.is_to_be_absent() { State::Absent } else { State::Present }
    }

    pub(super) fn is_to_be_absent(&self) -> bool {
        self.variable.is_to_be_absent()
    }

    /// Where the value comes from; none if it comes from nowhere, which other rules report.
    pub(super) fn source(&self) -> Option<Source> {
        Some(source(self.variable)).filter(|source| *source != Source::Missing)
    }

    fn value(&self) -> Option<&'t str> {
        self.variable.value().map(|(value, _)| value.text)
    }

    /// Whether the value is of a class; none if it is not at hand.
    pub(super) fn value_is(&self, class: ValueIs) -> Option<bool> {
        let value = self.value()?;
        Some(match class {
            ValueIs::Empty => value.is_empty(),
            ValueIs::HttpsUrl => scheme(value).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https")),
            ValueIs::HttpUrl => scheme(value).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http")),
            ValueIs::Url => scheme(value).is_some(),
            ValueIs::Integer => is_integer(value),
            ValueIs::Boolean => matches!(value, "true" | "false"),
            ValueIs::Credential => *self
                .suspicion
                .get_or_init(|| matches!(suspicion("", value), Some(Suspicion::Known(_) | Suspicion::Likely(_)))),
            ValueIs::Random => *self.random.get_or_init(|| is_random(value)),
        })
    }

    /// Whether the value has at least this many characters. `None` if the value is not known.
    pub(super) fn is_at_least(&self, length: usize) -> Option<bool> {
        self.value().map(|value| value.chars().take(length).count() == length)
    }

    /// Whether the value has at most this many characters. `None` if the value is not known.
    pub(super) fn is_at_most(&self, length: usize) -> Option<bool> {
        self.is_at_least(length.saturating_add(1)).map(|is_longer| !is_longer)
    }
}

/// The scheme of a URL; none for any other text.
fn scheme(value: &str) -> Option<&str> {
    value.split_once("://").map(|(scheme, _)| scheme).filter(|scheme| is_scheme(scheme))
}
