//! What a `cxvars.toml` may contain, and the messages for its mistakes.

use std::collections::BTreeSet;
use std::path::Path;

use cxvars_core::base::vocabulary::Scope;
use cxvars_core::options::file::{FILE_KEYS, OTHER_KEYS};
use cxvars_core::options::ignore::Date;
use cxvars_core::options::section::{About, Fallback, Shape};
use cxvars_core::options::written::Owner;
use serde_json::Value;

use super::*;
use crate::profile::{Auth, Base, Body, Concurrency, EncryptedRoundtrip};

/// A file with every section and key.
const COMPLETE: &str = r#"
[validate]
parent_scope = "template"
max_variables = 40
max_bytes = 65536
max_depth = 32
name_pattern = "^[a-z_]+$"
allow_empty = ["region"]
severity = { CX501 = "warning", CX104 = "off", CX206 = "error" }

[[ignore]]
code = "CX501"
variable = "public_key"
reason = "public half"
expires = 2027-01-31
path = "bu07/**"

[contracts]
crm_limits = "schemas/limits.json"

[profile]
base = "cxone-access-key"
base_url = "https://na1.nice-incontact.com"
token_url = "{base_url}/token"
auth = "client_credentials_basic"
action_path = "/v3/{id}"
body = "merge_full"
scopes = "dataactions:read dataactions:write"
max_variables = 60
requests_per_minute = 0
busy_states = ["PUBLISHING"]
token_buffer_s = 30
max_attempts = 3
deadline_s = 100
connect_s = 5
request_s = 20
backoff_base_ms = 10
backoff_cap_ms = 100
server_error_wait_ms = 50
concurrency = "if_match"
encrypted_roundtrip = "mask-keeps"

[env.bu07-prod]
base_url = "http://127.0.0.1:8080"
scopes = { read = ["r"], write = "r w" }
client_id_env = "PROD_ID"
client_secret_env = "PROD_SECRET"
params = { region = "eu", empty = "" }
protected = true

[env.bu07-prod.actions.crm-lookup]
id = "5d2e"
file = "bu07/crm-lookup.yaml"
expect_name = "CRM Lookup"

[webhook]
url = "https://hooks.example/x"
secret_env = "TEAM_HOOK"

[audit]
log = "logs"

[[plugin]]
path = "team.wasm"
sha256 = "0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef"
fuel = 1000000
memory_mib = 64
"#;

fn project(path: &str) -> Source<'_> {
    Source::File { path: Path::new(path), owner: Owner::Project }
}

fn parse_project(text: &str) -> Result<ConfigFile, Vec<String>> {
    parse(text, project("proj/cxvars.toml"))
        .map_err(|problems| problems.into_iter().map(|problem| problem.message).collect())
}

fn only_problem(text: &str) -> String {
    let problems = parse_project(text).err().unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    problems.into_iter().next().unwrap()
}

#[test]
fn a_complete_file_is_accepted_and_kept() {
    let file = parse_project(COMPLETE).unwrap();
    let validate = file.validate.unwrap().checks;
    assert_eq!(validate.parent_scope, Some(Scope::Template));
    assert_eq!(validate.max_bytes, Some(65536));
    assert_eq!(validate.name_pattern.unwrap().as_str(), "^[a-z_]+$");
    assert_eq!(validate.severity.unwrap().get("CX104"), Some(&None));
    let ignore = &file.ignore.unwrap()[0];
    assert_eq!((ignore.reason.as_str(), ignore.place.position.line), ("public half", 11));
    assert_eq!(ignore.expires, Some(Date::new(2027, 1, 31)));
    assert_eq!(file.contracts.unwrap()["crm_limits"], Path::new("proj/schemas/limits.json"));
    let profile = file.profile.unwrap();
    assert_eq!((profile.base, profile.auth), (Some(Base::CxoneAccessKey), Some(Auth::ClientCredentialsBasic)));
    assert_eq!((profile.body, profile.concurrency), (Some(Body::MergeFull), Some(Concurrency::IfMatch)));
    assert_eq!(profile.encrypted_roundtrip, Some(EncryptedRoundtrip::MaskKeeps));
    let scopes = profile.scopes.unwrap();
    assert_eq!(scopes.read, scopes.write);
    assert_eq!((profile.requests_per_minute, profile.server_error_wait_ms), (Some(0), Some(50)));
    let environment = &file.env.unwrap()["bu07-prod"];
    let scopes = environment.profile.scopes.as_ref().unwrap();
    assert_eq!(scopes.read, Some(vec!["r".to_owned()]));
    assert_eq!(scopes.write, Some(vec!["r".to_owned(), "w".to_owned()]));
    assert!(environment.protected());
    assert_eq!(environment.params.as_ref().unwrap()["region"].expose(), "eu");
    let action = &environment.actions.as_ref().unwrap()["crm-lookup"];
    assert_eq!(action.file.as_deref(), Some(Path::new("proj/bu07/crm-lookup.yaml")));
    assert_eq!(file.webhook.unwrap().secret_env.as_deref(), Some("TEAM_HOOK"));
    assert_eq!(file.audit.unwrap().log.as_deref(), Some(Path::new("proj/logs")));
    assert!(file.plugin.unwrap()[0].sha256.starts_with("0123456789abcdef"));
}

