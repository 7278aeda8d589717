//! JSON Schemas that the values of variables of type object must satisfy.
//!
//! Messages about a value contain only text of the schema: its names, limits and formats. A key that occurs only in the
//! value is never named, because it may be as confidential as the value.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use jsonschema::paths::LocationSegment;
use jsonschema::{JsonType, PatternOptions, ReferencingError, ValidationError, Validator};
use serde_json::Value;
use thiserror::Error;

use crate::base::display;
use crate::base::limits::MAX_BYTES;

/// A compiled JSON Schema. `$schema` chooses the draft, which is 2020-12 by default.
///
/// Patterns are matched in time linear in the value, so patterns with look-around or backreferences are refused.
/// References to other files or hosts are refused too; nothing is ever fetched. Apart from that a schema is trusted
/// like the configuration: one whose alternatives refer to each other can take time exponential in its size.
pub struct Contract {
    text: String,
    origin: String,
    /// The property names of the schema, which messages may contain.
    names: BTreeSet<String>,
    validator: Validator,
}

/// The error for a text that is not a JSON Schema, or cannot be used as a contract.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{origin}` {problem}")]
pub struct ContractError {
    origin: String,
    problem: String,
}

impl Contract {
    /// Compiles a schema. `origin` names it in findings, for example by the path of its file.
    ///
    /// # Errors
    /// If the text is too large or not a usable schema; the message says where in the schema the problem is.
    pub fn new(text: &str, origin: &str) -> Result<Self, ContractError> {
        let origin = display::escape(origin);
        let refused = |problem: String| ContractError { origin: origin.clone(), problem };
        if text.len() > MAX_BYTES {
            return Err(refused(format!("is larger than {MAX_BYTES} bytes")));
        }
        let schema: Value = serde_json::from_str(text)
            .map_err(|error| refused(format!("is not JSON: {}", error.to_string().to_lowercase())))?;
        let options = jsonschema::options().offline().with_pattern_options(PatternOptions::regex());
        let validator = options.build(&schema).map_err(|error| refused(schema_problem(&error)))?;
        let mut names = BTreeSet::new();
        collect_names(&schema, &mut names);
        Ok(Self { text: text.to_owned(), origin, names, validator })
    }

    /// The name of the schema in findings.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The ways in which a value breaks the schema, in no particular order.
    pub(crate) fn violations<'v>(&'v self, value: &'v Value) -> impl Iterator<Item = Violation<'v>> {
        self.validator.iter_errors(value).map(|error| Violation { contract: self, error })
    }
}

impl fmt::Debug for Contract {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Contract").field("origin", &self.origin).finish_non_exhaustive()
    }
}

impl PartialEq for Contract {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.origin == other.origin
    }
}

impl Eq for Contract {}

/// A step from a value to one of its parts.
pub(crate) enum Step<'v> {
    Property(Cow<'v, str>),
    Item(usize),
}

/// One way in which a value breaks its contract. It does not implement `Debug`, because it refers to the value.
pub(crate) struct Violation<'v> {
    contract: &'v Contract,
    error: ValidationError<'v>,
}

