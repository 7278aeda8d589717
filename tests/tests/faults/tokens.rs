//! Tokens: how many are requested, when a new one is needed, and which token responses are accepted.

use std::rc::Rc;

use cxvars_core::base::secret::Secret;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::reason::Reason;
use cxvars_flow::register::{Finished, Goal, Read, Registration};
use cxvars_flow::scrub::Scrubber;
use cxvars_host::profile::login::TokenSource;
use cxvars_host::service::budget::Budget;
use cxvars_host::service::session::{Session, SessionLimits, Target};
use cxvars_simulator::fault::FaultScript;
use cxvars_simulator::service::{Options, Service};
use cxvars_tests::campaign::Size;
use cxvars_tests::memory_world::MemoryWorld;
use cxvars_tests::oracle::run;
use cxvars_tests::scenario::{ACTION, Scenario, action_url, session, simulate};
use serde_json::{Value, json};

use crate::{every, first, verdict};

/// Number of concurrent callers, and number of times that their token expires.
const CALLERS: Size = Size { usual: 200, campaign: 1_000 };
const EXPIRIES: Size = Size { usual: 20, campaign: 100 };

#[test]
fn a_token_that_is_refused_is_asked_for_once() {
    for status in [400, 401, 403, 404, 422] {
        let body = "{\"error\":\"invalid_client\",\"error_description\":\"no such client\"}";
        let status = json!({"kind": "status", "status": status, "body": body});
        let ran = run(&Scenario::change().fault("token", &every(), &status));
        assert_eq!(verdict(&ran), (Outcome::Refused, 0, 1));
        assert_eq!(ran.failure().0, "invalid_client");
        assert!(ran.failure().1.contains("no such client"), "{:?}", ran.failure());
    }
}

#[test]
fn a_missing_scope_stops_before_the_get() {
    let missing = json!({"kind": "token_scope", "scope": "dataactions:read"});
    let ran = run(&Scenario::change().fault("token", &every(), &missing));
    assert_eq!(verdict(&ran), (Outcome::Refused, 0, 1));
    assert!(ran.failure().1.contains("missing: dataactions:write"), "{:?}", ran.failure());
    assert!(ran.advice().contains("add dataactions:write"), "{}", ran.advice());
    let silent = json!({"kind": "token_scope", "scope": null});
    assert_eq!(verdict(&run(&Scenario::change().fault("token", &every(), &silent))), (Outcome::Applied, 1, 4));
}

#[test]
fn a_revoked_token_is_renewed_once() {
    for phase in ["get", "put"] {
        let ran = run(&Scenario::change().fault(phase, &first(), &json!({"kind": "revoke_token"})));
        assert_eq!(ran.finished.outcome, Outcome::Applied, "{phase}");
        assert_eq!(ran.finished.cost.requests, 6, "{phase}: a token and the request itself again");
        assert_eq!(ran.finished.cost.retries.get(&Reason::Unauthorized), Some(&1), "{phase}");
        let ran = run(&Scenario::change().fault(phase, &every(), &json!({"kind": "revoke_token"})));
        assert_eq!(ran.finished.outcome, Outcome::Refused, "{phase}");
        assert_eq!(ran.count("POST"), 2, "{phase}");
        assert!(ran.advice().contains("client id and secret"), "{}", ran.advice());
    }
}

#[test]
fn a_token_that_cannot_be_renewed_in_the_middle_changes_nothing() {
    for (renewal, outcome) in [
        (json!({"kind": "status", "status": 401}), Outcome::Refused),
        (json!({"kind": "token_scope", "scope": "dataactions:read"}), Outcome::Refused),
        (json!({"kind": "garbage"}), Outcome::Unavailable),
        (json!({"kind": "status", "status": 503}), Outcome::Unavailable),
    ] {
        let scenario = Scenario::change().fault("put", &first(), &json!({"kind": "revoke_token"}));
        let ran = run(&scenario.fault("token", &json!({"from": 2}), &renewal));
        assert_eq!((ran.finished.outcome, ran.count("PUT")), (outcome, 1), "{renewal}");
        assert!(!ran.advice().contains("nothing was"), "a PUT was sent: {}", ran.advice());
    }
}

#[test]
fn a_read_back_without_a_token_is_tried_again_until_it_is_had() {
    let lost = json!({"kind": "reset", "when": "after_commit"});
    let mut scenario = Scenario::change().fault("put", &first(), &lost).fault(
        "get",
        &json!({"nth": 2}),
        &json!({"kind": "revoke_token"}),
    );
    scenario.trouble.unreachable = vec![5];
    let ran = run(&scenario);
    assert_eq!(verdict(&ran), (Outcome::Applied, 1, 7), "the token endpoint was down for a moment");
    for answer in
        [json!({"kind": "status", "status": 401}), json!({"kind": "status", "status": 429, "retry_after": 400})]
    {
        let answered = scenario.clone().fault("token", &json!({"from": 2}), &answer);
        assert_eq!(verdict(&run(&answered)), (Outcome::Unknown, 1, 6), "{answer}");
    }
}

