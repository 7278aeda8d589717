//! What is decided between reading an action and recording the intent to update it.

use cxvars_core::base::secret::Secret;
use cxvars_core::base::vocabulary::{Scope, VariableType};
use cxvars_core::plan::{PlanOptions, Prune, Remembered, Wanted};
use cxvars_core::service::stored::EncryptedRoundtrip;
use serde_json::json;

use super::*;
use crate::answer::RawAnswer;
use crate::approval::{Approved, ApprovedPlan, Stale};
use crate::reason::Code;
use crate::scrub::Scrubber;

const NOW: Now = Now { ms: 0, epoch_s: 0.0, random: 0.0 };

/// A plan file: not stale, or stale for this reason.
struct File(Option<Stale>);

impl ApprovedPlan for File {
    fn stale(&self, _: &Plan, stored: &[StoredVariable], etag: Option<&str>) -> Option<Stale> {
        assert_eq!((stored.len(), etag), (1, Some("e1")), "it is held against what was read");
        self.0.clone()
    }
}

fn file(stale: Option<Stale>) -> Approved {
    Approved::File(Box::new(File(stale)))
}

fn wanted(value: &str) -> Wanted {
    Wanted {
        name: "limit".to_owned(),
        variable_type: VariableType::String,
        scope: Scope::Action,
        encrypted: false,
        value: Some(Secret::new(value)),
        fingerprint: None,
        secret_version: None,
        absent: false,
    }
}

fn apply(value: &str, approved: Approved) -> Apply {
    Apply {
        action: "da-1".to_owned(),
        expected_name: None,
        wanted: vec![wanted(value)],
        remembered: Remembered::default(),
        options: PlanOptions {
            prune: Prune::Nothing,
            force: false,
            roundtrip: EncryptedRoundtrip::Refuse,
            max_deletes: None,
        },
        approved,
        spent: Cost::default(),
    }
}

fn limits() -> Limits {
    let waits = Waits { backoff_base_ms: 1, backoff_cap_ms: 1, server_error_wait_ms: 1, deadline_at_ms: 1000 };
    Limits {
        waits,
        max_attempts: 1,
        busy_states: Vec::new(),
        wait_when_busy: false,
        if_match: false,
        full_body: false,
        read_back: true,
        settle_ms: 15_000,
        ignore_etags: false,
    }
}

/// The registration after `limit` was read as `1`, and what it asks for next.
fn read(goal: Goal) -> (Effect, Registration) {
    let mut registration = Registration::new(limits(), goal);
    assert!(matches!(registration.step(Event::Start, NOW), Effect::Send { request: Request::Get, .. }));
    let limit = json!({"name": "limit", "type": "string", "value": "1", "encrypted": false, "scope": "action"});
    let body = json!({"name": "CRM Lookup", "variables": [limit]}).to_string().into_bytes();
    let raw = RawAnswer { status: 200, headers: vec![("etag".to_owned(), "e1".to_owned())], body };
    let answer = Answer::new(&raw, &Scrubber::default(), 0.0);
    let effect = registration.step(Event::Answered { answer, scopes: None }, NOW);
    (effect, registration)
}

/// The outcome of an apply that sends nothing.
#[track_caller]
fn ended(apply: Apply) -> (Outcome, Option<Reason>) {
    let (effect, registration) = read(Goal::Apply(apply));
    assert_eq!(effect, Effect::Finish);
    let finished = registration.finish();
    assert_eq!(finished.attempts, 0);
    (finished.outcome, finished.failure.map(|failure| failure.reason()))
}

const STALE: (Outcome, Option<Reason>) = (Outcome::Conflict, Some(Reason::StalePlan));
const WRONG_NAME: (Outcome, Option<Reason>) = (Outcome::Conflict, Some(Reason::WrongName));

#[test]
fn any_plan_may_be_carried_out_where_nothing_else_was_approved() {
    let (effect, registration) = read(Goal::Apply(apply("2", Approved::Any)));
    assert_eq!(effect, Effect::RecordIntent);
    assert!(registration.plan().is_some() && registration.body().is_some());
}

