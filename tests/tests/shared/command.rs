//! `cxvars shared`: init, status and migrate.

use cxvars_host::shared::head::Head;
use cxvars_host::shared::run::{Next, Task, TaskEnd};
use cxvars_host::shared::{SharedRuns as _, SharedState as _, Tenant, decide};
use cxvars_host::state::pending_update::PendingUpdate;
use cxvars_tests::postgres::{self, Database};
use cxvars_tests::process::{Sandbox, Workspace};

use super::{block_on, database, lease, open, place, worker};

/// A project that shares its state in this database.
fn workspace(url: &str) -> Workspace {
    let mut workspace = Workspace::new();
    workspace.env("CXVARS_SHARED_URL", url);
    workspace.profile("[shared]");
    workspace
}

#[test]
fn init_makes_the_tables_once() {
    let database = postgres::database();
    let workspace = workspace(&database.url());
    workspace.run(&["shared", "status"]).exits(5).says(&["has no shared state", "cxvars shared init"]);
    workspace.run(&["shared", "migrate"]).exits(5).says(&["has no shared state", "cxvars shared init"]);
    let place = format!("127.0.0.1/{}", database.name);
    workspace.run(&["shared", "init"]).exits(0).prints(&["made the shared state", &place, "version 1"]);
    workspace.run(&["shared", "init"]).exits(0).prints(&["is there already", "version 1"]);
    workspace.run(&["shared", "migrate"]).exits(0).prints(&["has the current version 1"]);
    let comment = database.sql("SELECT obj_description('cxvars_shared'::regnamespace, 'pg_namespace')");
    assert!(comment.contains("never a value of a variable"), "{comment}");
}

/// Fills each table with something.
fn fill(database: &Database) {
    let shared = open(database);
    block_on(async {
        let tenant = Tenant::named("https://api.test client");
        let now = cxvars_flow::Now { ms: 0, epoch_s: 0.0, random: 0.0 };
        decide(&shared, &tenant, now, |limiter, now_ms| limiter.take(&[0; 3], 100, now_ms)).await.unwrap().unwrap();
        let task = |action: &str| Task { place: place(action), tenant: tenant.clone(), wanted: String::new() };
        shared.enter("nightly", &["a", "b", "c", "d"].map(task), false).await.unwrap();
        for end in [TaskEnd::Done, TaskEnd::Failed] {
            let Next::Task(task) = shared.next("nightly", std::slice::from_ref(&tenant), &worker("run")).await.unwrap()
            else {
                panic!("no task")
            };
            shared.finish("nightly", &task.lease, end, "applied").await.unwrap();
        }
        shared.next("nightly", std::slice::from_ref(&tenant), &worker("run")).await.unwrap();
        shared.stop("nightly", &tenant, "403").await.unwrap();
        let held = lease(&shared, "single").await;
        let update = serde_json::json!({
            "run_id": "01J9", "key": "", "etag": null, "before": [], "sent": [], "sent_unreadable": false,
            "leaves": {"etag": null, "variables": {}},
        });
        let update: PendingUpdate = serde_json::from_value(update).unwrap();
        shared.begin(&held, update).await.unwrap().sync().unwrap();
        let head = Head { log: "audit".to_owned(), segment: "1.jsonl".to_owned(), seq: 7, hash: "ab".to_owned() };
        shared.note_head(&head).await.unwrap();
    });
}

#[test]
fn status_shows_what_is_there() {
    let database = database();
    let workspace = workspace(&database.url());
    workspace.run(&["shared", "status"]).exits(0).prints(&["runs: none", "leases: none", "open updates: none"]);
    fill(&database);
    workspace.run(&["shared", "status"]).exits(0).prints(&[
        "nightly  1 done, 1 failed, 1 in work, 1 stopped",
        "single at https://api.test  fence 1",
        "process 4711 on build-3",
        "single at https://api.test  run 01J9, fence 1",
        "3 requests in the last minute",
        "audit 1.jsonl  record 7",
    ]);
    let report = workspace.run(&["shared", "status", "--format", "json"]).exits(0).json();
    assert_eq!((&report["version"], &report["schema_version"]), (&1.into(), &1.into()));
    let run = &report["runs"][0];
    assert_eq!((&run["name"], &run["done"], &run["working"]), (&"nightly".into(), &1.into(), &1.into()));
    assert_eq!(report["leases"].as_array().unwrap().len(), 2);
    assert_eq!(report["pending"][0]["fence"], 1);
    assert_eq!(report["budgets"][0]["requests"], 3);
    assert_eq!(report["heads"][0]["seq"], 7);
}

