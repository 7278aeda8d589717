//! Tests of conversions: what they write, and that nothing is lost.

use std::collections::BTreeSet;

use super::{Converted, Refused, convert};
use crate::check::check;
use crate::options::CheckOptions;
use crate::reader::format::DocumentFormat::{self, Env, Json, Jsonc, Yaml};
use crate::rules::ALL;

fn options(format: DocumentFormat) -> CheckOptions {
    CheckOptions { format, ..CheckOptions::default() }
}

fn converted(text: &str, from: DocumentFormat, to: DocumentFormat) -> Converted {
    convert(text, &options(from), to).unwrap_or_else(|refused| panic!("{refused}: {text}"))
}

fn text_of(text: &str, from: DocumentFormat, to: DocumentFormat) -> String {
    converted(text, from, to).text().expose().to_owned()
}

fn notes_of(text: &str, from: DocumentFormat, to: DocumentFormat) -> Vec<String> {
    converted(text, from, to).notes().iter().map(|note| note.message.clone()).collect()
}

const MANIFEST: &str = r#"# The lookup.
description: CRM lookup
parent_scope: global

variables: # all of them
  # Where it is.
  - name: endpoint # not the old one
    type: string
    value: https://crm.example.com/v1

  # cxvars: ignore[CX207] filled in later
  - name: region
    type: string
    value: ""
  - name: token
    type: string
    encrypted: true
    # From the pipeline.
    value_from: {env: CRM_TOKEN}
    secret_version: "7"
  - name: limits
    type: object
    value: |
      {"retries": 3,
       "wait": "2 # s"}
  - name: old
    state: absent
# The end.
"#;

#[test]
fn a_manifest_keeps_its_keys_and_comments_in_jsonc() {
    let expected = r#"// The lookup.
{
  "description": "CRM lookup",
  "parent_scope": "global",

  "variables": [ // all of them
    // Where it is.
    {
      "name": "endpoint", // not the old one
      "type": "string",
      "value": "https://crm.example.com/v1"
    },

    // cxvars: ignore[CX207] filled in later
    {"name": "region", "type": "string", "value": ""},
    {
      "name": "token",
      "type": "string",
      "encrypted": true,
      // From the pipeline.
      "value_from": {"env": "CRM_TOKEN"},
      "secret_version": "7"
    },
    {"name": "limits", "type": "object", "value": "{\"retries\": 3,\n \"wait\": \"2 # s\"}\n"},
    {"name": "old", "state": "absent"}
  ]
}
// The end.
"#;
    assert_eq!(text_of(MANIFEST, Yaml, Jsonc), expected);
    assert_eq!(text_of(expected, Jsonc, Yaml), MANIFEST);
}

#[test]
fn json_says_which_comments_it_cannot_hold() {
    let text = text_of(MANIFEST, Yaml, Json);
    assert!(text.starts_with("{\n  \"description\": \"CRM lookup\",\n") && !text.contains("//  "), "{text}");
    let notes = notes_of(MANIFEST, Yaml, Json);
    assert_eq!(notes.len(), 7, "{notes:?}");
    assert_eq!(notes[0], "the comment in line 1 was left out: JSON has no comments");
    let ignore = "the ignore comment in line 11 was left out: JSON has no comments, so what it silenced counts again; use \
        `[[ignore]]` in cxvars.toml";
    assert_eq!(notes[4], ignore);
}

#[test]
fn lines_of_env_hold_variables_and_say_what_is_missing() {
    let expected = "# The lookup.\n# all of them\n# Where it is.\n# not the old one\nendpoint=https://crm.example.com/v1\n\n\
        # cxvars: ignore[CX207] filled in later\nregion=\n# From the pipeline.\n# token is not written: .env has no references\n\
        limits='{\"retries\": 3,\n \"wait\": \"2 # s\"}\n' # cxvars: type=object\nold= # cxvars: state=absent\n# The end.\n";
    assert_eq!(text_of(MANIFEST, Yaml, Env), expected);
    let notes = notes_of(MANIFEST, Yaml, Env);
    assert_eq!(
        notes,
        [
            "`description` in line 2 was left out: a line of .env is a variable",
            "`parent_scope` in line 3 was left out: a line of .env is a variable",
            "`token` in line 15 was left out: .env has no references",
        ]
    );
}

#[test]
fn lines_of_env_become_a_list() {
    let text = "# why\nexport HOST=crm.example.com # the host\n# cxvars: type=integer encrypted\n# more\nLIMIT=3\n";
    let expected = "# why\n- name: HOST\n  type: string\n  value: crm.example.com # the host\n# more\n- name: LIMIT\n  \
        type: integer\n  value: \"3\"\n  encrypted: true\n";
    assert_eq!(text_of(text, Env, Yaml), expected);
}