/// Sends one GET now and one after `after_ms`, with tokens of this `expires_in`. Returns the number of tokens
/// requested.
fn tokens_asked_for(expires_in: &Value, after_ms: u64) -> usize {
    let mut body = json!({"access_token": "{token}", "token_type": "Bearer"});
    if expires_in != "absent" {
        body["expires_in"] = expires_in.clone();
    }
    let script =
        json!({"faults": [{"on": "token", "every": true, "fault": {"kind": "token_body", "body": body.to_string()}}]});
    let mut service = Scenario::change().service();
    service.set_faults(FaultScript::parse(&script.to_string()).unwrap());
    simulate(async {
        let world = MemoryWorld::new(service, 1);
        let session = session(world.clone(), 0);
        assert_eq!(read(&session, ACTION).await.outcome, Outcome::Unchanged);
        tokio::time::sleep(std::time::Duration::from_millis(after_ms)).await;
        assert_eq!(read(&session, ACTION).await.outcome, Outcome::Unchanged);
        world.count("POST")
    })
}

async fn read(session: &Session<MemoryWorld>, id: &str) -> Finished {
    let mut policy = Scenario::change().policy();
    policy.waits.deadline_at_ms = u64::MAX;
    let target = Target { url: &action_url(id), waits: policy.waits, before_put: &|| Ok(()) };
    let result = session
        .run(Registration::new(policy, Goal::Read(Read::default())), &target, &[], async |_: &Registration| {
            Ok::<(), ()>(())
        })
        .await;
    result.ok().unwrap()
}

#[test]
fn a_token_is_renewed_before_it_expires() {
    // Each request takes 10 ms. The lifetime counts from the token request, so the second GET is sent 20 ms after the
    // wait alone would suggest.
    for (expires_in, good_for_ms) in [
        (json!(3600), 3_540_000),
        (json!("3600"), 3_540_000),
        (json!(120), 60_000),
        (json!(100), 50_000),
        (json!(2), 1000),
        (json!("absent"), 240_000),
        (json!(null), 240_000),
        (json!(0), 240_000),
        (json!(-7), 240_000),
        (json!("soon"), 240_000),
        (json!({"s": 1}), 240_000),
    ] {
        assert_eq!(tokens_asked_for(&expires_in, good_for_ms - 21), 1, "{expires_in}");
        assert_eq!(tokens_asked_for(&expires_in, good_for_ms - 20), 2, "{expires_in}");
    }
    assert_eq!(tokens_asked_for(&json!(1e300), 3_000_000), 1, "a lifetime of any length is no panic");
    assert_eq!(tokens_asked_for(&json!(u64::MAX), 3_000_000), 1);
}

#[test]
fn however_many_callers_there_are_one_token_is_asked_for_at_each_expiry() {
    let (callers, expiries) = (CALLERS.get(), EXPIRIES.get());
    let ids: Vec<String> = (0..callers).map(|number| format!("da-{number}")).collect();
    let options = Options { requests_per_minute: 0, auto_create: true, token_lifetime_s: 600, ..Options::default() };
    simulate(async {
        let world = MemoryWorld::new(Service::new(options), 1);
        let session = Rc::new(session(world.clone(), 0));
        for expiry in 1..=expiries {
            let outcomes = all_at_once(&session, &ids).await;
            assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Unchanged));
            assert_eq!(world.count("POST"), expiry);
            assert_eq!(world.count("GET"), expiry * callers);
            // 600 s minus the buffer of 60 s.
            tokio::time::sleep(std::time::Duration::from_secs(540)).await;
        }
        world.service().borrow_mut().revoke_tokens();
        all_at_once(&session, &ids).await;
        assert_eq!(world.count("POST"), expiries + 1, "expired");
        world.service().borrow_mut().revoke_tokens();
        let outcomes = all_at_once(&session, &ids).await;
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Unchanged));
        assert_eq!(world.count("POST"), expiries + 2, "all were refused, one asked for the new one");
        assert_eq!(world.count("GET"), (expiries + 3) * callers);
    });
}

async fn all_at_once(session: &Rc<Session<MemoryWorld>>, ids: &[String]) -> Vec<Outcome> {
    let local = tokio::task::LocalSet::new();
    let tasks: Vec<_> = ids
        .iter()
        .map(|id| {
            let (session, id) = (session.clone(), id.clone());
            local.spawn_local(async move { read(&session, &id).await.outcome })
        })
        .collect();
    local.await;
    let mut outcomes = Vec::new();
    for task in tasks {
        outcomes.push(task.await.unwrap());
    }
    outcomes
}

#[test]
fn credentials_that_were_refused_are_not_tried_again_by_the_next_caller() {
    let script = json!({"faults": [{"on": "token", "every": true, "fault": {"kind": "status", "status": 401}}]});
    let mut service = Scenario::change().service();
    service.set_faults(FaultScript::parse(&script.to_string()).unwrap());
    simulate(async {
        let world = MemoryWorld::new(service, 1);
        let session = Rc::new(session(world.clone(), 0));
        let ids = vec![ACTION.to_owned(); 20];
        let outcomes = all_at_once(&session, &ids).await;
        assert!(outcomes.iter().all(|outcome| *outcome == Outcome::Refused));
        assert_eq!(world.sent().len(), 1, "a client could be locked out");
    });
}

#[test]
fn a_given_token_that_is_refused_cannot_be_renewed() {
    simulate(async {
        let world = MemoryWorld::new(Scenario::change().service(), 1);
        let limits = SessionLimits {
            request_ms: 30_000,
            token_buffer_s: 60,
            needed_scopes: vec!["dataactions:read".to_owned()],
        };
        let given = Secret::new("stale-token");
        let session =
            Session::new(world.clone(), TokenSource::Given(given), limits, Budget::own(0), Scrubber::default());
        let finished = read(&session, ACTION).await;
        assert_eq!((finished.outcome, finished.cost.requests), (Outcome::Refused, 1));
        assert!(!finished.failure.unwrap().message.contains("stale-token"));
    });
}
