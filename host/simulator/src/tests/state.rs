//! Tests of the journal, the list of exchanges and the state file.

use super::*;
use crate::journal::{Author, Ended};
use crate::{Snapshot, SnapshotError, Variable};

#[test]
fn the_journal_tells_who_changed_what_and_no_value() {
    let mut service = service();
    let token = token(&mut service, NOW);
    let sent = json!([plain("url", "https://x"), encrypted("key", "hunter2")]);
    reply(service.handle(NOW, &put(&token, &sent)));
    service.write_as_other(NOW + 1, "da-1", &Variable::plain("url", "https://y"));
    service.write_as_other(NOW + 1, "nowhere", &Variable::plain("url", "https://y"));

    let [first, second] = service.journal() else {
        panic!("two commits");
    };
    assert_eq!((first.seq, first.by, first.request), (1, Author::Client, Some(2)));
    assert_eq!((second.seq, second.by, second.request), (2, Author::Writer, None));
    assert_eq!(first.variables[1].value_digest, service.value_digest("hunter2"));
    assert_eq!(second.variables[0].value_digest, service.value_digest("https://y"));
    assert_eq!(second.at_ms, NOW + 1);
    assert_ne!(first.etag, second.etag);

    let exchange = &service.exchanges()[1];
    assert_eq!((exchange.n, exchange.status), (2, Ended::Status(200)));
    assert_eq!(exchange.path, "/api/v2/dataactions/da-1");
    let text = serde_json::to_string(&(service.journal(), service.exchanges())).unwrap();
    for secret in ["hunter2", "https://", "s3cret", &token] {
        assert!(!text.contains(secret), "{secret}");
    }
    assert!(text.contains(r#""by":"writer""#) && text.contains(r#""status":200"#));
}

#[test]
fn a_query_is_not_written_down() {
    let mut service = service();
    service.handle(NOW, &Request::new("GET", "/x?access_token=hunter2"));
    assert_eq!(service.exchanges()[0].path, "/x");
}

#[test]
fn a_snapshot_brings_back_actions_and_etags_and_no_token() {
    let mut old = service();
    let good = token(&mut old, NOW);
    let sent = json!([plain("url", "https://x"), encrypted("key", "hunter2")]);
    let etag = reply(old.handle(NOW, &put(&good, &sent))).header("etag").unwrap().to_owned();
    let text = serde_json::to_string(&old.snapshot()).unwrap();
    assert!(text.contains("https://x") && !text.contains("hunter2") && !text.contains(&good));

    let mut new = Service::new(Options { seed: [9; 32], ..Options::default() });
    assert!(new.restore(serde_json::from_str(&text).unwrap()).is_ok());
    assert_eq!(reply(new.handle(NOW, &get(&good))).status, 401);
    assert_eq!(new.value_digest("hunter2"), old.value_digest("hunter2"));
    let good = token(&mut new, NOW);
    let response = reply(new.handle(NOW, &get(&good)));
    assert_eq!(response.header("etag").unwrap(), etag);
    assert_eq!(stored(&mut new), stored(&mut old));
}

#[test]
fn a_damaged_snapshot_changes_nothing() {
    let mut service = service();
    let good = serde_json::to_value(service.snapshot()).unwrap();
    let mut restore = |value: Value| {
        let snapshot: Snapshot = serde_json::from_value(value).unwrap();
        service.restore(snapshot).unwrap_err()
    };
    let mut version = good.clone();
    version["version"] = json!(2);
    assert_eq!(restore(version), SnapshotError::Version { found: 2 });
    let mut salt = good.clone();
    salt["salt"] = json!("12");
    assert!(restore(salt).to_string().contains("`salt`"));
    let mut twin = good.clone();
    twin["actions"].as_array_mut().unwrap().push(good["actions"][0].clone());
    assert!(restore(twin).to_string().contains("`da-1`"));
    let mut both = good;
    both["actions"][0]["variables"] = json!([{"name": "a", "type": "string", "value": "x",
        "value_hmac": "y", "encrypted": true, "scope": "action"}]);
    assert!(restore(both).to_string().contains("`da-1`"));
    assert_eq!(stored(&mut service), json!([]));
}

#[test]
fn the_same_seed_and_requests_give_the_same_answers() {
    let run = |seed| {
        let mut service = Service::new(Options { seed, auto_create: true, ..Options::default() });
        let good = token(&mut service, NOW);
        let response = reply(service.handle(NOW, &put(&good, &json!([encrypted("a", "b")]))));
        (good, response.headers, serde_json::to_string(&service.snapshot()).unwrap())
    };
    assert_eq!(run([1; 32]), run([1; 32]));
    assert_ne!(run([1; 32]), run([2; 32]));
}