#[test]
fn a_confirmed_digest_is_that_of_the_plan_or_nothing_is_sent() {
    let (_, planned) = read(Goal::Apply(apply("2", Approved::Any)));
    let digest = || Approved::Digest(planned.plan().unwrap().digest().to_owned());
    assert_eq!(read(Goal::Apply(apply("2", digest()))).0, Effect::RecordIntent);
    let (effect, registration) = read(Goal::Apply(apply("2", Approved::Digest("0".repeat(64)))));
    assert_eq!(effect, Effect::Finish);
    let finished = registration.finish();
    let failure = finished.failure.unwrap();
    assert_eq!((finished.outcome, failure.code.as_str()), (Outcome::Conflict, "stale_plan"));
    assert!(failure.message.contains("the plan that you confirmed"), "{}", failure.message);
    assert!(finished.plan.is_none(), "of a plan that was not approved nothing is reported");
    // If there is nothing to send, no wrong plan can be sent by mistake.
    assert_eq!(ended(apply("1", Approved::Digest("0".repeat(64)))), (Outcome::Unchanged, None));
}

#[test]
fn a_plan_file_is_carried_out_while_its_base_holds() {
    assert_eq!(read(Goal::Apply(apply("2", file(None)))).0, Effect::RecordIntent);
    assert_eq!(ended(apply("2", file(Some(Stale::Written)))), STALE);
}

#[test]
fn a_plan_file_whose_base_no_longer_holds_is_stale_where_nothing_is_to_be_sent_too() {
    assert_eq!(ended(apply("1", file(None))), (Outcome::Unchanged, None));
    assert_eq!(ended(apply("1", file(Some(Stale::AtTheService("`limit`".to_owned()))))), STALE);
}

#[test]
fn what_forbids_an_update_is_told_before_the_plan_is_held_against_the_approved_one() {
    let blocked =
        Apply { wanted: vec![Wanted { value: None, ..wanted("2") }], ..apply("2", file(Some(Stale::Written))) };
    assert_eq!(ended(blocked), (Outcome::Conflict, Some(Reason::ValueMissing)));
}

#[test]
fn an_action_of_another_name_is_left_alone_whatever_was_approved() {
    let named =
        |name: &str, value: &str, approved| Apply { expected_name: Some(name.to_owned()), ..apply(value, approved) };
    assert_eq!(read(Goal::Apply(named("CRM Lookup", "2", Approved::Any))).0, Effect::RecordIntent);
    for value in ["1", "2"] {
        assert_eq!(ended(named("Billing", value, Approved::Any)), WRONG_NAME);
        assert_eq!(ended(named("Billing", value, file(Some(Stale::Written)))), WRONG_NAME);
    }
}

#[test]
fn reading_an_action_of_another_name_fails_and_names_both() {
    let goal = |name: &str| Goal::Read(Read { action: "da-1".to_owned(), expected_name: Some(name.to_owned()) });
    let finished = read(goal("CRM Lookup")).1.finish();
    assert_eq!((finished.outcome, finished.failure.is_none()), (Outcome::Unchanged, true));
    let finished = read(goal("Billing")).1.finish();
    let message = finished.failure.unwrap().message;
    assert!(message.contains("`da-1` `CRM Lookup`") && message.contains("expects `Billing`"), "{message}");
    assert!(finished.action.is_none());
}

#[test]
fn what_was_spent_before_the_user_was_asked_counts() {
    let spent = Cost { requests: 2, wait_ms: 5, retries: [(Reason::Throttled, 1)].into() };
    let (_, registration) = read(Goal::Apply(Apply { spent: spent.clone(), ..apply("1", Approved::Any) }));
    assert_eq!(registration.finish().cost, spent);
}

#[test]
fn a_login_that_is_refused_is_not_about_the_action() {
    let refused = |reason: Reason, status| Failure { status: Some(status), ..Failure::new(reason, "no") };
    assert!(refused(Reason::NotFound, 404).is_about_the_action());
    // The code that the service gives does not matter.
    let said = Code::new(Reason::Rejected, Some("invalid_request".to_owned()));
    assert!(Failure { code: said, ..refused(Reason::Rejected, 400) }.is_about_the_action());
    assert!(!refused(Reason::LoginRefused, 400).is_about_the_action());
    assert!(!refused(Reason::LoginRefused, 404).is_about_the_action());
    assert!(!refused(Reason::Forbidden, 403).is_about_the_action());
}
