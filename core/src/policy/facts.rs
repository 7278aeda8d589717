//! What a policy can see of a document: names, words and flags. Of each value it sees three classes, which many values
//! share.

use serde::Serialize;

use crate::base::vocabulary::{Scope, VariableType};
pub use crate::document::reference::Source;
use crate::document::reference::{is_scheme, source};
use crate::document::{Document, Variable};
use crate::options::CheckOptions;
pub use crate::options::target::{Target, TargetAction};
use crate::rules::context::parent_scope;
use crate::rules::{Suspicion, is_random, suspicion};

/// Length of a value, in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LengthClass {
    /// 0.
    Empty,
    /// 1 to 7.
    Under8,
    /// 8 to 15.
    Under16,
    /// 16 to 31.
    Under32,
    /// 32 to 63.
    Under64,
    /// 64 to 255.
    Under256,
    /// 256 or more.
    Longer,
}

impl LengthClass {
    fn of(value: &str) -> Self {
        match value.chars().take(256).count() {
            0 => Self::Empty,
            1..8 => Self::Under8,
            8..16 => Self::Under16,
            16..32 => Self::Under32,
            32..64 => Self::Under64,
            64..256 => Self::Under256,
            _ => Self::Longer,
        }
    }
}

/// How random a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntropyClass {
    /// Words, numbers, addresses.
    Ordinary,
    /// As random as a generated key, by the same test as in CX501.
    Random,
}

/// The kind of a value, by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrefixClass {
    /// Anything else.
    Other,
    /// `https://…`
    HttpsUrl,
    /// `http://…`
    HttpUrl,
    /// A URL of another scheme.
    Url,
    /// A known kind of credential.
    Credential,
}

impl PrefixClass {
    fn of(value: &str) -> Self {
        let scheme = || value.split_once("://").map(|(scheme, _)| scheme);
        match suspicion("", value) {
            Some(Suspicion::Known(_) | Suspicion::Likely(_)) => Self::Credential,
            _ => match scheme() {
                Some(scheme) if scheme.eq_ignore_ascii_case("https") => Self::HttpsUrl,
                Some(scheme) if scheme.eq_ignore_ascii_case("http") => Self::HttpUrl,
                Some(scheme) if is_scheme(scheme) => Self::Url,
                _ => Self::Other,
            },
        }
    }
}

/// All that a policy can see of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ValueClass {
    /// How long it is.
    pub length: LengthClass,
    /// How random it is.
    pub entropy: EntropyClass,
    /// Its kind, by its form.
    pub prefix: PrefixClass,
}

impl ValueClass {
    fn of(value: &str) -> Self {
        let entropy = if is_random(value) { EntropyClass::Random } else { EntropyClass::Ordinary };
        Self { length: LengthClass::of(value), entropy, prefix: PrefixClass::of(value) }
    }
}

/// What a policy can see of a variable. In JSON it has the names and words of `policy.wit`, with keys in snake case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VariableFacts {
    /// Its name, valid or not. `None` if the document has no text for it.
    pub name: Option<String>,
    /// Its type. `None` if the document does not name a known type.
    #[serde(rename = "type")]
    pub variable_type: Option<VariableType>,
    /// Its scope. `None` if the document names an unknown scope.
    pub scope: Option<Scope>,
    /// Whether it is to be encrypted.
    pub encrypted: bool,
    /// Whether it is to be removed.
    pub absent: bool,
    /// Whether it has a `secret_version`.
    pub has_secret_version: bool,
    /// Where its value comes from.
    pub source: Source,
    /// The classes of its value. `None` if the value is not known.
    pub value: Option<ValueClass>,
    /// Where the contract for its value came from. `None` if it has no contract.
    pub contract: Option<String>,
}

/// What a policy can see of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Facts {
    /// The environment, the action and the path.
    pub target: Target,
    /// The Data Action that the document says it is for.
    pub data_action: Option<String>,
    /// The scope that variables may not exceed.
    pub parent_scope: Scope,
    /// The variables, in the order of the document.
    pub variables: Vec<VariableFacts>,
}

impl Facts {
    pub(super) fn of(document: &Document<'_>, options: &CheckOptions) -> Self {
        Self {
            target: options.target.clone(),
            data_action: document.data_action().map(str::to_owned),
            parent_scope: parent_scope(document, options),
            variables: document.variables().map(|variable| variable_facts(&variable, options)).collect(),
        }
    }
}

