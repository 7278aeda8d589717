//! What is known of an action.

use cxvars_core::plan::Remembered;
use cxvars_host::shared::lease::Lease;
use cxvars_host::shared::{Fence, Lost, SharedState};
use cxvars_host::state::pending_update::PendingUpdate;
use cxvars_host::state::store::{ActionState, StateChange};

use super::{block_on, database, expire, lease, open, over_both, place};

/// A pending update of this run.
pub(super) fn update(run_id: &str) -> PendingUpdate {
    let text = serde_json::json!({
        "run_id": run_id, "key": "", "etag": null, "before": [], "sent": [], "sent_unreadable": false,
        "leaves": {"etag": null, "variables": {}},
    });
    serde_json::from_value(text).unwrap()
}

fn tag(etag: &str) -> Remembered {
    Remembered { etag: Some(etag.to_owned()), ..Remembered::default() }
}

async fn remembered(shared: &dyn SharedState) -> Remembered {
    shared.recall(&place("a")).await.unwrap().state.remembered
}

async fn open_run(shared: &dyn SharedState) -> Option<String> {
    shared.recall(&place("a")).await.unwrap().state.open.map(|open| open.run_id)
}

async fn begin(shared: &dyn SharedState, lease: &Lease, run_id: &str) {
    shared.begin(lease, update(run_id)).await.unwrap().sync().unwrap();
}

#[test]
fn what_is_remembered_comes_back_to_any_process() {
    over_both(|open| {
        block_on(async {
            let (first, second) = (open(), open());
            assert_eq!(first.recall(&place("a")).await.unwrap().state, ActionState::default());
            let held = lease(&*first, "a").await;
            first.conclude(&held, StateChange::Verified(tag("1")), None).await.unwrap();
            assert_eq!(remembered(&*second).await, tag("1"));
            first.conclude(&held, StateChange::Forget, None).await.unwrap();
            assert_eq!(remembered(&*second).await, Remembered::default());
        });
    });
}

#[test]
fn an_open_update_hides_what_was_remembered_until_its_own_run_closes_it() {
    over_both(|open| {
        block_on(async {
            let (first, second) = (open(), open());
            let held = lease(&*first, "a").await;
            first.conclude(&held, StateChange::Verified(tag("1")), None).await.unwrap();
            begin(&*first, &held, "one").await;
            assert_eq!(open_run(&*second).await.as_deref(), Some("one"));
            assert_eq!(remembered(&*second).await, Remembered::default());
            first.conclude(&held, StateChange::Keep, Some("another")).await.unwrap();
            assert_eq!(open_run(&*second).await.as_deref(), Some("one"));
            first.conclude(&held, StateChange::Keep, Some("one")).await.unwrap();
            assert_eq!((remembered(&*second).await, open_run(&*second).await), (tag("1"), None));
        });
    });
}

#[test]
fn an_update_that_replaces_an_open_one_leaves_nothing_remembered() {
    over_both(|open| {
        block_on(async {
            let shared = open();
            let held = lease(&*shared, "a").await;
            shared.conclude(&held, StateChange::Verified(tag("1")), None).await.unwrap();
            begin(&*shared, &held, "one").await;
            begin(&*shared, &held, "two").await;
            shared.conclude(&held, StateChange::Keep, Some("one")).await.unwrap();
            assert_eq!(open_run(&*shared).await.as_deref(), Some("two"));
            shared.conclude(&held, StateChange::Keep, Some("two")).await.unwrap();
            assert_eq!(shared.recall(&place("a")).await.unwrap().state, ActionState::default());
            begin(&*shared, &held, "three").await;
            shared.conclude(&held, StateChange::Verified(tag("3")), None).await.unwrap();
            assert_eq!((remembered(&*shared).await, open_run(&*shared).await), (tag("3"), None));
        });
    });
}

#[test]
fn after_a_takeover_the_earlier_holder_can_write_nothing() {
    let database = database();
    let (first, second) = (open(&database), open(&database));
    block_on(async {
        let old = lease(&first, "a").await;
        first.conclude(&old, StateChange::Verified(tag("1")), None).await.unwrap();
        begin(&first, &old, "old").await;
        expire(&database);
        let lost = Err(Lost::Lease(place("a")));
        // Refused from the moment at which the lease has ended.
        assert_eq!(first.conclude(&old, StateChange::Keep, Some("old")).await, lost);
        let new = lease(&second, "a").await;
        let known = second.recall(&place("a")).await.unwrap();
        assert_eq!(known.fence, Some(Fence(1)));
        assert_eq!(known.state.open.map(|open| open.run_id).as_deref(), Some("old"));
        assert!(first.begin(&old, update("late")).await.is_err_and(|error| error == Lost::Lease(place("a"))));
        assert_eq!(first.conclude(&old, StateChange::Verified(tag("late")), None).await, lost);
        assert_eq!(first.conclude(&old, StateChange::Forget, Some("old")).await, lost);
        assert_eq!(open_run(&second).await.as_deref(), Some("old"));
        // The new holder decides it.
        second.conclude(&new, StateChange::Verified(tag("2")), Some("old")).await.unwrap();
        assert_eq!((remembered(&first).await, open_run(&first).await), (tag("2"), None));
        begin(&second, &new, "new").await;
        assert_eq!(second.recall(&place("a")).await.unwrap().fence, Some(Fence(2)));
    });
}

#[test]
fn an_update_that_is_recorded_twice_counts_as_one() {
    // The statement is repeated if its answer was lost.
    let shared = open(&database());
    block_on(async {
        let held = lease(&shared, "a").await;
        shared.conclude(&held, StateChange::Verified(tag("1")), None).await.unwrap();
        begin(&shared, &held, "one").await;
        begin(&shared, &held, "one").await;
        shared.conclude(&held, StateChange::Keep, Some("one")).await.unwrap();
        assert_eq!(remembered(&shared).await, tag("1"));
    });
}

#[test]
fn a_row_that_cannot_be_read_is_told() {
    let database = database();
    let shared = open(&database);
    block_on(async {
        let held = lease(&shared, "a").await;
        shared.conclude(&held, StateChange::Verified(tag("1")), None).await.unwrap();
        database.sql("UPDATE cxvars_shared.action_state SET remembered = '{'");
        let known = shared.recall(&place("a")).await.unwrap().state;
        assert_eq!(known.remembered, Remembered::default());
        assert!(known.trouble.is_some());
    });
}
