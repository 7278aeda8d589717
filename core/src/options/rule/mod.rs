//! `[[rule]]`: rules of the team's own, as they are written and read. [`crate::custom_rules`] evaluates them.
//!
//! - `text`: the form of codes, messages and addresses
//! - `condition`: conditions, ready to be evaluated
//! - `index`: which rules can find anything in a variable
//! - `set`: the rules in force
//! - `read`: from what is written to rules, with its mistakes; which of two rules with one code counts
//! - `references`: codes of rules in `[validate.severity]`, `[[ignore]]` and comments
//! - `explain`: a rule in words

pub(crate) mod condition;
mod explain;
pub(crate) mod index;
mod read;
mod references;
pub(crate) mod set;
pub(crate) mod text;

use std::marker::PhantomData;

use crate::base::display;
use crate::base::name_glob::NameGlob;
use crate::base::vocabulary::{Scope, VariableType};
use crate::diagnostic::Severity;
use crate::document::name::folded_hash;
use crate::document::reference::Source;
use crate::options::NamePattern;
use crate::options::kind::{Choice, Count, Flag, Keys, Text, Texts, Word};
use crate::options::reader::{Table, Value};
use crate::options::section::{Field, Here, Kind, Required, SOME_TEXT, Section as _, Shape};
use crate::section;
pub use read::{Mistake, RuleError};
pub use set::{CustomRule, CustomRules};
use text::MAX_TEXT;

section! {
    /// A rule of your own. It says what has to hold (`require`), what must not (`forbid`), or what is asked of the document as
    /// a whole (`document`): exactly one of the three. docs/rules-of-your-own.md explains rules by examples.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct WrittenRule("[[rule]]") {
        /// The code of its findings: `TR` and three digits.
        code: Required<Code>, example "\"TR001\"";
        /// What its findings say, on one line. The name of the variable is put in front of it.
        message: Required<Line>, example "\"names of bu07 begin with crm_\"";
        /// The severity of its findings.
        severity: Word<Severity> = Severity::Error, example "\"warning\"";
        /// What to do about a finding, on one line.
        help: Line, else "none", example "\"rename it, or ask the integration team\"";
        /// A page about the rule, which reports and editors link to.
        url: WebAddress, else "none", example "\"https://wiki.example.com/rules/TR001\"";
        /// When the rule applies; in a rule with `document`, which variables count.
        when: Keys<WrittenCondition>, else "always", example "{ env = \"bu07*\" }";
        /// What has to hold of each variable.
        require: Same, else "nothing", example "{ name = \"crm_*\" }";
        /// What must not hold of any variable.
        forbid: Same, else "nothing";
        /// What is asked of the document as a whole.
        document: Keys<WrittenDocumentRule>;
        /// The name that replaces a forbidden one. Findings get a fix that renames the variable; it is unsafe, because
        /// others may use the old name.
        rename_to: VariableName, else "none";
        /// Examples for `cxvars rule test` with one mistake that the rule finds: each is the text of a document or of a single
        /// variable, or the path of a file.
        fires: OneOf<Example>, else "none", example "\"{name: erp_limit, type: integer, value: '3'}\"";
        /// Examples for `cxvars rule test` in which the rule finds nothing.
        passes: OneOf<Example>, else "none", example "[\"{name: crm_limit, type: integer, value: '3'}\", \"examples/crm.yaml\"]";
        /// The place where it is written.
        place: Here;
        /// The file that enforces the rule, so that a project can neither silence nor weigh it.
        enforced_by: Later<String>;
    }
}

