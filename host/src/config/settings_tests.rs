//! How flags, environment variables and files are merged.

use std::fs;

use super::*;
use crate::profile::trust::TrustError;
use crate::profile::{Auth, ProfileError};

/// A project in a repository, a home folder, and environment variables.
struct World {
    root: tempfile::TempDir,
    variables: BTreeMap<String, String>,
}

impl World {
    fn new(project: &str) -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("repo/.git")).unwrap();
        fs::create_dir_all(root.path().join("home/.config/cxvars")).unwrap();
        fs::write(root.path().join("repo/cxvars.toml"), project).unwrap();
        let home = root.path().join("home").display().to_string();
        Self { root, variables: BTreeMap::from([("HOME".to_owned(), home)]) }
    }

    fn user(self, text: &str) -> Self {
        fs::write(self.root.path().join("home/.config/cxvars/config.toml"), text).unwrap();
        self
    }

    fn set(mut self, name: &str, text: &str) -> Self {
        self.variables.insert(name.to_owned(), text.to_owned());
        self
    }

    fn lookup(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn load(&self, flags: &Flags) -> Result<Settings, ConfigError> {
        load(flags, &self.root.path().join("repo"), &|name| self.lookup(name))
    }

    fn settings(&self, flags: &Flags) -> Settings {
        self.load(flags).unwrap_or_else(|error| panic!("{error}"))
    }

    fn error(&self, flags: &Flags) -> String {
        self.load(flags).err().unwrap().to_string()
    }
}

fn env(name: &str) -> Flags {
    Flags { environment: Some(name.to_owned()), ..Flags::default() }
}

fn sandbox() -> Flags {
    Flags { sandbox: true, ..Flags::default() }
}

fn base_url(settings: &Settings) -> String {
    settings.endpoints().unwrap_or_else(|error| panic!("{error}")).origin()
}

#[test]
fn without_files_the_defaults_hold() {
    let world = World::new("");
    let none = Flags { no_config: true, ..Flags::default() };
    let settings = world.settings(&none);
    assert_eq!(base_url(&settings), "https://api.us-east-1.my.nicecxone.com");
    assert_eq!((settings.project_file, settings.user_file), (None, None));
    assert_eq!(settings.checks.validate().max_variables, Some(50));
}

#[test]
fn precedence_is_environment_project_environment_project_user_default() {
    let world = World::new("[profile]\ndeadline_s = 20\nconnect_s = 21\n[env.prod]\ndeadline_s = 10\n")
        .user("[profile]\nconnect_s = 31\nrequest_s = 32\n[env.prod]\nconnect_s = 41\nmax_attempts = 4\n");
    let profile = world.settings(&env("prod")).profile;
    assert_eq!((profile.deadline_s, profile.connect_s), (10, 21));
    assert_eq!((profile.request_s, profile.max_attempts), (32, 4));
    assert_eq!(profile.token_buffer_s, 60);
    let plain = world.settings(&Flags::default()).profile;
    assert_eq!((plain.deadline_s, plain.max_attempts), (20, 5));
}

#[test]
fn a_variable_wins_over_the_environment_unless_the_flag_names_that() {
    let project =
        "[profile]\nbase_url = \"https://a.nicecxone.com\"\n[env.prod]\nbase_url = \"https://b.nicecxone.com\"\n";
    let world = World::new(project);
    assert_eq!(base_url(&world.settings(&Flags::default())), "https://a.nicecxone.com");
    assert_eq!(base_url(&world.settings(&env("prod"))), "https://b.nicecxone.com");
    let world = world.set("CXONE_BASE_URL", "https://c.nicecxone.com").set("CXVARS_ENV", "prod");
    let settings = world.settings(&Flags::default());
    assert_eq!(base_url(&settings), "https://c.nicecxone.com");
    assert!(settings.notes[0].contains("CXONE_BASE_URL") && settings.left_out.is_empty());
    let settings = world.settings(&env("prod"));
    assert_eq!(base_url(&settings), "https://b.nicecxone.com");
    assert!(settings.left_out[0].contains("`CXONE_BASE_URL` is set but left out"), "{:?}", settings.left_out);
    let empty = world.set("CXONE_BASE_URL", "");
    assert!(empty.settings(&env("prod")).left_out.is_empty());
}

