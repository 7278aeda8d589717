//! Files and network use of a run: files are private, links are not followed, and nothing is sent to a host that only a
//! project's file names.

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;

use cxvars_tests::document::EXAMPLE;
use cxvars_tests::leak::files;
use cxvars_tests::process::{Output, Running, Sandbox, Workspace};
use cxvars_tests::registration::ACTION;
use serde_json::json;

const APPLY: [&str; 5] = ["apply", ACTION, "-f", "vars.json", "--yes"];

/// A listener that must receive no connection.
struct Nobody(TcpListener);

impl Nobody {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn url(&self) -> String {
        format!("http://{}/", self.0.local_addr().unwrap())
    }

    #[track_caller]
    fn was_left_alone(&self, what: &str) {
        assert_eq!(self.0.accept().map(drop).unwrap_err().kind(), ErrorKind::WouldBlock, "{what}");
    }
}

fn working() -> (Sandbox, Workspace) {
    let service = Sandbox::start(&json!([]));
    let mut workspace = Workspace::for_service(&service);
    workspace.env("CXVARS_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    // Events stay, because nobody receives them. The budget is used, so that its file exists.
    workspace.profile("requests_per_minute = 1000\n[webhook]\nurl = \"http://127.0.0.1:9/hook\"");
    workspace.write("vars.json", EXAMPLE);
    (service, workspace)
}

/// Runs the binary in a shell after these commands.
fn run_after(workspace: &Workspace, first: &str, args: &[&str]) -> Output {
    let command = workspace.command(args);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("{first}; exec \"$0\" \"$@\"")]).arg(command.get_program()).args(command.get_args());
    shell.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.current_dir(workspace.project());
    Running::start(shell, b"").wait()
}

/// Every file that a run keeps, in the project and in the user's folders.
fn kept(workspace: &Workspace) -> Vec<PathBuf> {
    let folders = [workspace.project().join(".cxvars"), workspace.home().join("state")];
    folders.iter().filter(|folder| folder.exists()).flat_map(|folder| files(folder)).collect()
}

#[test]
fn whatever_the_umask_is_what_is_kept_belongs_to_its_owner() {
    for umask in ["000", "027", "077"] {
        let (_service, workspace) = working();
        run_after(&workspace, &format!("umask {umask}"), &APPLY).exits(0);
        run_after(&workspace, &format!("umask {umask}"), &[&APPLY[..], &["--sandbox"]].concat()).exits(0);
        let plan = ["plan", ACTION, "-f", "vars.json", "--resolve", "--out", ".cxvars/plan.json"];
        run_after(&workspace, &format!("umask {umask}"), &plan).exits(0);
        let kept = kept(&workspace);
        let names: Vec<_> = kept.iter().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect();
        for name in ["audit.jsonl", "sandbox.json", "state.json", "fingerprint.key", "plan.json"] {
            assert!(names.iter().any(|found| found == name), "{name} is not among {names:?}");
        }
        assert!(
            names.iter().any(|name| name.starts_with("budget-")) && names.iter().any(|name| name.starts_with("evt_"))
        );
        for path in kept {
            let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
            // It contains no secret, and git must be able to read it.
            if path.file_name().unwrap() != ".gitignore" {
                assert_eq!(mode(&path), 0o600, "{} with umask {umask}", path.display());
            }
            let folder = path.parent().unwrap();
            if folder != workspace.home().join("state") {
                assert_eq!(mode(folder), 0o700, "{} with umask {umask}", folder.display());
            }
        }
    }
}

