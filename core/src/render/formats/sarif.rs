//! SARIF 2.1.0, for code scanning and for editors.
//!
//! The log has one run. It lists all rules, whether they fired or not. Fixes that a tool may apply are included; fixes
//! that are only advice are not. Columns count Unicode code points, as in the other formats. A document that could not
//! be read becomes a notification and makes the run unsuccessful.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::{Value, json};

use crate::base::span::{LineIndex, Span};
use crate::diagnostic::identity::plain_path;
use crate::diagnostic::rule::Rule;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
#[cfg(feature = "config")]
use crate::options::rule::CustomRule;
use crate::policy::{Description, PolicyRule};
#[cfg(feature = "config")]
use crate::render::message_and;
use crate::render::{File, Rendering, Totals, between, identified, joined, message_and_help, pretty};
use crate::rules;

pub(super) static FORMAT: Rendering = Rendering {
    name: "sarif",
    summary: "SARIF 2.1.0, for code scanning and editors",
    names_unread: true,
    needs_project_path: true,
    part: |file, _| part(file),
    whole,
};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Nesting level of the `results` array in the log.
const DEPTH: usize = 3;
/// Characters to percent-encode in the path of a URI: all but the unreserved ones (RFC 3986, section 2.3) and `/`.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

fn part(file: &File<'_>) -> String {
    let document = Document { uri: uri(file.project_path), index: file.lines() };
    let results =
        identified(file).map(|(identity, diagnostic)| pretty(&document.finding(&identity, diagnostic), DEPTH + 1));
    results.collect::<Vec<_>>().join(&between(DEPTH))
}

fn whole(parts: &[&str], totals: &Totals) -> String {
    let of_policies = totals.policies.iter().flat_map(|policy| policy.rules.iter().map(|rule| of_policy(rule, policy)));
    let rules: Vec<_> =
        rules::ALL.iter().map(|rule| described(rule)).chain(of_policies).chain(of_team(totals)).collect();
    let driver = json!({"name": "cxvars", "version": env!("CARGO_PKG_VERSION"), "rules": rules});
    let tool = pretty(&json!({"driver": driver}), DEPTH);
    let unread = totals.unread.iter().map(|unread| {
        let location = json!({"physicalLocation": {"artifactLocation": {"uri": uri(unread.project_path())}}});
        json!({"level": "error", "message": {"text": plain(&unread.message)}, "locations": [location]})
    });
    let notifications: Vec<_> = unread.collect();
    let invocation =
        json!({"executionSuccessful": notifications.is_empty(), "toolExecutionNotifications": notifications});
    let (invocations, results) = (pretty(&json!([invocation]), DEPTH), joined(parts, DEPTH));
    format!(
        "{{
  \"$schema\": \"{SCHEMA}\",
  \"version\": \"2.1.0\",
  \"runs\": [
    {{
      \"tool\": {tool},
      \"columnKind\": \"unicodeCodePoints\",
      \"invocations\": {invocations},
      \"results\": {results}
    }}
  ]
}}
"
    )
}

/// The description of a built-in rule (`reportingDescriptor`).
fn described(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "name": pascal_case(rule.name),
        "shortDescription": {"text": rule.summary()},
        "fullDescription": {"text": rule.why()},
        "help": {"text": rule.explanation(), "markdown": rule.markdown()},
        "defaultConfiguration": {"level": rule.severity.as_str()},
    })
}

/// The description of a policy's rule. A policy provides only one sentence about each of its rules.
fn of_policy(rule: &PolicyRule, policy: &Description) -> Value {
    let of = format!("A rule of the policy {} {}.", policy.name, policy.version);
    json!({
        "id": rule.code,
        "name": pascal_case(&rule.name),
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": format!("{} {of}", rule.summary)},
        "defaultConfiguration": {"level": rule.severity.as_str()},
    })
}

/// The descriptions of the team's own rules, in the order of their codes.
#[cfg(feature = "config")]
fn of_team(totals: &Totals) -> Vec<Value> {
    let mut rules: Vec<&CustomRule> = totals.custom_rules.iter().collect();
    rules.sort_by_key(|rule| rule.code());
    let described = |rule: &&CustomRule| {
        let mut described = json!({
            "id": rule.code(),
            "name": pascal_case(rule.name()),
            "shortDescription": {"text": rule.message()},
            "fullDescription": {"text": message_and(rule.message(), rule.help())},
            "help": {"text": rule.explanation(), "markdown": rule.markdown()},
            "defaultConfiguration": {"level": rule.severity().as_str()},
        });
        if let Some((url, described)) = rule.url().zip(described.as_object_mut()) {
            described.insert("helpUri".to_owned(), url.into());
        }
        described
    };
    rules.iter().map(described).collect()
}