#[test]
fn no_variable_leads_the_credentials_of_a_named_environment_elsewhere() {
    for section in [
        "client_id_env = \"PROD_ID\"",
        "access_key_secret_env = \"PROD_KEY\"",
        "token_url = \"https://a.nicecxone.com/token\"",
        "issuer = \"https://a.nicecxone.com\"",
        "area = \"na1\"",
    ] {
        let world = World::new(&format!("[env.prod]\n{section}\n")).set("CXONE_BASE_URL", "https://c.nicecxone.com");
        assert_eq!(base_url(&world.settings(&env("prod"))), "https://api.us-east-1.my.nicecxone.com", "{section}");
    }
    // The profile for all environments says where they are, as the environment itself does; so does the user's file.
    let everywhere = "[profile]\nbase_url = \"https://a.nicecxone.com\"\n";
    for world in [World::new(&format!("{everywhere}[env.prod]\n")), World::new("[env.prod]\n").user(everywhere)] {
        let world = world.set("CXONE_BASE_URL", "https://c.nicecxone.com").set("CXONE_TOKEN", "t");
        let settings = world.settings(&env("prod"));
        assert_eq!(base_url(&settings), "https://a.nicecxone.com");
        assert_eq!((settings.profile.auth, settings.left_out.len()), (Auth::ClientCredentialsForm, 2));
    }
    // An environment that says nothing of the service has nothing that could go elsewhere.
    let world = World::new("[env.prod.actions]\n").set("CXONE_BASE_URL", "https://c.nicecxone.com");
    let settings = world.settings(&env("prod"));
    assert_eq!((base_url(&settings).as_str(), settings.left_out.len()), ("https://c.nicecxone.com", 0));
}

#[test]
fn a_bad_base_url_in_the_environment_names_the_variable_and_not_its_text() {
    let world =
        World::new("[env.prod]\nbase_url = \"https://a.nicecxone.com\"").set("CXONE_BASE_URL", "https://u:hunter2@h");
    let message = world.error(&Flags::default());
    assert!(message.contains("`CXONE_BASE_URL`") && !message.contains("hunter2"), "{message}");
    assert_eq!(base_url(&world.settings(&env("prod"))), "https://a.nicecxone.com", "it does not count there");
}

#[test]
fn a_project_file_can_set_a_host_but_not_trust_it() {
    let world = World::new("[profile]\nbase_url = \"https://mock.example\"\n");
    let error = world.settings(&Flags::default()).endpoints().err().unwrap();
    assert!(matches!(error, ConfigError::Profile(ProfileError::Trust(TrustError::Untrusted { .. }))));
    assert!(error.to_string().contains("repo/cxvars.toml"), "{error}");

    let by_flag = Flags { trust_hosts: vec!["mock.example".to_owned()], ..Flags::default() };
    assert_eq!(base_url(&world.settings(&by_flag)), "https://mock.example");
    let world = world.user("trusted_hosts = [\"mock.example\"]\n");
    assert_eq!(base_url(&world.settings(&Flags::default())), "https://mock.example");
    let world =
        World::new("[profile]\nbase_url = \"https://mock.example\"\n").set("CXVARS_TRUSTED_HOSTS", "x.y,mock.example");
    assert_eq!(base_url(&world.settings(&Flags::default())), "https://mock.example");
}

#[test]
fn a_url_in_the_environment_is_not_trusted_by_being_there() {
    let world = World::new("").set("CXONE_BASE_URL", "https://mock.example");
    let error = world.settings(&Flags::default()).endpoints().err().unwrap();
    assert!(error.to_string().contains("the environment variable `CXONE_BASE_URL`"), "{error}");
}

#[test]
fn an_unknown_environment_is_an_error_with_a_suggestion() {
    let world = World::new("[env.bu07-prod]\n");
    assert!(world.error(&env("bu7-prod")).contains("did you mean `bu07-prod`?"));
    let message = world.set("CXVARS_ENV", "other").error(&Flags::default());
    assert!(message.contains("named by `CXVARS_ENV`") && message.contains("known: `bu07-prod`"), "{message}");
}

