//! The component of the validator in wasmtime, the host for Rust programs: it imports nothing, and its reports are
//! equal to the native engine's, byte for byte.
//!
//! `tests/plugins` builds the component and the documents, and passes their paths in environment variables.

use std::env;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use wasmtime::component::{Component, Func, Instance, Linker, Val};
use wasmtime::{Config, Engine, Store};

const INTERFACE: &str = "cxvars:validator/engine@1.1.0";
/// By this name a program finds the component that was written for the first version.
const FIRST_INTERFACE: &str = "cxvars:validator/engine@1.0.0";

fn path(variable: &str) -> PathBuf {
    env::var_os(variable).map(PathBuf::from).unwrap_or_else(|| panic!("{variable} is not set; run tests/plugins"))
}

/// The compiled component, which takes an unoptimised compiler seconds.
static COMPILED: LazyLock<(Engine, Component)> = LazyLock::new(|| {
    let mut config = Config::new();
    config.wasm_component_model(true);
    let engine = Engine::new(&config).unwrap();
    let component = Component::from_file(&engine, path("CXVARS_COMPONENT")).unwrap();
    (engine, component)
});

struct Validator {
    store: Store<()>,
    instance: Instance,
    interface: &'static str,
}

impl Validator {
    fn new() -> Self {
        let (engine, component) = &*COMPILED;
        let mut store = Store::new(engine, ());
        // The linker is empty, so any import would be missing.
        let instance = Linker::new(engine).instantiate(&mut store, component).unwrap();
        Self { store, instance, interface: INTERFACE }
    }

    fn call(&mut self, name: &str, arguments: &[Val]) -> Val {
        let interface = self.instance.get_export_index(&mut self.store, None, self.interface).unwrap();
        let index = self.instance.get_export_index(&mut self.store, Some(&interface), name).unwrap();
        let function: Func = self.instance.get_func(&mut self.store, index).unwrap();
        let mut answer = [Val::Bool(false)];
        function.call(&mut self.store, arguments, &mut answer).unwrap();
        let [answer] = answer;
        answer
    }

    fn check(&mut self, document: &[u8], format: Option<&str>, options: &Value) -> Result<String, String> {
        let bytes = Val::List(document.iter().map(|byte| Val::U8(*byte)).collect());
        match options.get("config") {
            Some(_) => self.report("check-in-project", vec![bytes, self::options(format, options), project(options)]),
            None => self.report("check", vec![bytes, self::options(format, options)]),
        }
    }

    fn check_text(&mut self, document: &str, format: Option<&str>, options: &Value) -> Result<String, String> {
        self.report("check-text", vec![text(document), self::options(format, options)])
    }

    /// Calls a function for a document without a name. `arguments` are the document and what follows it.
    fn report(&mut self, function: &str, mut arguments: Vec<Val>) -> Result<String, String> {
        arguments.insert(0, text(""));
        match self.call(function, &arguments) {
            Val::Result(Ok(Some(report))) => {
                let mut json = String::new();
                write_json(&report, &mut json);
                Ok(json)
            }
            Val::Result(Err(Some(problem))) => match *problem {
                Val::String(problem) => Err(problem),
                other => panic!("{other:?}"),
            },
            other => panic!("{other:?}"),
        }
    }
}

fn text(text: &str) -> Val {
    Val::String(text.to_owned())
}

fn option(value: Option<Val>) -> Val {
    Val::Option(value.map(Box::new))
}

/// A list of the members of an object; empty if there is no object.
fn list(object: &Value, of: impl Fn(&str, &Value) -> Val) -> Val {
    Val::List(object.as_object().into_iter().flatten().map(|(key, value)| of(key, value)).collect())
}

fn texts(value: &Value) -> Val {
    Val::List(value.as_array().into_iter().flatten().map(|one| text(one.as_str().unwrap())).collect())
}

