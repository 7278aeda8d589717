//! The example policies in Rust and AssemblyScript report the same findings.
//!
//! `tests/plugins` builds them and passes their paths in environment variables.

use std::{env, fs};

use cxvars_core::check::Source;
use cxvars_core::options::CheckOptions;
use cxvars_core::policy::Subject;
use cxvars_host::policy::{Limits, Plugin, Sandbox};

fn plugin(sandbox: &Sandbox, variable: &str) -> Plugin {
    let path = env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set; run tests/plugins"));
    sandbox.load(&fs::read(path).unwrap(), None, Limits::default()).unwrap()
}

/// Documents with every kind of variable that the rules distinguish.
fn documents() -> Vec<String> {
    let names =
        ["sales_url", "salesurl", "CRM_Token", "sales_key", "größe", "", "x\\u0000y", "ключ_password", "😀_secret"];
    let values = ["http://crm.example.com", "https://crm.example.com", "https://a:b1c2@example.com", "x", ""];
    let more =
        ["", ", \"encrypted\": true", ", \"scope\": \"global\"", ", \"scope\": \"wrong\"", ", \"state\": \"absent\""];
    let mut documents = vec!["[]".to_owned(), "[{}]".to_owned(), "3".to_owned()];
    for name in names {
        for more in more {
            let variable =
                |value: &&str| format!("{{\"name\": \"{name}\", \"type\": \"string\", \"value\": \"{value}\"{more}}}");
            documents.push(format!("[{}]", values.iter().map(variable).collect::<Vec<_>>().join(",")));
        }
    }
    documents
}

#[test]
fn both_policies_describe_themselves_and_judge_alike() {
    let sandbox = Sandbox::new().unwrap();
    let [rust, assemblyscript] =
        ["CXVARS_POLICY_RUST", "CXVARS_POLICY_ASSEMBLYSCRIPT"].map(|name| plugin(&sandbox, name));
    assert_eq!(rust.description(), assemblyscript.description());
    let mut codes = Vec::new();
    for document in documents() {
        for environment in [None, Some("sales-prod"), Some(""), Some("größe-test")] {
            let mut options = CheckOptions::default();
            options.target.environment = environment.map(str::to_owned);
            let subject = Subject::of(&Source::read(document.as_bytes(), &options).check(&options, None)).unwrap();
            let judge = |plugin: &Plugin| plugin.check(subject.facts()).unwrap().findings;
            let findings = judge(&rust);
            assert_eq!(findings, judge(&assemblyscript), "{document} in {environment:?}");
            codes.extend(findings.into_iter().map(|finding| finding.code));
        }
    }
    codes.sort();
    codes.dedup();
    assert_eq!(codes, ["PX001", "PX002", "PX003", "PX004"], "every rule has been seen to fire");
}
