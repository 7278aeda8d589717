//! What passes between the engine and a policy that runs elsewhere, such as in a worker of a browser.

use serde::{Deserialize, Serialize};

use super::{Description, Finding, Setting, SettingValue, Subject};
use crate::check::Checked;

/// The answer of a policy about a document: its findings, or why it gave none.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Verdict {
    /// The policy's description of itself.
    pub description: Description,
    /// Its findings, in its own order.
    pub findings: Option<Vec<Finding>>,
    /// Why there are no findings, as the end of a sentence that begins with the policy.
    pub problem: Option<String>,
}

impl Verdict {
    /// Adds verdicts to the report on a document. A document that could not be read to its end has errors already.
    pub fn add_all(verdicts: &[Self], checked: &mut Checked<'_>) {
        let Some(subject) = Subject::of(checked) else { return };
        for Self { description, findings, problem } in verdicts {
            let unanswered = || problem.clone().unwrap_or_else(|| "it gave no answer".to_owned());
            let answer = findings.clone().ok_or_else(unanswered);
            subject.conclude(description, answer, checked.report_mut());
        }
    }
}

/// A setting as `policy.wit` has it: its value says which type it has, which JSON cannot.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PassedSetting<'s> {
    key: &'s str,
    value: PassedValue<'s>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "tag", content = "val", rename_all = "lowercase")]
enum PassedValue<'s> {
    String(&'s str),
    /// As a text, because numbers of JavaScript have 53 bits.
    Integer(String),
    Float(f64),
    Boolean(bool),
    Strings(&'s [String]),
}

impl<'s> From<&'s Setting> for PassedSetting<'s> {
    fn from(Setting { key, value }: &'s Setting) -> Self {
        let value = match value {
            SettingValue::String(text) => PassedValue::String(text),
            SettingValue::Integer(number) => PassedValue::Integer(number.to_string()),
            SettingValue::Float(number) => PassedValue::Float(*number),
            SettingValue::Boolean(boolean) => PassedValue::Boolean(*boolean),
            SettingValue::Strings(texts) => PassedValue::Strings(texts),
        };
        Self { key, value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Source;
    use crate::options::CheckOptions;
    use crate::policy::FAILED;

    const TEXT: &[u8] = br#"[{"name": "a", "type": "string", "value": "canary-5d41"}]"#;

    fn description() -> &'static str {
        r#"{"name": "acme", "version": "1", "rules": [
            {"code": "PX001", "name": "must-encrypt", "severity": "error", "summary": "It is not encrypted."}]}"#
    }

    fn codes(verdicts: &str) -> Vec<(String, String)> {
        let verdicts: Vec<Verdict> = serde_json::from_str(&verdicts.replace("DESCRIPTION", description())).unwrap();
        let options = CheckOptions::default();
        let source = Source::read(br#"[{"name": "a", "type": "string", "value": "x"}]"#, &options);
        let mut checked = source.check(&options, None);
        Verdict::add_all(&verdicts, &mut checked);
        let found = checked.report().diagnostics().iter();
        found.map(|found| (found.code.to_string(), found.pointer.to_string())).collect()
    }

    #[test]
    fn verdicts_in_json_join_the_report() {
        let finding = |place: &str| {
            format!(
                r#"[{{"description": DESCRIPTION, "findings": [
                {{"code": "PX001", "place": {place}, "message": "encrypt it", "help": null}}]}}]"#
            )
        };
        for (place, pointer) in [
            (r#"{"tag": "document"}"#, ""),
            (r#"{"tag": "variable", "val": 0}"#, "/0"),
            (r#"{"tag": "field", "val": [0, "type"]}"#, "/0/type"),
        ] {
            assert_eq!(codes(&finding(place)), [("PX001".to_owned(), pointer.to_owned())], "{place}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_taken_is_an_error_of_the_document() {
        let failed = [(FAILED.to_owned(), String::new())];
        for verdict in [
            r#""problem": "it broke off""#,
            r#""findings": null"#,
            r#""findings": [{"code": "PX002", "place": {"tag": "document"}, "message": "x", "help": null}]"#,
            r#""findings": [{"code": "PX001", "place": {"tag": "variable", "val": 1}, "message": "x", "help": null}]"#,
        ] {
            assert_eq!(codes(&format!(r#"[{{"description": DESCRIPTION, {verdict}}}]"#)), failed, "{verdict}");
        }
    }

    #[test]
    fn a_description_is_checked_when_it_is_read() {
        let bad = description().replace("PX001", "PX000");
        assert!(serde_json::from_str::<Description>(&bad).unwrap_err().to_string().contains("PX000"));
    }

    #[test]
    fn facts_are_passed_by_the_words_of_the_contract_and_without_a_value() {
        let options = CheckOptions::default();
        let subject = Subject::of(&Source::read(TEXT, &options).check(&options, None)).unwrap();
        let facts = serde_json::to_value(subject.facts()).unwrap();
        let expected = serde_json::json!({
            "target": {"environment": null, "action": null, "path": null},
            "data_action": null, "parent_scope": "action",
            "variables": [{"name": "a", "type": "string", "scope": "action", "encrypted": false, "absent": false,
                "has_secret_version": false, "source": "inline", "contract": null,
                "value": {"length": "under16", "entropy": "ordinary", "prefix": "other"}}],
        });
        assert_eq!(facts, expected);
    }

    #[test]
    fn a_setting_says_which_type_its_value_has() {
        let settings = [
            ("a", SettingValue::Integer(i64::MAX)),
            ("b", SettingValue::Float(1.0)),
            ("c", SettingValue::Strings(vec!["x".to_owned()])),
        ];
        let settings = settings.map(|(key, value)| Setting { key: key.to_owned(), value });
        let passed: Vec<PassedSetting<'_>> = settings.iter().map(PassedSetting::from).collect();
        let expected = serde_json::json!([
            {"key": "a", "value": {"tag": "integer", "val": "9223372036854775807"}},
            {"key": "b", "value": {"tag": "float", "val": 1.0}},
            {"key": "c", "value": {"tag": "strings", "val": ["x"]}},
        ]);
        assert_eq!(serde_json::to_value(passed).unwrap(), expected);
    }
}
