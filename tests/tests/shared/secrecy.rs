//! No value of a variable is in the database.

use cxvars_core::base::secret::Secret;
use cxvars_core::base::vocabulary::{Scope, VariableType};
use cxvars_core::plan::fingerprint::{Key, fingerprint};
use cxvars_core::plan::{Plan, PlanOptions, Remembered, RememberedVariable, Wanted};
use cxvars_core::service::stored::{EncryptedRoundtrip, StoredVariable};
use cxvars_host::shared::run::{Next, Task, TaskEnd};
use cxvars_host::shared::{SharedRuns as _, SharedState as _, Tenant, decide};
use cxvars_host::state::fingerprints::Fingerprinter;
use cxvars_host::state::pending_update::PendingUpdate;
use cxvars_host::state::store::StateChange;
use cxvars_tests::leak::Searcher;

use super::{block_on, database, lease, open, place, worker};

/// Values that must not come out: stored before, sent in the clear, sent encrypted, and the client id.
const PLANTED: [&str; 4] =
    ["https://before.example/9f3e1c", "https://wanted.example/77ab01", "s3cr3t-canary-0451x", "client-canary-8812"];

fn stored(name: &str, value: &str) -> StoredVariable {
    StoredVariable {
        name: name.to_owned(),
        type_word: "string".to_owned(),
        scope_word: "action".to_owned(),
        encrypted: false,
        value: Some(Secret::new(value)),
        received: Some(Secret::new(format!("{{\"name\": \"{name}\", \"value\": \"{value}\"}}"))),
    }
}

fn wanted(name: &str, value: &str, encrypted: bool, key: &Key) -> Wanted {
    Wanted {
        name: name.to_owned(),
        variable_type: VariableType::String,
        scope: Scope::Action,
        encrypted,
        value: Some(Secret::new(value)),
        fingerprint: encrypted.then(|| fingerprint(key, "a", name, value).to_hex()),
        secret_version: None,
        absent: false,
    }
}

#[test]
fn no_table_holds_a_value() {
    let key = Key::new(&[7; 32]);
    let fingerprinter = Fingerprinter { key: &key, action: "a", roundtrip: EncryptedRoundtrip::Echo };
    let before = [stored("planted_endpoint", PLANTED[0])];
    let wanted = [wanted("planted_endpoint", PLANTED[1], false, &key), wanted("planted_token", PLANTED[2], true, &key)];
    let plan = Plan::new("a", &wanted, &before, None, &Remembered::default(), &PlanOptions::default());
    let token = RememberedVariable {
        type_word: "string".to_owned(),
        scope: "action".to_owned(),
        fingerprint: wanted[1].fingerprint.clone(),
        secret_version: None,
    };
    let leaves = Remembered { etag: None, variables: [("planted_token".to_owned(), token)].into() };
    let database = database();
    let shared = open(&database);
    block_on(async {
        let tenant = Tenant::named(&format!("https://api.test {}", PLANTED[3]));
        let now = cxvars_flow::Now { ms: 0, epoch_s: 0.0, random: 0.0 };
        decide(&shared, &tenant, now, |limiter, now_ms| limiter.take(&[0], 10, now_ms)).await.unwrap().unwrap();
        let task = Task { place: place("b"), tenant: tenant.clone(), wanted: fingerprinter.seal(PLANTED[2]) };
        shared.enter("nightly", &[task], false).await.unwrap();
        let Next::Task(task) = shared.next("nightly", std::slice::from_ref(&tenant), &worker("run")).await.unwrap()
        else {
            panic!("no task")
        };
        shared.finish("nightly", &task.lease, TaskEnd::Done, "applied").await.unwrap();
        for action in ["a", "c"] {
            let held = lease(&shared, action).await;
            let update = PendingUpdate::new("01J9", &fingerprinter, &plan, &before, None, false, leaves.clone());
            shared.begin(&held, update).await.unwrap().sync().unwrap();
            if action == "c" {
                shared.conclude(&held, StateChange::Verified(leaves.clone()), Some("01J9")).await.unwrap();
            }
        }
    });
    let dump = database.dump();
    // All of it is there, with the names of the variables and the keyed fingerprints.
    for part in ["planted_endpoint", "planted_token", "nightly", wanted[1].fingerprint.as_deref().unwrap()] {
        assert!(dump.contains(part), "{part}");
    }
    assert_eq!(Searcher::new(PLANTED).search(dump.as_bytes()), [""; 0]);
}
