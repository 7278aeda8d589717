//! The budget as a session uses it.

use std::sync::Arc;
use std::time::Duration;

use cxvars_flow::Now;
use cxvars_flow::limiter::Full;
use cxvars_host::service::budget::{Budget, NotNow};
use cxvars_host::shared::Tenant;
use cxvars_tests::postgres;

use super::{block_on, open_url, over_both};

/// The time of a process. The database has its own.
const NOW: Now = Now { ms: 0, epoch_s: 1.8e9, random: 0.0 };

#[test]
fn what_one_process_takes_and_gives_back_counts_for_the_others() {
    over_both(|open| {
        block_on(async {
            let budget = || Budget::shared(3, open(), Tenant::named("t"));
            let (first, second) = (budget(), budget());
            let mut taken = first.take(&[0, 100, 200], NOW).await.unwrap();
            assert!(matches!(second.take(&[0], NOW).await, Err(NotNow::Full(Full::NoRoom(_)))));
            assert_eq!(first.send(&mut taken, NOW).await, Ok(true));
            first.give_back(&taken, NOW).await;
            let mut taken = second.take(&[0, 0], NOW).await.unwrap();
            assert!(second.take(&[0], NOW).await.is_err());
            assert_eq!(second.send(&mut taken, NOW).await, Ok(true));
            assert_eq!(second.send(&mut taken, NOW).await, Ok(true));
            assert_eq!(second.send(&mut taken, NOW).await, Ok(false));
            first.throttled(Some(3_000_000), NOW).await;
            assert!(matches!(second.take(&[0], NOW).await, Err(NotNow::Full(Full::Closed(_)))));
        });
    });
}

#[test]
fn new_work_leaves_one_in_a_hundred_requests() {
    over_both(|open| {
        block_on(async {
            let budget = Budget::shared(100, open(), Tenant::named("t"));
            budget.take_for_new_work(&[0; 99], NOW).await.unwrap();
            assert!(matches!(budget.take_for_new_work(&[0], NOW).await, Err(NotNow::Full(Full::NoRoom(_)))));
            budget.take(&[0], NOW).await.unwrap();
            assert!(budget.take(&[0], NOW).await.is_err());
        });
    });
}

#[test]
fn without_a_limit_the_database_is_not_asked_and_with_one_nothing_is_sent_without_it() {
    // This database has no schema of ours.
    let database = postgres::database();
    let shared = Arc::new(open_url(&database.url(), Duration::ZERO));
    block_on(async {
        let unlimited = Budget::shared(0, shared.clone(), Tenant::named("t"));
        let mut taken = unlimited.take(&[0, 5], NOW).await.unwrap();
        assert_eq!(unlimited.send(&mut taken, NOW).await, Ok(true));
        unlimited.throttled(None, NOW).await;
        unlimited.give_back(&taken, NOW).await;
        let limited = Budget::shared(10, shared, Tenant::named("t"));
        assert!(matches!(limited.take(&[0], NOW).await, Err(NotNow::Lost(_))));
    });
}