#[test]
fn doctor_looks_at_the_shared_state() {
    let (service, database) = (Sandbox::start(&serde_json::json!([])), postgres::database());
    let mut workspace = Workspace::for_service(&service);
    workspace.env("CXVARS_SHARED_URL", &database.url()).profile("[shared]");
    workspace.run(&["doctor"]).exits(5).prints(&["FAIL  shared", "cxvars shared init"]);
    workspace.run(&["shared", "init"]).exits(0);
    workspace.run(&["doctor"]).exits(0).prints(&[&format!("ok    shared   127.0.0.1/{}, version 1", database.name)]);
    database.sql("CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA cxvars_shared TO reader");
    database.sql("GRANT SELECT ON ALL TABLES IN SCHEMA cxvars_shared TO reader");
    workspace.env("CXVARS_SHARED_URL", &database.url_of("reader"));
    workspace.run(&["doctor"]).exits(5).prints(&["FAIL  shared", "lacks a privilege", "--role"]);
    workspace.without_env("CXVARS_SHARED_URL");
    workspace.run(&["doctor"]).exits(2).prints(&["FAIL  shared", "`CXVARS_SHARED_URL` is not set"]);
}

#[test]
fn a_schema_of_a_later_version_is_left_alone() {
    let database = database();
    let workspace = workspace(&database.url());
    database.sql("UPDATE cxvars_shared.schema_version SET version = 99");
    for command in ["init", "status", "migrate"] {
        let output = workspace.run(&["shared", command]);
        output.exits(5).says(&["its schema has version 99", "a later version of cxvars", "update it"]);
    }
    assert_eq!(database.sql("SELECT version FROM cxvars_shared.schema_version"), "99");
    let lost = block_on(open(&database).recall(&place("a"))).unwrap_err().to_string();
    assert!(lost.contains("version 99"), "{lost}");
}

#[test]
fn a_configuration_that_shares_nothing_is_a_mistake() {
    let mut workspace = Workspace::new();
    workspace.run(&["shared", "status"]).exits(2).says(&["[shared]", "CXVARS_SHARED_URL"]);
    workspace.profile("[shared]");
    workspace.run(&["shared", "status"]).exits(2).says(&["`CXVARS_SHARED_URL` is not set"]);
    workspace.profile("[shared]\nurl_env = \"TEAM_SHARED_URL\"");
    workspace.run(&["shared", "status"]).exits(2).says(&["`TEAM_SHARED_URL` is not set"]);
    workspace.env("TEAM_SHARED_URL", "mysql://user:hunter2-password@h/d");
    let output = workspace.run(&["shared", "status"]);
    output.exits(2).says(&["the URL in `TEAM_SHARED_URL` cannot be used", "postgres://"]);
    assert!(!output.stderr().contains("hunter2-password"), "{output:?}");
    workspace.run(&["shared", "status", "--sandbox"]).exits(2).says(&["--sandbox"]);
}

#[test]
fn the_variable_of_the_url_cannot_become_a_value() {
    let mut workspace = Workspace::new();
    workspace.env("TEAM_SHARED_URL", "postgres://u:p@db.example.com/fleet");
    workspace.profile("[shared]\nurl_env = \"TEAM_SHARED_URL\"");
    workspace.write(
        "vars.json",
        r#"{"variables": [{"name": "url", "type": "string", "value_from": {"env": "TEAM_SHARED_URL"}}]}"#,
    );
    let output = workspace.run(&["apply", "demo", "-f", "vars.json", "--sandbox"]);
    assert_ne!(output.code, Some(0), "{output:?}");
    output.says(&["TEAM_SHARED_URL"]);
}
