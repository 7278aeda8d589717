//! The example policies in Rust, AssemblyScript and C report the same findings.
//!
//! `tests/plugins` builds them and passes their paths in environment variables.

use std::{env, fs};

use cxvars_core::check::Source;
use cxvars_core::options::CheckOptions;
use cxvars_core::policy::{Setting, SettingValue, Subject};
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

/// The settings of a run: none, and every kind that the policies take.
fn settings() -> [Vec<Setting>; 2] {
    let setting = |key: &str, value: SettingValue| Setting { key: key.to_owned(), value };
    let prefix =
        |unit: &str, prefix: &str| setting(&format!("prefixes.{unit}"), SettingValue::String(prefix.to_owned()));
    let global = ["sales_url", "größe"].map(str::to_owned).to_vec();
    [
        Vec::new(),
        vec![
            setting("global_variables", SettingValue::Strings(global)),
            prefix("größe", "😀"),
            prefix("hr", ""),
            prefix("sales", "crm"),
        ],
    ]
}

fn plugins() -> [Plugin; 3] {
    let sandbox = cxvars_tests::plugin::sandbox();
    ["CXVARS_POLICY_RUST", "CXVARS_POLICY_ASSEMBLYSCRIPT", "CXVARS_POLICY_C"].map(|name| plugin(&sandbox, name))
}

#[test]
fn the_policies_describe_themselves_and_judge_alike() {
    let mut plugins = plugins();
    let [rust, assemblyscript, c] = plugins.each_ref().map(Plugin::description);
    assert_eq!(rust, assemblyscript);
    assert_eq!(rust, c);
    let mut codes = Vec::new();
    for settings in settings() {
        plugins = plugins.map(|plugin| plugin.with_settings(&settings).unwrap());
        for document in documents() {
            for (environment, path) in [
                (None, None),
                (None, Some("sales/vars.json")),
                (None, Some("sales")),
                (Some("sales-prod"), Some("hr/vars.json")),
                (Some(""), None),
                (Some("größe-test"), None),
            ] {
                let mut options = CheckOptions::default();
                options.target.environment = environment.map(str::to_owned);
                options.target.path = path.map(str::to_owned);
                let source = Source::read(document.as_bytes(), &options);
                let subject = Subject::of(&source.check(&options, None)).unwrap();
                let [rust, assemblyscript, c] =
                    plugins.each_ref().map(|plugin| plugin.check(subject.facts()).unwrap().findings);
                assert_eq!(rust, assemblyscript, "{document} in {environment:?} at {path:?}");
                assert_eq!(rust, c, "{document} in {environment:?} at {path:?}");
                codes.extend(rust.into_iter().map(|finding| finding.code));
            }
        }
    }
    codes.sort();
    codes.dedup();
    assert_eq!(codes, ["PX001", "PX002", "PX003", "PX004"], "every rule has been seen to fire");
}

#[test]
fn the_policies_refuse_the_same_settings() {
    for (key, value) in [
        ("prefixs", SettingValue::Boolean(true)),
        ("prefixes", SettingValue::String("crm".to_owned())),
        ("prefixes.größe", SettingValue::Integer(i64::MIN)),
        ("global_variables", SettingValue::Float(0.5)),
        ("global_variables", SettingValue::String("a".to_owned())),
    ] {
        let settings = [Setting { key: key.to_owned(), value }];
        let [rust, assemblyscript, c] = plugins().map(|plugin| plugin.with_settings(&settings).err().unwrap());
        assert!(rust.starts_with("refuses its settings: ") && rust.contains(&format!("`{key}`")), "{rust}");
        assert_eq!(rust, assemblyscript);
        assert_eq!(rust, c);
    }
}