#[test]
fn the_flag_wins_over_the_variable_for_the_environment() {
    let world = World::new("[env.a]\n[env.b]\nprotected = true\n").set("CXVARS_ENV", "a");
    assert_eq!(world.settings(&Flags::default()).environment.as_deref(), Some("a"));
    let settings = world.settings(&env("b"));
    assert_eq!((settings.environment.as_deref(), settings.protected), (Some("b"), true));
}

#[test]
fn no_config_ignores_all_files_and_contradicts_config_and_env() {
    let no_config = Flags { no_config: true, ..Flags::default() };
    let world = World::new("[profile]\ndeadline_s = 1\n")
        .user("[profile]\nconnect_s = 1\n")
        .set("CXVARS_CONFIG", "absent.toml");
    let profile = world.settings(&no_config).profile;
    assert_eq!((profile.deadline_s, profile.connect_s), (300, 10));
    let with_config = Flags { config: Some("cxvars.toml".into()), ..no_config.clone() };
    assert!(world.error(&with_config).contains("`--config`"));
    let with_env = Flags { environment: Some("a".to_owned()), ..no_config.clone() };
    assert!(world.error(&with_env).contains("`--env`"));
    assert!(world.set("CXVARS_ENV", "a").error(&no_config).contains("CXVARS_ENV"));
}

#[test]
fn a_named_file_replaces_the_search() {
    let world = World::new("[profile]\ndeadline_s = 1\n");
    fs::create_dir(world.root.path().join("other")).unwrap();
    fs::write(world.root.path().join("other/a.toml"), "[profile]\ndeadline_s = 2\n").unwrap();
    let by_flag = Flags { config: Some("../other/a.toml".into()), ..Flags::default() };
    let settings = world.settings(&by_flag);
    assert_eq!(settings.profile.deadline_s, 2);
    assert!(settings.state.folder.ends_with("other/.cxvars"));
    let world = world.set("CXVARS_CONFIG", "absent.toml");
    assert_eq!(world.settings(&by_flag).profile.deadline_s, 2);
    let message = world.error(&Flags::default());
    assert!(message.contains("named by `CXVARS_CONFIG`") && message.contains("no such file or folder"), "{message}");
}

#[test]
fn mistakes_in_a_file_are_listed_with_line_and_column() {
    let error = World::new("[profile]\nauth = 1\ndeadlines = 3\n").load(&Flags::default()).err().unwrap();
    let messages = error.messages();
    assert_eq!(messages.len(), 2);
    assert!(messages[0].contains("cxvars.toml:2:8: `profile.auth`"), "{messages:?}");
    assert!(messages[1].contains("cxvars.toml:3:1: unknown key `deadlines`"), "{messages:?}");
    assert!(!error.to_string().contains('\n'));
}

#[test]
fn an_alias_needs_its_environment_and_anything_else_is_an_id() {
    let world =
        World::new("[env.prod.actions.crm]\nid = \"5d2e\"\nfile = \"crm.yaml\"\nexpect_name = \"CRM\"\n[env.dev]\n");
    let settings = world.settings(&env("prod"));
    let action = settings.action("crm").ok().unwrap();
    assert_eq!((action.id.as_str(), action.alias.as_deref()), ("5d2e", Some("crm")));
    assert!(action.file.unwrap().ends_with("repo/crm.yaml"));
    assert_eq!(settings.action("5d2e").ok().unwrap(), settings.action("crm").ok().unwrap());
    assert_eq!(settings.action("other").ok().unwrap().id, "other");
    assert_eq!(settings.actions().len(), 1);
    assert_eq!(world.settings(&env("dev")).action("crm").ok().unwrap().id, "crm");
    let error = world.settings(&Flags::default()).action("crm").err().unwrap();
    assert!(error.to_string().contains("`prod`; choose one with `--env`"), "{error}");
}

#[test]
fn an_id_with_several_aliases_keeps_the_name_that_is_expected() {
    let world = World::new(
        "[env.prod.actions.a]\nid = \"1\"\nfile = \"a.json\"\nexpect_name = \"CRM\"\n[env.prod.actions.b]\nid = \"1\"\n",
    );
    let action = world.settings(&env("prod")).action("1").ok().unwrap();
    assert_eq!((action.alias, action.file, action.expect_name.as_deref()), (None, None, Some("CRM")));
}