#[cfg(not(feature = "config"))]
fn of_team(_: &Totals) -> Vec<Value> {
    Vec::new()
}

/// Turns `key-collision` into `KeyCollision`, the form that SARIF recommends for rule names.
fn pascal_case(name: &str) -> String {
    let capitalized = |word: &str| {
        let mut characters = word.chars();
        characters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(characters).collect::<String>()
    };
    name.split('-').map(capitalized).collect()
}

/// A text as a plain text message. Braces are doubled, because `{0}` would be a placeholder (section 3.11.5). Brackets
/// are escaped where they would form a link (section 3.11.6).
fn plain(text: &str) -> Cow<'_, str> {
    let has_link = text.contains("](");
    if !has_link && !text.contains(['{', '}']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match character {
            '{' | '}' => out.push(character),
            '[' | ']' if has_link => out.push('\\'),
            _ => {}
        }
        out.push(character);
    }
    Cow::Owned(out)
}

/// A relative reference, or a `file` URI if the path is absolute.
fn uri(path: &str) -> String {
    let is_drive = |path: &str| path.get(1..3) == Some(":/");
    let root = match path {
        path if path.starts_with('/') => "file://",
        path if is_drive(path) => "file:///",
        _ => "",
    };
    format!("{root}{}", utf8_percent_encode(plain_path(path), PATH))
}

/// A finding in the form of a SARIF `result`; empty parts are left out.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding<'f> {
    rule_id: &'f str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message<'f>,
    locations: [Location<'f>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location<'f>>,
    partial_fingerprints: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Value>,
}

#[derive(Serialize)]
struct Message<'m> {
    text: Cow<'m, str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'l> {
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message<'l>>,
    physical_location: Value,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    logical_locations: Vec<Value>,
}

/// What all findings of a document share.
struct Document<'d> {
    uri: String,
    index: &'d LineIndex<'d>,
}

