//! Logs for tests.

use super::chain::{Head, seal};
use super::line;
use super::record::{Changed, Entry, Event};
use crate::service::change::Change;
use crate::service::outcome::Outcome;

pub(super) fn entry(event: Event, number: u32) -> Entry {
    Entry {
        outcome: (event != Event::Intent).then_some(Outcome::Applied),
        data_action_id: Some("11111111-2222".to_owned()),
        target: Some("sandbox".to_owned()),
        variable_count: Some(3),
        encrypted_count: Some(1),
        latency_ms: Some(12.345 * f64::from(number)),
        wait_ms: Some(0.0),
        retries: Some([("429".to_owned(), number)].into()),
        changed: Some(vec![Changed { name: "auth_token".to_owned(), change: Change::Create, encrypted: true }]),
        actor: Some("Zoë \"quoted\"".to_owned()),
        ..Entry::new(event, 1_700_000_000.25 + f64::from(number), "01J9")
    }
}

pub(super) fn append(log: &mut Vec<u8>, head: &mut Option<Head>, entry: Entry) {
    let sealed = seal(&entry, head.as_ref()).unwrap();
    log.extend_from_slice(&sealed.line);
    *head = Some(sealed.head);
}

pub(super) fn log_after(mut head: Option<Head>, records: u32) -> Vec<u8> {
    let mut log = Vec::new();
    for number in 0..records {
        let event = if number % 2 == 0 { Event::Intent } else { Event::Outcome };
        append(&mut log, &mut head, entry(event, number));
    }
    log
}

pub(super) fn log(records: u32) -> Vec<u8> {
    log_after(None, records)
}

pub(super) fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    line::split(bytes).map(<[u8]>::to_vec).collect()
}