#[test]
fn an_ignore_silences_the_same_findings_in_every_format() {
    for (text, from) in [
        (
            "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \" x\"}] // cxvars: ignore[CX102, CX206] agreed\n",
            Jsonc,
        ),
        (
            "[\n{\"name\": \"_a\", \"type\": \"string\", // cxvars: ignore[CX102] agreed\n\"value\": \" x\" /* cxvars: ignore[CX206]\n agreed */}]",
            Jsonc,
        ),
        ("- {name: _a, type: string, value: \" x\"} # cxvars: ignore[CX102, CX206] agreed\n", Yaml),
        (
            "- name: _a # cxvars: ignore[CX102] agreed\n  type: string\n  # cxvars: ignore[CX206] agreed\n  value: \" x\"\n",
            Yaml,
        ),
        (
            "- # cxvars: ignore[CX102] agreed\n  name: _a\n  type: string\n  value: \" x\" # cxvars: ignore[CX206] agreed\n",
            Yaml,
        ),
        (
            "-\n  # cxvars: ignore[CX102] agreed\n  name: _a # the name\n  type: string\n  value: \" x\" # cxvars: ignore[CX206] agreed\n",
            Yaml,
        ),
        ("# cxvars: ignore[CX102, CX206] agreed\n_a=' x'\n", Env),
        ("_a=' x' # cxvars: ignore[CX102, CX206] agreed\n", Env),
        (
            "[{\"name\": \"_a\", \"type\": \"string\", \"value\": \" x\"}, {\"name\": \"_b\", \"type\": \"string\", \"value\": \"x\"}] // cxvars: ignore[CX102, CX206] agreed\n",
            Jsonc,
        ),
    ] {
        assert!(check(text.as_bytes(), &options(from)).diagnostics().is_empty(), "{text}");
        for to in [Yaml, Jsonc, Env] {
            let result = text_of(text, from, to);
            let report = check(result.as_bytes(), &options(to));
            let left: Vec<_> = report.diagnostics().iter().map(|finding| (&finding.code, &finding.message)).collect();
            assert!(left.is_empty(), "{left:?}\n{text}\n{result}");
        }
    }
}

#[test]
fn an_ignore_that_silences_nothing_begins_to_silence_nothing() {
    // The comment after the brace is about its line alone; above the variable it would be about all of it.
    let text = "[{\"name\": \"a\", \"type\": \"string\", \"value\": \" x\",\n\"scope\": \"global\"} \
        // cxvars: ignore[CX302, CX206, CX205] agreed\n]";
    let result = converted(text, Jsonc, Yaml);
    let expected =
        "# cxvars: ignore[CX302, CX205] agreed\n- name: a\n  type: string\n  value: \" x\"\n  scope: global\n";
    assert_eq!(result.text().expose(), expected);
    let notes = notes_of(text, Jsonc, Yaml);
    assert_eq!(notes, ["the ignore comment in line 2 lost codes that silence nothing there"]);
    let elsewhere = "{ // cxvars: ignore[CX205] agreed\n\"variables\": []}";
    assert_eq!(text_of(elsewhere, Jsonc, Yaml), "# cxvars: ignore[CX205] agreed\nvariables: []\n");
}

#[test]
fn a_limit_that_is_ignored_stays_so() {
    let mut one = options(Yaml);
    one.validate.max_variables = Some(1);
    let items = "  # cxvars: ignore[CX401] agreed\n  - name: a\n    type: string\n    value: x\n  - name: b\n    type: string\n    value: x\n";
    let text = format!("variables:\n{items}");
    assert!(check(text.as_bytes(), &one).diagnostics().is_empty());
    let jsonc = convert(&text, &one, Jsonc).unwrap();
    let mut other = one.clone();
    other.format = Jsonc;
    assert!(check(jsonc.text().expose().as_bytes(), &other).diagnostics().is_empty(), "{}", jsonc.text().expose());
    let back = convert(jsonc.text().expose(), &other, Yaml).unwrap();
    assert!(check(back.text().expose().as_bytes(), &one).diagnostics().is_empty(), "{}", back.text().expose());
    let env = convert(&text, &one, Env).unwrap();
    assert_eq!(env.notes().len(), 1);
}

