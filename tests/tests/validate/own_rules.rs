//! `[[rule]]`: a team's own rules, in the commands that check documents, and `rule test`.

use cxvars_core::reader::format::DocumentFormat;
use cxvars_tests::own_rules;
use cxvars_tests::process::{Output, Workspace};
use serde_json::Value;

const DOCUMENT: &str = "variables:\n- name: api_token\n  type: string\n  value: x\n  scope: action\n";

const RULE: &str = "[[rule]]\ncode = \"TR001\"\nmessage = \"tokens are encrypted\"\nhelp = \"encrypt it\"\n\
                    url = \"https://wiki.example.com/TR001\"\nwhen = {name = \"*_token\"}\nrequire = {encrypted = true}\n";

fn workspace(configuration: &str) -> Workspace {
    let workspace = Workspace::new();
    workspace.write("cxvars.toml", configuration);
    workspace.write("vars.yaml", DOCUMENT);
    workspace
}

fn codes(output: &Output) -> Vec<String> {
    let report = output.json();
    let found = report["files"][0]["diagnostics"].as_array().expect("there is a document").iter();
    found.map(|found| format!("{} {}", found["code"], found["severity"]).replace('"', "")).collect()
}

fn validated(workspace: &Workspace) -> Vec<String> {
    codes(&workspace.run(&["validate", "vars.yaml", "--format", "json"]))
}

#[test]
fn the_rules_of_the_page_hold_for_their_examples() {
    let workspace = workspace(&own_rules::configuration());
    workspace.write("limits.json", "{}");
    let output = workspace.run(&["rule", "test"]);
    output.exits(0).prints(&["ok    TR001 fires 1", "ok    TR012 passes 1", " of 12 rules, 0 failed\n"]);
    let report = workspace.run(&["rule", "test", "--format", "json", "TR001", "tr010"]).exits(0).json();
    assert_eq!(
        (&report["version"], &report["summary"]["rules"], &report["summary"]["examples"]),
        (&1.into(), &2.into(), &5.into())
    );
    assert_eq!(report["rules"][0]["examples"][0]["found"][0]["code"], "TR001");
}

#[test]
fn an_environment_decides_which_rules_apply() {
    let workspace = workspace(&own_rules::configuration());
    workspace.write("limits.json", "{}");
    let mut found = Vec::new();
    for (number, (text, format)) in own_rules::documents().iter().enumerate() {
        let ending = if *format == DocumentFormat::Json { "json" } else { "yaml" };
        workspace.write(&format!("examples/{number:02}.{ending}"), text);
    }
    for arguments in [&["--env", own_rules::ENVIRONMENT][..], &[]] {
        let output = workspace.run(&[&["validate", "examples", "--format", "json"], arguments].concat());
        let report = output.exits(1).json();
        let files = report["files"].as_array().unwrap().iter();
        let all = files.flat_map(|file| file["diagnostics"].as_array().unwrap());
        let mut own: Vec<String> = all.filter_map(|finding| finding["code"].as_str()).map(str::to_owned).collect();
        own.retain(|code| code.starts_with("TR"));
        own.sort();
        own.dedup();
        found.push(own);
    }
    let all: Vec<String> = (1..=12).map(|number| format!("TR{number:03}")).collect();
    let of_environments = ["TR001", "TR005", "TR011"];
    let others = all.iter().filter(|code| !of_environments.contains(&code.as_str())).cloned().collect();
    assert_eq!(found, [all, others]);
}

#[test]
fn an_example_that_fails_is_named_with_what_was_found() {
    let examples = "fires = [\"{name: a_token, type: string, value: x, encrypted: true}\", \"missing.yaml\"]\npasses = \"vars.yaml\"\n";
    let workspace = workspace(&format!("{RULE}{examples}"));
    workspace.run(&["rule", "test"]).exits(3).prints(&[
        "FAIL  TR001 fires 1: the rule finds nothing in it (cxvars.toml:1)\n",
        "FAIL  TR001 fires 2 (missing.yaml): cannot read ",
        "FAIL  TR001 passes 1 (vars.yaml): the rule fires (cxvars.toml:1)\n        TR001 at /variables/0: `api_token`: tokens are encrypted\n",
        "\n3 examples of 1 rule, 3 failed\n",
    ]);
    workspace.write("missing.yaml", DOCUMENT);
    let report = workspace.run(&["rule", "test", "--format", "json"]).exits(1).json();
    let problems: Vec<&Value> =
        report["rules"][0]["examples"].as_array().unwrap().iter().map(|example| &example["problem"]).collect();
    assert_eq!(
        problems,
        ["the rule finds nothing in it", "", "the rule fires"]
            .map(|text| match text {
                "" => Value::Null,
                text => text.into(),
            })
            .iter()
            .collect::<Vec<_>>()
    );
    workspace
        .run(&["rule", "test", "TR002"])
        .exits(2)
        .says(&["no [[rule]] has the code `TR002`", "did you mean `TR001`?"]);
    workspace.write("cxvars.toml", "");
    workspace.run(&["rule", "test"]).exits(2).says(&["has no rule to test"]);
}