#[test]
fn a_link_in_the_place_of_any_file_is_not_written_through() {
    let (_service, model) = working();
    model.run(&APPLY).exits(0);
    model.run(&[&APPLY[..], &["--sandbox"]].concat()).exits(0);
    let places: Vec<PathBuf> =
        kept(&model).iter().map(|path| path.strip_prefix(model.root()).unwrap().to_owned()).collect();
    assert!(places.len() >= 7, "{places:?}");
    let event = |path: &std::path::Path| path.parent().is_some_and(|folder| folder.ends_with("outbox"));
    // Event files have new names each time, so the folder is what could be a link.
    let folders = ["project/.cxvars/outbox", "project/.cxvars"].map(PathBuf::from);
    for place in places.into_iter().filter(|place| !event(place)).chain(folders) {
        let (service, workspace) = working();
        workspace.run(&APPLY).exits(0);
        workspace.run(&[&APPLY[..], &["--sandbox"]].concat()).exits(0);
        let commits = service.commits().len();
        let (path, victim) = (workspace.root().join(&place), workspace.root().join("victim"));
        // The budget's file is named after the tenant, whose port differs here.
        if !path.exists() {
            continue;
        }
        if path.is_dir() {
            fs::remove_dir_all(&path).unwrap();
            fs::create_dir(&victim).unwrap();
        } else {
            fs::remove_file(&path).unwrap();
            fs::write(&victim, "precious\n").unwrap();
        }
        symlink(&victim, &path).unwrap();
        workspace.write("vars.json", EXAMPLE.replace("\"3\"", "\"4\""));
        for sandbox in [&[][..], &["--sandbox"]] {
            let output = workspace.run(&[&APPLY[..], sandbox].concat());
            // Either nothing was sent, or the file that could not be written was optional and a message named it.
            assert!(matches!(output.code, Some(0 | 2 | 3)), "{}: {output:?}", place.display());
            if output.code != Some(0) && sandbox.is_empty() {
                assert_eq!(service.commits().len(), commits, "{}", place.display());
                assert!(output.stderr().contains("error: "), "{output:?}");
            }
        }
        if victim.is_dir() {
            assert_eq!(fs::read_dir(&victim).unwrap().count(), 0, "{}", place.display());
        } else {
            assert_eq!(fs::read_to_string(&victim).unwrap(), "precious\n", "{}", place.display());
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_crash_leaves_no_core_dump() {
    let service = Sandbox::start(&json!([{"on": "get", "fault": {"kind": "slow", "delay_ms": 20_000}}]));
    let workspace = Workspace::for_service(&service);
    workspace.write("vars.json", EXAMPLE);
    let run = workspace.start(&APPLY, b"");
    service.wait_for("GET", 1);
    let limits = fs::read_to_string(format!("/proc/{}/limits", run.pid())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).collect::<Vec<_>>(), ["0", "0", "bytes"]);
}

#[test]
fn a_hostile_project_file_sends_nothing_anywhere_and_runs_nothing() {
    let nobody = Nobody::new();
    let ran = |workspace: &Workspace| workspace.project().join("ran").exists();
    let vault = "{\"vault\": {\"path\": \"crm\", \"key\": \"token\"}}";
    for (what, toml, source) in [
        ("another service", "[profile]\nbase_url = \"https://evil.example\"".to_owned(), ""),
        ("another token endpoint", "[profile]\ntoken_url = \"https://evil.example/token\"".to_owned(), ""),
        ("a look-alike", "[profile]\nbase_url = \"https://api.nicecxone.com.evil.example\"".to_owned(), ""),
        ("a password in the URL", "[profile]\nbase_url = \"https://a:b@api.nicecxone.com\"".to_owned(), ""),
        ("trust", "trusted_hosts = [\"evil.example\"]".to_owned(), ""),
        ("a command", "[commands.x]\nprogram = \"touch\"\nargs = [\"ran\"]".to_owned(), "{\"command\": \"x\"}"),
        ("credentials as a value", String::new(), "{\"env\": \"CXONE_CLIENT_SECRET\"}"),
        ("a file elsewhere", String::new(), "{\"file\": \"/etc/hostname\"}"),
        ("a vault", "[vault]\naddress = \"https://evil.example\"".to_owned(), vault),
        (
            "a token for the vault",
            "[vault]\naddress = \"http://127.0.0.1:1\"\ntoken_env = \"CXONE_TOKEN\"".to_owned(),
            vault,
        ),
        ("a webhook in the network", "[webhook]\nurl = \"https://169.254.169.254/\"".to_owned(), ""),
        ("a webhook without TLS", "[webhook]\nurl = \"http://evil.example/\"".to_owned(), ""),
        (
            "the service's secret for a webhook",
            format!("[webhook]\nurl = \"{}\"\nsecret_env = \"CXONE_CLIENT_SECRET\"", nobody.url()),
            "",
        ),
    ] {
        let service = Sandbox::start(&json!([]));
        let mut workspace = Workspace::for_service(&service);
        workspace.env("CXVARS_WEBHOOK_SECRET", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        if toml.contains("[profile]") {
            // The environment variable would take precedence.
            workspace.without_env("CXONE_BASE_URL");
        }
        workspace.write("cxvars.toml", toml);
        let value = if source.is_empty() { "\"value\": \"x\"".to_owned() } else { format!("\"value_from\": {source}") };
        let document = format!("[{{\"name\": \"a\", \"type\": \"string\", \"encrypted\": true, {value}}}]");
        workspace.write("vars.json", document);
        let output = workspace.run(&APPLY);
        output.exits(2).says(&["error: "]);
        assert!(service.requests().is_empty() && !ran(&workspace), "{what}: {output:?}");
        assert!(!output.stderr().contains("secret-of-the-tests"), "{what}");
        nobody.was_left_alone(what);
    }
}

#[test]
fn no_redirect_of_any_kind_is_followed() {
    for on in ["token", "get", "put"] {
        for status in [300, 301, 302, 303, 307, 308] {
            let nobody = Nobody::new();
            let fault = json!({"kind": "redirect", "status": status, "location": nobody.url()});
            let service = Sandbox::start(&json!([{"on": on, "every": true, "fault": fault}]));
            let workspace = Workspace::for_service(&service);
            workspace.write("vars.json", EXAMPLE);
            workspace.run(&APPLY).exits(4).prints(&["redirect"]);
            nobody.was_left_alone(&format!("{status} of {on}"));
            assert!(service.commits().is_empty());
        }
    }
}

#[test]
fn a_signal_while_an_update_is_read_back_ends_in_five_seconds_with_what_is_known() {
    let begun = ["-INT", "-TERM", "-HUP"].map(|signal| {
        let service = Sandbox::start(&json!([
            {"on": "put", "fault": {"kind": "status", "status": 500, "commit": true}},
            {"on": "get", "nth": 2, "fault": {"kind": "slow", "delay_ms": 20_000}},
        ]));
        let workspace = Workspace::for_service(&service);
        workspace.profile("deadline_s = 60\nrequest_s = 60");
        workspace.write("vars.json", EXAMPLE);
        let run = workspace.start(&[&APPLY[..], &["--format", "json"]].concat(), b"");
        service.wait_for("GET", 2);
        assert!(Command::new("kill").args([signal, &run.pid().to_string()]).status().unwrap().success());
        (service, workspace, run)
    });
    for (_service, workspace, run) in begun {
        let output = run.wait();
        let result = output.exits(7).json()["results"][0].clone();
        assert_eq!((&result["outcome"], &result["error"]["code"]), (&json!("unknown"), &json!("interrupted")));
        assert_eq!(workspace.audit().last().unwrap()["outcome"], "unknown");
        workspace.run(&["reconcile"]).exits(0).prints(&["applied"]);
    }
}
