use super::*;
use crate::audit::fixture::{lines, log};
use crate::audit::{Layout, Part, Status, verify, verify_parts};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// From RFC 8032, section 7.1, test 1, as `openssl pkey` writes it.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
-----END PUBLIC KEY-----
";

fn checkpoint(bytes: &[u8]) -> Checkpoint {
    Checkpoint::sign(&verify(bytes), 1_700_000_000.0, &SigningKey::read(PRIVATE).ok().unwrap()).unwrap()
}

fn read(text: &[u8]) -> Result<Checkpoint, CheckpointError> {
    Checkpoint::read(text, &PublicKey::read(PUBLIC).unwrap())
}

fn against(bytes: &[u8], checkpoint: &Checkpoint) -> Verification {
    verify_parts(Layout::Chain, &[Part { name: "audit.jsonl", bytes }], checkpoint.heads())
}

#[test]
fn what_was_signed_is_read_back() {
    let signed = checkpoint(&log(3));
    let line = signed.to_line().unwrap();
    assert_eq!(read(&line).unwrap(), signed);
    assert_eq!(read(line.trim_ascii_end()).unwrap(), signed);
    assert_eq!((signed.records(), signed.heads()[0].seq, signed.timestamp()), (3, 3, 1_700_000_000.0));
}

#[test]
fn every_changed_bit_of_a_checkpoint_is_refused() {
    let line = checkpoint(&log(3)).to_line().unwrap();
    let text = line.trim_ascii_end();
    for position in 0..text.len() {
        for bit in 0..8 {
            let mut changed = text.to_vec();
            changed[position] ^= 1 << bit;
            assert!(read(&changed).is_err(), "bit {bit} of byte {position}");
        }
    }
    let more = String::from_utf8(text.to_vec()).unwrap().replacen('{', "{\"a\":1,", 1);
    assert_eq!(read(more.as_bytes()), Err(CheckpointError::NotACheckpoint));
}

#[test]
fn another_key_is_told_from_a_changed_text() {
    let line = checkpoint(&log(1)).to_line().unwrap();
    // RFC 8032, section 7.1, test 2.
    let other = PublicKey::read("MCowBQYDK2VwAyEAPUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=").unwrap();
    assert_eq!(Checkpoint::read(&line, &other), Err(CheckpointError::OtherKey { begins: "d75a9801".to_owned() }));
}

#[test]
fn keys_are_pem_or_its_base64_alone_and_nothing_else() {
    let body = |pem: &str| pem.lines().nth(1).unwrap().to_owned();
    assert!(SigningKey::read(&body(PRIVATE)).is_ok());
    assert!(SigningKey::read(&PRIVATE.replace('\n', "\r\n")).is_ok());
    assert_eq!(PublicKey::read(&body(PUBLIC)).unwrap(), PublicKey::read(PUBLIC).unwrap());
    for text in ["", "hunter2", PUBLIC, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
        let error = SigningKey::read(text).err().unwrap().to_string();
        assert_eq!(error, "not an Ed25519 private key in PKCS#8");
    }
    assert_eq!(PublicKey::read(PRIVATE).unwrap_err().to_string(), "not an Ed25519 public key");
}

#[test]
fn a_broken_or_empty_log_is_not_signed() {
    let key = SigningKey::read(PRIVATE).ok().unwrap();
    assert_eq!(Checkpoint::sign(&verify(b"x\n"), 1.0, &key), Err(CheckpointError::Broken));
    assert_eq!(Checkpoint::sign(&verify(b""), 1.0, &key), Err(CheckpointError::Empty));
}

#[test]
fn a_log_that_went_on_is_anchored_and_one_that_was_cut_off_is_broken_where_it_ends() {
    let all = lines(&log(6));
    let signed = checkpoint(&all[..4].concat());
    for length in 4..=6 {
        assert_eq!(against(&all[..length].concat(), &signed).status, Status::Anchored, "{length}");
    }
    for length in 0..4 {
        let seen = against(&all[..length].concat(), &signed);
        let bad = seen.first_bad.unwrap();
        assert_eq!((seen.status, bad.line), (Status::Broken, length + 1));
        assert_eq!(bad.reason, "ends before record 4, which it had earlier");
    }
}

#[test]
fn a_log_written_anew_is_broken_at_the_signed_record() {
    let signed = checkpoint(&log(4));
    let mut head = None;
    let mut anew = Vec::new();
    for number in 0..6 {
        crate::audit::fixture::append(
            &mut anew,
            &mut head,
            crate::audit::fixture::entry(crate::audit::Event::Outcome, number),
        );
    }
    assert_eq!(verify(&anew).status, Status::Intact);
    let bad = against(&anew, &signed).first_bad.unwrap();
    assert_eq!(bad.line, 4);
    assert_eq!(bad.reason, "not the record 4 that it had earlier: it, or one before it, was changed");
}

/// A log that was tampered with in one way, and the line, from 1, where that is detected.
fn tampered(lines: &[Vec<u8>], kind: u8, at: usize, other: usize, byte: usize, bit: u8) -> (Vec<u8>, usize) {
    let (at, other) = (at % lines.len(), other % lines.len());
    let mut lines = lines.to_vec();
    let first_bad = match kind {
        // Flip one bit. If that makes or removes a line feed, a line is split or two are joined.
        0 => {
            let line = &mut lines[at];
            let place = byte % line.len();
            line[place] ^= 1 << bit;
            at
        }
        1 => {
            lines.remove(at);
            at
        }
        2 => {
            let other = if at == other { (at + 1) % lines.len() } else { other };
            lines.swap(at, other);
            at.min(other)
        }
        3 => {
            let copy = lines[at].clone();
            lines.insert(other, copy);
            // A copy directly before its original is valid, and the original after it is wrong. A copy elsewhere is
            // wrong itself.
            if other == at { at + 1 } else { other }
        }
        4 => {
            lines.truncate(at);
            at
        }
        5 => {
            let mut bytes = lines.concat();
            let length = byte % bytes.len();
            let whole = bytes[..length].iter().filter(|byte| **byte == b'\n').count();
            bytes.truncate(length);
            return (bytes, whole + 1);
        }
        // Insert a byte.
        _ => {
            let line = &mut lines[at];
            let place = byte % line.len();
            line.insert(place, bit.wrapping_mul(37));
            at
        }
    };
    (lines.concat(), first_bad + 1)
}

/// Edits, deletions, swaps, duplications and truncations, with a fixed seed.
#[test]
fn ten_thousand_ways_to_tamper_are_all_seen_at_their_line() {
    const RECORDS: u32 = 12;
    let all = lines(&log(RECORDS));
    let signed = checkpoint(&all.concat());
    let mut runner = TestRunner::new(Config { cases: 10_000, rng_seed: RngSeed::Fixed(8), ..Config::default() });
    let ways = (0..7_u8, any::<usize>(), any::<usize>(), any::<usize>(), 0..8_u8);
    runner
        .run(&ways, |(kind, at, other, byte, bit)| {
            let (bytes, line) = tampered(&all, kind, at, other, byte, bit);
            let found = against(&bytes, &signed);
            prop_assert_eq!(found.status, Status::Broken);
            prop_assert_eq!(found.first_bad.map(|bad| bad.line), Some(line));
            Ok(())
        })
        .unwrap();
}