#[test]
fn credentials_come_from_the_named_variables_and_all_missing_ones_are_listed() {
    let world = World::new("[env.prod]\nclient_secret_env = \"PROD_SECRET\"\n").set("PROD_SECRET", "s");
    let settings = world.settings(&env("prod"));
    let error = settings.credentials(&|_| None).err().unwrap().to_string();
    assert!(error.contains("`CXONE_CLIENT_ID`, `PROD_SECRET`"), "{error}");
    let world = world.set("CXONE_CLIENT_ID", "i");
    match settings.credentials(&|name| world.lookup(name)).ok().unwrap() {
        Credentials::Client { id, secret } => {
            assert_eq!((id.expose(), secret.expose()), ("i", "s"));
        }
        _ => panic!("a client was expected"),
    }
    assert_eq!(settings.reserved_variables(), ["PROD_SECRET"]);
}

#[test]
fn a_token_in_the_environment_is_used_as_it_is() {
    let project = "[env.prod]\nclient_id_env = \"PROD_ID\"\n[env.bearer]\nauth = \"static_bearer\"\n";
    let world = World::new(project).set("CXONE_TOKEN", "t").set("CXVARS_ENV", "prod");
    let settings = world.settings(&Flags::default());
    assert_eq!(settings.profile.auth, Auth::StaticBearer);
    assert!(settings.notes[0].contains("CXONE_TOKEN"));
    assert!(matches!(settings.credentials(&|name| world.lookup(name)), Ok(Credentials::Bearer(_))));
    let named = world.settings(&env("prod"));
    assert_eq!(named.profile.auth, Auth::ClientCredentialsForm);
    assert!(named.left_out[0].contains("`CXONE_TOKEN` is set but left out"), "{:?}", named.left_out);
    let bearer = world.settings(&env("bearer"));
    assert_eq!((bearer.profile.auth, bearer.left_out.len()), (Auth::StaticBearer, 0));
    let with_line_break = bearer.credentials(&|_| Some("a\n".to_owned())).ok().unwrap();
    assert!(matches!(with_line_break, Credentials::Bearer(token) if token.expose() == "a"));
    for token in ["a b", "a\tb", "\u{e9}"] {
        let error = bearer.credentials(&|_| Some(token.to_owned())).err().unwrap().to_string();
        assert!(error.contains("`CXONE_TOKEN` is not a token") && !error.contains(token), "{error}");
    }
    let world = World::new("[profile]\nauth = \"static_bearer\"\n");
    let error = world.settings(&Flags::default()).credentials(&|_| None).err().unwrap();
    assert!(error.to_string().contains("`CXONE_TOKEN`"));
}

#[test]
fn the_sandbox_reads_no_variable_of_the_service() {
    let world = World::new("[profile]\nbase_url = \"https://mock.example\"\nmax_attempts = 2\n");
    let home = world.lookup("HOME");
    let lookup = |name: &str| {
        assert!(!name.starts_with("CXONE_"), "{name} was read");
        if name == "HOME" { home.clone() } else { None }
    };
    let mut settings = load(&sandbox(), &world.root.path().join("repo"), &lookup).ok().unwrap();
    assert!(matches!(settings.endpoints(), Err(ConfigError::NoSimulator)));
    assert!(matches!(settings.credentials(&lookup), Err(ConfigError::NoSimulator)));
    let credentials = Credentials::Client { id: Secret::new("sim"), secret: Secret::new("sim") };
    settings.attach_simulator(&Url::parse("http://127.0.0.1:9").unwrap(), credentials);
    assert_eq!(base_url(&settings), "http://127.0.0.1:9");
    assert!(settings.credentials(&lookup).is_ok());
    assert_eq!(settings.profile.max_attempts, 2);
    assert!(settings.state.audit_log.ends_with("repo/.cxvars/sandbox-audit.jsonl"));
}

#[test]
fn a_simulator_that_is_not_on_loopback_is_refused() {
    let world = World::new("").set("CXVARS_TRUSTED_HOSTS", "mock.example");
    let mut settings = world.settings(&sandbox());
    let credentials = Credentials::Bearer(Secret::new("x"));
    settings.attach_simulator(&Url::parse("https://mock.example").unwrap(), credentials);
    assert!(settings.endpoints().is_err());
}

