//! What a `cxvars.toml` may say, and what is said about one that is wrong.

use std::path::Path;

use cxvars_core::base::vocabulary::Scope;
use cxvars_core::options::ignore::Date;
use cxvars_core::options::written::Owner;

use super::*;
use crate::profile::{Auth, Base, Body, Concurrency, EncryptedRoundtrip};

/// Every section and key there is.
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
    let validate = file.validate.unwrap();
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
        ("[webhook]\nurl = \"https://h.example\"\nsecret_env = \"CXONE_CLIENT_SECRET\"", "for nobody else"),
        ("[vault]\naddress = \"https://v.example\"\ntoken_env = \"CXONE_TOKEN\"", "for nobody else"),
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
    assert!(only_problem(text).contains("cannot stand in a project file"));
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