section! {
    /// A condition. All of its keys have to hold. A list means one of its entries. `[rule.require]` and `[rule.forbid]` have the
    /// same keys.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct WrittenCondition("[rule.when]") {
        /// The chosen environment: a glob, in which `*` is any number of characters and `?` is one. Unknown if none was chosen.
        env: OneOf<Glob>, example "\"bu07*\"";
        /// The action that the document is for, by its alias or its id: a glob. It is the one of the command line, else
        /// `data_action` of the document; unknown if there is neither.
        action: OneOf<Glob>, example "[\"crm-*\", \"da-1\"]";
        /// The path of the document: a glob, as in `[[ignore]] path`. Unknown for a text without a path.
        path: OneOf<Glob>, example "\"bu07/**\"";
        /// The variable's name: a glob.
        name: OneOf<Glob>, example "\"*_limit\"";
        /// The variable's name: a regular expression that matches it as a whole.
        name_re: OneOf<Pattern>, example "'(?i).*(secret|token).*'";
        /// Its type.
        r#type: OneOf<Word<VariableType>>, example "\"integer\"";
        /// Its scope; `action` if it has none.
        scope: OneOf<Word<Scope>>, example "[\"template\", \"action\"]";
        /// Whether it is encrypted.
        encrypted: Flag, example "true";
        /// Where its value comes from.
        source: OneOf<Word<Source>>, example "[\"vault\", \"env\"]";
        /// What its value is. Unknown if the value is not at hand.
        value: OneOf<Word<ValueIs>>, example "\"url-https\"";
        /// Its value has at least this many characters: 1, 8, 16, 32, 64 or 256.
        min_length: MinLength, example "32";
        /// Its value has at most this many characters: 0, 7, 15, 31, 63 or 255.
        max_length: MaxLength, example "255";
        /// Whether `[contracts]` names a schema for it.
        contract: Flag, example "true";
        /// Whether it has a `secret_version`.
        secret_version: Flag, example "true";
        /// `absent` for a variable that is to be removed. A rule that does not ask for it judges only the others.
        state: Word<State>, example "\"present\"";
        /// A condition that must not hold.
        not: Negated, example "{ name = \"crm_*\" }";
    }
}

section! {
    /// What a rule asks of a document as a whole. `when` chooses the variables that count.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct WrittenDocumentRule("[rule.document]") {
        /// Names of variables that the document has to have.
        require_names: Texts, example "[\"crm_endpoint\", \"crm_timeout\"]";
        /// The most variables that it may have.
        max_variables: Count<0, 10_000>, example "20";
        /// Whether no two variables may have the same value. Empty values do not count.
        unique_values: Flag = false, example "true";
    }
}

section! {
    /// An example of a rule and what surrounds it. `[[rule.passes]]` has the same keys. Where none but `document` is written, the
    /// rule is taken to apply to it.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct WrittenExample("[[rule.fires]]") {
        /// The text of a document or of a single variable, in JSON or YAML; or the path of a file, from the folder of the
        /// configuration.
        document: Required<Text>, example "\"{name: erp_limit, type: integer, value: '3'}\"";
        /// The chosen environment.
        env: Text, example "\"bu07-prod\"";
        /// The action.
        action: Text, example "\"crm-lookup\"";
        /// The path of the document.
        path: Text, example "\"bu07/crm.yaml\"";
    }
}

/// The words for `value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueIs {
    /// It has no characters.
    Empty,
    /// `https://…`
    HttpsUrl,
    /// `http://…`
    HttpUrl,
    /// A URL of any scheme.
    Url,
    /// An integer, as CX202 reads it.
    Integer,
    /// `true` or `false`
    Boolean,
    /// A known kind of credential, as CX501 knows it.
    Credential,
    /// As random as a generated key, as CX501 judges it.
    Random,
}

impl Choice for ValueIs {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("empty", Self::Empty),
        ("url-https", Self::HttpsUrl),
        ("url-http", Self::HttpUrl),
        ("url", Self::Url),
        ("integer", Self::Integer),
        ("boolean", Self::Boolean),
        ("credential", Self::Credential),
        ("random", Self::Random),
    ];
}

/// The words for `state`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is to be there.
    Present,
    /// It is to be removed.
    Absent,
}

impl Choice for State {
    const WORDS: &'static [(&'static str, Self)] = &[("present", Self::Present), ("absent", Self::Absent)];
}

impl Choice for Severity {
    const WORDS: &'static [(&'static str, Self)] = &[("error", Self::Error), ("warning", Self::Warning)];
}

impl Choice for VariableType {
    const WORDS: &'static [(&'static str, Self)] =
        &[("string", Self::String), ("integer", Self::Integer), ("boolean", Self::Boolean), ("object", Self::Object)];
}

impl Choice for Source {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("inline", Self::Inline),
        ("env", Self::Env),
        ("file", Self::File),
        ("param", Self::Param),
        ("command", Self::Command),
        ("vault", Self::Vault),
    ];
}

/// One value of a kind, or a list of them.
pub struct OneOf<K>(PhantomData<K>);

impl<K: Kind> Kind for OneOf<K> {
    type Value = Vec<K::Value>;

    const SHAPE: Shape = Shape::Either(&[K::SHAPE, Shape::List(&K::SHAPE)]);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.one_or_more(K::read)
    }
}

/// An example: its text or path, or a table.
pub struct Example;

impl Kind for Example {
    type Value = WrittenExample;

    const SHAPE: Shape = Shape::Either(&[SOME_TEXT, Shape::Table(&WrittenExample::ABOUT)]);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        if value.is_table() {
            return value.section(WrittenExample::read);
        }
        let document = value.text()?.to_owned();
        Some(WrittenExample { document, env: None, action: None, path: None })
    }
}

