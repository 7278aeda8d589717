//! The functions for editors hold together at every offset of every text, and return no value.

use std::collections::BTreeMap;

use cxvars_core::base::small_map::SmallMap;
use cxvars_core::base::span::Span;
use cxvars_core::check::{Source, check, fix};
use cxvars_core::diagnostic::{Applicability, Edit};
use cxvars_core::editor::Facts;
use cxvars_core::editor::actions::{ActionKind, actions, fix_all};
use cxvars_core::editor::completion::completion;
use cxvars_core::editor::definition::definition;
use cxvars_core::editor::folding::folding;
use cxvars_core::editor::hover::hover;
use cxvars_core::editor::rename::{prepare, rename};
use cxvars_core::editor::symbols::{Symbol, symbols};
use cxvars_core::options::CheckOptions;
use cxvars_core::reader::format::DocumentFormat;
use cxvars_core::rules::ALL;
use proptest::prelude::*;

use crate::hostile::FORMATS;

/// A value that no function may return.
const MARKER: &str = "hunter2";

/// A document in every format, with mistakes, whose values and comments are the marker.
const DOCUMENTS: [(&str, DocumentFormat); 4] = [
    (
        r#"{"parent_scope": "action", "description": "hunter2", "variables": [
  {"name": "crm_url", "type": "string", "value": "hunter2"},
  {"name": "limits", "type": "object", "value": "{\"hunter2\": \"hunter2\"}", "scope": "global"},
  {"name": "_token", "type": "string", "encrypted": "true", "value_from": {"env": "CRM_TOKEN"}, "value": "hunter2"},
  {"name": "pässword", "type": "string", "secret_version": "hunter2", "value_from": {"vault": {"path": "crm", "key": "token"}}},
  {"name": "region", "type": "integer", "value": " hunter2"},
  {"name": "region", "type": "string", "value_from": {"param": "region"}},
  {"name": "old", "state": "absent"}]}"#,
        DocumentFormat::Json,
    ),
    (
        "// hunter2\n[\n  /* hunter2\n  hunter2 */\n  {\"name\": \"debug\", \"type\": \"boolean\", \"value\": \"hunter2\",},\n  {\"name\": \"a\", \"type\": \"string\", \"value\": \"\"}, // hunter2\n]",
        DocumentFormat::Jsonc,
    ),
    (
        "# hunter2\nparent_scope: action\nvariables:\n  - name: api_endpoint\n    type: string\n    value: hunter2 # hunter2\n\n  -\n    name: no\n    type: integer\n    value: 'hunter2'\n  - name: ca\n    type: string\n    value: |\n      hunter2\n      hunter2\n    encrypted: true\n  - {name: b, type: string, value_from: {file: certs/ca.pem}}\n",
        DocumentFormat::Yaml,
    ),
    (
        "# cxvars: type=integer encrypted\nRETRIES=hunter2\n\nURL=\"hunter2\" # hunter2\n# cxvars: scope=global\n_NAME='hunter2'\n# a\n# b\nEMPTY=\n",
        DocumentFormat::Env,
    ),
];

fn options(format: DocumentFormat) -> CheckOptions {
    let mut options = CheckOptions::default();
    options.format = format;
    options
}

/// Asserts that a span lies in the text, on character boundaries.
fn fits(text: &str, span: Span) {
    assert!(text.get(span.start()..span.end()).is_some(), "{span:?} is not one of the text");
}

/// The text after edits that do not overlap and are in its order.
fn applied(text: &str, edits: &[Edit]) -> String {
    assert!(edits.windows(2).all(|pair| pair[0].span.end() <= pair[1].span.start()), "{edits:?}");
    let mut result = text.to_owned();
    for edit in edits.iter().rev() {
        fits(text, edit.span);
        result.replace_range(edit.span.start()..edit.span.end(), &edit.text);
    }
    result
}

struct Project {
    params: SmallMap<String, Vec<String>>,
    variables: Vec<String>,
    contracts: BTreeMap<String, String>,
}

impl Project {
    fn new() -> Self {
        let owned = |text: &str| text.to_owned();
        Self {
            params: [(owned("dev"), vec![owned("region")]), (owned("prod"), Vec::new())].into_iter().collect(),
            variables: vec![owned("CRM_TOKEN"), owned("CXONE_CLIENT_SECRET")],
            contracts: [(owned("limits"), owned("contracts/limits.json"))].into(),
        }
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            params: Some(&self.params),
            environment_variables: &self.variables,
            contracts: Some(&self.contracts),
            ..Facts::default()
        }
    }
}

