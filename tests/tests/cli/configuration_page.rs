//! Files that are generated from the declared options are up to date: docs/configuration.md, the schemas, and the npm
//! package's types.

use std::fs;
use std::path::{Path, PathBuf};

use cxvars_core::manifest::schema::{Draft, manifest};
use cxvars_core::options::call::{Call, Contracts};
use cxvars_core::options::describe::members;
use cxvars_core::options::ignore::WrittenIgnore;
use cxvars_core::options::rule::{WrittenCondition, WrittenDocumentRule, WrittenExample, WrittenRule};
use cxvars_core::options::section::{About, Section as _};
use cxvars_host::config;
use serde_json::Value;

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file)
}

fn is_fresh(file: &str, text: &str) {
    let path = path(file);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "{file} is out of date: UPDATE_EXPECTED=1 cargo test -p cxvars-tests --test cli configuration_page"
    );
}

#[test]
fn the_page_of_the_configuration_is_fresh() {
    is_fresh("docs/configuration.md", &config::page());
}

#[test]
fn the_published_schemas_are_fresh() {
    let pretty = |schema: &Value| serde_json::to_string_pretty(schema).unwrap() + "\n";
    is_fresh("docs/schemas/cxvars.json", &pretty(&config::schema(Draft::Draft7)));
    is_fresh("docs/schemas/cxvars-manifest.json", &pretty(&manifest(Draft::Draft7)));
}

#[test]
fn the_types_of_the_options_are_fresh() {
    let file = "wasm/npm/src/types.ts";
    let mut types = fs::read_to_string(path(file)).unwrap();
    let sections: [(&str, &About); 7] = [
        ("CheckOptions", &Call::ABOUT),
        ("ContractOptions", &Contracts::ABOUT),
        ("Ignore", &WrittenIgnore::ABOUT),
        ("CustomRule", &WrittenRule::ABOUT),
        ("CustomRuleWhen", &WrittenCondition::ABOUT),
        ("CustomRuleDocument", &WrittenDocumentRule::ABOUT),
        ("CustomRuleFires", &WrittenExample::ABOUT),
    ];
    for (name, about) in sections {
        let start = types.find(&format!("export interface {name} ")).unwrap();
        let start = start + types[start..].find("{\n").unwrap() + 2;
        let end = start + types[start..].find("\n}\n").unwrap() + 1;
        types.replace_range(start..end, &members(about));
    }
    is_fresh(file, &types);
}

#[test]
fn the_command_prints_the_schema_of_the_configuration() {
    let workspace = cxvars_tests::process::Workspace::new();
    let schema = workspace.run(&["schema", "--config", "--draft", "7"]).exits(0).json();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert_eq!(schema["properties"]["validate"]["properties"]["max_depth"]["maximum"], 128);
    let of_manifest = workspace.run(&["schema"]).exits(0).json();
    assert_eq!(workspace.run(&["schema", "--config", "absent.toml"]).exits(0).json(), of_manifest);
    assert_eq!(workspace.run(&["--config", "absent.toml", "schema"]).exits(0).json(), of_manifest);
}