impl Document<'_> {
    fn finding<'f>(&self, identity: &str, diagnostic: &'f Diagnostic) -> Finding<'f> {
        // The pointer to the whole document is empty and carries no information.
        let pointer = Some(&diagnostic.pointer).filter(|pointer| !pointer.is_empty());
        let related = diagnostic.related.iter().map(|related| Location {
            message: Some(Message { text: plain(&related.message) }),
            physical_location: self.place(related.span),
            logical_locations: Vec::new(),
        });
        let applicable = diagnostic.fixes.iter().filter(|fix| fix.applicability != Applicability::DisplayOnly);
        Finding {
            rule_id: &diagnostic.code,
            rule_index: rules::ALL.iter().position(|rule| rule.code == diagnostic.code),
            level: diagnostic.severity.as_str(),
            message: Message { text: plain(&message_and_help(diagnostic)).into_owned().into() },
            locations: [Location {
                message: None,
                physical_location: self.place(diagnostic.span),
                logical_locations: pointer.iter().map(|pointer| json!({"fullyQualifiedName": pointer})).collect(),
            }],
            related_locations: related.collect(),
            partial_fingerprints: json!({"finding/v2": identity}),
            fixes: applicable.map(|fix| self.fix(fix)).collect(),
        }
    }

    fn place(&self, span: Span) -> Value {
        json!({"artifactLocation": {"uri": self.uri}, "region": self.region(span)})
    }

    fn region(&self, span: Span) -> Value {
        let (start, end) = (self.index.position(span.start()), self.index.position(span.end()));
        json!({"startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column})
    }

    fn fix(&self, fix: &Fix) -> Value {
        let replacement =
            |edit: &Edit| json!({"deletedRegion": self.region(edit.span), "insertedContent": {"text": edit.text}});
        let replacements: Vec<_> = fix.edits.iter().map(replacement).collect();
        json!({
            "description": {"text": plain(&fix.message)},
            "artifactChanges": [{"artifactLocation": {"uri": self.uri}, "replacements": replacements}],
            "properties": {"applicability": fix.applicability},
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::CheckOptions;
    use crate::render::json_v1::FileError;

    fn log(path: &str, text: &str, unread: &[FileError]) -> Value {
        let report = check(text.as_bytes(), &CheckOptions::default());
        let part = part(&File::new(path, text, &report));
        let totals = Totals { unread: unread.to_vec(), ..Totals::default() };
        let log: Value = serde_json::from_str(&whole(&[&part], &totals)).unwrap();
        log["runs"][0].clone()
    }

    #[test]
    fn a_clean_run_lists_every_rule_and_no_result() {
        let run = log("a.json", "[]", &[]);
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.len(), rules::ALL.len());
        assert_eq!((&run["results"], &run["invocations"][0]["executionSuccessful"]), (&json!([]), &json!(true)));
        let rule = rules.iter().find(|rule| rule["id"] == "CX103").unwrap();
        assert_eq!(rule["name"], "KeyCollision");
        let why = rule["fullDescription"]["text"].as_str().unwrap();
        assert!(why.starts_with("The service keeps one value") && why.ends_with("is updated."), "{why}");
        assert_eq!(rule["defaultConfiguration"]["level"], "error");
        for text in ["shortDescription", "fullDescription", "help"] {
            assert!(rules.iter().all(|rule| rule[text]["text"].as_str().is_some_and(|text| text.len() > 10)), "{text}");
        }
    }

    #[test]
    fn a_result_names_its_rule_its_places_and_its_fix() {
        let text = "[{\"name\": \"ä\", \"name\": \"a\", \"type\": \"integer\", \"value\": 3}]";
        let run = log("a.json", text, &[]);
        let results = run["results"].as_array().unwrap();
        for result in results {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
            assert_eq!(result["partialFingerprints"]["finding/v2"].as_str().map(str::len), Some(64));
        }
        let by_code = |code: &str| results.iter().find(|result| result["ruleId"] == code).unwrap();
        let duplicate = by_code("CX003");
        let region = json!({"startLine": 1, "startColumn": 16, "endLine": 1, "endColumn": 22});
        assert_eq!(duplicate["locations"][0]["physicalLocation"]["region"], region);
        assert_eq!(duplicate["locations"][0]["logicalLocations"][0]["fullyQualifiedName"], "/0/name");
        assert_eq!(duplicate["relatedLocations"][0]["message"]["text"], "first here");
        let fix = &by_code("CX002")["fixes"][0];
        assert_eq!(fix["properties"]["applicability"], "safe");
        let replacements = fix["artifactChanges"][0]["replacements"].as_array().unwrap();
        assert!(replacements.iter().all(|edit| edit["insertedContent"]["text"] == "\""), "{fix:#}");
    }

    #[test]
    fn an_unread_document_makes_the_run_unsuccessful() {
        let run = log("a.json", "[]", &[FileError::new("/b c.json", "gone")]);
        let invocation = &run["invocations"][0];
        let notification = &invocation["toolExecutionNotifications"][0];
        assert_eq!(
            (&invocation["executionSuccessful"], &notification["message"]["text"]),
            (&json!(false), &json!("gone"))
        );
        let uri = &notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
        assert_eq!(uri, "file:///b%20c.json");
    }

    #[test]
    fn no_name_becomes_a_placeholder_or_a_link() {
        let text = r#"[{"name": "{0}[x](https://example.com){", "type": "string", "value": "x"}]"#;
        let run = log("a.json", text, &[FileError::new("b", "not {1}")]);
        let message = run["results"][0]["message"]["text"].as_str().unwrap();
        assert!(message.contains(r"{{0}}\[x\](https://example.com){{"), "{message}");
        let unread = &run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
        assert_eq!(unread, "not {{1}}");
        assert_eq!(plain("error[CX103] is (fine)"), "error[CX103] is (fine)");
    }

    #[test]
    fn a_file_is_known_by_its_path_in_the_project() {
        let text = "[3]";
        let report = check(text.as_bytes(), &CheckOptions::default());
        let file = File::new("/home/ci/p/sub/a.json", text, &report).in_project("sub/a.json");
        let unread = FileError::new("/home/ci/p/b.json", "gone").in_project(Some("b.json".to_owned()));
        let totals = Totals { unread: vec![unread], ..Totals::default() };
        let log = whole(&[&part(&file)], &totals);
        assert!(log.contains("\"sub/a.json\"") && log.contains("\"b.json\"") && !log.contains("/home/ci"), "{log}");
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("./a b/ä#1%?.json"), "a%20b/%C3%A4%231%25%3F.json");
        assert_eq!(uri("a:b.json"), "a%3Ab.json", "not a URI with the scheme `a`");
        assert_eq!((uri("/x/y"), uri("C:/x")), ("file:///x/y".to_owned(), "file:///C%3A/x".to_owned()));
    }
}
