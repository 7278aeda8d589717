//! A document has the same meaning in every format, and a fix writes what is valid in the document's format.

use cxvars_core::check::{Report, Resolved, check};
use cxvars_core::diagnostic::Diagnostic;
use cxvars_core::manifest::{ManifestVariable, ValueSource, read_manifest};
use cxvars_core::options::CheckOptions;
use cxvars_core::reader::format::DocumentFormat;

fn options(format: DocumentFormat) -> CheckOptions {
    let mut options = CheckOptions::default();
    options.format = format;
    options
}

fn report(text: &str, format: DocumentFormat) -> Report {
    check(text.as_bytes(), &options(format))
}

/// A variable as text, with its value in plain text, for comparison.
fn described(variable: &ManifestVariable) -> String {
    let source = match &variable.source {
        ValueSource::Literal(value) => format!("{:?}", value.expose()),
        ValueSource::Reference(reference) => format!("{reference:?}"),
        ValueSource::Absent => "absent".to_owned(),
    };
    let ManifestVariable { name, variable_type, scope, encrypted, secret_version, .. } = variable;
    format!("{name} {variable_type} {scope} {encrypted} {source} {secret_version:?}")
}

fn meaning(text: &str, format: DocumentFormat) -> Vec<String> {
    let (report, manifest) = read_manifest(text.as_bytes(), &options(format), &Resolved::new());
    let manifest = manifest.unwrap_or_else(|| panic!("{:?}", report.diagnostics()));
    manifest.variables.iter().map(described).collect()
}

#[test]
fn one_document_means_the_same_in_every_format() {
    let json = r#"[
        {"name": "a", "type": "string", "value": "x y", "scope": "action"},
        {"name": "b", "type": "integer", "value": "3", "encrypted": true, "secret_version": "7"},
        {"name": "c", "type": "object", "value": "{\"k\": 1}\n", "encrypted": false}
    ]"#;
    let jsonc = json.replace("},\n", "}, // next\n").replace("false}", "false,},");
    let yaml = "- name: a\n  type: string\n  value: x y # z\n  scope: action\n- {name: b, type: integer, value: '3', \
                encrypted: true, secret_version: \"7\"}\n- name: c\n  type: object\n  value: |\n    {\"k\": 1}\n  \
                encrypted: false\n";
    let env = "# cxvars: scope=action\nexport a='x y' # z\n# cxvars: type=integer encrypted secret_version=7\nb=3\n\
               c='{\"k\": 1}\n' # cxvars: type=object\n";
    let expected = meaning(json, DocumentFormat::Json);
    assert_eq!(expected.len(), 3);
    for (text, format) in
        [(jsonc.as_str(), DocumentFormat::Jsonc), (yaml, DocumentFormat::Yaml), (env, DocumentFormat::Env)]
    {
        assert_eq!(meaning(text, format), expected, "{format:?}");
    }
}

#[test]
fn a_format_is_known_by_the_name_of_its_file() {
    let table = include_str!("../../../tests/file-names.txt").lines().filter(|line| !line.starts_with('#'));
    for line in table {
        let (name, word) = line.split_once(' ').unwrap();
        let expected = match word.trim() {
            "json" => Some(DocumentFormat::Json),
            "jsonc" => Some(DocumentFormat::Jsonc),
            "yaml" => Some(DocumentFormat::Yaml),
            "env" => Some(DocumentFormat::Env),
            _ => None,
        };
        assert_eq!(DocumentFormat::of_file_name(name), expected, "{name}");
    }
    assert_eq!(DocumentFormat::of_file_name(""), None);
}

/// The text with a finding's first fix applied.
fn fixed(text: &str, finding: &Diagnostic) -> String {
    let mut fixed = text.to_owned();
    for edit in finding.fixes[0].edits.iter().rev() {
        fixed.replace_range(edit.span.start()..edit.span.end(), &edit.text);
    }
    fixed
}