/// Calls every function at every `step`th character of a text. Asserts what holds for all of them, and returns all texts
/// that they returned.
fn everything(text: &str, format: DocumentFormat, step: usize) -> Vec<String> {
    let project = Project::new();
    let facts = project.facts();
    let options = options(format);
    let source = Source::read(text.as_bytes(), &options);
    let checked = source.check(&options, None);
    let mut texts = Vec::new();
    let all = symbols(&source);
    all.iter().for_each(|symbol| nested(text, symbol, &mut texts));
    folding(&source).iter().for_each(|fold| fits(text, fold.span));
    if let Some(action) = fix_all(&checked) {
        let ActionKind::FixAll(edits) = action.kind else { panic!() };
        let expected = fix::apply(text, &options, Applicability::Safe);
        assert_eq!(applied(text, &edits), *expected.text().expose());
        texts.extend(edits.into_iter().map(|edit| edit.text));
    }
    let offsets = text.char_indices().map(|(at, _)| at).chain([text.len()]).step_by(step);
    for offset in offsets {
        if let Some(found) = hover(&checked, offset, &facts) {
            fits(text, found.span);
            texts.push(found.markdown);
        }
        for item in completion(&source, offset, &facts) {
            fits(text, item.span);
            assert!((item.span.start()..=item.span.end()).contains(&offset), "{item:?}");
            texts.extend([item.label, item.detail, item.insert, item.filter]);
        }
        definition(&checked, offset).iter().for_each(|found| {
            fits(text, found.span);
            texts.push(format!("{found:?}"));
        });
        if let Some(found) = prepare(&checked, offset) {
            assert_eq!(found.span.of(text), found.name);
            let renamed = rename(&checked, offset, "brand_new").expect("the name is valid");
            let after = applied(text, &renamed.edits);
            let again = Source::read(after.as_bytes(), &options);
            assert!(symbols(&again).iter().any(|symbol| symbol.name == "brand_new"), "{after}");
            texts.push(format!("{renamed:?}"));
        }
        if offset % 5 == 0 {
            for action in actions(&checked, Span::point(offset)) {
                if let ActionKind::Fix(edits) | ActionKind::IgnoreHere(edits) = &action.kind {
                    applied(text, edits);
                }
                texts.push(format!("{action:?}"));
            }
        }
    }
    texts
}

fn nested(text: &str, symbol: &Symbol, texts: &mut Vec<String>) {
    fits(text, symbol.span);
    fits(text, symbol.name_span);
    let (span, name) = (symbol.span, symbol.name_span);
    assert!(span.start() <= name.start() && name.end() <= span.end() && !symbol.name.is_empty(), "{symbol:?}");
    texts.extend([symbol.name.clone(), symbol.detail.clone()]);
    symbol.children.iter().for_each(|child| nested(text, child, texts));
}

#[test]
fn no_function_returns_a_value() {
    for (text, format) in DOCUMENTS {
        let texts = everything(text, format, 1);
        assert!(texts.len() > 100, "{format:?}");
        for found in texts {
            assert!(!found.contains(MARKER), "{format:?}: {found}");
        }
    }
}

#[test]
fn no_function_returns_a_value_of_a_text_that_is_half_typed() {
    for (text, format) in DOCUMENTS {
        for end in (0..text.len()).step_by(7).filter(|end| text.is_char_boundary(*end)) {
            for found in everything(&text[..end], format, 13) {
                assert!(!found.contains(MARKER), "{format:?} {end}: {found}");
            }
        }
    }
}

#[test]
fn the_examples_hold_together_at_every_offset() {
    for (text, format) in [
        (include_str!("../../../examples/crm-lookup.json"), DocumentFormat::Json),
        (include_str!("../../../examples/crm-lookup.yaml"), DocumentFormat::Yaml),
        (include_str!("../../../examples/every-mistake.json"), DocumentFormat::Jsonc),
    ] {
        assert!(!everything(text, format, 3).is_empty());
    }
}

/// The examples of all rules that give a finding, with the format in which they may have comments.
fn examples() -> Vec<(String, DocumentFormat)> {
    let mut found = Vec::new();
    for rule in ALL {
        let documentation = rule.documentation();
        for example in documentation.split("```").skip(1).step_by(2) {
            let (mark, text) = example.split_once('\n').expect("a mark");
            let name = mark.split(' ').next().expect("a format");
            let format = DocumentFormat::of_file_name(&format!("x.{name}")).expect("a known format");
            let format = if format == DocumentFormat::Json { DocumentFormat::Jsonc } else { format };
            found.push((text.to_owned(), format));
        }
    }
    found
}

#[test]
fn an_ignore_comment_silences_exactly_its_finding() {
    let mut codes = Vec::new();
    for (text, format) in examples() {
        let options = options(format);
        let source = Source::read(text.as_bytes(), &options);
        let checked = source.check(&options, None);
        let before = checked.report().diagnostics();
        for (index, finding) in before.iter().enumerate() {
            let here = actions(&checked, finding.span);
            let own = here.iter().filter(|action| action.finding == Some(index));
            for action in own {
                let ActionKind::IgnoreHere(edits) = &action.kind else { continue };
                let after = check(applied(&text, edits).as_bytes(), &options);
                let messages = |skipped: Option<usize>, report: &[cxvars_core::diagnostic::Diagnostic]| {
                    let left = report.iter().enumerate().filter(|(at, _)| Some(*at) != skipped);
                    left.map(|(_, finding)| finding.message.clone()).collect::<Vec<_>>()
                };
                assert_eq!(messages(None, after.diagnostics()), messages(Some(index), before), "{text}");
                codes.push(finding.code.to_string());
            }
        }
    }
    // Those that keep a document from being sent or read, and those that need a configuration.
    let others =
        ["CX001", "CX002", "CX005", "CX006", "CX007", "CX201", "CX205", "CX301", "CX401", "CX601", "CX602", "CX701"];
    let expected = ALL.iter().map(|rule| rule.code).filter(|code| !others.contains(code));
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes, expected.collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_function_takes_any_part_of_a_document(which in 0..4_usize, from in 0..400_usize, length in 0..400_usize, format in 0..4_usize) {
        let (text, own) = DOCUMENTS[which];
        let start = text.floor_char_boundary(from);
        let end = text.floor_char_boundary(start + length);
        // Mostly its own format, sometimes another one.
        let format = if length % 4 == 0 { FORMATS[format] } else { own };
        everything(&text[start..end], format, 5);
    }
}
