//! A run over several actions on a terminal: it shows what will change, asks once, and shows its progress.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use cxvars_tests::document::{document, plain};
use cxvars_tests::process::{PseudoTerminal, Sandbox, Streams, Workspace};
use serde_json::{Value, json};

const QUESTION: &str = "apply all of this?";

/// Two environments with two actions each. Each answer takes a moment.
fn fleet() -> (Sandbox, Workspace) {
    let slow = |on: &str| json!({"on": on, "every": true, "fault": {"kind": "slow", "delay_ms": 60}});
    let service = Sandbox::with(&json!([slow("get"), slow("put")]), &["--auto-create"]);
    let mut workspace = Workspace::for_service(&service);
    workspace.without_env("CXONE_BASE_URL");
    let mut config = String::from("settle_s = 0\n");
    for environment in ["north", "south"] {
        config += &format!("[env.{environment}]\nbase_url = \"{}\"\n", service.url());
        for action in ["crm", "ivr"] {
            config += &format!("actions.{action} = {{id = \"{environment}-{action}\", file = \"vars.json\"}}\n");
        }
    }
    workspace.profile(&config);
    workspace.write("vars.json", document(&[plain("endpoint", "https://crm.example.com")]));
    (service, workspace)
}

fn start(workspace: &Workspace) -> PseudoTerminal {
    PseudoTerminal::start(workspace.command(&["apply", "--all", "--env", "*"]), "xterm", Streams::All)
}

#[test]
fn what_changes_is_shown_and_asked_for_once_and_each_environment_has_a_line() {
    let (service, workspace) = fleet();
    let mut terminal = start(&workspace);
    terminal.wait_for(QUESTION);
    assert!(!service.methods().contains("PUT"), "nothing is sent before the answer");
    terminal.type_line("y");
    let (code, shown) = terminal.wait();
    assert_eq!(code, Some(0), "{shown}");
    let (before, after) = shown.split_once(QUESTION).unwrap();
    for action in ["north-crm", "north-ivr", "south-crm", "south-ivr"] {
        assert!(before.contains(action), "the change of {action} is shown before the question: {before}");
    }
    assert!(!after.contains(QUESTION), "it is asked once: {after}");
    for environment in ["north", "south"] {
        let has_line =
            |part: &str| part.split(['\r', '\n']).any(|line| line.contains(environment) && line.contains("of 2"));
        assert!(has_line(after), "{environment} has a line of progress: {after:?}");
    }
    assert!(after.contains("4 applied"), "{after}");
    assert_eq!(service.commits().len(), 4);
}

#[test]
fn without_a_yes_nothing_is_sent() {
    let (service, workspace) = fleet();
    let mut terminal = start(&workspace);
    terminal.wait_for(QUESTION);
    terminal.type_line("n");
    let (code, shown) = terminal.wait();
    assert_eq!(code, Some(130), "{shown}");
    assert!(shown.contains("nothing was sent"), "{shown}");
    assert_eq!(service.commits().len(), 0);
}

#[test]
fn a_document_that_changes_after_it_was_checked_is_left_out_and_the_others_are_applied() {
    let document = |value: &str| document(&[plain("endpoint", value)]);
    let from_file = r#"[{"name": "endpoint", "type": "string", "value_from": {"file": "value.txt"}}]"#;
    let changes: [(&str, String, &str); 3] = [
        ("own.json", document("https://other.example.com"), "south/ivr: nothing was sent: `own.json` was changed"),
        ("own.json", "{".to_owned(), "south/ivr: nothing was sent: `own.json` was changed"),
        ("value.txt", "https://other.example.com".to_owned(), "nothing was sent: a value of `own.json` was changed"),
    ];
    for (changed, content, message) in changes {
        let (service, workspace) = fleet();
        let config = workspace.read("cxvars.toml");
        workspace.write(
            "cxvars.toml",
            config.replace("\"south-ivr\", file = \"vars.json\"", "\"south-ivr\", file = \"own.json\""),
        );
        let value = workspace.write("value.txt", "https://ivr.example.com");
        fs::set_permissions(value, fs::Permissions::from_mode(0o600)).unwrap();
        let own = if changed == "value.txt" { from_file.to_owned() } else { document("https://ivr.example.com") };
        workspace.write("own.json", own);
        let mut terminal = start(&workspace);
        terminal.wait_for(QUESTION);
        workspace.write(changed, content);
        terminal.type_line("y");
        let (code, shown) = terminal.wait();
        assert_eq!(code, Some(8), "{shown}");
        assert!(shown.contains(message), "{shown}");
        assert!(shown.contains("3 applied, 0 unchanged, 0 failed, 1 not done"), "{shown}");
        assert!(!shown.contains("other.example.com"), "{shown}");
        assert_eq!(service.commits().len(), 3);
    }
}

#[test]
fn what_is_printed_while_the_progress_is_shown_stays_whole() {
    let (_service, workspace) = fleet();
    let commands: [&[&str]; 3] = [
        &["plan", "--all", "--env", "*"],
        &["apply", "--all", "--env", "*", "--yes", "--format", "jsonl"],
        &["pull", "--all", "--env", "*", "--out", "pulled"],
    ];
    for command in commands {
        let on_terminal = PseudoTerminal::start(workspace.command(command), "xterm", Streams::All);
        let (code, screen) = on_terminal.wait_for_screen();
        assert_eq!(code, Some(0), "{screen}");
        assert!(!screen.contains("of 2 done"), "the progress is gone in the end: {screen}");
        match command[0] {
            "plan" => assert_eq!(screen.matches("one PUT; values never shown").count(), 4, "{screen}"),
            "apply" => {
                let results = screen.split("{\"environment\":").skip(1);
                let whole = |result: &str| serde_json::from_str::<Value>(&joined(result)).is_ok();
                assert_eq!(results.filter(|result| whole(result)).count(), 4, "{screen}");
            }
            _ => assert_eq!(screen.matches("variables written to `pulled/").count(), 4, "{screen}"),
        }
    }
}

/// A result that the terminal has broken into lines.
fn joined(result: &str) -> String {
    let object = format!("{{\"environment\":{}", result.replace('\n', ""));
    let mut objects = serde_json::Deserializer::from_str(&object).into_iter::<Value>();
    objects.next().and_then(Result::ok).map(|value| value.to_string()).unwrap_or_default()
}