/// The options record for these keys of JavaScript.
fn options(format: Option<&str>, keys: &Value) -> Val {
    let word = |value: &Value| value.as_str().map(|word| Val::Enum(word.to_owned()));
    let number = |value: &Value| value.as_u64().map(|number| Val::U32(number.try_into().unwrap()));
    let string = |value: &Value| value.as_str().map(text);
    let ignore = |ignore: &Value| {
        Val::Record(vec![
            ("code".to_owned(), text(ignore["code"].as_str().unwrap())),
            ("variable".to_owned(), option(string(&ignore["variable"]))),
            ("reason".to_owned(), text(ignore["reason"].as_str().unwrap())),
            ("expires".to_owned(), option(string(&ignore["expires"]))),
        ])
    };
    let params = |environments: &Value| list(environments, |name, params| Val::Tuple(vec![text(name), texts(params)]));
    let fields = [
        ("format", option(format.map(|format| Val::Enum(format.to_owned())))),
        ("parent-scope", option(word(&keys["parent_scope"]))),
        ("max-variables", option(number(&keys["max_variables"]))),
        ("max-bytes", option(number(&keys["max_bytes"]))),
        ("max-depth", option(number(&keys["max_depth"]))),
        ("name-pattern", option(string(&keys["name_pattern"]))),
        ("allow-empty", texts(&keys["allow_empty"])),
        ("params", option(keys.get("params").map(params))),
        ("severity", list(&keys["severity"], |code, level| Val::Tuple(vec![text(code), word(level).unwrap()]))),
        ("ignore", Val::List(keys["ignore"].as_array().into_iter().flatten().map(ignore).collect())),
        ("today", option(string(&keys["today"]))),
        ("contracts", list(&keys["contracts"], |name, schema| Val::Tuple(vec![text(name), string(schema).unwrap()]))),
    ];
    Val::Record(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// The record of what surrounds a document for these keys of JavaScript.
fn project(keys: &Value) -> Val {
    let field = |key: &str| (key.to_owned(), option(keys[key].as_str().map(text)));
    Val::Record(["config", "environment", "action"].map(field).into())
}

/// A record in the JSON form that the program writes.
fn write_json(value: &Val, out: &mut String) {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let mut separated =
        |open: char, close: char, parts: Vec<String>| write!(out, "{open}{}{close}", parts.join(",")).unwrap();
    let json = |value: &Val| {
        let mut json = String::new();
        write_json(value, &mut json);
        json
    };
    match value {
        Val::Record(fields) => {
            let shown = fields.iter().filter(|(name, value)| name != "not-shown" || *value != Val::U32(0));
            let part = |(name, value): &(String, Val)| {
                let value = if name == "params" { map(value) } else { json(value) };
                format!("{}:{value}", quoted(&name.replace('-', "_")))
            };
            separated('{', '}', shown.map(part).collect());
        }
        Val::List(items) => separated('[', ']', items.iter().map(json).collect()),
        Val::Option(None) => out.push_str("null"),
        Val::Option(Some(value)) => write_json(value, out),
        Val::String(text) | Val::Enum(text) => out.push_str(&quoted(text)),
        Val::U32(number) => write!(out, "{number}").unwrap(),
        other => panic!("no report has a {other:?}"),
    }
}

/// Converts a list of pairs to an object.
fn map(pairs: &Val) -> String {
    let Val::List(pairs) = pairs else { panic!("{pairs:?}") };
    let pair = |pair: &Val| match pair {
        Val::Tuple(parts) => match &parts[..] {
            [Val::String(key), Val::String(value)] => {
                format!("{}:{}", serde_json::to_string(key).unwrap(), serde_json::to_string(value).unwrap())
            }
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    format!("{{{}}}", pairs.iter().map(pair).collect::<Vec<_>>().join(","))
}

/// A report of the native engine without what version 1 of the interface does not have: the name of the variable, which
/// the message has as well.
fn as_in_version_1(report: &str) -> Value {
    let mut report: Value = serde_json::from_str(report).unwrap();
    for finding in report["diagnostics"].as_array_mut().unwrap() {
        assert!(finding.as_object_mut().unwrap().remove("variable").is_some(), "{finding}");
    }
    report
}

#[test]
fn its_reports_are_those_of_the_native_engine() {
    let folder = path("CXVARS_PARITY");
    let corpus = fs::read_to_string(folder.join("corpus.jsonl")).unwrap();
    let reports = fs::read_to_string(folder.join("reports.jsonl")).unwrap();
    assert_eq!(corpus.lines().count(), reports.lines().count());
    assert!(corpus.lines().count() > 10_000);
    let mut validator = Validator::new();
    for (number, (line, expected)) in corpus.lines().zip(reports.lines()).enumerate() {
        let document: Value = serde_json::from_str(line).unwrap();
        let bytes = STANDARD.decode(document["base64"].as_str().unwrap()).unwrap();
        let report = validator.check(&bytes, document["format"].as_str(), &document["options"]).unwrap();
        // Text has no project.
        if let (Ok(text), None) = (std::str::from_utf8(&bytes), document["options"].get("config")) {
            let of_text = validator.check_text(text, document["format"].as_str(), &document["options"]).unwrap();
            assert_eq!(of_text, report, "document {number} as text");
        }
        let report: Value = serde_json::from_str(&report).unwrap();
        assert_eq!(report, as_in_version_1(expected), "document {number}");
    }
}

#[test]
fn a_program_for_the_first_version_finds_what_it_calls() {
    let document = br#"[{"name": "_a", "type": "string", "value": "x"}]"#;
    let mut validator = Validator::new();
    let report = validator.check(document, None, &Value::Null).unwrap();
    assert!(report.contains("CX"), "{report}");
    validator.interface = FIRST_INTERFACE;
    assert_eq!(validator.check(document, None, &Value::Null).unwrap(), report);
    assert_eq!(validator.instance.get_export_index(&mut validator.store, None, "cxvars:validator/engine@2.0.0"), None);
}

#[test]
fn bad_options_are_told_and_change_nothing() {
    let mut validator = Validator::new();
    let document = br#"[{"name": "_a", "type": "string", "value": "x"}]"#;
    let before = validator.check(document, None, &Value::Null).unwrap();
    for (options, why) in [
        (serde_json::json!({"severity": {"CX999": "off"}}), "there is no rule CX999"),
        (serde_json::json!({"name_pattern": "("}), "not a regular expression"),
        (serde_json::json!({"today": "tomorrow"}), "today must be a day"),
        (serde_json::json!({"ignore": [{"code": "CX999", "reason": "r"}]}), "ignore[0]"),
        (serde_json::json!({"contracts": {"a": "{}"}}), "contracts"),
        (serde_json::json!({"config": "[[rule]]\ncode = \"TR1\""}), "`rule.code` must be TR and three digits"),
        (serde_json::json!({"config": "", "severity": {"TR001": "off"}}), "severity: `TR001` is no rule"),
    ] {
        let problem = validator.check(document, None, &options).unwrap_err();
        assert!(problem.contains(why), "{problem}");
    }
    assert_eq!(validator.check(document, None, &Value::Null).unwrap(), before);
}

#[test]
fn it_explains_and_lists_the_rules() {
    let mut validator = Validator::new();
    let Val::Option(Some(explained)) = validator.call("explain", &[text("CX103")]) else { panic!() };
    let Val::String(explained) = *explained else { panic!() };
    assert!(explained.starts_with("# CX103 key-collision\n"), "{explained}");
    assert_eq!(validator.call("explain", &[text("PX001")]), Val::Option(None));
    let Val::List(rules) = validator.call("rules", &[]) else { panic!() };
    assert_eq!(rules.len(), cxvars_core::rules::ALL.len());
    assert_eq!(validator.call("version", &[]), text(env!("CARGO_PKG_VERSION")));
}
