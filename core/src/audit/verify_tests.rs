use super::*;
use crate::audit::chain::{GENESIS, Head};
use crate::audit::fixture::{append, entry, lines, log, log_after};
use crate::audit::record::{Content, Entry, Event, Record};
use crate::audit::scan::tail;

fn bad(bytes: &[u8]) -> (usize, String) {
    let seen = verify(bytes);
    assert_eq!(seen.status, Status::Broken);
    let first = seen.first_bad.unwrap();
    assert_eq!(seen.records, first.line - 1);
    (first.line, first.reason)
}

#[test]
fn what_was_sealed_is_intact() {
    let bytes = log(5);
    let seen = verify(&bytes);
    assert_eq!((seen.status, seen.records, &seen.first_bad), (Status::Intact, 5, &None));
    assert_eq!(seen.follows.as_deref(), Some(GENESIS));
    assert_eq!(seen.head(), tail(&bytes).head);
}

#[test]
fn the_report_is_the_json_contract() {
    let json = |bytes: &[u8]| serde_json::to_value(verify(bytes)).unwrap();
    let head = verify(&log(2)).head().unwrap().hash;
    let heads = serde_json::json!([{"file": null, "seq": 2, "hash": head}]);
    let intact = serde_json::json!({"version": 1, "status": "intact", "records": 2, "first_bad": null, "heads": heads});
    assert_eq!(json(&log(2)), intact);
    let broken = serde_json::json!({
        "version": 1, "status": "broken", "records": 1, "heads": [],
        "first_bad": {"file": null, "line": 2, "reason": "not JSON"},
    });
    assert_eq!(json(&[&log(1)[..], b"garbage\n"].concat()), broken);
}

#[test]
fn an_empty_log_is_intact_with_no_records() {
    let seen = verify(b"");
    assert_eq!((seen.status, seen.records, seen.head()), (Status::Intact, 0, None));
}

#[test]
fn every_changed_byte_is_found_at_its_line() {
    let bytes = log(3);
    let mut line = 1;
    for position in 0..bytes.len() {
        let byte = bytes[position];
        for other in [byte ^ 1, byte ^ 0x20, b'\n', 0xff, b'0', b'"'] {
            if other == byte {
                continue;
            }
            let mut changed = bytes.clone();
            changed[position] = other;
            let (found, reason) = bad(&changed);
            assert_eq!(found, line, "byte {position} from {byte:#x} to {other:#x}: {reason}");
        }
        line += usize::from(byte == b'\n');
    }
    assert_eq!(line, 4);
}

#[test]
fn every_cut_inside_a_line_is_found_and_none_between_lines() {
    let bytes = log(3);
    for length in 0..bytes.len() {
        let (kept, _) = bytes.split_at(length);
        let whole = kept.iter().filter(|byte| **byte == b'\n').count();
        if kept.is_empty() || kept.ends_with(b"\n") {
            assert_eq!(verify(kept).status, Status::Intact);
        } else {
            assert_eq!(bad(kept), (whole + 1, "not a complete line (torn write)".to_owned()));
        }
    }
}

/// A log in which the record on line 2 was edited and given the right hash for its new content.
fn resealed(edit: impl Fn(&mut Content)) -> Vec<u8> {
    let mut lines = lines(&log(4));
    let mut content = line::read(&lines[1]).unwrap().content;
    edit(&mut content);
    let hash = line::hash(&content.fields()).unwrap();
    lines[1] = line::write(&Record { content, hash }.fields()).unwrap();
    lines.concat()
}

#[test]
fn removed_swapped_and_repeated_lines_are_found() {
    let all = lines(&log(4));
    let pick = |order: &[usize]| order.iter().map(|i| all[*i].clone()).collect::<Vec<_>>().concat();
    assert_eq!(bad(&pick(&[1, 2, 3])), (1, "not record 1, and not one that continues another log".to_owned()));
    assert_eq!(bad(&pick(&[0, 2, 3])), (2, "does not follow line 1: prev differs".to_owned()));
    assert_eq!(bad(&pick(&[0, 2, 1, 3])).0, 2);
    assert_eq!(bad(&pick(&[0, 1, 1, 2])), (3, "does not follow line 2: prev differs".to_owned()));
}

