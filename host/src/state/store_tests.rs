use std::fs;

use super::*;

fn temporary() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    (folder, path)
}

fn tag(etag: &str) -> Remembered {
    Remembered { etag: Some(etag.to_owned()), ..Remembered::default() }
}

fn remembered(memory: &Memory, action: &str) -> Remembered {
    memory.recall("t", action).remembered
}

fn verified(memory: &Memory, action: &str, etag: &str) {
    memory.conclude("t", action, After::Verified(tag(etag)), true).unwrap();
}

#[test]
fn what_is_remembered_comes_back_to_any_process() {
    let (_folder, path) = temporary();
    let (memory, other) = (Memory::at(&path), Memory::at(&path));
    assert_eq!(remembered(&memory, "a"), Remembered::default());
    verified(&memory, "a", "1");
    verified(&other, "b", "2");
    verified(&memory, "a", "3");
    for memory in [&memory, &other, &Memory::at(&path)] {
        assert_eq!((remembered(memory, "a"), remembered(memory, "b")), (tag("3"), tag("2")));
        assert_eq!(memory.recall("other", "a").remembered, Remembered::default());
    }
    other.conclude("t", "a", After::Forgotten, true).unwrap();
    assert_eq!(remembered(&memory, "a"), Remembered::default());
}

#[test]
fn an_open_update_hides_what_was_remembered_before_it() {
    let (_folder, path) = temporary();
    let memory = Memory::at(&path);
    verified(&memory, "a", "1");
    memory.begin("t", "a", OpenRun::of_test("run")).unwrap().sync().unwrap();
    assert_eq!(Memory::at(&path).recall("t", "a").open.unwrap().run_id, "run");
    // Its process may have been killed behind the PUT.
    assert_eq!(remembered(&memory, "a"), Remembered::default());
    memory.conclude("t", "a", After::Same, true).unwrap();
    assert_eq!((remembered(&memory, "a"), memory.recall("t", "a").open), (tag("1"), None));
}

#[test]
fn a_damaged_file_remembers_nothing_and_a_torn_end_all_before_it() {
    let (_folder, path) = temporary();
    let memory = Memory::at(&path);
    verified(&memory, "a", "1");
    verified(&memory, "b", "2");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{whole}{{\"target\": \"t\", \"act")).unwrap();
    for memory in [&memory, &Memory::at(&path)] {
        assert_eq!((remembered(memory, "a"), remembered(memory, "b")), (tag("1"), tag("2")));
    }
    verified(&memory, "b", "3");
    for memory in [&memory, &Memory::at(&path)] {
        assert_eq!((remembered(memory, "a"), remembered(memory, "b")), (tag("1"), tag("3")));
    }
    // As a power cut leaves it that lost the page with the beginning of a line.
    fs::write(&path, format!("{whole}\n\n\n\"action\": \"b\"}}\n\n")).unwrap();
    let memory = Memory::at(&path);
    assert_eq!(remembered(&memory, "b"), tag("2"));
    verified(&memory, "b", "4");
    assert_eq!(remembered(&Memory::at(&path), "b"), tag("4"));
    assert!(!fs::read_to_string(&path).unwrap().contains("\n\n\n\""));
    fs::write(&path, whole.replacen("\"target\"", "target", 1)).unwrap();
    assert_eq!(remembered(&Memory::at(&path), "b"), Remembered::default());
    for text in ["", "{", "{}\n", "{\"version\": 1, \"targets\": {}}\n", &whole.replace("\"action\"", "action")] {
        fs::write(&path, text).unwrap();
        assert_eq!(remembered(&memory, "a"), Remembered::default(), "{text}");
        verified(&memory, "a", "5");
        assert_eq!(remembered(&Memory::at(&path), "a"), tag("5"));
    }
}

#[test]
fn many_changes_do_not_make_the_file_grow_for_ever() {
    let (_folder, path) = temporary();
    let memory = Memory::at(&path);
    for round in 0..500 {
        verified(&memory, &format!("a{}", round % 5), &round.to_string());
    }
    let lines = fs::read_to_string(&path).unwrap().trim_end().lines().count();
    assert!((6..=SPARE_LINES + 12).contains(&lines), "{lines}");
    for action in 0..5 {
        assert_eq!(remembered(&Memory::at(&path), &format!("a{action}")), tag(&(495 + action).to_string()));
    }
}

#[test]
fn lines_find_room_in_the_file_and_more_is_made_when_it_is_used_up() {
    let (_folder, path) = temporary();
    let memory = Memory::at(&path);
    let mut lengths = std::collections::BTreeSet::new();
    for round in 0..90 {
        verified(&memory, "a", &round.to_string());
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.trim_end().lines().count();
        assert!(lines == round + 2 && text.ends_with('\n'), "{text}");
        lengths.insert(text.len());
    }
    assert!(lengths.len() < 5, "{lengths:?}");
}

#[test]
fn processes_that_change_at_once_lose_nothing() {
    let (_folder, path) = temporary();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let memory = Memory::at(path);
                (0..60).for_each(|round| verified(&memory, &format!("{writer}-{}", round % 7), &round.to_string()));
            });
        }
    });
    let memory = Memory::at(&path);
    for (writer, action) in (0..4).flat_map(|writer| (0..7).map(move |action| (writer, action))) {
        let last = (0..60).rfind(|round| round % 7 == action).unwrap();
        assert_eq!(remembered(&memory, &format!("{writer}-{action}")), tag(&last.to_string()));
    }
}
