//! The rules on secrets, measured on two corpora: what has to be found, and what has to be left alone.

mod sample;

use cxvars_core::check::check;
use cxvars_core::diagnostic::Severity;
use cxvars_core::options::CheckOptions;
use sample::Generator;

const SECRETS: &str = include_str!("secret_values.txt");
const HARMLESS: &str = include_str!("harmless_values.txt");
/// Samples of each line.
const SAMPLES: u64 = 20;

/// The most severe finding of the rules on secrets for a variable that is not encrypted.
fn finding(name: &str, value: &str) -> Option<Severity> {
    let document = serde_json::json!({"variables": [{"name": name, "type": "string", "value": value}]}).to_string();
    let report = check(document.as_bytes(), &CheckOptions::default());
    let found = report.diagnostics().iter().filter(|finding| finding.code.starts_with("CX5"));
    found.map(|finding| finding.severity).max_by_key(|severity| *severity == Severity::Error)
}

/// The lines of a corpus: what is before the value, and the value.
fn lines(corpus: &str) -> impl Iterator<Item = (Vec<&str>, &str)> {
    let is_entry = |line: &&str| !line.is_empty() && !line.starts_with('#');
    corpus.lines().filter(is_entry).map(|line| {
        let (head, value) = line.split_once("  |  ").expect("a value");
        (head.split("  ").collect(), value)
    })
}

/// How often something was so, and of which lines it was not.
#[derive(Default)]
struct Share {
    hits: usize,
    all: usize,
    misses: Vec<String>,
}

impl Share {
    fn count(&mut self, is_hit: bool, what: &str) {
        self.all += 1;
        self.hits += usize::from(is_hit);
        if !is_hit && self.misses.last().is_none_or(|last| last != what) {
            self.misses.push(what.to_owned());
        }
    }

    fn of(&self) -> f64 {
        self.hits as f64 / self.all as f64
    }
}

#[test]
fn secrets_are_found_and_what_is_harmless_is_left_alone() {
    let (mut errors, mut found) = (Share::default(), Share::default());
    let (mut right_errors, mut right_warnings) = (0, 0);
    for (head, template) in lines(SECRETS) {
        let [level, name, form] = head[..] else { panic!("{head:?}") };
        for seed in 0..SAMPLES {
            let value = Generator::new(seed).fill(template);
            let finding = finding(name, &value);
            found.count(finding.is_some(), form);
            if level == "error" {
                errors.count(finding == Some(Severity::Error), form);
            }
            right_errors += usize::from(finding == Some(Severity::Error));
            right_warnings += usize::from(finding == Some(Severity::Warning));
        }
    }
    let (mut wrong_errors, mut wrong_warnings) = (Share::default(), Share::default());
    for (head, template) in lines(HARMLESS) {
        for seed in 0..SAMPLES {
            let value = Generator::new(seed).fill(template);
            let finding = finding(head[0], &value);
            wrong_errors.count(finding != Some(Severity::Error), &format!("{head:?} {template}"));
            wrong_warnings.count(finding != Some(Severity::Warning), &format!("{head:?} {template}"));
        }
    }
    let precision = |right: usize, wrong: &Share| right as f64 / (right + wrong.all - wrong.hits) as f64;
    let figures = format!(
        "errors {:.4} not: {:?}\nfound {:.4} not: {:?}\nprecision of errors {:.4} wrong: {:#?}\nprecision of warnings \
         {:.4} wrong: {:#?}",
        errors.of(),
        errors.misses,
        found.of(),
        found.misses,
        precision(right_errors, &wrong_errors),
        wrong_errors.misses,
        precision(right_warnings, &wrong_warnings),
        wrong_warnings.misses,
    );
    assert!(lines(SECRETS).count() >= 200 && lines(HARMLESS).count() >= 200);
    assert!(errors.of() >= 0.99 && found.of() >= 0.99, "{figures}");
    assert!(precision(right_errors, &wrong_errors) >= 0.995, "{figures}");
    assert!(precision(right_warnings, &wrong_warnings) >= 0.97, "{figures}");
}

#[test]
fn random_texts_of_any_alphabet_are_found_from_24_characters_on() {
    const TRIES: u64 = 400;
    for (alphabet, name) in sample::ALPHABETS.iter().filter(|(letter, _)| *letter != 'd') {
        for length in [24, 28, 32, 40, 48, 64] {
            let is_found = |seed| finding("value", &Generator::new(seed).text(*alphabet, length)).is_some();
            let found = (0..TRIES).filter(|seed| is_found(*seed)).count();
            assert!(found as f64 >= 0.95 * TRIES as f64, "{found} of {TRIES} of {length} of {name}");
        }
    }
}

#[test]
fn what_is_measured_inside_of_an_object_is_found_there() {
    let mut share = Share::default();
    for (head, template) in lines(SECRETS).filter(|(head, _)| head[0] == "error") {
        let value = Generator::new(1).fill(template);
        let object = serde_json::json!({"crm": {"list": [1, {"value": value}]}}).to_string();
        let document = serde_json::json!([{"name": "settings", "type": "object", "value": object}]).to_string();
        let report = check(document.as_bytes(), &CheckOptions::default());
        share.count(report.diagnostics().iter().any(|finding| finding.code == "CX501"), head[2]);
    }
    assert!(share.of() >= 0.99, "{:?}", share.misses);
}