#[test]
fn an_empty_file_says_nothing() {
    for text in ["", "# only a comment\n", "\u{feff}[validate]\n"] {
        assert!(parse_project(text).is_ok(), "{text:?}");
    }
}

#[test]
fn unknown_keys_are_refused_on_every_level_with_a_suggestion() {
    for (text, part) in [
        ("[validat]", "unknown key `validat` at the top level; did you mean `validate`?"),
        ("[validate]\nmax_variable = 1", "in [validate]; did you mean `max_variables`?"),
        ("[[ignore]]\ncode = \"a\"\nreason = \"b\"\nvariabel = \"c\"", "did you mean `variable`?"),
        ("[profile]\nbaseurl = \"x\"", "in [profile]; did you mean `base_url`?"),
        ("[profile]\nclient_id_env = \"X\"", "unknown key `client_id_env` in [profile]"),
        ("[env.prod]\nprotect = true", "in [env.prod]; did you mean `protected`?"),
        ("[env.prod.actions.a]\nid = \"1\"\nfil = \"x\"", "in [env.prod.actions.a]; did you mean `file`?"),
        ("[webhook]\nurl = \"https://x.y\"\nsecret = \"hunter2\"", "unknown key `secret` in [webhook]"),
        ("[audit]\nlog = \"a\"\nlogs = 1", "in [audit]; did you mean `log`?"),
        ("[profile]\nscopes = { read = \"r\", wirte = \"w\" }", "in [profile.scopes]; did you mean `write`?"),
    ] {
        let problem = only_problem(text);
        assert!(problem.contains(part) && !problem.contains("hunter2"), "{problem}");
    }
}

#[test]
fn wrong_values_name_the_key_and_what_is_expected_and_never_the_value() {
    for (text, part) in [
        ("validate = \"hunter2\"", "`validate` must be a table, but it is a string"),
        ("ignore = \"hunter2\"", "written [[ignore]]"),
        ("[validate]\nparent_scope = \"hunter2\"", "must be one of `global`, `template`, `action`"),
        ("[validate]\nmax_variables = \"hunter2\"", "`validate.max_variables` must be an integer"),
        ("[validate]\nmax_depth = 0", "from 1 to 128"),
        ("[validate]\nallow_empty = \"hunter2\"", "an array of strings"),
        ("[validate]\nallow_empty = [3]", "`validate.allow_empty[0]` must be a string"),
        ("[validate.severity]\nCX501 = \"hunter2\"", "`validate.severity.CX501` must be one of"),
        (
            "[validate.severity]\nCX130 = \"off\"",
            "[validate.severity] names `CX130`, which is no rule; did you mean `CX103`?",
        ),
        ("[validate]\nname_pattern = \"(\"", "`name_pattern` is not a regular expression"),
        ("[[ignore]]\ncode = \"CX501\"\nvariable = \"x\"", "[ignore] needs `reason`"),
        ("[[ignore]]\ncode = \"CX501\"\nreason = \" \"", "must not be empty"),
        ("[profile]\nbase_url = \"https://u:hunter2@h.example\"", "user name or password"),
        ("[profile]\nbase_url = \"http://hunter2.example\"", "plain http"),
        ("[profile]\ntoken_url = \"{base_url}.hunter2\"", "must have a `/` after"),
        ("[profile]\naction_path = \"/hunter2\"", "`{id}` exactly once"),
        ("[profile]\nauth = \"hunter2\"", "`client_credentials_form`"),
        ("[profile]\nmax_attempts = 0", "`profile.max_attempts` must be from 1 to 100"),
        ("[profile]\ndeadline_s = 1.5", "must be an integer, but it is a number with a fraction"),
        ("[env.prod]\nclient_secret_env = \"hunter2\"", "not the secret itself"),
        ("[env.prod]\nprotected = \"hunter2\"", "true or false"),
        ("[env.prod.params]\nx = 3", "`env.prod.params.x` must be a string"),
        ("[env.prod.actions.a]\nfile = \"hunter2\"", "[env.prod.actions.a] needs `id`"),
        ("env = \"hunter2\"", "`env` must be a table"),
        ("[webhook]\nurl = \"http://hunter2.example\"", "plain http"),
        ("[webhook]\nsecret_env = \"X\"", "[webhook] needs `url`"),
        ("[webhook]\nurl = \"https://h.example\"\nsecret_env = \"CXONE_CLIENT_SECRET\"", "to nobody else"),
        ("[vault]\naddress = \"https://v.example\"\ntoken_env = \"CXONE_TOKEN\"", "to nobody else"),
        ("[commands.x]\nprogram = \"sh\"", "your own configuration file"),
        ("[[plugin]]\npath = \"p\"\nsha256 = \"hunter2\"", "64 hex digits"),
        ("[contracts]\nx = \"a\\u0000b\"", "NUL"),
    ] {
        let problem = only_problem(text);
        assert!(problem.contains(part), "{text}: {problem}");
        assert!(!problem.contains("hunter2") && !problem.contains('\n'), "{problem}");
    }
}

