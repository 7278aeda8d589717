use std::path::Path;

use crate::base::secret::Secret;
use crate::check::{Report, Resolved, check, check_resolved};
use crate::diagnostic::{Applicability, Severity};
use crate::options::CheckOptions;
use crate::options::ignore::{Ignore, IgnoreError};
use crate::options::rule::{CustomRules, RuleError, WrittenRule};
use crate::options::target::TargetAction;
use crate::reader::format::DocumentFormat;
use crate::rules::ALL;

fn written(toml: &str) -> Vec<WrittenRule> {
    crate::options::file::read(toml, ALL).unwrap().rules
}

fn rules(toml: &str) -> CustomRules {
    CustomRules::new(&written(toml), |_| "cxvars.toml:1".to_owned()).unwrap()
}

fn rule(conditions: &str) -> String {
    format!("[[rule]]\ncode = \"TR001\"\nmessage = \"as agreed\"\n{conditions}\n")
}

fn options(toml: &str) -> CheckOptions {
    CheckOptions { format: DocumentFormat::Yaml, custom_rules: rules(toml), ..CheckOptions::default() }
}

/// The pointers of the findings of the team's rules.
fn found(text: &str, options: &CheckOptions) -> Vec<String> {
    pointers(&check(text.as_bytes(), options))
}