#[test]
fn every_fix_leaves_a_valid_document() {
    for (text, format, code, after) in [
        ("- name: a\n  type: integer\n  value: 3 # x\n", DocumentFormat::Yaml, "CX007", "value: \"3\" # x"),
        ("[{name: no, type: string, value: x}]", DocumentFormat::Yaml, "CX007", "name: \"no\","),
        ("- name: a\n  type: string\n  value: 1:30\n", DocumentFormat::Yaml, "CX007", "value: \"1:30\"\n"),
        ("- name: a\n  type: string\n  value: # x\n", DocumentFormat::Yaml, "CX007", "value: \"\" # x"),
        ("- name: a\n  type: string\n  value: ~\n", DocumentFormat::Yaml, "CX007", "value: \"\"\n"),
        ("- name: a\n  type: string\n  value_from: {env: 3}\n", DocumentFormat::Yaml, "CX007", "{env: \"3\"}"),
        ("- name: a\n  type: string\n  value: x\n  encrypted: yes\n", DocumentFormat::Yaml, "CX002", "encrypted: true"),
        (
            "- name: a\n  type: string\n  value: x\n  encrypted: 'false'\n",
            DocumentFormat::Yaml,
            "CX002",
            "encrypted: false",
        ),
        ("variables: {variables: [{name: a, type: string, value: x}]}", DocumentFormat::Yaml, "CX002", "variables: [{"),
        ("- name: a\n  tipe: string\n  value: x\n  type: string\n", DocumentFormat::Yaml, "CX004", ""),
        (
            "- name: a\n  type: string\n  value: x\n  'encripted': true\n",
            DocumentFormat::Yaml,
            "CX004",
            "'encrypted': true",
        ),
        ("- name: a\n  type: strng\n  value: x\n", DocumentFormat::Yaml, "CX201", "type: string\n"),
        ("- name: a\n  type: >-\n    strng\n  value: x\n", DocumentFormat::Yaml, "CX201", "type: string\n  value"),
        ("- name: a\n  type: \"strng\"\n  value: x\n", DocumentFormat::Yaml, "CX201", "type: \"string\"\n"),
        ("- name: a\n  type: string\n  value: x\n  scope: actoin\n", DocumentFormat::Yaml, "CX301", "scope: action\n"),
        ("- name: a\n  type: boolean\n  value: 'True'\n", DocumentFormat::Yaml, "CX203", "value: \"true\"\n"),
        ("- name: a\n  type: boolean\n  value: |-\n    TRUE\n", DocumentFormat::Yaml, "CX203", "value: \"true\"\n"),
        ("a=True # cxvars: type=boolean", DocumentFormat::Env, "CX203", "a=\"true\" #"),
        ("a=3 # cxvars: type=intger", DocumentFormat::Env, "CX201", "type=integer"),
        ("# cxvars: encripted\na=3", DocumentFormat::Env, "CX004", "# cxvars: encrypted\n"),
        ("a=3 # cxvars: encrypted=yes", DocumentFormat::Env, "CX002", ""),
    ] {
        let report = report(text, format);
        let [finding] = report.diagnostics() else { panic!("{text}: {:?}", report.diagnostics()) };
        assert_eq!(finding.code, code, "{text}");
        if finding.fixes.is_empty() {
            assert_eq!(after, "", "{text}");
            continue;
        }
        let fixed = fixed(text, finding);
        let again = check(fixed.as_bytes(), &options(format));
        assert!(after.is_empty() || again.is_valid(), "{fixed}\n{:?}", again.diagnostics());
        assert!(fixed.contains(after), "{fixed}");
    }
}

#[test]
fn a_list_without_brackets_is_not_unwrapped_blindly() {
    let report = report("variables:\n  variables:\n  - name: a\n    state: absent\n", DocumentFormat::Yaml);
    let [finding] = report.diagnostics() else { panic!("{:?}", report.diagnostics()) };
    assert_eq!((finding.code.as_ref(), finding.fixes.len()), ("CX002", 0));
}

#[test]
fn a_mistake_in_a_value_is_marked_within_it_where_it_stands_as_it_is() {
    let text = "- name: a\n  type: object\n  value: '{\"é\": tru}'\n";
    assert_eq!(report(text, DocumentFormat::Yaml).diagnostics()[0].span.of(text), "tru");
    let text = "# cxvars: type=object\na='{\"é\": tru}'\n";
    assert_eq!(report(text, DocumentFormat::Env).diagnostics()[0].span.of(text), "tru");
}

#[test]
fn the_yaml_example_has_no_findings() {
    let report = report(include_str!("../../../examples/crm-lookup.yaml"), DocumentFormat::Yaml);
    assert!(report.diagnostics().is_empty(), "{:?}", report.diagnostics());
    assert_eq!((report.variable_count(), report.encrypted_count()), (5, 1));
}