fn variable_facts(variable: &Variable<'_>, options: &CheckOptions) -> VariableFacts {
    let name = variable.name().map(|(name, _)| name);
    VariableFacts {
        name: name.map(str::to_owned),
        variable_type: variable.variable_type(),
        scope: variable.scope(),
        encrypted: variable.is_encrypted() == Some(true),
        absent: variable.is_to_be_absent(),
        has_secret_version: variable.secret_version().is_some(),
        source: source(variable),
        value: variable.value().map(|(value, _)| ValueClass::of(value.text)),
        contract: contract(name, options),
    }
}

#[cfg(feature = "contracts")]
fn contract(name: Option<&str>, options: &CheckOptions) -> Option<String> {
    options.contracts.get(name?).map(|contract| contract.origin().to_owned())
}

#[cfg(not(feature = "contracts"))]
fn contract(_: Option<&str>, _: &CheckOptions) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;
    use crate::check::{self, Resolved};
    use crate::policy::Subject;
    use crate::reader::format::DocumentFormat;

    fn class(value: &str) -> (LengthClass, EntropyClass, PrefixClass) {
        let class = ValueClass::of(value);
        (class.length, class.entropy, class.prefix)
    }

    #[test]
    fn of_a_value_three_classes_are_told() {
        use EntropyClass::{Ordinary, Random};
        use LengthClass::{Empty, Longer, Under8, Under16, Under32, Under64, Under256};
        use PrefixClass::{Credential, HttpUrl, HttpsUrl, Other, Url};
        for (value, expected) in [
            ("", (Empty, Ordinary, Other)),
            ("ä", (Under8, Ordinary, Other)),
            ("12345678", (Under16, Ordinary, Other)),
            ("https://example.com", (Under32, Ordinary, HttpsUrl)),
            ("HTTP://example.com", (Under32, Ordinary, HttpUrl)),
            ("wss://example.com", (Under32, Ordinary, Url)),
            ("no scheme://here", (Under32, Ordinary, Other)),
            ("https://user:pass1word@example.com/path", (Under64, Ordinary, Credential)),
            ("Zk3vQ9xT7mB2nR8wL5pY1cH6", (Under32, Random, Other)),
        ] {
            assert_eq!(class(value), expected, "{value}");
        }
        assert_eq!(LengthClass::of(&"ä".repeat(255)), Under256);
        assert_eq!(LengthClass::of(&"x".repeat(256)), Longer);
    }

    #[test]
    fn names_words_and_flags_are_told_and_no_value_is() {
        let text = "parent_scope: template\ndata_action: da-1\nvariables:\n  - name: a\n    type: string\n    \
                    value: canary-5d41\n  - name: b\n    type: strnig\n    scope: global\n    encrypted: true\n    \
                    secret_version: '7'\n    value_from: {vault: {path: p, key: k}}\n  - name: c\n    state: absent\n  - {}\n";
        let options = CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() };
        let subject = Subject::of(&check::Source::read(text.as_bytes(), &options).check(&options, None)).unwrap();
        let facts = subject.facts();
        assert_eq!((facts.data_action.as_deref(), facts.parent_scope), (Some("da-1"), Scope::Template));
        let [a, b, c, d] = &facts.variables[..] else { panic!("{facts:?}") };
        assert_eq!((a.source, a.scope, a.encrypted), (Source::Inline, Some(Scope::Action), false));
        assert_eq!(a.value.map(|value| value.length), Some(LengthClass::Under16));
        assert_eq!((b.variable_type, b.scope, b.encrypted), (None, Some(Scope::Global), true));
        assert_eq!((b.source, b.value, b.has_secret_version), (Source::Vault, None, true));
        assert_eq!((c.absent, c.source, c.value), (true, Source::Missing, None));
        assert_eq!((d.name.as_deref(), d.source), (None, Source::Missing));
        assert!(!format!("{facts:?}").contains("canary"));
    }

    #[test]
    fn of_a_fetched_value_the_same_classes_are_told() {
        let text = br#"[{"name": "a", "type": "string", "encrypted": true, "value_from": {"env": "A"}}]"#;
        let options = CheckOptions::default();
        let fetched = Resolved::from([("a".to_owned(), Secret::new("canary-5d41"))]);
        let subject = Subject::of(&check::Source::read(text, &options).check(&options, Some(&fetched))).unwrap();
        let [a] = &subject.facts().variables[..] else { panic!() };
        assert_eq!((a.source, a.value.map(|value| value.length)), (Source::Env, Some(LengthClass::Under16)));
        assert!(!format!("{:?}", subject.facts()).contains("canary"));
    }
}