#[test]
fn a_text_with_a_mistake_is_refused_and_says_where() {
    for (text, from, line) in [("[\n{]", Json, 2), ("a: 1\n}\n", Yaml, 2), ("A=1\nB\n", Env, 2), ("", Yaml, 1)] {
        let Err(refused) = convert(text, &options(from), Jsonc) else { panic!("{text}") };
        assert_eq!(refused, Refused::Unread { line }, "{text}");
    }
    let wrong = "[{\"name\": \"a\", \"type\": \"string\",\n\"value\": 3}]";
    assert_eq!(convert(wrong, &options(Json), Env).err(), Some(Refused::Mistake { line: 2, format: ".env" }));
    assert!(convert(wrong, &options(Json), Yaml).is_ok());
    let mut short = options(Json);
    short.validate.max_bytes = Some(20);
    assert_eq!(convert(r#"[{"value":[[[[1]]]]}]"#, &short, Yaml).err(), Some(Refused::TooLarge));
}

#[test]
fn comments_that_look_like_notes_of_env_stay_comments() {
    for comment in
        ["# cxvars: type=integer", "# cxvars reads this", "#CXVARS", "# cxvar: x", "# cxvars: ingore[CX102] x", "#"]
    {
        let text = format!("{comment}\n- name: a\n  type: string\n  value: x\n");
        let env = text_of(&text, Yaml, Env);
        assert!(env.ends_with("\na=x\n"), "{env}");
    }
}

#[test]
fn scalars_that_json_does_not_have_become_strings_with_a_note() {
    let text = "- name: a\n  type: integer\n  value: 0x1F\n- name: b\n  type: boolean\n  value: yes\n- name: c\n  type: integer\n  value: 1e3\n";
    let json = text_of(text, Yaml, Json);
    assert!(
        json.contains(r#""value": "0x1F""#) && json.contains(r#""value": "yes""#) && json.contains(r#""value": 1e3"#)
    );
    let notes = notes_of(text, Yaml, Json);
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert!(notes.iter().all(|note| !note.contains("0x1F") && !note.contains("yes")));
}

#[test]
fn a_large_document_with_many_comments_takes_no_longer_than_its_size() {
    let variable = |n: usize| {
        format!("# about {n}\n- name: _v{n} # cxvars: ignore[CX102] agreed\n  type: string\n  value: x # {n}\n")
    };
    let text: String = (0..6000).map(variable).collect();
    let mut many = options(Yaml);
    many.validate.max_variables = Some(10_000);
    let jsonc = convert(&text, &many, Jsonc).unwrap();
    assert_eq!(jsonc.text().expose().matches("// cxvars: ignore[CX102] agreed").count(), 6000);
    let masked = super::mask::mask(&text, &many).unwrap();
    assert_eq!(masked.text().expose().matches("# masked").count(), 12_000);
}

/// What a check finds, without what is about the syntax of a format: CX008 (`.env`), CX502 (JSON may be made to be
/// sent) and CX701 (a comment). What is CX007 in YAML is CX002 in JSON.
fn findings(text: &str, format: DocumentFormat, with_silenced: bool) -> BTreeSet<(String, String, Option<String>)> {
    let report = check(text.as_bytes(), &options(format));
    let found = report.diagnostics().iter().map(|finding| {
        let code = if finding.code == "CX007" { "CX002".to_owned() } else { finding.code.to_string() };
        (code, finding.pointer.clone(), finding.variable.clone())
    });
    let mut found: BTreeSet<_> =
        found.filter(|(code, ..)| !["CX008", "CX502", "CX701"].contains(&code.as_str())).collect();
    if with_silenced {
        found.retain(|(code, _, variable)| {
            !report.silenced().iter().any(|silenced| silenced.code == *code && silenced.variable == *variable)
        });
    }
    found
}

/// Asserts what holds for every conversion.
fn assert_kept(text: &str, from: DocumentFormat) {
    for to in [Json, Jsonc, Yaml, Env] {
        let result = match convert(text, &options(from), to) {
            Ok(result) => result.text().expose().to_owned(),
            Err(Refused::Mistake { .. } | Refused::NothingLeft) if to == Env => continue,
            Err(Refused::Unread { .. }) => continue,
            Err(refused) => panic!("{refused}\n{text}"),
        };
        if to == Env {
            continue;
        }
        if from != Env {
            let (before, after) = (findings(text, from, false), findings(&result, to, false));
            let has_notes = !notes_of(text, from, to).is_empty();
            assert!(before == after || has_notes, "{before:?}\n{after:?}\n{text}\n{result}");
        }
        // There and back changes nothing that is not layout, and once more changes nothing.
        let back = if from == Env { continue } else { text_of(&result, to, from) };
        let again = text_of(&back, from, to);
        if from != to && (from, to) != (Jsonc, Json) && (from, to) != (Json, Jsonc) {
            assert_eq!(text_of(&text_of(&again, to, from), from, to), again, "{text}");
        }
    }
}

#[test]
fn the_examples_of_all_rules_keep_their_findings() {
    let mut count = 0;
    for rule in ALL {
        let markdown = rule.markdown();
        let mut blocks = markdown.split("```").skip(1).step_by(2);
        for block in blocks.by_ref() {
            let (header, text) = block.split_once('\n').unwrap();
            let format = match header.split(' ').next().unwrap() {
                "json" => Json,
                "jsonc" => Jsonc,
                "yaml" => Yaml,
                "env" => Env,
                _ => continue,
            };
            assert_kept(text, format);
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
    for (text, format) in [
        (include_str!("../../../examples/crm-lookup.yaml"), Yaml),
        (include_str!("../../../examples/crm-lookup.json"), Json),
        (include_str!("../../../examples/every-mistake.json"), Json),
        (MANIFEST, Yaml),
    ] {
        assert_kept(text, format);
    }
}

mod generated;
