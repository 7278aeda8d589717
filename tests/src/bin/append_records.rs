//! Appends records to an audit log: `append_records LOG COUNT [MAX_BYTES]`. Concurrent processes act as concurrent
//! runs.

use cxvars_core::audit::{Entry, Event};
use cxvars_host::audit_log::AuditLog;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).map(|text| text.parse::<u64>().expect("a number"));
    let run = format!("run-{}", std::process::id());
    let log = AuditLog::open(&arguments[0], &run).expect("the log opens").rotating_at(number(2));
    for record in 0..number(1).expect("a count") {
        log.append(Entry::new(Event::Outcome, record as f64, &run)).expect("a record is appended");
    }
}