impl Violation<'_> {
    /// The path to the affected part of the value.
    pub(crate) fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        self.error.instance_path().segments().map(|segment| match segment {
            LocationSegment::Property(name) => Step::Property(name),
            LocationSegment::Index(index) => Step::Item(index),
        })
    }

    /// That path as text, for sorting. It must not be shown, because it contains keys of the value.
    pub(crate) fn instance_path(&self) -> &str {
        self.error.instance_path().as_str()
    }

    /// The keys of that part that the schema does not allow, for finding their places. They must not be shown.
    pub(crate) fn unexpected(&self) -> &[String] {
        match self.error.kind() {
            Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => unexpected,
            _ => &[],
        }
    }

    /// The JSON Pointer of the violated keyword in the schema.
    pub(crate) fn schema_path(&self) -> String {
        display::escape(self.error.schema_path().as_str())
    }

    /// The violated keyword.
    pub(crate) fn keyword(&self) -> &str {
        self.error.kind().keyword()
    }

    /// What is wrong; with the property names of the schema if `names` is true.
    pub(crate) fn describe(&self, names: bool) -> String {
        format!("{} {}", self.subject(names), problem(&self.error, names))
    }

    /// Such as `` `limits.*.connect_ms` ``; `*` stands for a key that does not occur in the schema.
    fn subject(&self, names: bool) -> String {
        if self.error.instance_path().is_empty() {
            return "the value".to_owned();
        }
        if !names {
            return "a part of the value".to_owned();
        }
        let mut path = String::new();
        for step in self.steps() {
            match step {
                Step::Item(index) => path.push_str(&format!("[{index}]")),
                Step::Property(name) => {
                    path.push_str(if path.is_empty() { "" } else { "." });
                    path.push_str(self.contract.names.get(name.as_ref()).map_or("*", String::as_str));
                }
            }
        }
        display::quote(&path)
    }
}

/// What is wrong with a value, completing a sentence that begins with its name.
fn problem(error: &ValidationError<'_>, names: bool) -> String {
    match error.kind() {
        Kind::Type { kind } => format!("must be {}, found {}", wanted(kind), found(error.instance())),
        Kind::Required { property } => match property.as_str().filter(|_| names) {
            Some(property) => format!("lacks the property {}", display::quote(property)),
            None => "lacks a property".to_owned(),
        },
        Kind::AdditionalProperties { .. } | Kind::UnevaluatedProperties { .. } => {
            "has a property that is not provided for".to_owned()
        }
        Kind::PropertyNames { .. } => "has a property with a name that is not allowed".to_owned(),
        Kind::MinProperties { limit } => format!("must have at least {}", counted(*limit, "property", "properties")),
        Kind::MaxProperties { limit } => format!("must have at most {}", counted(*limit, "property", "properties")),
        Kind::Enum { .. } => "is not one of the allowed values".to_owned(),
        Kind::Constant { .. } => "is not the one allowed value".to_owned(),
        Kind::Pattern { .. } => "does not match the pattern".to_owned(),
        Kind::Format { format } => format!("is not in the format {}", display::quote(format)),
        Kind::MinLength { limit } => format!("must have at least {}", counted(*limit, "character", "characters")),
        Kind::MaxLength { limit } => format!("must have at most {}", counted(*limit, "character", "characters")),
        Kind::Minimum { limit } => format!("must be at least {limit}"),
        Kind::Maximum { limit } => format!("must be at most {limit}"),
        Kind::ExclusiveMinimum { limit } => format!("must be more than {limit}"),
        Kind::ExclusiveMaximum { limit } => format!("must be less than {limit}"),
        Kind::MultipleOf { multiple_of } => format!("must be a multiple of {multiple_of}"),
        Kind::MinItems { limit } => format!("must have at least {}", counted(*limit, "item", "items")),
        Kind::MaxItems { limit } => format!("must have at most {}", counted(*limit, "item", "items")),
        Kind::AdditionalItems { limit } => format!("must have at most {}", counted(*limit as u64, "item", "items")),
        Kind::UnevaluatedItems { .. } => "has an item that is not provided for".to_owned(),
        Kind::UniqueItems => "has the same item twice".to_owned(),
        Kind::Contains => "has no item, or too many, of the kind that is asked for".to_owned(),
        Kind::AnyOf { .. } | Kind::OneOfNotValid { .. } => "fits none of the alternatives".to_owned(),
        Kind::OneOfMultipleValid { .. } => "fits more than one of the alternatives".to_owned(),
        Kind::Not { .. } | Kind::FalseSchema => "is not allowed".to_owned(),
        other => format!("does not satisfy {}", display::quote(other.keyword())),
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn wanted(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => with_article(*kind).to_owned(),
        TypeKind::Multiple(kinds) => kinds.iter().map(with_article).collect::<Vec<_>>().join(" or "),
    }
}

fn with_article(kind: JsonType) -> &'static str {
    match kind {
        JsonType::Null => "null",
        JsonType::Boolean => "a boolean",
        JsonType::Integer => "an integer",
        JsonType::Number => "a number",
        JsonType::String => "a string",
        JsonType::Array => "an array",
        JsonType::Object => "an object",
    }
}