#[test]
fn a_record_written_anew_breaks_the_line_after_it() {
    let bytes = resealed(|content| content.entry.actor = Some("somebody else".to_owned()));
    assert_eq!(bad(&bytes), (3, "does not follow line 2: prev differs".to_owned()));
    let bytes = resealed(|content| content.seq += 1);
    assert_eq!(bad(&bytes), (2, "does not follow line 1: seq is not the next number".to_owned()));
    let bytes = resealed(|content| content.seq = 0);
    assert_eq!(bad(&bytes), (2, "`seq` is out of range".to_owned()));
    let bytes = resealed(|content| content.v = 2);
    assert_eq!(bad(&bytes), (2, "not a record of version 1".to_owned()));
}

#[test]
fn reasons_name_what_is_wrong_with_a_line() {
    let first = String::from_utf8(log(1)).unwrap();
    let with = |from: &str, to: &str| first.replacen(from, to, 1).into_bytes();
    let upper = tail(first.as_bytes()).head.unwrap().hash;
    for (bytes, reason) in [
        (with("sandbox", "sandbux"), "content does not match its hash"),
        (with("{", "{ "), "not in canonical form (RFC 8785)"),
        (with("\n", "\r\n"), "not in canonical form (RFC 8785)"),
        (with("{", "{\"_x\":1,"), "does not have exactly the fields of a record"),
        (with("\"commit\":null,", ""), "does not have exactly the fields of a record"),
        (with("\"v\":1", "\"v\":7"), "not a record of version 1"),
        (with("\"seq\":1", "\"seq\":\"1\""), "not a record: a field is missing, repeated or of the wrong type"),
        (with(&upper, &upper.to_ascii_uppercase()), "`hash` is not 64 lower-case hexadecimal digits"),
        (with(GENESIS, "0"), "`prev` is not 64 lower-case hexadecimal digits"),
        (b"[1]\n".to_vec(), "not a record: a field is missing, repeated or of the wrong type"),
        (b"\n".to_vec(), "not JSON"),
        (b"\xff\n".to_vec(), "not UTF-8 text"),
    ] {
        assert_eq!(bad(&bytes), (1, reason.to_owned()));
    }
}

#[test]
fn a_rotated_log_follows_the_last_hash_of_the_one_before() {
    let head = verify(&log(2)).head().unwrap();
    let mut last = Some(head.clone());
    let mut rotated = Vec::new();
    append(&mut rotated, &mut last, Entry::new(Event::Rotated, 1.0, "01J9"));
    append(&mut rotated, &mut last, entry(Event::Intent, 1));
    let seen = verify(&rotated);
    assert_eq!((seen.status, seen.follows.as_ref()), (Status::Intact, Some(&head.hash)));
    assert_eq!(seen.head().unwrap().seq, 4);

    let segment = log_after(Some(Head { seq: 0, ..head }), 1);
    let seen = verify(&segment);
    assert_eq!((seen.status, seen.head().unwrap().seq), (Status::Intact, 1));

    let mut orphan = Vec::new();
    let nowhere = Head { seq: 4, hash: GENESIS.to_owned() };
    append(&mut orphan, &mut Some(nowhere), Entry::new(Event::Rotated, 1.0, "01J9"));
    assert_eq!(bad(&orphan).0, 1);
}

fn part<'a>(name: &'a str, bytes: &'a [u8]) -> Part<'a> {
    Part { name, bytes }
}

