//! Values that are not in the document: environment, file, parameter, standard input.

use std::fs;
use std::path::Path;

use cxvars_tests::document::{document, secret, secret_from};
use cxvars_tests::process::{Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::{Value, json};

const APPLY: [&str; 7] = ["apply", ACTION, "-f", "vars.json", "--yes", "--format", "json"];

/// A file that only its owner can read.
fn write_private(path: &Path, content: &str) {
    fs::write(path, content).unwrap();
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// The digest of the value that the service stored for a variable. Equal values have equal digests.
fn stored(service: &Sandbox, name: &str) -> Value {
    let commit = service.commits().pop().expect("a commit");
    let variables = commit["variables"].as_array().expect("variables").clone();
    variables.into_iter().find(|variable| variable["name"] == name).expect(name)["value_digest"].clone()
}

fn working() -> (Sandbox, Workspace) {
    let service = Sandbox::start(&json!([]));
    let workspace = Workspace::for_service(&service);
    (service, workspace)
}

#[test]
fn the_value_that_arrives_is_the_one_that_the_source_has() {
    for (source, input) in [
        (json!({"env": "CRM_TOKEN"}), ""),
        (json!({"file": "token.txt"}), ""),
        (json!({"file": "./sub/../token.txt"}), ""),
        (json!({"param": "crm_token"}), ""),
        (json!({"env": "NOT_SET"}), "the-value\n"),
    ] {
        let (service, mut workspace) = working();
        workspace.env("CRM_TOKEN", "the-value").profile("[env.test]\nparams = {crm_token = \"the-value\"}");
        fs::create_dir(workspace.project().join("sub")).unwrap();
        write_private(&workspace.project().join("token.txt"), "the-value\n");
        workspace.write("vars.json", document(&[secret("token", "the-value")]));
        workspace.run(&APPLY).exits(0);
        let expected = stored(&service, "token");
        workspace.write("vars.json", document(&[secret_from("token", &source)]));
        let flags: &[&str] = if input.is_empty() { &[] } else { &["--stdin", "token"] };
        let args = [&APPLY[..], &["--env", "test", "--force"], flags].concat();
        workspace.run_with(&args, input.as_bytes()).exits(0);
        assert_eq!((service.commits().len(), stored(&service, "token")), (2, expected), "{source}");
    }
}

#[test]
fn everything_that_is_missing_is_named_at_once_and_nothing_is_sent() {
    let (service, mut workspace) = working();
    workspace.env("EMPTY", "");
    workspace.write(
        "vars.json",
        document(&[
            secret_from("one", &json!({"env": "NOT_SET"})),
            secret_from("two", &json!({"env": "EMPTY"})),
            secret_from("three", &json!({"file": "missing.txt"})),
            secret_from("four", &json!({"file": "."})),
            secret_from("five", &json!({"param": "not_defined"})),
        ]),
    );
    let words = ["`one`", "NOT_SET", "`two`", "EMPTY", "`three`", "missing.txt", "`four`", "`five`", "not_defined"];
    workspace.run(&APPLY).exits(2).says(&words);
    workspace.run(&["plan", ACTION, "-f", "vars.json", "--resolve"]).exits(2).says(&words);
    assert!(service.requests().is_empty());
}

#[test]
fn a_file_outside_the_project_is_never_read() {
    let (service, workspace) = working();
    write_private(&workspace.root().join("outside.txt"), "CANARY-outside");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../outside.txt", workspace.project().join("link.txt")).unwrap();
    let absolute = workspace.root().join("outside.txt").display().to_string();
    for path in ["../outside.txt", "./.././outside.txt", "link.txt", &absolute, "/etc/passwd"] {
        workspace.write("vars.json", document(&[secret_from("token", &json!({"file": path}))]));
        let output = workspace.run(&APPLY);
        output.exits(2).says(&["`token`", path, "outside the project folder"]);
        assert!(!output.stderr().contains("CANARY"));
    }
    assert!(service.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let (service, workspace) = working();
    // Others have no access to the workspace's folder; give it to them first.
    for folder in [workspace.root().to_owned(), workspace.project()] {
        fs::set_permissions(folder, PermissionsExt::from_mode(0o755)).unwrap();
    }
    let token = workspace.write("token.txt", "the-value");
    fs::set_permissions(token, PermissionsExt::from_mode(0o644)).unwrap();
    workspace.write("vars.json", document(&[secret_from("token", &json!({"file": "token.txt"}))]));
    workspace.run(&APPLY).exits(2).says(&["token.txt", "chmod 600"]);
    assert!(service.requests().is_empty());
}

#[test]
fn credentials_of_the_program_are_never_a_value() {
    let (service, mut workspace) = working();
    workspace.profile("[env.prod]\nclient_id_env = \"PROD_ID\"\nclient_secret_env = \"PROD_SECRET\"");
    workspace.env("PROD_ID", "client").env("PROD_SECRET", "secret-of-production");
    for name in ["CXONE_CLIENT_SECRET", "CXONE_TOKEN", "CXONE_ANYTHING", "CXVARS_WEBHOOK_SECRET", "PROD_SECRET"] {
        workspace.write("vars.json", document(&[secret_from("token", &json!({"env": name}))]));
        workspace.run(&APPLY).exits(2).says(&["`token`", name]);
    }
    assert!(service.requests().is_empty());
}

#[test]
fn a_fetched_value_is_held_to_its_type_and_never_shown() {
    let (service, mut workspace) = working();
    workspace.env("LIMIT", "three-of-a-kind");
    let limit = json!({"name": "limit", "type": "integer", "value_from": {"env": "LIMIT"}});
    workspace.write("vars.json", document(&[limit]));
    let output = workspace.run(&APPLY);
    let result = output.exits(1).json()["results"][0].clone();
    assert_eq!((&result["outcome"], &result["diagnostics"][0]["code"]), (&json!("invalid"), &json!("CX202")));
    assert!(!output.stdout().contains("three-of") && !output.stderr().contains("three-of"));
    assert!(service.requests().is_empty());
}

#[test]
fn a_plan_fetches_values_only_where_that_is_asked() {
    let (_service, mut workspace) = working();
    workspace.write("vars.json", document(&[secret_from("token", &json!({"env": "CRM_TOKEN"}))]));
    workspace.run(&["plan", ACTION, "-f", "vars.json"]).exits(0);
    workspace.run(&["plan", ACTION, "-f", "vars.json", "--resolve"]).exits(2).says(&["CRM_TOKEN"]);
    workspace.env("CRM_TOKEN", "the-value");
    workspace.run(&["plan", ACTION, "-f", "vars.json", "--resolve"]).exits(0);
}

/// Writes commands to the user's own configuration file.
fn commands(workspace: &Workspace, lines: &str) {
    let folder = workspace.home().join("config/cxvars");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), lines).unwrap();
}

#[cfg(unix)]
#[test]
fn a_command_of_the_users_own_file_runs_once_without_our_credentials() {
    let (service, mut workspace) = working();
    workspace.write("vars.json", document(&[secret("one", "the-value"), secret("two", "the-value")]));
    workspace.run(&APPLY).exits(0);
    let expected = stored(&service, "one");
    workspace.env("CXVARS_WEBHOOK_SECRET", "whsec_x").env("PASSWORD_STORE", "kept");
    commands(
        &workspace,
        "[commands.store]\nprogram = \"sh\"\nargs = [\"-c\", \"echo run >> runs; env > seen; echo the-value\"]\n",
    );
    let source = json!({"command": "store"});
    workspace.write("vars.json", document(&[secret_from("one", &source), secret_from("two", &source)]));
    workspace.run(&[&APPLY[..], &["--force"]].concat()).exits(0);
    assert_eq!((stored(&service, "one"), stored(&service, "two")), (expected.clone(), expected));
    // A command runs in the folder of the file that defines it.
    let folder = workspace.home().join("config/cxvars");
    assert_eq!(fs::read_to_string(folder.join("runs")).unwrap(), "run\n");
    let seen = fs::read_to_string(folder.join("seen")).unwrap();
    assert!(seen.contains("PASSWORD_STORE=kept"));
    assert!(!seen.contains("CXONE_") && !seen.contains("CXVARS_WEBHOOK_SECRET"), "{seen}");
}

#[cfg(unix)]
#[test]
fn a_command_that_fails_is_5_and_one_that_nobody_defined_is_2() {
    let (service, workspace) = working();
    commands(
        &workspace,
        "[commands.store]\nprogram = \"sh\"\nargs = [\"-c\", \"echo CANARY >&2; echo CANARY; exit 1\"]\n",
    );
    workspace.write("vars.json", document(&[secret_from("one", &json!({"command": "store"}))]));
    let output = workspace.run(&APPLY);
    output.exits(5).says(&["`one`", "`store`", "failed (exit status: 1)"]);
    assert!(!output.stderr().contains("CANARY"));
    let both = [secret_from("one", &json!({"command": "stor"})), secret_from("two", &json!({"command": "store"}))];
    workspace.write("vars.json", document(&both));
    workspace.run(&APPLY).exits(2).says(&["`stor` is not defined", "did you mean `store`", "`two`"]);
    assert!(service.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn a_command_that_hangs_is_killed_when_the_time_of_the_run_is_over() {
    let (service, workspace) = working();
    workspace.profile("deadline_s = 1");
    commands(&workspace, "[commands.slow]\nprogram = \"sleep\"\nargs = [\"600\"]\ntimeout_s = 500\n");
    workspace.write("vars.json", document(&[secret_from("one", &json!({"command": "slow"}))]));
    workspace.run(&APPLY).exits(5).says(&["`one`", "took longer than 1 s and was killed"]);
    assert!(service.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn a_value_that_takes_long_is_announced_with_its_variable() {
    let (_service, workspace) = working();
    commands(
        &workspace,
        "[commands.slow]\nprogram = \"sh\"\nargs = [\"-c\", \"sleep 1.3; echo the-value\"]\ntimeout_s = 20\n",
    );
    workspace.write("vars.json", document(&[secret_from("one", &json!({"command": "slow"}))]));
    let output = workspace.run(&APPLY);
    output
        .exits(0)
        .says(&["waiting until 2", "at the latest for the value of `one` (from the command `slow`); Ctrl-C"]);
    assert!(!output.stderr().contains("the-value"), "{output:?}");
}

#[test]
fn a_project_file_defines_no_commands() {
    let (service, workspace) = working();
    workspace.profile("[commands.store]\nprogram = \"sh\"");
    workspace.write("vars.json", document(&[secret_from("one", &json!({"command": "store"}))]));
    workspace.run(&APPLY).exits(2).says(&["commands", "your own configuration file"]);
    assert!(service.requests().is_empty());
}

#[test]
fn standard_input_that_is_no_value_is_2() {
    let (service, workspace) = working();
    workspace.write("vars.json", document(&[secret_from("token", &json!({"env": "NOT_SET"}))]));
    let args = [&APPLY[..], &["--stdin", "token"]].concat();
    for input in [&b""[..], b"\xff\xfe", &[b'x'; 70_000]] {
        workspace.run_with(&args, input).exits(2).says(&["standard input"]);
    }
    assert!(service.requests().is_empty());
}

/// A reference to each source that gives `bytes`, with the standard input of the command.
fn sources(workspace: &mut Workspace, bytes: &str) -> Vec<(Value, Vec<u8>)> {
    write_private(&workspace.project().join("token.txt"), bytes);
    let program = format!("[commands.op]\nprogram = \"cat\"\nargs = [\"{}/token.txt\"]", workspace.project().display());
    let folder = workspace.home().join("config/cxvars");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), program).unwrap();
    let mut sources = vec![
        (json!({"file": "token.txt"}), Vec::new()),
        (json!({"command": "op"}), Vec::new()),
        (json!({"env": "NOT_SET"}), bytes.as_bytes().to_vec()),
    ];
    // The environment cannot hold a NUL.
    if !bytes.contains('\0') {
        workspace.env("CRM_TOKEN", bytes);
        sources.push((json!({"env": "CRM_TOKEN"}), Vec::new()));
    }
    sources
}

fn run_source(workspace: &Workspace, source: &Value, input: &[u8]) -> cxvars_tests::process::Output {
    workspace.write("vars.json", document(&[secret_from("token", source)]));
    let flags: &[&str] = if input.is_empty() { &[] } else { &["--stdin", "token"] };
    workspace.run_with(&[&APPLY[..], &["--force"], flags].concat(), input)
}

#[cfg(unix)]
#[test]
fn every_source_loses_the_same_line_break_and_mark() {
    for bytes in ["the-value\n", "the-value\r\n", "the-value\r", "\u{feff}the-value", "\u{feff}the-value\n"] {
        let (service, mut workspace) = working();
        let mut digests = Vec::new();
        for (source, input) in sources(&mut workspace, bytes) {
            run_source(&workspace, &source, &input).exits(0);
            digests.push(stored(&service, "token"));
        }
        run_source(&workspace, &json!({"env": "PLAIN"}), b"the-value").exits(0);
        let expected = stored(&service, "token");
        assert!(digests.len() == 4 && digests.iter().all(|digest| *digest == expected), "{bytes:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_invisible_character_is_named_with_its_variable_and_nothing_is_sent() {
    for (bytes, character) in [
        ("hunter2\0", "U+0000"),
        ("\u{1b}[32mhunter2\u{1b}[0m\n", "U+001B"),
        ("hunter2\u{200b}\n", "U+200B"),
        ("hun\u{2060}ter2", "U+2060"),
        ("\u{feff}\u{feff}hunter2", "U+FEFF"),
        ("hunter2\u{7}", "U+0007"),
    ] {
        let (service, mut workspace) = working();
        for (source, input) in sources(&mut workspace, bytes) {
            let output = run_source(&workspace, &source, &input);
            output.exits(2).says(&["`token`", character]);
            let written = format!("{}{}", output.stdout(), output.stderr());
            assert!(!written.contains("hunter2") && !written.contains("ter2"), "{source}: {written}");
        }
        assert_eq!(service.methods(), "", "{bytes:?}");
    }
}