#[test]
fn a_finding_is_in_reports_as_others_are() {
    let workspace = workspace(RULE);
    workspace.run(&["validate", "vars.yaml"]).exits(1).prints(&[
        "error[TR001] custom-rule: `api_token`: tokens are encrypted",
        "help: encrypt it · cxvars explain TR001",
    ]);
    let log = workspace.run(&["validate", "vars.yaml", "--format", "sarif"]).exits(1).json();
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "TR001").unwrap();
    assert_eq!(rule["helpUri"], "https://wiki.example.com/TR001");
    assert_eq!(rule["shortDescription"]["text"], "tokens are encrypted");
    assert_eq!(rule["fullDescription"]["text"], "tokens are encrypted; encrypt it");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["ruleId"] == "TR001").unwrap();
    assert_eq!(result["partialFingerprints"]["finding/v2"].as_str().map(str::len), Some(64));
    workspace.run(&["explain", "TR001"]).exits(0).prints(&[
        "TR001 custom-rule (error)\n\ntokens are encrypted\n\n",
        "When      name = \"*_token\"\nRequires  encrypted = true\n",
        "Declared  cxvars.toml:1\n",
    ]);
    workspace.run(&["explain", "TR002"]).exits(2).says(&["no [[rule]] of the configuration has the code `TR002`"]);
}

#[test]
fn codes_are_weighed_ignored_and_known_and_have_to_be_declared() {
    let workspace = workspace(RULE);
    let with = |more: &str| workspace.write("cxvars.toml", format!("{RULE}{more}"));
    assert_eq!(validated(&workspace), ["TR001 error", "CX505 warning"]);
    with("[validate.severity]\nTR001 = \"warning\"\nCX505 = \"off\"\n");
    assert_eq!(validated(&workspace), ["TR001 warning"]);
    with("[[ignore]]\ncode = \"TR001\"\nreason = \"agreed\"\n");
    assert_eq!(validated(&workspace), ["CX505 warning"]);
    with("");
    workspace.run(&["validate", "vars.yaml", "--write-baseline", "known.json"]);
    with("[validate]\nbaseline = \"known.json\"\n");
    assert_eq!(validated(&workspace), [""; 0]);
    for (more, said) in [
        ("[validate.severity]\nTR002 = \"off\"\n", "error: [validate.severity]: "),
        ("[[ignore]]\ncode = \"TR002\"\nreason = \"agreed\"\n", "cxvars.toml:8: [[ignore]]: `TR002` is no rule"),
    ] {
        with(more);
        workspace.run(&["validate", "vars.yaml"]).exits(2).says(&[said, "`TR002` is no rule; did you mean TR001?"]);
    }
    with("");
    workspace.write("vars.yaml", format!("# cxvars: ignore[TR002] why\n{DOCUMENT}"));
    assert_eq!(validated(&workspace), ["CX701 warning", "TR001 error", "CX505 warning"]);
}

#[test]
fn nothing_in_a_project_silences_or_weighs_an_enforced_rule() {
    let extends = "extends = \"../standards/cxvars.toml\"\n";
    let own = "[validate.severity]\nCX505 = \"off\"\n";
    for (project, shared) in [
        (extends.to_owned(), format!("enforced = true\n{RULE}")),
        (format!("{extends}enforced = true\n"), RULE.to_owned()),
    ] {
        let workspace = workspace(&format!("{project}{own}"));
        workspace.write("../standards/cxvars.toml", shared);
        assert_eq!(validated(&workspace), ["TR001 error"]);
        workspace.run(&["explain", "TR001"]).exits(0).prints(&["Enforced  by ../standards/cxvars.toml"]);
        for more in [
            "TR001 = \"off\"\n",
            "[[ignore]]\ncode = \"TR001\"\nreason = \"agreed\"\n",
            "[[rule]]\ncode = \"TR001\"\nmessage = \"nothing\"\nforbid = {name = \"nothing\"}\n",
        ] {
            workspace.write("cxvars.toml", format!("{project}{own}{more}"));
            let output = workspace.run(&["validate", "vars.yaml"]);
            output.exits(2).says(&["TR001 is enforced by `../standards/cxvars.toml`"]);
        }
        workspace.write("cxvars.toml", format!("{project}{own}"));
        workspace.write("vars.yaml", format!("# cxvars: ignore[TR001] agreed\n{DOCUMENT}"));
        assert_eq!(validated(&workspace), ["CX701 warning", "TR001 error"]);
        workspace.write("vars.yaml", DOCUMENT);
        workspace.run(&["validate", "vars.yaml", "--write-baseline", "known.json"]);
        workspace.write("cxvars.toml", format!("{project}[validate]\nbaseline = \"known.json\"\n"));
        assert_eq!(validated(&workspace), ["TR001 error", "CX505 warning"]);
    }
    let workspace = workspace("enforced = true\n");
    workspace.run(&["validate", "vars.yaml"]).exits(2).says(&["`enforced` in", "there is no `extends`"]);
}

