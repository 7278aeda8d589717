use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The value of an object does not match the JSON Schema that is configured for it.
    ///
    /// ## Why it matters
    /// The script of the Data Action reads certain properties of the object. If one of them is missing or has another
    /// type, the script fails in the middle of a customer's contact, although the value is well-formed JSON.
    ///
    /// ## Fires
    /// If the schema of `timeouts` requires an integer `connect_ms`:
    /// ```json fires contract:timeouts
    /// {"variables": [{"name": "timeouts", "type": "object", "value": "{\"connect_ms\": \"fast\"}"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes contract:timeouts
    /// {"variables": [{"name": "timeouts", "type": "object", "value": "{\"connect_ms\": 250}"}]}
    /// ```
    ///
    /// ## How to fix
    /// Change the value at the marked place, or change the schema. `[contracts]` in `cxvars.toml` names the schema file
    /// of each variable, as in `timeouts = "contracts/timeouts.json"`. If the variable is encrypted, findings show
    /// neither keys nor places within the value.
    CX205 "contract-violation" Error variable check
}

/// A build without contracts has the rule's documentation, but checks nothing.
#[cfg(not(feature = "contracts"))]
fn check(_: &Context<'_>, _: &Variable<'_>, _: &mut Findings) {}

#[cfg(feature = "contracts")]
fn check<'t>(context: &Context<'t>, variable: &Variable<'t>, findings: &mut Findings) {
    if !context.options.contracts.is_empty() {
        with_contracts::check(context, variable, findings);
    }
}

#[cfg(feature = "contracts")]
mod with_contracts {
    use std::collections::HashSet;

    use serde_json::{Map, Number, Value as Json};
    use zeroize::Zeroize;

    use crate::base::span::Span;
    use crate::base::vocabulary::VariableType;
    use crate::document::{Text, Variable};
    use crate::options::contract::{Step, Violation};
    use crate::reader::{Shape, Value};
    use crate::rules::context::Context;
    use crate::rules::findings::Findings;

    /// Most findings on one value that are reported one by one. One more finding counts the rest.
    const MAX_FINDINGS: usize = 20;