fn found(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// What is wrong with the schema itself, completing a sentence that begins with its origin.
fn schema_problem(error: &ValidationError<'_>) -> String {
    let place = display::escape(error.instance_path().as_str());
    let place = if place.is_empty() { String::new() } else { format!(" at {place}") };
    match error.kind() {
        Kind::Referencing(ReferencingError::Unretrievable { uri, .. }) => {
            format!("refers to {}, and only references within the schema itself are followed", display::quote(uri))
        }
        Kind::Referencing(ReferencingError::UnknownSpecification { specification }) => {
            format!("names {} as its `$schema`, which is no known draft", display::quote(specification))
        }
        Kind::Referencing(_) => format!("has a reference{place} that leads nowhere"),
        Kind::Format { format } if format == "regex" => {
            format!("is not a valid JSON Schema{place}: it is no regular expression that can be matched in linear time")
        }
        _ => format!("is not a valid JSON Schema{place}: it {}", problem(error, true)),
    }
}

/// Collects all property names in a schema. The JSON parser's depth limit bounds the recursion.
fn collect_names(schema: &Value, names: &mut BTreeSet<String>) {
    match schema {
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, names)),
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                names.extend(properties.keys().cloned());
            }
            if let Some(Value::Array(required)) = members.get("required") {
                names.extend(required.iter().filter_map(Value::as_str).map(str::to_owned));
            }
            members.values().for_each(|member| collect_names(member, names));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refusal(schema: &Value) -> String {
        Contract::new(&schema.to_string(), "contracts/x.json").map(|_| ()).unwrap_err().to_string()
    }

    fn descriptions(schema: Value, value: Value) -> Vec<String> {
        let contract = Contract::new(&schema.to_string(), "x.json").unwrap();
        contract.violations(&value).map(|violation| violation.describe(true)).collect()
    }

    #[test]
    fn what_is_no_schema_is_refused_with_the_place_in_it() {
        for (schema, message) in [
            (json!({"properties": {"a": {"type": "integr"}}}), "at /properties/a/type"),
            (
                json!({"properties": {"a": {"minimum": "3"}}}),
                "at /properties/a/minimum: it must be a number, found a string",
            ),
            (json!({"required": "a"}), "at /required: it must be an array"),
            (json!(3), "it must be a boolean or an object"),
            (json!({"$ref": "#/$defs/nowhere"}), "has a reference"),
            (json!({"$schema": "https://example.com/mine"}), "which is no known draft"),
            (json!({"pattern": "("}), "at /pattern: it is no regular expression"),
            (json!({"pattern": "(?=a)b"}), "linear time"),
        ] {
            let said = refusal(&schema);
            assert!(said.starts_with("`contracts/x.json` ") && said.contains(message), "{schema}: {said}");
        }
        let said = Contract::new("{\n\"a\" 1}", "x.json").unwrap_err().to_string();
        assert_eq!(said, "`x.json` is not JSON: expected `:` at line 2 column 5");
        let long = " ".repeat(MAX_BYTES) + "{}";
        assert_eq!(Contract::new(&long, "x.json").unwrap_err().to_string(), "`x.json` is larger than 1048576 bytes");
    }

    #[test]
    #[expect(clippy::disallowed_types, reason = "shows that nothing connects")]
    fn nothing_outside_of_the_schema_is_fetched() {
        // A fetch would connect to this listener.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let host = format!("http://{}/other.json", listener.local_addr().unwrap());
        for reference in [host.as_str(), "https://example.com/other.json", "file:///etc/hostname", "other.json"] {
            for schema in [json!({"$ref": reference}), json!({"properties": {"a": {"items": {"$ref": reference}}}})] {
                let said = refusal(&schema);
                assert!(said.contains("only references within the schema itself are followed"), "{reference}: {said}");
            }
        }
        assert_eq!(listener.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    }

    #[test]
    fn the_draft_is_that_of_the_schema_and_2020_12_without_one() {
        let tuple = json!({"prefixItems": [{"type": "string"}]});
        assert_eq!(descriptions(tuple.clone(), json!([3])), ["`[0]` must be a string, found a number"]);
        let draft7 = |mut schema: Value| {
            schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
            schema
        };
        assert!(descriptions(draft7(tuple), json!([3])).is_empty(), "draft 7 does not know prefixItems");
        let tuple = draft7(json!({"items": [{"type": "string"}], "additionalItems": false}));
        assert_eq!(descriptions(tuple, json!(["a", "b"])), ["the value must have at most 1 item"]);
    }

    #[test]
    fn each_violation_is_said_in_words_of_its_own() {
        for (schema, value, said) in [
            (json!({"type": ["integer", "null"]}), json!("x"), "must be null or an integer, found a string"),
            (json!({"required": ["b"]}), json!({}), "lacks the property `b`"),
            (
                json!({"properties": {"a": {}}, "additionalProperties": false}),
                json!({"b": 1}),
                "has a property that is not provided for",
            ),
            (
                json!({"propertyNames": {"maxLength": 1}}),
                json!({"bb": 1}),
                "has a property with a name that is not allowed",
            ),
            (json!({"minProperties": 1}), json!({}), "must have at least 1 property"),
            (json!({"enum": ["x"]}), json!("y"), "is not one of the allowed values"),
            (json!({"const": "x"}), json!("y"), "is not the one allowed value"),
            (json!({"pattern": "^a"}), json!("y"), "does not match the pattern"),
            (json!({"minLength": 3}), json!("y"), "must have at least 3 characters"),
            (json!({"minimum": 3}), json!(2), "must be at least 3"),
            (json!({"exclusiveMaximum": 1.5}), json!(2), "must be less than 1.5"),
            (json!({"multipleOf": 2}), json!(3), "must be a multiple of 2"),
            (json!({"maxItems": 1}), json!([1, 2]), "must have at most 1 item"),
            (json!({"uniqueItems": true}), json!([1, 1]), "has the same item twice"),
            (json!({"contains": {"const": 3}}), json!([1]), "has no item, or too many, of the kind that is asked for"),
            (json!({"anyOf": [{"type": "null"}, {"minimum": 5}]}), json!(3), "fits none of the alternatives"),
            (json!({"oneOf": [{}, true]}), json!(3), "fits more than one of the alternatives"),
            (json!({"not": {}}), json!(3), "is not allowed"),
            (json!(false), json!(3), "is not allowed"),
            (
                json!({"$schema": "http://json-schema.org/draft-07/schema#", "format": "ipv4"}),
                json!("x"),
                "is not in the format `ipv4`",
            ),
            (json!({"unevaluatedProperties": false}), json!({"b": 1}), "has a property that is not provided for"),
        ] {
            assert_eq!(descriptions(schema.clone(), value), [format!("the value {said}")], "{schema}");
        }
    }

    #[test]
    fn only_keys_of_the_schema_are_named() {
        let schema = json!({"additionalProperties": {"properties": {"known": {"items": {"type": "string"}}}}});
        let value = json!({"hidden": {"known": ["a", 3]}});
        assert_eq!(descriptions(schema, value), ["`*.known[1]` must be a string, found a number"]);
    }

    #[test]
    fn a_value_as_deep_as_may_be_is_followed_by_a_schema_that_refers_to_itself() {
        let contract = Contract::new(r##"{"items": {"$ref": "#"}, "type": "array"}"##, "x.json").unwrap();
        let deep = (0..crate::base::limits::DEPTH_LIMIT).fold(json!(3), |inner, _| json!([inner]));
        assert_eq!(contract.violations(&deep).count(), 1);
    }
}
