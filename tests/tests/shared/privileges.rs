//! What the role of a runner may do.

use std::time::Duration;

use cxvars_core::plan::Remembered;
use cxvars_host::shared::head::Head;
use cxvars_host::shared::postgres::{schema, status};
use cxvars_host::shared::run::{Next, Task, TaskEnd};
use cxvars_host::shared::{SharedRuns as _, SharedState as _, Tenant, decide};
use cxvars_host::state::store::StateChange;

use super::{AT_ONCE, address, block_on, database, lease, open_url, place, worker};

#[test]
fn the_granted_role_can_do_all_that_runs_need_and_nothing_else() {
    let database = database();
    database.sql("CREATE ROLE \"ci-runner\" LOGIN");
    let url = database.url_of("ci-runner");
    let shared = open_url(&url, Duration::ZERO);
    let refused = block_on(shared.recall(&place("a"))).unwrap_err().to_string();
    assert!(refused.contains("lacks a privilege") && refused.contains("--role"), "{refused}");
    block_on(schema::init(&address(&database.url()), Some("ci-runner"))).unwrap();
    block_on(async {
        let tenant = Tenant::named("t");
        let now = cxvars_flow::Now { ms: 0, epoch_s: 0.0, random: 0.0 };
        decide(&shared, &tenant, now, |limiter, now_ms| limiter.take(&[0], 10, now_ms)).await.unwrap().unwrap();
        let held = lease(&shared, "a").await;
        shared.renew(&held).await.unwrap();
        shared.conclude(&held, StateChange::Verified(Remembered::default()), None).await.unwrap();
        shared.conclude(&held, StateChange::Keep, Some("run")).await.unwrap();
        shared.recall(&place("a")).await.unwrap();
        shared.standing(&place("a")).await.unwrap();
        shared.release(&held).await.unwrap();
        shared.acquire(&place("a"), &worker("run"), AT_ONCE).await.unwrap();
        let task = Task { place: place("b"), tenant: tenant.clone(), wanted: String::new() };
        for restart in [false, true] {
            shared.enter("nightly", std::slice::from_ref(&task), restart).await.unwrap();
        }
        let Next::Task(task) = shared.next("nightly", std::slice::from_ref(&tenant), &worker("run")).await.unwrap()
        else {
            panic!("no task")
        };
        shared.finish("nightly", &task.lease, TaskEnd::Done, "applied").await.unwrap();
        shared.stop("nightly", &tenant, "403").await.unwrap();
        shared.next("nightly", std::slice::from_ref(&tenant), &worker("run")).await.unwrap();
        let head = Head { log: "l".to_owned(), segment: "s".to_owned(), seq: 1, hash: "h".to_owned() };
        shared.note_head(&head).await.unwrap();
        shared.heads("l").await.unwrap();
        shared.predecessor("l").await.unwrap();
        status::status(&address(&url)).await.unwrap();
    });
    for statement in [
        "CREATE TABLE cxvars_shared.other (x integer)",
        "ALTER TABLE cxvars_shared.lease ADD COLUMN x integer",
        "DROP TABLE cxvars_shared.lease",
        "TRUNCATE cxvars_shared.lease",
        "UPDATE cxvars_shared.schema_version SET version = 2",
        "DROP SCHEMA cxvars_shared CASCADE",
    ] {
        let said = database.refused_sql("ci-runner", statement);
        assert!(said.contains("permission denied") || said.contains("must be owner"), "{statement}: {said}");
    }
    let missing = block_on(schema::init(&address(&database.url()), Some("absent"))).unwrap_err().to_string();
    assert!(missing.contains("no such role"), "{missing}");
}