fn pointers(report: &Report) -> Vec<String> {
    let own = report.diagnostics().iter().filter(|finding| finding.code.starts_with("TR"));
    own.map(|finding| finding.pointer.clone()).collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_condition_is_about_each_fact_and_marks_its_field() {
    let text = "- {name: crm_limit, type: string, value: '12', scope: global, secret_version: '1'}\n\
                - {name: b, type: object, encrypted: true, value_from: {vault: {path: p, key: k}}}\n";
    for (conditions, expected) in [
        ("require = {name = \"crm_*\"}", &["/1/name"][..]),
        ("require = {name = [\"crm_*\", \"b\"]}", &NONE),
        ("forbid = {name_re = 'crm_.*'}", &["/0/name"]),
        ("forbid = {name_re = 'crm'}", &NONE),
        ("require = {type = \"integer\"}", &["/0/type", "/1/type"]),
        ("forbid = {type = [\"object\", \"boolean\"]}", &["/1/type"]),
        ("require = {scope = \"action\"}", &["/0/scope"]),
        ("require = {encrypted = true}", &["/0"]),
        ("forbid = {encrypted = true}", &["/1/encrypted"]),
        ("forbid = {source = \"inline\"}", &["/0/value"]),
        ("require = {source = [\"inline\", \"env\"]}", &["/1/value_from"]),
        ("require = {value = \"boolean\"}", &["/0/value"]),
        ("forbid = {value = [\"url\", \"integer\"]}", &["/0/value"]),
        ("require = {min_length = 8}", &["/0/value"]),
        ("require = {max_length = 7}", &NONE),
        ("require = {max_length = 0}", &["/0/value"]),
        ("require = {contract = true}", &["/0/value", "/1/value_from"]),
        ("require = {secret_version = true}", &["/1"]),
        ("forbid = {secret_version = true}", &["/0/secret_version"]),
        ("require = {not = {name = \"crm_*\"}}", &["/0/name"]),
        ("require = {not = {not = {name = \"crm_*\"}}}", &["/1/name"]),
        ("when = {name = \"*_limit\"}\nrequire = {type = \"integer\"}", &["/0/type"]),
        ("when = {type = \"object\"}\nforbid = {name = \"?\", encrypted = true}", &["/1/encrypted"]),
    ] {
        assert_eq!(found(text, &options(&rule(conditions))), expected, "{conditions}");
    }
}

#[test]
fn values_have_classes_that_may_overlap() {
    for (value, classes) in [
        ("", vec!["empty"]),
        ("https://example.com", vec!["url-https", "url"]),
        ("HTTP://example.com", vec!["url-http", "url"]),
        ("wss://example.com", vec!["url"]),
        ("https://user:pass1word@example.com/path", vec!["url-https", "url", "credential"]),
        ("-12", vec!["integer"]),
        ("007", vec![]),
        ("true", vec!["boolean"]),
        ("Zk3vQ9xT7mB2nR8wL5pY1cH6", vec!["random"]),
        ("plain words", vec![]),
    ] {
        let text = format!("- {{name: a, type: string, value: \"{value}\"}}\n");
        let is =
            |class: &&&str| !found(&text, &options(&rule(&format!("forbid = {{value = \"{class}\"}}")))).is_empty();
        let all = ["empty", "url-https", "url-http", "url", "integer", "boolean", "credential", "random"];
        assert_eq!(all.iter().filter(is).copied().collect::<Vec<_>>(), classes, "{value}");
    }
}

#[test]
fn lengths_are_compared_at_the_steps() {
    for (length, least, most) in [(0, 0, 0), (1, 1, 7), (7, 1, 7), (8, 8, 15), (31, 16, 31), (256, 256, 1000)] {
        let text = format!("- {{name: a, type: string, value: \"{}\"}}\n", "ä".repeat(length));
        for step in [1, 8, 16, 32, 64, 256] {
            let holds = found(&text, &options(&rule(&format!("require = {{min_length = {step}}}")))).is_empty();
            assert_eq!(holds, step <= least, "{length} {step}");
        }
        for step in [0, 7, 15, 31, 63, 255] {
            let holds = found(&text, &options(&rule(&format!("require = {{max_length = {step}}}")))).is_empty();
            assert_eq!(holds, step >= most, "{length} {step}");
        }
    }
    let refused = crate::options::file::read(&rule("require = {min_length = 10}"), ALL).unwrap_err();
    assert!(refused[0].contains("`rule.require.min_length` must be one of 1, 8, 16, 32, 64, 256"), "{refused:?}");
}

#[test]
fn an_unknown_fact_fires_nothing_until_it_is_known() {
    let text = "data_action: da-1\nvariables:\n- {name: a, type: string, value_from: {env: A}}\n- {name: b, type: strnig, value: x}\n";
    for (conditions, expected) in [
        ("when = {env = \"prod\"}\nforbid = {name = \"*\"}", vec![]),
        ("when = {not = {env = \"prod\"}}\nforbid = {name = \"*\"}", vec![]),
        ("require = {env = \"prod\"}", vec![]),
        ("require = {env = \"prod\", type = \"integer\"}", vec!["/variables/0/type"]),
        ("forbid = {path = \"**\"}", vec![]),
        ("require = {value = \"url-https\"}", vec!["/variables/1/value"]),
        ("forbid = {value = \"empty\"}", vec![]),
        ("forbid = {not = {value = \"empty\"}}", vec!["/variables/1/value"]),
        ("require = {type = \"string\"}", vec![]),
        ("forbid = {not = {type = \"string\"}}", vec![]),
        ("forbid = {action = \"da-*\", name = \"a\"}", vec!["/variables/0/name"]),
    ] {
        assert_eq!(found(text, &options(&rule(conditions))), expected, "{conditions}");
    }
    let mut known = options(&rule("require = {value = \"url-https\", env = \"prod\"}"));
    known.target.environment = Some("prod".to_owned());
    let resolved: Resolved = [("a".to_owned(), Secret::new("http://example.com"))].into();
    assert_eq!(found(text, &known), ["/variables/1/value"]);
    let report = check_resolved(text.as_bytes(), &known, &resolved);
    assert_eq!(pointers(&report), ["/variables/0/value_from", "/variables/1/value"]);
}

#[test]
fn surroundings_choose_the_rules_of_a_document() {
    let text = "data_action: da-1\nvariables:\n- {name: a, type: string, value: x}\n";
    let judged = |conditions: &str| {
        let mut options = options(&rule(&format!("when = {{{conditions}}}\nforbid = {{name = \"a\"}}")));
        options.target.environment = Some("bu07-prod".to_owned());
        options.target.action = Some(TargetAction { id: "da-1".to_owned(), alias: Some("crm".to_owned()) });
        options.target.path = Some("bu07/crm.yaml".to_owned());
        found(text, &options).len()
    };
    for (conditions, expected) in [
        ("env = \"bu07*\"", 1),
        ("env = [\"bu08\", \"bu07-prod\"]", 1),
        ("env = \"bu08*\"", 0),
        ("action = \"crm\"", 1),
        ("action = \"da-*\"", 1),
        ("action = \"erp\"", 0),
        ("path = \"bu07/**\"", 1),
        ("path = \"*.yaml\"", 0),
        ("path = \"bu07/**\", not = {env = \"*-test\"}", 1),
        ("path = \"bu07/**\", not = {env = \"*-prod\"}", 0),
    ] {
        assert_eq!(judged(conditions), expected, "{conditions}");
    }
}

#[test]
fn variables_that_are_to_be_removed_are_left_alone_unless_a_rule_asks_for_them() {
    let text = "- {name: api_token, state: absent}\n- {name: b, type: string, value: x}\n";
    assert_eq!(found(text, &options(&rule("require = {encrypted = true}"))), ["/1"]);
    assert_eq!(found(text, &options(&rule("forbid = {state = \"absent\"}"))), ["/0/state"]);
    assert_eq!(found(text, &options(&rule("when = {state = \"absent\"}\nforbid = {name = \"api_*\"}"))), ["/0/name"]);
    assert_eq!(found(text, &options(&rule("document = {max_variables = 0}"))), [""]);
}

#[test]
fn a_document_is_asked_for_names_numbers_and_different_values() {
    let text = "variables:\n- {name: a, type: string, value: same, encrypted: true}\n\
                - {name: b, type: string, value: '', encrypted: true}\n- {name: c, type: string, value: same, encrypted: true}\n\
                - {name: d, type: string, value: same}\n- {name: e, type: string, value: ''}\n";
    let report = |ask: &str| check(text.as_bytes(), &options(&rule(ask)));
    let messages = |ask: &str| -> Vec<(String, String)> {
        let report = report(ask);
        let own = report.diagnostics().iter().filter(|finding| finding.code == "TR001");
        own.map(|finding| (finding.pointer.clone(), finding.message.clone())).collect()
    };
    let at = |pointer: &str, message: &str| (pointer.to_owned(), message.to_owned());
    assert_eq!(
        messages("document = {require_names = [\"a\", \"url\", \"key\"]}"),
        [at("/variables", "as agreed: `url` is missing"), at("/variables", "as agreed: `key` is missing")]
    );
    assert_eq!(
        messages("document = {max_variables = 4}"),
        [at("/variables", "as agreed: 5 variables, and at most 4 are allowed")]
    );
    assert_eq!(messages("when = {encrypted = true}\ndocument = {max_variables = 3, require_names = [\"a\"]}"), []);
    assert_eq!(
        messages("when = {encrypted = true}\ndocument = {unique_values = true}"),
        [at("/variables/2/value", "`c`: as agreed: its value is that of `a`")]
    );
    let report = report("document = {unique_values = true}");
    let own = report.diagnostics().iter().filter(|finding| finding.code == "TR001");
    assert_eq!(own.clone().count(), 2);
    assert!(own.clone().all(|finding| finding.related.len() == 1 && !format!("{finding:?}").contains("same,")));
    let bracket = check(
        b"[{\"name\": \"a\", \"type\": \"string\", \"value\": \"x\"}]",
        &CheckOptions { format: DocumentFormat::Json, ..options(&rule("document = {max_variables = 0}")) },
    );
    assert_eq!((bracket.diagnostics()[0].span.start(), bracket.diagnostics()[0].span.end()), (0, 1));
}

#[test]
fn a_forbidden_name_is_replaced_by_its_successor_unless_that_is_there() {
    let rename = options(&rule("forbid = {name = \"old\"}\nrename_to = \"new_1\""));
    let text = "- {name: old, type: string, value: x}\n- {name: 'old', type: string, value: x}\n";
    let report = check(text.as_bytes(), &rename);
    let fixes = report.diagnostics().iter().filter(|finding| finding.code == "TR001").map(|finding| &finding.fixes[0]);
    let fixes: Vec<_> = fixes.map(|fix| (fix.applicability, fix.edits[0].span.of(text), &*fix.edits[0].text)).collect();
    assert_eq!(fixes, [(Applicability::Unsafe, "old", "new_1"); 2]);
    let both = "- {name: old, type: string, value: x}\n- {name: new_1, type: string, value: x}\n";
    let report = check(both.as_bytes(), &rename);
    assert!(report.diagnostics().iter().all(|finding| finding.fixes.is_empty()));
    for (format, text) in [
        (DocumentFormat::Json, "[{\"name\": \"old\", \"type\": \"string\", \"value\": \"x\"}]"),
        (DocumentFormat::Env, "old=x\n"),
    ] {
        let options = CheckOptions { format, ..rename.clone() };
        let fixed = crate::check::fix::apply(text, &options, Applicability::Unsafe);
        assert_eq!(fixed.text().expose(), text.replace("old", "new_1"));
        assert!(fixed.report().is_valid());
    }
}

#[test]
fn a_document_that_cannot_be_read_is_not_judged_and_never_valid() {
    for severity in [None, Some(Severity::Warning)] {
        let mut options = options(&rule("forbid = {name = \"*\"}"));
        options.validate.severity =
            Some(["CX001", "CX006"].map(|code| (code.to_owned(), severity)).into_iter().collect());
        options.ignores = ["CX001", "CX006"]
            .map(|code| Ignore { code: code.to_owned(), ..Ignore::new(ALL, "CX102", "why", "").unwrap() })
            .to_vec();
        for text in [
            "- {name: a, type: string, value: x}\n- [",
            "[[[[[[{name: a}]]]]]]",
            "# cxvars: ignore[CX001] x\n- {name: a",
        ] {
            options.validate.max_depth = Some(4);
            let report = check(text.as_bytes(), &options);
            assert!(report.is_unread() && !report.is_valid() && pointers(&report).is_empty(), "{text}");
        }
    }
}

#[test]
fn findings_are_weighed_and_silenced_as_others_unless_the_rule_is_enforced() {
    let text =
        "# cxvars: ignore[TR001] agreed\n- {name: a, type: string, value: x}\n- {name: b, type: string, value: x}\n";
    let judged = |is_enforced: bool, change: &dyn Fn(&mut CheckOptions)| {
        let mut written = written(&rule("forbid = {name = \"?\"}"));
        written[0].enforced_by = is_enforced.then(|| "standards.toml".to_owned());
        let mut options = options("");
        options.custom_rules = CustomRules::new(&written, |_| String::new()).unwrap();
        change(&mut options);
        let report = check(text.as_bytes(), &options);
        report
            .diagnostics()
            .iter()
            .map(|finding| format!("{} {}", finding.code, finding.severity.as_str()))
            .collect::<Vec<_>>()
    };
    let off = |options: &mut CheckOptions| options.validate.severity = Some([("TR001".to_owned(), None)].into());
    let warning = |options: &mut CheckOptions| {
        options.validate.severity = Some([("TR001".to_owned(), Some(Severity::Warning))].into());
    };
    let ignore = |options: &mut CheckOptions| options.ignores = vec![Ignore::new(ALL, "TR001", "why", "").unwrap()];
    assert_eq!(judged(false, &|_| ()), ["TR001 error"]);
    assert_eq!(judged(false, &off), ["CX701 warning"]);
    assert_eq!(judged(false, &warning), ["TR001 warning"]);
    assert_eq!(judged(false, &ignore), [""; 0]);
    for change in [&off as &dyn Fn(&mut CheckOptions), &warning, &ignore, &|_| ()] {
        assert_eq!(judged(true, change), ["CX701 warning", "TR001 error", "TR001 error"]);
    }
}

#[test]
fn a_code_has_to_be_declared_where_it_is_named() {
    let rules = rules(&rule("forbid = {name = \"a\"}"));
    assert_eq!(rules.check_reference("TR001"), Ok(()));
    assert_eq!(rules.check_reference("CX102"), Ok(()));
    let near = Some("TR001".to_owned());
    assert_eq!(rules.check_reference("TR002"), Err(IgnoreError::UnknownCode { code: "TR002".to_owned(), near }));
    let text = "# cxvars: ignore[TR002] why\n- {name: b, type: string, value: x}\n";
    let options = CheckOptions { format: DocumentFormat::Yaml, custom_rules: rules, ..CheckOptions::default() };
    assert_eq!(check(text.as_bytes(), &options).diagnostics()[0].code, "CX701");
}

#[test]
fn mistakes_in_rules_are_told() {
    let mistake = |toml: &str| CustomRules::new(&written(toml), |_| String::new()).unwrap_err().remove(0).problem;
    let code = || "TR001".to_owned();
    assert_eq!(mistake(&rule("")), RuleError::Asks { code: code(), count: 0 });
    let two = "require = {name = \"a\"}\nforbid = {name = \"a\"}";
    assert_eq!(mistake(&rule(two)), RuleError::Asks { code: code(), count: 2 });
    for (conditions, key) in [
        ("require = {}", "require"),
        ("forbid = {not = {}}", "forbid"),
        ("when = {}\nforbid = {name = \"a\"}", "when"),
        ("document = {}", "document"),
        ("document = {require_names = []}", "document"),
    ] {
        assert_eq!(mistake(&rule(conditions)), RuleError::Empty { code: code(), key }, "{conditions}");
    }
    let rename = "forbid = {encrypted = true}\nrename_to = \"b\"";
    assert_eq!(mistake(&rule(rename)), RuleError::Rename { code: code() });
    let twice = rule("forbid = {name = \"a\"}").repeat(2);
    assert_eq!(mistake(&twice), RuleError::Twice { code: code() });
    for (line, message) in [
        ("code = \"TR1\"", "`rule.code` must be TR and three digits"),
        ("message = \"\"", "`rule.message` must not be empty"),
        ("message = \"a\\nb\"", "`rule.message` must be one line"),
        ("url = \"wiki\"", "`rule.url` must be the address of a web page"),
        ("forbid = {name = \"a[\"}", "`rule.forbid.name` is no glob"),
        ("forbid = {name = []}", "`rule.forbid.name` must not be empty"),
        ("forbid = {name_re = \"(\"}", "`rule.forbid.name_re` is not a regular expression"),
        ("forbid = {source = \"stdin\"}", "`rule.forbid.source` must be one of `inline`"),
        ("forbid = {nme = \"a\"}", "unknown key `nme` in [rule.forbid]; did you mean `name`?"),
        ("rename_to = \"_a\"", "`rule.rename_to` must be a name that the service accepts"),
    ] {
        let mut toml = String::from("[[rule]]\n");
        for other in ["code = \"TR001\"", "message = \"m\"", "forbid = {name = \"a\"}"] {
            let key = |line: &str| line.split(' ').next().map(str::to_owned);
            if key(other) != key(line) {
                toml += &format!("{other}\n");
            }
        }
        let problems = crate::options::file::read(&(toml + line), ALL).unwrap_err();
        assert!(problems.iter().any(|problem| problem.contains(message)), "{problems:?}");
    }
}

#[test]
fn of_two_files_the_nearer_rule_counts_unless_the_other_is_enforced() {
    let near = written(&rule("forbid = {name = \"a\"}"));
    let mut far = written(&rule("forbid = {name = \"b\"}"));
    far[0].place.file = Path::new("standards.toml").to_owned();
    let both = [near.clone(), far.clone()].concat();
    let rules = CustomRules::new(&both, |_| String::new()).unwrap();
    assert_eq!((rules.iter().len(), rules.find("tr001").unwrap().file()), (1, Path::new("cxvars.toml")));
    far[0].enforced_by = Some("standards.toml".to_owned());
    let mistakes = CustomRules::new(&[near, far].concat(), |_| String::new()).unwrap_err();
    let by = "standards.toml".to_owned();
    assert_eq!((mistakes[0].rule, &mistakes[0].problem), (0, &RuleError::Enforced { code: "TR001".to_owned(), by }));
}

#[test]
fn a_baseline_knows_no_finding_of_an_enforced_rule() {
    use crate::check::baseline::{Baseline, to_know};
    let text = "- {name: a, type: string, value: x}\n";
    let mut written = written(&rule("forbid = {name = \"a\"}"));
    let judged = |written: &[WrittenRule]| {
        let options = CheckOptions {
            format: DocumentFormat::Yaml,
            custom_rules: CustomRules::new(written, |_| String::new()).unwrap(),
            ..CheckOptions::default()
        };
        check(text.as_bytes(), &options)
    };
    let mut plain = judged(&written);
    let baseline: Baseline = to_know("v.yaml", &plain).into_iter().collect();
    assert_eq!(baseline.hide("v.yaml", &mut plain).len(), 1);
    written[0].enforced_by = Some("standards.toml".to_owned());
    let mut enforced = judged(&written);
    assert!(to_know("v.yaml", &enforced).is_empty() && baseline.hide("v.yaml", &mut enforced).is_empty());
    assert!(!enforced.is_valid());
}

#[test]
fn an_explanation_has_all_that_the_rule_says() {
    let toml = rule(
        "help = \"rename it\"\nurl = \"https://wiki.example.com\"\nwhen = {env = \"bu07*\", not = {scope = \"global\"}}\n\
         require = {name = [\"crm_*\", \"erp_*\"], type = \"string\", min_length = 8}",
    );
    let rules = rules(&toml);
    let text = rules.find("TR001").unwrap().explanation();
    assert_eq!(
        text,
        "TR001 custom-rule (error)\n\nas agreed\n\nWhen      env = \"bu07*\", not = { scope = \"global\" }\n\
         Requires  type = \"string\", name = [\"crm_*\", \"erp_*\"], min_length = 8\nHelp      rename it\n\
         Page      https://wiki.example.com\nDeclared  cxvars.toml:1\n"
    );
    assert!(
        rules.find("TR001").unwrap().markdown().contains("\nWhen: `env = \"bu07*\", not = { scope = \"global\" }`\n")
    );
}

#[test]
fn examples_hold_or_say_what_was_found() {
    let toml = rule(
        "when = {env = \"bu07*\", name = \"*_limit\"}\nrequire = {type = \"integer\"}\n\
         fires = [\"{name: a_limit, type: string, value: x}\", \"name: a_limit\\ntype: string\\n\", \
         \"{name: limit, type: string, value: x}\", \"[oops\", \"{name: a_limit, type: string, value: 3}\"]\n\
         passes = [\"{\\\"variables\\\": [{\\\"name\\\": \\\"a_limit\\\", \\\"type\\\": \\\"integer\\\", \\\"value\\\": \\\"1\\\"}]}\", \
         \"{name: a_limit, type: string}\", {document = \"{name: a_limit, type: string}\", env = \"bu08\"}, \"x/y.yaml\"]",
    );
    let rules = rules(&toml);
    let rule = rules.iter().next().unwrap();
    let outcomes: Vec<_> = rule
        .examples()
        .map(|example| {
            let file = example.file().map(|_| &b"- {name: b_limit, type: string, value: x}"[..]);
            (example.expected.key(), example.number, example.judge(file, &CheckOptions::default()).problem)
        })
        .collect();
    let because = |text: &str| Some(text.to_owned());
    let expected = [
        ("fires", 1, None),
        ("fires", 2, None),
        ("fires", 3, because("the rule finds nothing in it")),
        ("fires", 4, because("it cannot be read as a document")),
        ("fires", 5, because("it cannot be read as a document")),
        ("passes", 1, None),
        ("passes", 2, because("the rule fires")),
        ("passes", 3, None),
        ("passes", 4, because("the rule fires")),
    ];
    assert_eq!(outcomes, expected);
}

mod generated {
    use proptest::prelude::*;

    use super::*;

    /// The keys of a condition.
    fn tests() -> impl Strategy<Value = String> {
        let test = prop_oneof![
            prop_oneof![Just("crm_*"), Just("*_limit"), Just("a"), Just("?")]
                .prop_map(|glob| format!("name = \"{glob}\"")),
            Just("name_re = '[a-c]+'".to_owned()),
            any::<bool>().prop_map(|is| format!("encrypted = {is}")),
            any::<bool>().prop_map(|is| format!("secret_version = {is}")),
            any::<bool>().prop_map(|is| format!("contract = {is}")),
            prop_oneof![Just("integer"), Just("string")].prop_map(|word| format!("type = \"{word}\"")),
            Just("scope = [\"global\", \"action\"]".to_owned()),
            prop_oneof![Just("inline"), Just("env")].prop_map(|word| format!("source = \"{word}\"")),
            prop_oneof![Just("empty"), Just("url"), Just("random")].prop_map(|word| format!("value = \"{word}\"")),
            Just("min_length = 8".to_owned()),
            Just("env = \"prod\"".to_owned()),
            Just("path = \"x/**\"".to_owned()),
        ];
        proptest::collection::vec(test, 1..4).prop_map(|mut tests| {
            let key = |test: &String| test.split(' ').next().unwrap_or_default().to_owned();
            tests.sort_by_key(key);
            tests.dedup_by_key(|test| key(test));
            tests.join(", ")
        })
    }

    fn variables() -> impl Strategy<Value = String> {
        let variable = (
            prop_oneof![Just("name: crm_limit, "), Just("name: a, "), Just("name: bc, "), Just("")],
            prop_oneof![Just("type: string, "), Just("type: integer, "), Just("type: what, ")],
            prop_oneof![Just("value: ''"), Just("value: https://x"), Just("value_from: {env: A}"), Just("valeu: x")],
            prop_oneof![Just(""), Just(", encrypted: true"), Just(", encrypted: maybe"), Just(", scope: global")],
        );
        let variable = variable.prop_map(|(name, kind, value, more)| format!("- {{{name}{kind}{value}{more}}}\n"));
        proptest::collection::vec(variable, 1..5).prop_map(|list| list.concat())
    }

    proptest! {
        #[test]
        fn to_require_is_to_forbid_the_negation(tests in tests(), text in variables(), env in any::<bool>()) {
            let judge = |ask: String| {
                let mut options = options(&rule(&ask));
                options.target.environment = env.then(|| "prod".to_owned());
                check(text.as_bytes(), &options).diagnostics().iter().filter(|finding| finding.code == "TR001").count()
            };
            let required = judge(format!("require = {{{tests}}}"));
            prop_assert_eq!(required, judge(format!("forbid = {{not = {{{tests}}}}}")));
            let forbidden = judge(format!("forbid = {{{tests}}}"));
            prop_assert_eq!(forbidden, judge(format!("require = {{not = {{{tests}}}}}")));
            prop_assert_eq!(required, judge(format!("require = {{not = {{not = {{{tests}}}}}}}")));
            prop_assert!(required + forbidden <= text.lines().count(), "nothing both holds and does not");
        }

        #[test]
        fn any_text_is_judged_without_a_panic_and_its_values_are_not_told(tests in tests(), text in ".{0,60}", unique in any::<bool>()) {
            let ask = if unique { "document = {unique_values = true}".to_owned() } else { format!("forbid = {{{tests}}}") };
            for format in [DocumentFormat::Json, DocumentFormat::Yaml, DocumentFormat::Env] {
                let options = CheckOptions { format, ..options(&rule(&ask)) };
                for text in [text.clone(), format!("- {{name: a, type: string, value: canary5d41}}\n- {{name: b, type: string, value: canary5d41}}\n{text}")] {
                    let report = check(text.as_bytes(), &options);
                    prop_assert!(report.is_unread() <= !report.is_valid());
                    let own = report.diagnostics().iter().filter(|finding| finding.code == "TR001");
                    for finding in own {
                        let told = format!("{finding:?}");
                        prop_assert!(!told.contains("canary5d41"));
                    }
                }
            }
        }
    }
}