fn segments(parts: &[Part<'_>]) -> Verification {
    verify_parts(Layout::Segments, parts, &[])
}

fn first_bad(seen: Verification) -> (Option<String>, usize, String) {
    let bad = seen.first_bad.unwrap();
    (bad.file, bad.line, bad.reason)
}

#[test]
fn the_files_of_a_chain_are_one_log() {
    let all = lines(&log(6));
    let (old, new) = (all[..4].concat(), all[4..].concat());
    let seen = verify_parts(Layout::Chain, &[part("old", &old), part("new", &new)], &[]);
    assert_eq!((seen.status, seen.records, seen.head()), (Status::Intact, 6, verify(&all.concat()).head()));

    let seen = verify_parts(Layout::Chain, &[part("old", &all[..3].concat()), part("new", &new)], &[]);
    let expected = "does not follow the file before: prev differs".to_owned();
    assert_eq!(first_bad(seen), (Some("new".to_owned()), 1, expected));
    let signed = verify(&all.concat()).heads;
    let seen = verify_parts(Layout::Chain, &[part("old", &old), part("new", &all[4])], &signed);
    assert_eq!(first_bad(seen).0.as_deref(), Some("new"));
    let seen = verify_parts(Layout::Chain, &[part("old", &old), part("new", &new)], &signed);
    assert_eq!(seen.status, Status::Anchored);
}

#[test]
fn a_log_that_begins_behind_the_checkpoint_is_not_anchored() {
    let signed = verify(&log(2)).heads;
    let mut head = verify(&log(4)).head();
    let mut later = Vec::new();
    append(&mut later, &mut head, Entry::new(Event::Rotated, 1.0, "01J9"));
    let seen = verify_parts(Layout::Chain, &[part("new", &later)], &signed);
    assert_eq!((seen.status, seen.anchors_found), (Status::Intact, false));
}

#[test]
fn segments_follow_each_other_and_may_fork() {
    let first = log(2);
    let head = verify(&first).head().unwrap();
    let after = |head: &Head, records| log_after(Some(Head { seq: 0, hash: head.hash.clone() }), records);
    let (second, beside) = (after(&head, 1), after(&head, 2));
    let third = after(&verify(&second).head().unwrap(), 1);
    let all = [part("1", &first), part("2", &second), part("2b", &beside), part("3", &third)];
    let seen = segments(&all);
    assert_eq!((seen.status, seen.records), (Status::Intact, 6));
    let tips: Vec<_> = seen.heads.iter().map(|tip| tip.file.as_deref().unwrap()).collect();
    assert_eq!(tips, ["2b", "3"]);
    // All older segments may have been moved away.
    assert_eq!(segments(&all[1..2]).status, Status::Intact);

    let missing = "follows a record that no segment has: one is missing".to_owned();
    assert_eq!(first_bad(segments(&[all[0], all[3]])), (Some("3".to_owned()), 1, missing));
    let own = "begins a chain of its own, though the log has older segments".to_owned();
    let other = log_after(None, 3);
    assert_eq!(first_bad(segments(&[all[0], part("2", &other)])), (Some("2".to_owned()), 1, own));

    let signed = seen.heads;
    assert_eq!(verify_parts(Layout::Segments, &all, &signed).status, Status::Anchored);
    // Runs that begin side by side may follow the same record of an older log, but not begin chains side by side.
    assert_eq!(segments(&all[1..3]).status, Status::Intact);
    assert_eq!(segments(&all[1..4]).status, Status::Intact);
    let missing = "follows a record that no segment has: one is missing".to_owned();
    let elsewhere = after(&verify(&log(3)).head().unwrap(), 1);
    assert_eq!(first_bad(segments(&[all[2], part("3", &elsewhere)])), (Some("3".to_owned()), 1, missing));
    let seen = verify_parts(Layout::Segments, &all[..3], &signed);
    let gone = "the segment is missing; it had a record 1".to_owned();
    assert_eq!(first_bad(seen), (Some("3".to_owned()), 1, gone));
    let cut = lines(&beside)[0].clone();
    let seen = verify_parts(Layout::Segments, &[all[0], all[1], part("2b", &cut), all[3]], &signed);
    assert_eq!(first_bad(seen).1, 2);
}