#[test]
fn rules_of_the_users_own_file_are_enforced_and_shared_ones_can_be_replaced() {
    let workspace = workspace("");
    let user = workspace.home().join("config/cxvars/config.toml");
    std::fs::create_dir_all(user.parent().unwrap()).unwrap();
    std::fs::write(&user, RULE).unwrap();
    assert_eq!(validated(&workspace), ["TR001 error", "CX505 warning"]);
    workspace.write("cxvars.toml", "[validate.severity]\nTR001 = \"warning\"\n");
    workspace.run(&["validate", "vars.yaml"]).exits(2).says(&["TR001 is enforced by"]);

    let replaced = "extends = \"../standards/cxvars.toml\"\n[[rule]]\ncode = \"TR001\"\nmessage = \"ours\"\nforbid = {name = \"none\"}\n";
    let workspace = self::workspace(replaced);
    workspace.write("../standards/cxvars.toml", RULE);
    assert_eq!(validated(&workspace), ["CX505 warning"]);
    workspace.write("cxvars.toml", RULE.repeat(2));
    workspace
        .run(&["validate", "vars.yaml"])
        .exits(2)
        .says(&["cxvars.toml:8: [[rule]]: TR001 is the code of an earlier rule"]);
}

#[test]
fn what_cannot_be_read_is_never_green() {
    let workspace = workspace(RULE);
    for severity in ["off", "warning"] {
        for code in ["CX001", "CX006"] {
            workspace.write("cxvars.toml", format!("{RULE}[validate.severity]\n{code} = \"{severity}\"\n"));
            workspace.write("vars.yaml", format!("{DOCUMENT}- ["));
            let output = workspace.run(&["validate", "vars.yaml"]);
            output.exits(2).says(&[&format!("`validate.severity.{code}` cannot be weakened")]);
        }
    }
    workspace.write("cxvars.toml", format!("{RULE}[validate.severity]\nCX001 = \"error\"\n"));
    workspace.run(&["validate", "vars.yaml"]).exits(1).prints(&["CX001"]);
}

#[test]
fn a_plan_is_judged_for_its_action_and_an_apply_with_the_values_that_it_fetched() {
    let rules = "[[rule]]\ncode = \"TR001\"\nmessage = \"endpoints use TLS\"\nwhen = {name = \"*_endpoint\"}\nrequire = {value = \"url-https\"}\n\
                 [[rule]]\ncode = \"TR002\"\nmessage = \"crm has a limit\"\nwhen = {action = \"crm-*\"}\ndocument = {require_names = [\"crm_limit\"]}\n";
    let mut workspace = Workspace::new();
    workspace.write("cxvars.toml", rules);
    let document = "- {name: crm_endpoint, type: string, value_from: {env: ENDPOINT}}\n- {name: crm_limit, type: integer, value: '3'}\n";
    workspace.write("vars.yaml", document);
    workspace.run(&["validate", "vars.yaml"]).exits(0);
    workspace.env("ENDPOINT", "http://crm.example.com/canary-5d41");
    let apply = ["apply", "crm-lookup", "-f", "vars.yaml", "--sandbox", "--format", "json"];
    let output = workspace.run(&apply);
    let report = output.exits(1).json();
    assert_eq!(report["results"][0]["diagnostics"][0]["code"], "TR001");
    assert_eq!((&report["results"][0]["outcome"], &report["results"][0]["requests"]), (&"invalid".into(), &0.into()));
    assert!(!format!("{output:?}").contains("canary-5d41"));
    workspace.env("ENDPOINT", "https://crm.example.com");
    workspace.run(&apply).exits(0);
    workspace.write("vars.yaml", "- {name: crm_endpoint, type: string, value_from: {env: ENDPOINT}}\n");
    workspace.run(&["plan", "erp", "-f", "vars.yaml", "--sandbox"]).exits(0);
    workspace.run(&["plan", "crm-lookup", "-f", "vars.yaml", "--sandbox"]).exits(1).prints(&["`crm_limit` is missing"]);
}