#[test]
fn a_real_run_cannot_be_aimed_at_a_simulator() {
    let mut settings = World::new("").settings(&Flags::default());
    settings.attach_simulator(&Url::parse("http://127.0.0.1:9").unwrap(), Credentials::Bearer(Secret::new("x")));
    assert_eq!(base_url(&settings), "https://api.us-east-1.my.nicecxone.com");
}

#[test]
fn validate_takes_its_limit_from_the_profile_unless_it_has_one() {
    let limit = |text| World::new(text).settings(&Flags::default()).checks.validate().max_variables;
    assert_eq!(limit("[profile]\nmax_variables = 60\n"), Some(60));
    assert_eq!(limit("[profile]\nmax_variables = 60\n[validate]\nmax_variables = 40\n"), Some(40));
}

#[test]
fn maps_merge_by_key_and_a_webhook_as_a_whole() {
    let world = World::new("[validate.severity]\nCX501 = \"off\"\n[webhook]\nurl = \"https://a.example\"\n").user(
        "[validate.severity]\nCX501 = \"error\"\nCX104 = \"error\"\n[webhook]\nurl = \"https://b.example\"\nsecret_env = \"S\"\n",
    );
    let settings = world.settings(&Flags::default());
    let severity = settings.checks.validate().severity.clone().unwrap();
    assert_eq!(severity.iter().len(), 2);
    assert_eq!(severity.get("CX501"), Some(&None));
    assert_eq!(settings.webhook.unwrap().secret_env, None);
}

#[test]
fn state_is_shared_if_a_file_says_so_and_never_in_the_sandbox() {
    let variable = |world: &World, flags: &Flags| world.settings(flags).shared_url_variable;
    assert_eq!(variable(&World::new(""), &Flags::default()), None);
    let world = World::new("[shared]").user("[shared]\nurl_env = \"MY_SHARED_URL\"");
    assert_eq!(variable(&world, &Flags::default()).as_deref(), Some("CXVARS_SHARED_URL"));
    assert_eq!(variable(&world, &sandbox()), None);
    let reserved = world.settings(&sandbox()).reserved_variables().to_vec();
    assert_eq!(reserved, ["CXVARS_SHARED_URL", "MY_SHARED_URL"]);
    let user = World::new("").user("[shared]\nurl_env = \"MY_SHARED_URL\"");
    assert_eq!(variable(&user, &Flags::default()).as_deref(), Some("MY_SHARED_URL"));
}

#[test]
fn files_stay_in_the_project_or_in_the_folder_of_a_manifest_elsewhere() {
    let world = World::new("");
    let path = |name: &str| world.root.path().join(name);
    fs::create_dir(path("repo/sub")).unwrap();
    let settings = world.settings(&Flags::default());
    assert_eq!(settings.project_root(&path("repo/sub")), path("repo"));
    assert_eq!(settings.project_root(&path("home")), path("home"));
}

#[cfg(unix)]
#[test]
fn a_user_file_that_others_can_change_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::new("").user("trusted_hosts = [\"mock.example\"]\n");
    let path = world.root.path().join("home/.config/cxvars/config.toml");
    fs::set_permissions(path, PermissionsExt::from_mode(0o666)).unwrap();
    assert!(world.error(&Flags::default()).contains("changed by others"));
}

#[test]
fn the_parameters_of_every_environment_of_the_project_are_known_until_one_is_chosen() {
    let world = World::new("[env.dev]\nparams = {a = \"1\", b = \"2\"}\n[env.prod]\nparams = {a = \"3\"}\n")
        .user("[env.prod]\nparams = {c = \"4\"}\n[env.elsewhere]\nparams = {}\n");
    let names = |flags: &Flags| -> Vec<String> {
        let known = world.settings(flags).checks.known_params().unwrap().clone();
        known.iter().map(|(name, params)| format!("{name}: {params:?}")).collect()
    };
    assert_eq!(names(&Flags::default()), [r#"dev: {"a", "b"}"#, r#"prod: {"a", "c"}"#]);
    assert_eq!(names(&env("dev")), [r#"dev: {"a", "b"}"#]);
    assert_eq!(names(&env("elsewhere")), ["elsewhere: {}"]);
    assert!(World::new("").settings(&Flags::default()).checks.known_params().is_none());
}