/// The code of a rule of the team's own.
pub struct Code;

impl Kind for Code {
    type Value = String;

    const SHAPE: Shape = Shape::Text("^TR[0-9]{3}$");

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let code = value.checked(|code| match text::is_code(code) {
            true => Ok(()),
            false => Err("must be TR and three digits, from TR000 to TR999"),
        });
        code.map(str::to_owned)
    }
}

/// A text on one line.
pub struct Line;

impl Kind for Line {
    type Value = String;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let line = value.checked(|line| match text::is_one_line(line) {
            true => Ok(()),
            false => Err(format!("must be one line of at most {MAX_TEXT} characters, all of them visible")),
        });
        line.map(str::to_owned)
    }
}

/// The address of a web page.
pub struct WebAddress;

impl Kind for WebAddress {
    type Value = String;

    const SHAPE: Shape = Shape::Text(r"^https?://\S+$");

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let url = value.checked(|url| match text::is_web_address(url) {
            true => Ok(()),
            false => Err("must be the address of a web page, with https:// or http://"),
        });
        url.map(str::to_owned)
    }
}

/// A name that the service accepts.
pub struct VariableName;

impl Kind for VariableName {
    type Value = String;

    const SHAPE: Shape = Shape::Text(crate::document::name::NAME_PATTERN);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let name = value.checked(|name| match folded_hash(name) {
            Some(_) => Ok(()),
            None => Err("must be a name that the service accepts: letters, digits and `_`, beginning with a letter"),
        });
        name.map(str::to_owned)
    }
}

/// A glob of a name or path.
pub struct Glob;

impl Kind for Glob {
    type Value = NameGlob;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let glob = NameGlob::new(value.text()?);
        glob.map_err(|error| value.problem(&format!("is no glob: {}", display::escape(&error.to_string())))).ok()
    }
}

/// A regular expression for names.
pub struct Pattern;

impl Kind for Pattern {
    type Value = NamePattern;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let pattern = NamePattern::new(value.text()?);
        pattern.map_err(|error| value.problem(&format!("is not a regular expression: {}", error.problem))).ok()
    }
}

/// The least length of a value: the first length of one of the classes that policies see.
pub struct MinLength;

impl MinLength {
    /// The lengths that can be asked for, in characters.
    pub(crate) const STEPS: [u64; 6] = [1, 8, 16, 32, 64, 256];
}

impl Kind for MinLength {
    type Value = usize;

    const SHAPE: Shape = Shape::Numbers(&Self::STEPS);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        step(value, &Self::STEPS)
    }
}

/// The greatest length of a value: the last length of one of the classes that policies see.
pub struct MaxLength;

impl MaxLength {
    /// The lengths that can be asked for, in characters.
    pub(crate) const STEPS: [u64; 6] = [0, 7, 15, 31, 63, 255];
}

impl Kind for MaxLength {
    type Value = usize;

    const SHAPE: Shape = Shape::Numbers(&Self::STEPS);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        step(value, &Self::STEPS)
    }
}

fn step(value: &Value<'_>, steps: &[u64]) -> Option<usize> {
    let number = value.integer(0..=u64::MAX)?;
    if !steps.contains(&number) {
        let steps = steps.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
        value.problem(&format!(
            "must be one of {steps}: lengths are compared in these steps, because an exact one would tell much of a short secret"
        ));
        return None;
    }
    usize::try_from(number).ok()
}

/// A condition, which is declared as that of `when`.
pub struct Same;

/// Where the keys of a condition are declared.
const CONDITION: Shape = Shape::Again("[rule.when]", "#/properties/rule/items/properties/when");

impl Kind for Same {
    type Value = WrittenCondition;

    const SHAPE: Shape = CONDITION;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.section(WrittenCondition::read)
    }
}

/// A condition within a condition.
pub struct Negated;

impl Kind for Negated {
    type Value = Box<WrittenCondition>;

    const SHAPE: Shape = CONDITION;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.section(WrittenCondition::read).map(Box::new)
    }
}

/// What the reader's caller fills in later. It is not a key.
pub struct Later<T>(PhantomData<T>);

impl<T> Field for Later<T> {
    type Held = Option<T>;

    const SHAPE: Shape = Shape::Hidden;
    const IS_REQUIRED: bool = false;

    fn fill(_: &mut Table<'_>, _: &'static str) -> Option<Self::Held> {
        Some(None)
    }

    fn merge(higher: Self::Held, _: Self::Held) -> Self::Held {
        higher
    }
}
