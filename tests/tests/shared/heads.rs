//! Heads of audit logs.

use cxvars_host::shared::SharedState as _;
use cxvars_host::shared::head::Head;

use super::{block_on, database, open};

fn head(segment: &str, seq: u64) -> Head {
    Head { log: "log".to_owned(), segment: segment.to_owned(), seq, hash: format!("hash of {seq}") }
}

#[test]
fn the_last_record_of_each_segment_is_kept_and_never_goes_back() {
    let database = database();
    let shared = open(&database);
    block_on(async {
        for (segment, seq) in [("a", 1), ("b", 7), ("a", 3), ("a", 2)] {
            shared.note_head(&head(segment, seq)).await.unwrap();
        }
        let other = Head { log: "other".to_owned(), ..head("a", 9) };
        shared.note_head(&other).await.unwrap();
        assert_eq!(shared.heads("log").await.unwrap(), [head("a", 3), head("b", 7)]);
    });
}