#[test]
fn a_project_file_cannot_widen_trust_and_the_user_file_can() {
    let text = "trusted_hosts = [\"mock.example\"]";
    assert!(only_problem(text).contains("is not allowed in a project file"));
    let user = parse(text, Source::File { path: Path::new("config.toml"), owner: Owner::User }).unwrap();
    assert_eq!(user.trusted_hosts.unwrap(), ["mock.example"]);
}

#[test]
fn no_cut_and_no_lost_character_makes_the_reader_panic_or_stray_from_the_text() {
    let lines = COMPLETE.lines().count() + 1;
    let within = |text: &str| {
        let outcome = parse(text, project("cxvars.toml"));
        for problem in outcome.err().unwrap_or_default() {
            assert!((1..=lines).contains(&problem.position.line), "{problem:?}");
            assert!(!problem.message.contains('\n'), "{problem:?}");
        }
    };
    for index in 0..COMPLETE.len() {
        let (head, tail) = COMPLETE.split_at(index);
        within(head);
        within(&format!("{head}{}", &tail[1..]));
    }
}

fn to_json(text: &str) -> Value {
    toml::to_json(text).unwrap()
}

fn users_own(text: &str) -> Result<ConfigFile, Vec<String>> {
    let file = parse(text, Source::File { path: Path::new("config.toml"), owner: Owner::User });
    file.map_err(|problems| problems.into_iter().map(|problem| problem.message).collect())
}

fn schema() -> jsonschema::Validator {
    jsonschema::validator_for(&super::schema(Draft::Draft202012)).unwrap()
}

