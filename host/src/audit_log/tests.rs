use super::*;
use cxvars_core::audit::{GENESIS, Status, Verification};
use cxvars_core::service::outcome::Outcome;
use std::fs;

fn entry() -> Entry {
    Entry {
        outcome: Some(Outcome::Applied),
        actor: Some("zoe".to_owned()),
        ..Entry::new(Event::Outcome, 1_700_000_000.5, "01J9")
    }
}

fn verify(path: &Path) -> Verification {
    audit::verify(&fs::read(path).unwrap())
}

fn records(path: &Path) -> Vec<audit::Record> {
    audit::scan(&fs::read(path).unwrap()).collect()
}

fn temporary() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("audit.jsonl");
    (folder, path)
}

/// A log of some records.
fn grown(path: &Path, records: usize) -> AuditLog {
    let log = AuditLog::open(path, "01J9").unwrap();
    for _ in 0..records {
        log.append(entry()).unwrap();
    }
    log
}

fn add(path: &Path, bytes: &[u8]) {
    fs::OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

#[test]
fn records_of_several_runs_make_one_chain() {
    let (_folder, path) = temporary();
    assert_eq!(grown(&path, 2).path(), path);
    let appended = AuditLog::open(&path, "01J9").unwrap().append(entry()).unwrap();
    let seen = verify(&path);
    assert_eq!((seen.status, seen.records, seen.follows.as_deref()), (Status::Intact, 3, Some(GENESIS)));
    assert_eq!(seen.head(), Some(Head { seq: appended.seq, hash: appended.hash }));
    assert_eq!((appended.seq, appended.recovered), (3, None));
}

#[test]
fn writers_at_the_same_time_make_one_chain() {
    let (_folder, path) = temporary();
    let shared = AuditLog::open(&path, "01J9").unwrap();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let (path, shared) = (&path, &shared);
            scope.spawn(move || {
                let own = AuditLog::open(path, "01J9").unwrap();
                for number in 0..100 {
                    let log = if (writer + number) % 4 == 0 { shared } else { &own };
                    log.append(entry()).unwrap();
                }
            });
        }
    });
    let seen = verify(&path);
    assert_eq!((seen.status, seen.records), (Status::Intact, 800), "{:?}", seen.first_bad);
}

#[test]
fn a_torn_last_line_is_kept_beside_the_log_and_recorded() {
    let (folder, path) = temporary();
    // Shorter and longer than the record that replaces them, terminated and unterminated.
    let long = vec![b'x'; 200_000];
    for (round, torn) in [b"{\"actor\":nul", b"\0\0\0\n".as_slice(), b"\n", &long, b"\xff\xfe"].into_iter().enumerate()
    {
        let log = grown(&path, 2);
        add(&path, torn);
        assert_eq!(verify(&path).status, Status::Broken);

        let appended = log.append(entry()).unwrap();
        let recovered = appended.recovered.unwrap();
        assert_eq!((recovered.seq + 1, recovered.bytes), (appended.seq, torn.len() as u64));
        assert_eq!(fs::read(&recovered.path).unwrap(), torn);
        assert_eq!(recovered.path, folder.path().join(format!("audit.jsonl.torn-{}", recovered.seq)));
        assert_eq!(verify(&path).status, Status::Intact);

        let records = records(&path);
        let told = records.iter().rev().nth(1).unwrap().entry();
        assert_eq!((told.event, told.outcome, told.actor.as_deref()), (Event::Recovered, None, Some("zoe")));
        let expected = format!(
            "the last line was not a whole record; its {} bytes were moved to `audit.jsonl.torn-{}`",
            torn.len(),
            recovered.seq
        );
        assert_eq!(told.error.as_deref(), Some(expected.as_str()));
        assert_eq!(records.len(), 4 * (round + 1));
    }
}

#[test]
fn every_cut_of_the_last_record_is_recovered() {
    let (_folder, path) = temporary();
    grown(&path, 2);
    let whole = fs::read(&path).unwrap();
    let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for length in [1, second / 2, second - 1, second + 1, second + 40, whole.len() - 2, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let appended = AuditLog::open(&path, "01J9").unwrap().append(entry()).unwrap();
        let kept = if length < second { 0 } else { second };
        let recovered = appended.recovered.unwrap();
        assert_eq!(fs::read(recovered.path).unwrap(), &whole[kept..length]);
        assert_eq!(verify(&path).status, Status::Intact, "cut at {length}");
    }
}