    pub(super) fn check<'t>(context: &Context<'t>, variable: &Variable<'t>, findings: &mut Findings) {
        let Some((name, name_span)) = variable.name() else { return };
        let Some(contract) = context.options.contracts.get(name) else { return };
        let Some((text, whole)) = variable.value_of_type(VariableType::Object) else { return };
        // CX204 reports a value that is not a JSON object.
        let tree = context.object_of(text);
        let Some(root) = tree.root().filter(|root| root.shape() == Shape::Object) else { return };
        if !tree.syntax.is_empty() || tree.cap.is_some() {
            return;
        }
        let value = Copy(json(root, text.text));
        let mut violations: Vec<_> = contract.violations(&value.0).collect();
        violations.sort_by_cached_key(|violation| (violation.instance_path().to_owned(), violation.schema_path()));
        let subject = Subject { text, root, whole, is_secret: variable.is_encrypted() != Some(false) };
        let quoted = context.quote(name, name_span, "the variable");
        let pointer = || variable.pointer().to_field("value");
        let mut reported = 0;
        for violation in &violations {
            let problem = violation.describe(!subject.is_secret);
            for span in subject.places(violation, MAX_FINDINGS - reported) {
                reported += 1;
                findings
                    .report(span, pointer(), format!("{quoted} breaks its contract: {problem}"))
                    .help(format!("see `{}` at {}", contract.origin(), violation.schema_path()))
                    .param("variable", &quoted)
                    .param("keyword", violation.keyword());
            }
            if reported == MAX_FINDINGS {
                break;
            }
        }
        let total: usize = violations.iter().map(|violation| subject.count(violation)).sum();
        if total > reported {
            let more = total - reported;
            let places = if more == 1 { "place" } else { "places" };
            findings
                .report(whole, pointer(), format!("{quoted} breaks its contract in {more} more {places}"))
                .help(format!("see `{}`", contract.origin()))
                .param("variable", quoted);
        }
    }

    /// The value that is checked.
    struct Subject<'t> {
        text: Text<'t>,
        root: Value<'t>,
        whole: Span,
        /// Whether keys and places within the value are hidden. Also true if the `encrypted` flag cannot be read,
        /// because the variable may be meant to be encrypted.
        is_secret: bool,
    }

    impl Subject<'_> {
        /// Number of findings for a violation: one for each unexpected key, and at least one.
        fn count(&self, violation: &Violation<'_>) -> usize {
            if self.is_secret { 1 } else { violation.unexpected().len().max(1) }
        }

        /// The first places that a violation is about, at most `limit`.
        fn places(&self, violation: &Violation<'_>, limit: usize) -> Vec<Span> {
            let Some(part) = find(self.root, violation).filter(|_| !self.is_secret) else { return vec![self.whole] };
            let place = |span: Span| self.text.span_within(span.start(), span.end());
            let mut unexpected: HashSet<&str> = violation.unexpected().iter().map(String::as_str).collect();
            if unexpected.is_empty() {
                return vec![place(part.span())];
            }
            let entries = part.entries().filter(|entry| unexpected.remove(entry.key()));
            entries.take(limit).map(|entry| place(entry.key_span())).collect()
        }
    }

    /// The part of a value that a violation is about.
    fn find<'t>(root: Value<'t>, violation: &Violation<'_>) -> Option<Value<'t>> {
        violation.steps().try_fold(root, |value, step| match step {
            Step::Item(index) => value.items().nth(index),
            // If a key repeats, the last one counts, as it does for the Data Action.
            Step::Property(name) => value.entries().filter(|entry| entry.key() == name).last().map(|entry| entry.value),
        })
    }

    /// A copy of the value for the validator. It is wiped when it is dropped.
    struct Copy(Json);

    impl Drop for Copy {
        fn drop(&mut self) {
            wipe(std::mem::take(&mut self.0));
        }
    }

    fn wipe(value: Json) {
        match value {
            Json::String(mut text) => text.zeroize(),
            Json::Array(items) => items.into_iter().for_each(wipe),
            Json::Object(members) => members.into_iter().for_each(|(mut key, value)| {
                key.zeroize();
                wipe(value);
            }),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// Converts a value for the validator. The reader's limit on depth bounds the recursion.
    fn json(value: Value<'_>, source: &str) -> Json {
        match value.shape() {
            Shape::Boolean(truth) => Json::Bool(truth),
            Shape::Number => Json::Number(number(value.span().of(source))),
            Shape::String => Json::String(value.as_str().unwrap_or_default().to_owned()),
            Shape::Array => Json::Array(value.items().map(|item| json(item, source)).collect()),
            Shape::Object => {
                let members = value.entries().map(|entry| (entry.key().to_owned(), json(entry.value, source)));
                Json::Object(members.collect::<Map<_, _>>())
            }
            Shape::Null | Shape::Ambiguous | Shape::Unreadable => Json::Null,
        }
    }

    /// Parses a number. If it is out of range, returns the largest or the smallest `f64`.
    fn number(text: &str) -> Number {
        let largest = || Number::from_f64(if text.starts_with('-') { f64::MIN } else { f64::MAX });
        text.parse().ok().or_else(largest).unwrap_or_else(|| Number::from(0))
    }
}

#[cfg(test)]
#[cfg(feature = "contracts")]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use crate::base::secret::Secret;
    use crate::check::{Resolved, check, check_resolved};
    use crate::diagnostic::Diagnostic;
    use crate::options::CheckOptions;
    use crate::options::contract::Contract;

    const SCHEMA: &str = r#"{
        "properties": {
            "connect_ms": {"type": "integer", "minimum": 1},
            "hosts": {"items": {"properties": {"name": {"pattern": "^[a-z]+$"}}, "required": ["name"]}}
        },
        "required": ["connect_ms"],
        "additionalProperties": false
    }"#;

    fn options(schema: &str) -> CheckOptions {
        let contract = Arc::new(Contract::new(schema, "contracts/t.json").unwrap());
        CheckOptions { contracts: [("t".to_owned(), contract)].into(), ..CheckOptions::default() }
    }

    fn findings(text: &str) -> Vec<Diagnostic> {
        check(text.as_bytes(), &options(SCHEMA)).diagnostics().to_vec()
    }

    /// The findings on a value, as the marked text and the message.
    fn marked(value: &str) -> Vec<(String, String)> {
        let text = json!([{"name": "t", "type": "object", "value": value}]).to_string();
        let place = |finding: &Diagnostic| (finding.span.of(&text).to_owned(), finding.message.clone());
        findings(&text).iter().filter(|finding| finding.code == "CX205").map(place).collect()
    }

    #[test]
    fn the_mark_is_at_the_part_within_the_value() {
        let one = |value: &str| {
            let [(marked, message)] = &marked(value)[..] else { panic!("{value}") };
            (marked.clone(), message.strip_prefix("`t` breaks its contract: ").unwrap().to_owned())
        };
        let said = |marked: &str, message: &str| (marked.to_owned(), message.to_owned());
        assert_eq!(one(r#"{"connect_ms": 0}"#), said("0", "`connect_ms` must be at least 1"));
        assert_eq!(
            one(r#"{"connect_ms": "fast"}"#),
            said(r#"\"fast\""#, "`connect_ms` must be an integer, found a string")
        );
        assert_eq!(
            one(r#"{"connect_ms": 1, "hosts": [{"name": "a"}, {"name": "gr\u00f6\u00dfe"}]}"#),
            said(r#"\"gr\\u00f6\\u00dfe\""#, "`hosts[1].name` does not match the pattern")
        );
        assert_eq!(
            one(r#"{"connect_ms": 1, "hosts": [{"name": "größe"}]}"#),
            said(r#"\"größe\""#, "`hosts[0].name` does not match the pattern")
        );
        assert_eq!(one(r#"{"connect_ms": 1, "hosts": [{}]}"#), said("{}", "`hosts[0]` lacks the property `name`"));
        assert_eq!(one("{ }"), said("{ }", "the value lacks the property `connect_ms`"));
        assert_eq!(
            one(r#"{"connect_ms": 1, "é\n": 2}"#),
            said(r#"\"é\\n\""#, "the value has a property that is not provided for")
        );
        // If a key repeats, the last one counts.
        assert_eq!(one(r#"{"connect_ms": 1, "connect_ms": 0}"#), said("0", "`connect_ms` must be at least 1"));
        assert_eq!(one(r#"{"connect_ms": -1e999}"#).0, "-1e999");
    }

    #[test]
    fn every_violation_is_a_finding_and_many_are_counted() {
        let value = r#"{"connect_ms": 0, "a": 1, "b": 2, "hosts": [{}, {"name": "1"}]}"#;
        let marks: Vec<String> = marked(value).into_iter().map(|(marked, _)| marked).collect();
        assert_eq!(marks, ["0", r#"\"a\""#, r#"\"b\""#, "{}", r#"\"1\""#]);
        let hosts = vec!["{}"; 30].join(",");
        let many = marked(&format!(r#"{{"connect_ms": 1, "hosts": [{hosts}]}}"#));
        assert_eq!(many.len(), 21);
        assert!(many.iter().any(|(_, message)| message == "`t` breaks its contract in 10 more places"));
    }

    #[test]
    fn the_finding_leads_to_the_schema_and_the_variable() {
        let found = findings(r#"{"variables": [{"name": "t", "type": "object", "value": "{\"connect_ms\": 0}"}]}"#);
        let [finding] = &found[..] else { panic!("{found:?}") };
        assert_eq!((finding.code.as_ref(), finding.pointer.as_str()), ("CX205", "/variables/0/value"));
        assert_eq!(finding.help.as_deref(), Some("see `contracts/t.json` at /properties/connect_ms/minimum"));
        assert_eq!(finding.params.get("keyword").map(String::as_str), Some("minimum"));
    }

    #[test]
    fn of_an_encrypted_variable_neither_keys_nor_places_are_told() {
        for flag in ["true", "\"true\""] {
            let text = format!(
                r#"[{{"name": "t", "type": "object", "encrypted": {flag}, "value": "{{\"connect_ms\": 0, \"x\": 1}}"}}]"#
            );
            let found: Vec<_> = findings(&text).into_iter().filter(|finding| finding.code == "CX205").collect();
            assert_eq!(found.len(), 2);
            for finding in found {
                assert_eq!(finding.span.of(&text), r#""{\"connect_ms\": 0, \"x\": 1}""#);
                assert!(!finding.message.contains("connect_ms") && !finding.message.contains('x'), "{finding:?}");
            }
        }
        let text = r#"[{"name": "t", "type": "object", "encrypted": true, "value": "{}"}]"#;
        assert_eq!(findings(text)[0].message, "`t` breaks its contract: the value lacks a property");
    }

    #[test]
    fn a_fetched_value_is_held_to_the_contract_and_marked_at_its_reference() {
        let text = r#"[{"name": "t", "type": "object", "value_from": {"env": "T"}}]"#;
        let check = |value: &str| {
            let resolved = Resolved::from([("t".to_owned(), Secret::new(value))]);
            check_resolved(text.as_bytes(), &options(SCHEMA), &resolved).diagnostics().to_vec()
        };
        assert!(check(r#"{"connect_ms": 5}"#).is_empty() && findings(text).is_empty());
        let found = check(r#"{"connect_ms": 0}"#);
        assert_eq!((found.len(), found[0].span.of(text)), (1, r#"{"env": "T"}"#));
    }

    #[test]
    fn other_types_other_names_and_values_that_are_no_object_are_left_to_other_rules() {
        for (variable, codes) in [
            (r#"{"name": "t", "type": "string", "value": "{}"}"#, vec![]),
            (r#"{"name": "T", "type": "object", "value": "{}"}"#, vec![]),
            (r#"{"name": "t", "type": "objekt", "value": "{}"}"#, vec!["CX201"]),
            (r#"{"name": "t", "type": "object", "value": "[]"}"#, vec!["CX204"]),
            (r#"{"name": "t", "type": "object", "value": "{"}"#, vec!["CX204"]),
            (r#"{"name": "t", "type": "object", "value": "{}"}"#, vec!["CX205"]),
        ] {
            let found = findings(&format!("[{variable}]"));
            let found: Vec<_> = found.iter().map(|finding| finding.code.as_ref()).collect();
            assert_eq!(found, codes, "{variable}");
        }
    }
}