/// Every section, with the shortest file that has it: the header and the required keys. An entry of an array comes before its
/// inner sections.
fn sections() -> Vec<(&'static About, String)> {
    fn collect(about: &'static About, found: &mut Vec<(&'static About, String)>) {
        let required = about.keys.iter().filter(|key| key.is_required);
        let required: String = required.map(|key| format!("{} = {}\n", key.name, key.example)).collect();
        if !found.iter().any(|(known, _)| known.header == about.header) {
            let name = about.header.trim_matches('[').split(['.', ']']).next().unwrap();
            let entry = format!("[[{name}]]");
            let outer = found.iter().find(|(known, _)| known.header == entry && about.header != entry);
            let outer = outer.map_or("", |(_, text)| text);
            let text = format!("{outer}{}\n{required}", about.header);
            found.push((about, text));
            about.keys.iter().for_each(|key| inner(key.shape, found));
        }
    }
    fn inner(shape: Shape, found: &mut Vec<(&'static About, String)>) {
        match shape {
            Shape::Table(about) | Shape::Flat(about) => collect(about, found),
            Shape::List(shape) | Shape::Entries(shape) => inner(*shape, found),
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(&ConfigFile::ABOUT, &mut found);
    assert!(found.len() > 10);
    found
}

#[test]
fn every_example_is_read_and_is_what_the_schema_says() {
    let schema = schema();
    for (about, text) in sections() {
        for key in about.keys.iter().filter(|key| !key.example.is_empty()) {
            let line = format!("{} = {}\n", key.name, key.example);
            let text = if text.contains(&line) { text.clone() } else { format!("{text}{line}") };
            assert_eq!(users_own(&text).err(), None, "{text}");
            let json = to_json(&text);
            assert!(schema.is_valid(&json), "{text}: {}", schema.validate(&json).unwrap_err());
        }
    }
}

#[test]
fn every_key_has_an_example_and_says_what_holds_without_it() {
    for (about, _) in sections() {
        for key in about.keys {
            let has_example = !key.example.is_empty();
            let leads_to_one = match key.shape {
                Shape::Table(_) | Shape::Flat(_) | Shape::Hidden => true,
                Shape::List(inner) | Shape::Entries(inner) => matches!(inner, Shape::Table(_)),
                _ => false,
            };
            // The example of a rule has `require`, beside which neither may stand.
            let is_alternative = about.header == "[[rule]]" && ["forbid", "rename_to"].contains(&key.name);
            assert!(has_example || leads_to_one || is_alternative, "{} {}", about.header, key.name);
            let has_default = key.is_required || !matches!(key.default, Fallback::Nothing);
            // What a rule does not ask for does not matter to it.
            let is_optional = leads_to_one || about.header.is_empty() || about.header.contains("rule.");
            assert!(has_default || is_optional, "{} {}", about.header, key.name);
        }
    }
}

#[test]
fn the_keys_of_the_schema_are_those_that_are_read() {
    let schema = super::schema(Draft::Draft202012);
    for (about, text) in sections() {
        let text = format!("{text}quite_another = 1\n");
        let problem = users_own(&text).err().unwrap().into_iter().find(|problem| problem.contains("quite_another"));
        let problem = problem.unwrap();
        let (_, known) = problem.split_once("; known: ").unwrap();
        let read: BTreeSet<&str> = known.split(", ").map(|key| key.trim_matches('`')).collect();
        let mut place = &schema;
        for part in about.header.trim_matches(['[', ']']).split('.').filter(|part| !part.is_empty()) {
            place = match part {
                "NAME" | "ALIAS" => &place["additionalProperties"],
                part => &place["properties"][part],
            };
            if place["type"] == "array" {
                place = &place["items"];
            }
        }
        let described: BTreeSet<&str> = place["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(read, described, "{}", about.header);
        assert_eq!(place["additionalProperties"], false, "{}", about.header);
    }
}

#[test]
fn the_schema_accepts_what_is_accepted_and_sees_mistakes_of_form() {
    let schema = schema();
    assert_eq!(schema.validate(&to_json(COMPLETE)).err().map(|error| error.to_string()), None);
    for text in [
        "[validat]",
        "[validate]\nmax_variable = 1",
        "[validate]\nmax_depth = 0",
        "[validate]\nallow_empty = [3]",
        "[validate.severity]\nCX501 = \"fatal\"",
        "[[ignore]]\ncode = \"CX501\"",
        "[[ignore]]\ncode = \"CX501\"\nreason = \" \"",
        "[profile]\nauth = \"basic\"",
        "[profile]\nscopes = { wirte = \"w\" }",
        "[profile]\nclient_id_env = \"X\"",
        "[env.prod]\nclient_secret_env = \"hunter2\"",
        "[env.prod.params]\nx = 3",
        "[env.prod.actions.a]\nfile = \"x\"",
        "[webhook]\nsecret_env = \"X\"",
        "[[plugin]]\npath = \"p\"\nsha256 = \"abc\"",
        "[rotation]\nmax_age_days = -1",
        "[shared]\nurl = \"postgres://hunter2@h/d\"",
        "[shared]\nurl_env = \"postgres://hunter2@h/d\"",
    ] {
        assert!(users_own(text).is_err(), "{text}");
        assert!(!schema.is_valid(&to_json(text)), "{text}");
    }
    for draft in Draft::ALL {
        let problem = jsonschema::meta::validate(&super::schema(draft)).err().map(|error| error.to_string());
        assert_eq!(problem, None);
    }
}

const RULE: &str = "[[rule]]\ncode = \"TR001\"\nmessage = \"m\"\n";

#[test]
fn the_configurations_of_the_documents_are_valid() {
    let mut count = 0;
    let schema = schema();
    for (document, text) in [
        ("README.md", include_str!("../../../../README.md")),
        ("docs/configuration.md", include_str!("../../../../docs/configuration.md")),
        ("docs/policies.md", include_str!("../../../../docs/policies.md")),
    ] {
        for block in text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()) {
            // A block of a `Cargo.toml` is not a configuration.
            if block.contains("[package]") || block.contains("[dependencies]") {
                continue;
            }
            // An inner section of a rule is shown alone.
            let rule = if block.trim_start_matches('[').starts_with("rule.") { RULE } else { "" };
            let block = format!("{rule}{block}");
            assert_eq!(users_own(&block).err(), None, "{document}: {block}");
            assert!(schema.is_valid(&to_json(&block)), "{document}: {block}");
            count += 1;
        }
    }
    assert!(count > 10, "{count}");
}

#[test]
fn builds_without_files_know_the_sections_that_they_leave_alone() {
    let all: BTreeSet<&str> = ConfigFile::ABOUT.keys.iter().map(|key| key.name).collect();
    let known: BTreeSet<&str> =
        OTHER_KEYS.into_iter().chain(FILE_KEYS).chain(["contracts", "ignore", "rule", "validate"]).collect();
    assert_eq!(all, known);
}