#[test]
fn a_quarantine_never_overwrites_another() {
    let (folder, path) = temporary();
    let log = grown(&path, 1);
    fs::write(folder.path().join("audit.jsonl.torn-2"), "earlier").unwrap();
    add(&path, b"torn");
    let recovered = log.append(entry()).unwrap().recovered.unwrap();
    assert_eq!(recovered.path, folder.path().join("audit.jsonl.torn-2-2"));
    assert_eq!(fs::read(folder.path().join("audit.jsonl.torn-2")).unwrap(), b"earlier");
}

#[test]
fn a_changed_record_stays_in_place_for_verify_to_find() {
    let (_folder, path) = temporary();
    let log = grown(&path, 2);
    let text = fs::read_to_string(&path).unwrap();
    let at = text.rfind("zoe").unwrap();
    fs::write(&path, format!("{}eve{}", &text[..at], &text[at + 3..])).unwrap();
    assert_eq!(log.append(entry()).unwrap().recovered, None);
    assert_eq!(verify(&path).first_bad.unwrap().line, 2);
}

#[test]
fn a_file_that_is_no_audit_log_is_left_alone() {
    let (_folder, path) = temporary();
    let text = "first line\nsecond line\n";
    fs::write(&path, text).unwrap();
    let error = AuditLog::open(&path, "01J9").unwrap().append(entry()).unwrap_err().to_string();
    assert!(error.contains("it does not look like an audit log; nothing was written to it"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn a_reader_never_sees_half_a_record() {
    let (_folder, path) = temporary();
    assert!(read(&path).unwrap().files.is_empty());
    let log = AuditLog::open(&path, "01J9").unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| (0..200).for_each(|_| drop(log.append(entry()).unwrap())));
        let mut records = 0;
        while records < 200 {
            let seen = read(&path).unwrap().verify(&[]);
            assert_eq!(seen.status, Status::Intact);
            records = seen.records;
        }
    });
}

#[test]
fn missing_folders_are_created() {
    let (folder, _) = temporary();
    let path = folder.path().join("a/b/audit.jsonl");
    grown(&path, 1);
    assert_eq!(verify(&path).records, 1);
}

#[test]
fn a_log_that_cannot_be_written_says_which_and_what_to_do() {
    let (_folder, path) = temporary();
    fs::write(&path, "").unwrap();
    let below = path.join("audit.jsonl");
    let error = AuditLog::open(&below, "01J9").unwrap_err().to_string();
    let advice = "make it writable, or name another file with CXVARS_AUDIT_LOG or `[audit] log`";
    assert!(
        error.starts_with(&format!("cannot create the folder of the audit log `{}`: ", below.display())),
        "{error}"
    );
    assert!(error.ends_with(advice), "{error}");
}

#[test]
fn an_entry_that_cannot_be_recorded_leaves_the_log_as_it_was() {
    let (_folder, path) = temporary();
    let log = grown(&path, 1);
    let error = log.append(Entry { timestamp: f64::NAN, ..entry() }).unwrap_err().to_string();
    assert!(error.contains("cannot record `timestamp`: it is not a finite number"), "{error}");
    assert_eq!(verify(&path).records, 1);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn the_log_and_what_is_set_aside_belong_to_their_owner_alone() {
        let (_folder, path) = temporary();
        let log = grown(&path, 1);
        add(&path, b"torn");
        let recovered = log.append(entry()).unwrap().recovered.unwrap();
        for path in [&path, &recovered.path] {
            assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o7777, 0o600);
        }
    }

    #[test]
    fn links_are_refused_wherever_they_lead() {
        let (folder, path) = temporary();
        grown(&path, 1);
        let link = folder.path().join("link.jsonl");
        for target in [path, folder.path().join("nowhere")] {
            symlink(target, &link).unwrap();
            let error = AuditLog::open(&link, "01J9").unwrap_err().to_string();
            assert!(error.contains("link.jsonl`: not a regular file; "), "{error}");
            fs::remove_file(&link).unwrap();
        }
    }

    #[test]
    fn a_log_deleted_while_in_use_is_an_error() {
        let (_folder, path) = temporary();
        let log = grown(&path, 1);
        fs::remove_file(&path).unwrap();
        let error = log.append(entry()).unwrap_err().to_string();
        assert!(error.contains("it was deleted while in use"), "{error}");
    }
}

