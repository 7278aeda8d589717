//! Registrations without faults.

use std::cell::Cell;
use std::convert::Infallible;

use cxvars_core::plan::{Prune, Remembered, RememberedVariable};
use cxvars_core::service::outcome::Outcome;
use cxvars_core::service::stored::EncryptedRoundtrip;
use cxvars_flow::register::Registration;
use cxvars_host::service::session::Target;
use cxvars_simulator::{MASK, Variable};
use cxvars_tests::memory_world::MemoryWorld;
use cxvars_tests::oracle::run;
use cxvars_tests::scenario::{ACTION, Scenario, action_url, session, simulate, wanted};

use crate::verdict;

#[test]
fn a_plain_apply_takes_four_requests_and_says_what_it_verified() {
    for (guarded, full_body) in [(false, false), (true, false), (false, true), (true, true)] {
        let ran = run(&Scenario { if_match: guarded, full_body, ..Scenario::change() });
        assert_eq!(verdict(&ran), (Outcome::Applied, 1, 4));
        assert_eq!(ran.finished.verified.full, ["limit"]);
        assert_eq!(ran.finished.verified.metadata, ["token"], "a masked value is never called a match");
        assert_eq!(ran.intents, [2], "the intent comes after the GET and before the PUT");
    }
}

#[test]
fn what_is_stored_already_is_not_sent_again_unless_forced() {
    let mut scenario = Scenario::change();
    scenario.wanted = vec![wanted("limit", "1", false)];
    scenario.stored.pop();
    let ran = run(&scenario);
    assert_eq!(verdict(&ran), (Outcome::Unchanged, 0, 2));
    assert_eq!(ran.finished.verified.full, ["limit"]);
    assert!(ran.intents.is_empty(), "where nothing is to be sent there is no intent");
    scenario.options.force = true;
    assert_eq!(verdict(&run(&scenario)), (Outcome::Applied, 1, 4));
}

/// [`Scenario::change`] after an update: the secret is remembered, and the same value is wanted again.
fn recognised() -> Scenario {
    let mut scenario = Scenario::change();
    scenario.wanted = vec![wanted("limit", "1", false), wanted("token", "old-secret", true)];
    scenario.wanted[1].fingerprint = Some("f1".to_owned());
    let token = RememberedVariable {
        type_word: "string".to_owned(),
        scope: "action".to_owned(),
        fingerprint: Some("f1".to_owned()),
        secret_version: None,
    };
    scenario.remembered = Remembered { etag: None, variables: [("token".to_owned(), token)].into() };
    scenario
}

#[test]
fn a_secret_is_unchanged_only_where_it_is_recognised() {
    let ran = run(&recognised());
    assert_eq!(verdict(&ran), (Outcome::Unchanged, 0, 2));
    assert_eq!(
        (&ran.finished.verified.full[..], &ran.finished.verified.metadata[..]),
        (&["limit".to_owned()][..], &["token".to_owned()][..])
    );
    let unknown = Scenario { remembered: Remembered::default(), ..recognised() };
    assert_eq!(verdict(&run(&unknown)), (Outcome::Applied, 1, 4));
    let mut forced = recognised();
    forced.options.force = true;
    assert_eq!(verdict(&run(&forced)), (Outcome::Applied, 1, 4));
    let mut elsewhere = recognised();
    elsewhere.remembered.etag = Some("\"another\"".to_owned());
    assert_eq!(verdict(&run(&elsewhere)), (Outcome::Applied, 1, 4), "another ETag than remembered");
}

#[test]
fn an_intent_that_cannot_be_recorded_stops_the_run_before_anything_is_sent() {
    let scenario = Scenario::change();
    simulate(async {
        let world = MemoryWorld::new(scenario.service(), 1);
        let session = session(world.clone(), 0);
        let target = Target { url: &action_url(ACTION), waits: scenario.policy().waits, before_put: &|| Ok(()) };
        let registration = Registration::new(scenario.policy(), scenario.goal());
        let result = session.run(registration, &target, &[], async |_: &Registration| Err("the disk is full")).await;
        assert_eq!(result.err(), Some("the disk is full"));
        assert_eq!(world.count("PUT"), 0);
        assert!(world.service().borrow().journal().is_empty());
    });
}

#[test]
fn the_intent_is_recorded_with_the_plan_and_before_the_put_alone() {
    let scenario = Scenario::change();
    simulate(async {
        let world = MemoryWorld::new(scenario.service(), 1);
        let session = session(world.clone(), 0);
        let target = Target { url: &action_url(ACTION), waits: scenario.policy().waits, before_put: &|| Ok(()) };
        let called = Cell::new(0);
        let record = async |registration: &Registration| {
            called.set(called.get() + 1);
            assert_eq!(world.count("PUT"), 0);
            assert!(registration.plan().is_some() && registration.body().is_some() && !registration.put_has_begun());
            Ok::<(), Infallible>(())
        };
        assert!(session.run(Registration::new(scenario.policy(), scenario.goal()), &target, &[], record).await.is_ok());
        assert_eq!(called.get(), 1);
    });
}

#[test]
fn a_masked_variable_that_cannot_be_carried_over_blocks_before_anything_is_sent() {
    let mut scenario = Scenario::change();
    scenario.wanted.pop();
    scenario.stored.push(Variable::encrypted("key", "k"));
    let ran = run(&scenario);
    assert_eq!(verdict(&ran), (Outcome::Conflict, 0, 2));
    assert_eq!(ran.failure().0, "blocked");
    assert!(ran.failure().1.contains("`token`, `key`"), "all of them at once: {:?}", ran.failure());
    assert!(ran.advice().contains("--prune=NAME"), "{}", ran.advice());
    scenario.options.prune = Prune::Names(["token".to_owned()].into());
    assert_eq!(verdict(&run(&scenario)), (Outcome::Conflict, 0, 2));
    scenario.options.prune = Prune::Everything;
    assert_eq!(verdict(&run(&scenario)), (Outcome::Applied, 1, 4));
}

#[test]
fn where_the_service_keeps_masks_a_secret_is_carried_over_and_survives() {
    let mut scenario = Scenario::change();
    scenario.wanted.pop();
    scenario.options.roundtrip = EncryptedRoundtrip::MaskKeeps;
    let ran = run(&scenario);
    assert_eq!(verdict(&ran), (Outcome::Applied, 1, 4));
    let service = ran.world.service().borrow();
    let token = &service.journal()[0].variables[1];
    assert_eq!(token.value_digest, service.value_digest("old-secret"));
    assert_ne!(token.value_digest, service.value_digest(MASK));
}

#[test]
fn a_value_that_was_not_fetched_is_never_sent_as_an_empty_text() {
    let mut scenario = Scenario::change();
    scenario.wanted[1].value = None;
    let ran = scenario.run();
    assert_eq!(verdict(&ran), (Outcome::Conflict, 0, 2));
    assert!(ran.failure().1.contains("`token`"), "{:?}", ran.failure());
}

#[test]
fn with_if_match_nothing_is_sent_unguarded() {
    let mut scenario = Scenario::change().guarded();
    scenario.edit = Some(std::rc::Rc::new(|_, answer| answer.headers.retain(|(name, _)| name != "etag")));
    let ran = run(&scenario);
    assert_eq!((verdict(&ran), ran.failure().0), ((Outcome::Conflict, 0, 2), "no_etag"));
    scenario.if_match = false;
    assert_eq!(verdict(&run(&scenario)), (Outcome::Applied, 1, 4));
}
