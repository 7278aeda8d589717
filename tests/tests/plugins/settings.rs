//! `[plugin.settings]`, and what a policy learns about the target of a document.

use cxvars_host::policy::digest;
use cxvars_tests::document::{document, plain};
use cxvars_tests::plugin::{ACCEPTED, FINDING, FREE, ONE_FINDING, Policy, Setup, Version, words};
use cxvars_tests::process::{Output, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::json;

/// What a policy that takes no settings says of `[plugin.settings]`.
const TAKES_NONE: &str = "error: the plugin `policy.wasm` takes no settings";

fn workspace(policy: &Policy) -> Workspace {
    let workspace = Workspace::new();
    prepare(&workspace, policy);
    workspace
}

fn prepare(workspace: &Workspace, policy: &Policy) {
    workspace.write("vars.json", document(&[plain("region", "eu")]));
    workspace.write("policy.wasm", policy.component());
}

/// `[[plugin]]` with these lines after its digest.
fn pin(policy: &Policy, more: &str) -> String {
    format!("[[plugin]]\npath = \"policy.wasm\"\nsha256 = \"{}\"\n{more}\n", digest(&policy.component()))
}

fn validate(workspace: &Workspace, more: &[&str]) -> Output {
    workspace.run(&[&["validate", "vars.json"], more].concat())
}

/// WebAssembly text that makes the text at these places the message of the finding.
fn say(address: &str, length: &str) -> String {
    let [message, its_length] = [FINDING + 20, FINDING + 24];
    format!("(i32.store (i32.const {message}) {address}) (i32.store (i32.const {its_length}) {length})")
}

/// A policy whose finding is the string of its last setting, or the default one if it has no settings.
fn echo() -> Policy {
    let last = |offset: u32| {
        format!(
            "(i32.load offset={offset} (i32.add (local.get $at) (i32.mul (i32.sub (local.get $count) (i32.const 1)) (i32.const 24))))"
        )
    };
    let say = say(&last(16), &last(20));
    Policy::configured(format!("(if (local.get $count) (then {say})) (i32.const {ACCEPTED})"))
}

/// A policy that refuses every setting with this text.
fn refusing(text: &str) -> Policy {
    let refusal =
        format!("(if (result i32) (local.get $count) (then (i32.const {FREE})) (else (i32.const {ACCEPTED})))");
    let length = u32::try_from(text.len()).unwrap();
    Policy::configured(refusal).with(FREE, words(&[1, FREE + 64, length])).with(FREE + 64, text.as_bytes())
}

/// A policy whose finding is the text with these parameters of `set-target`.
fn naming(address: u32, length: u32) -> Policy {
    let set_target = say(&format!("(local.get {address})"), &format!("(local.get {length})"));
    Policy { setup: Some(Setup { set_target, ..Setup::default() }), ..Policy::default() }
}

#[test]
fn settings_reach_the_policy_before_each_document() {
    let workspace = workspace(&echo());
    workspace.write("cxvars.toml", pin(&echo(), "[plugin.settings]\nprefixes = { sales = \"crm\" }\nlimit = 3"));
    workspace.write("other.json", document(&[plain("zone", "eu")]));
    let output = workspace.run(&["validate", "vars.json", "other.json", "--format", "json"]);
    let files = output.exits(1).json()["files"].clone();
    for file in files.as_array().unwrap() {
        assert_eq!(file["diagnostics"][0]["message"], "crm (policy policy)", "{file}");
    }
    workspace.write("cxvars.toml", pin(&echo(), ""));
    validate(&workspace, &[]).exits(1).prints(&["It is there. (policy policy)"]);
    validate(&workspace, &["--no-config", "--plugin", "policy.wasm"]).exits(1).prints(&["It is there."]);
}

#[test]
fn settings_that_a_policy_refuses_end_the_run_before_a_document_is_read() {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    let policy = refusing("unknown key `prefixs`;\n\u{1b}[31muse `prefixes`");
    prepare(&workspace, &policy);
    let profile = workspace.read("cxvars.toml");
    let text = format!("{profile}\n{}", pin(&policy, "[plugin.settings]\nprefixs = 1"));
    let line = text.lines().position(|line| line == "[plugin.settings]").unwrap() + 1;
    workspace.write("cxvars.toml", text);
    let said = format!(
        "error: the plugin `policy.wasm` refuses its settings: unknown key `prefixs`; \\u{{1b}}[31muse `prefixes` \
         (cxvars.toml:{line})"
    );
    validate(&workspace, &[]).exits(3).says(&[&said]);
    workspace.run(&["validate", "none.json"]).exits(3).says(&[&said]);
    workspace.run(&["plan", ACTION, "-f", "vars.json"]).exits(3).says(&[&said]);
    workspace.run(&["apply", ACTION, "-f", "vars.json", "--yes"]).exits(3).says(&[&said]);
    assert!(service.requests().is_empty());
}

#[test]
fn settings_that_are_required_are_asked_for() {
    let policy = Policy::configured(format!("(i32.const {FREE})"))
        .with(FREE, words(&[1, FREE + 64, 10]))
        .with(FREE + 64, *b"set `unit`");
    let workspace = workspace(&policy);
    workspace.write("cxvars.toml", format!("\n{}", pin(&policy, "")));
    validate(&workspace, &[]).exits(3).says(&["refuses its settings: set `unit` (cxvars.toml:2)"]);
    validate(&workspace, &["--no-config", "--plugin", "policy.wasm"]).exits(3).says(&["settings: set `unit`\n"]);
}

#[test]
fn a_policy_that_breaks_off_at_its_settings_is_not_used() {
    let workspace = workspace(&Policy::configured("unreachable"));
    workspace.write("cxvars.toml", pin(&Policy::configured("unreachable"), ""));
    validate(&workspace, &[]).exits(3).says(&["cannot be given its settings: it broke off"]);
}

#[test]
fn settings_for_a_policy_that_takes_none_are_a_mistake() {
    let workspace = workspace(&Policy::default());
    workspace.write("cxvars.toml", pin(&Policy::default(), "settings = { a = 1 }"));
    validate(&workspace, &[]).exits(3).says(&[TAKES_NONE, "(cxvars.toml:4)"]);
    workspace.write("cxvars.toml", pin(&Policy::default(), "[plugin.settings]\na = 2027-01-31"));
    validate(&workspace, &[]).exits(2).says(&["cxvars.toml:5:5: `plugin.settings.a` must not be a date"]);
}

#[test]
fn a_component_of_version_1_0_is_used_as_before() {
    let old = Policy { version: Version::V1_0, ..Policy::default() };
    let workspace = workspace(&old);
    workspace.write("cxvars.toml", pin(&old, ""));
    let output = workspace.run(&["plugin", "inspect", "policy.wasm"]);
    output.exits(0).prints(&["exports  cxvars:validator/rules@1.0.0\n", "dry run  1 finding"]);
    validate(&workspace, &[]).exits(1).prints(&["PX001", "It is there. (policy policy)"]);
    workspace.write("cxvars.toml", pin(&old, "settings = { a = 1 }"));
    validate(&workspace, &[]).exits(3).says(&[TAKES_NONE]);
}

#[test]
fn a_policy_learns_the_action_and_the_path() {
    let of_action = "[env.prod.actions]\nlookup = { id = \"3f2c\", file = \"docs/vars.json\" }\n";
    for (policy, expected) in [(naming(1, 2), "3f2c"), (naming(4, 5), "lookup"), (naming(7, 8), "docs/vars.json")] {
        let said = format!("{expected} (policy policy)");
        let workspace = workspace(&policy);
        workspace.write("docs/vars.json", document(&[plain("region", "eu")]));
        workspace.write("cxvars.toml", format!("{of_action}{}", pin(&policy, "")));
        workspace.run(&["validate", "docs", "--env", "prod"]).exits(1).prints(&[&said]);
        workspace.run(&["plan", "lookup", "--env", "prod", "--sandbox"]).exits(1).prints(&[&said]);
    }
    // An action that is given by its id has no alias; the message is empty, which is refused.
    let workspace = workspace(&naming(4, 5));
    workspace.write("cxvars.toml", pin(&naming(4, 5), ""));
    workspace.run(&["plan", "3f2c", "-f", "vars.json", "--sandbox"]).exits(1).prints(&["PX000"]);
    workspace.write("cxvars.toml", pin(&naming(1, 2), ""));
    workspace.write("policy.wasm", naming(1, 2).component());
    workspace.run(&["plan", "3f2c", "-f", "vars.json", "--sandbox"]).exits(1).prints(&["3f2c (policy policy)"]);
}

/// A policy that has its finding unless memory can grow to 2 MiB.
fn greedy() -> Policy {
    let grow = "(i32.eq (memory.grow (i32.const 30)) (i32.const -1))";
    Policy::checking(format!("(if {grow} (then unreachable)) (i32.const {ONE_FINDING})"))
}

#[test]
fn one_file_under_two_pins_runs_once_with_the_stricter_limits() {
    let workspace = workspace(&greedy());
    workspace.write("copy.wasm", greedy().component());
    let both =
        |first: &str, second: &str| pin(&greedy(), first) + &pin(&greedy(), second).replace("policy.wasm", "copy.wasm");
    workspace.write("cxvars.toml", both("memory_mib = 2", "memory_mib = 4"));
    let report = validate(&workspace, &["--format", "json"]).exits(1).json();
    assert_eq!(report["files"][0]["diagnostics"].as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report["files"][0]["diagnostics"][0]["code"], "PX001");
    for limits in [["memory_mib = 1", "memory_mib = 4"], ["memory_mib = 4", "memory_mib = 1"]] {
        workspace.write("cxvars.toml", both(limits[0], limits[1]));
        validate(&workspace, &[]).exits(1).prints(&["it wanted more than 1 MiB of memory"]);
    }
    // The project cannot widen the limits of the user's own file.
    let user = workspace.home().join("config/cxvars");
    std::fs::create_dir_all(&user).unwrap();
    let file = json!(workspace.project().join("policy.wasm")).to_string();
    let own = pin(&greedy(), "memory_mib = 1").replace("\"policy.wasm\"", &file);
    std::fs::write(user.join("config.toml"), own).unwrap();
    workspace.write("cxvars.toml", pin(&greedy(), "memory_mib = 64"));
    validate(&workspace, &[]).exits(1).prints(&["it wanted more than 1 MiB of memory"]);
}

#[test]
fn one_file_under_two_pins_has_the_same_settings_in_both() {
    let workspace = workspace(&echo());
    let both = |first: &str, second: &str| pin(&echo(), first) + &pin(&echo(), second);
    let (x, y) = ("settings = { a = \"x\" }", "settings = { a = \"y\" }");
    workspace.write("cxvars.toml", both(x, x));
    for more in [&[][..], &["--plugin", "policy.wasm"]] {
        let report = validate(&workspace, &[more, &["--format", "json"]].concat()).exits(1).json();
        assert_eq!(report["files"][0]["diagnostics"].as_array().unwrap().len(), 1, "{report}");
        assert_eq!(report["files"][0]["diagnostics"][0]["message"], "x (policy policy)");
    }
    // A project must not loosen by its settings what the user's own file enforces without any.
    for (first, second, places) in [
        (x, y, "cxvars.toml:4 and cxvars.toml:8"),
        (x, "", "cxvars.toml:4 and cxvars.toml:5"),
        ("", x, "cxvars.toml:1 and cxvars.toml:8"),
    ] {
        workspace.write("cxvars.toml", both(first, second));
        validate(&workspace, &[]).exits(3).says(&[&format!("has different settings in {places}")]);
    }
}

#[test]
fn limits_out_of_range_are_refused_with_the_range() {
    let workspace = workspace(&Policy::default());
    for (limit, range) in [
        ("fuel = 0", "`plugin.fuel` must be from 1 to 1000000000000"),
        ("fuel = 1_000_000_000_001", "`plugin.fuel` must be from 1 to 1000000000000"),
        ("memory_mib = 0", "`plugin.memory_mib` must be from 1 to 4096"),
        ("memory_mib = 4097", "`plugin.memory_mib` must be from 1 to 4096"),
    ] {
        workspace.write("cxvars.toml", pin(&Policy::default(), limit));
        validate(&workspace, &[]).exits(2).says(&[range]);
    }
}