#[test]
fn a_log_that_grows_too_large_goes_on_in_another_file() {
    let (folder, path) = temporary();
    let open = || AuditLog::open(&path, "01J9").unwrap().rotating_at(Some(3000));
    for _ in 0..10 {
        open().append(entry()).unwrap();
    }
    let other = open();
    let log = open();
    for _ in 0..10 {
        log.append(entry()).unwrap();
        other.append(entry()).unwrap();
    }
    let seen = read(&path).unwrap();
    let names: Vec<&str> = seen.files.iter().map(|file| file.name.as_str()).collect();
    assert!(names.len() > 5, "{names:?}");
    assert_eq!((names[0], names.last().copied()), ("audit.0001.jsonl", Some("audit.jsonl")));
    assert!(seen.files.iter().all(|file| file.bytes.len() <= 3000));
    let verified = seen.verify(&[]);
    // The 30 appended records, and one `rotated` record at the start of every file except the first.
    assert_eq!((verified.status, verified.records), (Status::Intact, 30 + names.len() - 1), "{:?}", verified.first_bad);
    let first = audit::scan(&seen.files[1].bytes).next().unwrap();
    assert_eq!((first.entry().event, first.entry().actor.as_deref()), (Event::Rotated, Some("zoe")));

    // A process may be killed after it renamed the file and before it starts the next one.
    fs::rename(&path, folder.path().join("audit.0099.jsonl")).unwrap();
    assert_eq!(read(&path).unwrap().verify(&[]).records, verified.records);
    open().append(entry()).unwrap();
    let again = read(&path).unwrap().verify(&[]);
    assert_eq!((again.status, again.records), (Status::Intact, verified.records + 2));
    fs::remove_file(folder.path().join("audit.0003.jsonl")).unwrap();
    assert_eq!(read(&path).unwrap().verify(&[]).first_bad.unwrap().file.as_deref(), Some("audit.0004.jsonl"));
}

#[test]
fn writers_that_put_files_away_under_each_other_make_one_chain() {
    let (_folder, path) = temporary();
    std::thread::scope(|scope| {
        for _ in 0..6 {
            let path = &path;
            scope.spawn(move || {
                let log = AuditLog::open(path, "01J9").unwrap().rotating_at(Some(4000));
                (0..50).for_each(|_| drop(log.append(entry()).unwrap()));
            });
        }
    });
    let seen = read(&path).unwrap();
    let verified = seen.verify(&[]);
    assert_eq!((verified.status, verified.records), (Status::Intact, 300 + seen.files.len() - 1));
}

#[test]
fn a_folder_gets_a_segment_a_run() {
    let (folder, _) = temporary();
    let path = folder.path().join("log/");
    for (name, records) in [("01A", 2), ("01B", 1), ("01C", 0), ("01D", 1)] {
        let log = AuditLog::open(&path, name).unwrap();
        (0..records).for_each(|_| drop(log.append(entry()).unwrap()));
    }
    let seen = read(&path).unwrap();
    let names: Vec<&str> = seen.files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["01A.jsonl", "01B.jsonl", "01D.jsonl"]);
    let verified = seen.verify(&[]);
    assert_eq!((verified.status, verified.records, verified.heads.len()), (Status::Intact, 4, 1));

    // On another machine only the hash of the last record is known.
    let away = folder.path().join("away/");
    let head = verified.heads[0].hash.clone();
    AuditLog::open(&away, "01E").unwrap().following(Some(&head)).append(entry()).unwrap();
    assert_eq!(read(&away).unwrap().verify(&[]).follows, Some(head));
    fs::rename(away.join("01E.jsonl"), path.join("01E.jsonl")).unwrap();
    assert_eq!(read(&path).unwrap().verify(&[]).status, Status::Intact);

    // The next run recovers the torn line of a run that was killed.
    add(&path.join("01E.jsonl"), b"{\"torn");
    assert_eq!(read(&path).unwrap().verify(&[]).status, Status::Broken);
    AuditLog::open(&path, "01F").unwrap().append(entry()).unwrap();
    let verified = read(&path).unwrap().verify(&[]);
    assert_eq!((verified.status, verified.records), (Status::Intact, 7), "{:?}", verified.first_bad);
    fs::remove_file(path.join("01D.jsonl")).unwrap();
    assert_eq!(read(&path).unwrap().verify(&[]).first_bad.unwrap().file.as_deref(), Some("01E.jsonl"));
}
