use std::fs;

use super::*;
use crate::system::fake::Fake;

fn temporary() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    (folder, path)
}

fn tag(etag: &str) -> Remembered {
    Remembered { etag: Some(etag.to_owned()), ..Remembered::default() }
}

fn store_at(path: impl Into<PathBuf>) -> StateStore {
    store_with(path, Fake::leaked())
}

fn store_with(path: impl Into<PathBuf>, system: &'static dyn System) -> StateStore {
    StateStore::at(path, Terminal::new(false, false, true, &|_| None), system)
}

fn remembered(store: &StateStore, action: &str) -> Remembered {
    store.recall("t", action).remembered
}

fn verified(store: &StateStore, action: &str, etag: &str) {
    store.conclude("t", action, StateChange::Verified(tag(etag)), None).unwrap();
}

#[test]
fn what_is_remembered_comes_back_to_any_process() {
    let (_folder, path) = temporary();
    let (store, other) = (store_at(&path), store_at(&path));
    assert_eq!(remembered(&store, "a"), Remembered::default());
    verified(&store, "a", "1");
    verified(&other, "b", "2");
    verified(&store, "a", "3");
    for store in [&store, &other, &store_at(&path)] {
        assert_eq!((remembered(store, "a"), remembered(store, "b")), (tag("3"), tag("2")));
        assert_eq!(store.recall("other", "a").remembered, Remembered::default());
    }
    other.conclude("t", "a", StateChange::Forget, None).unwrap();
    assert_eq!(remembered(&store, "a"), Remembered::default());
}

#[test]
fn an_open_update_hides_what_was_remembered_before_it() {
    let (_folder, path) = temporary();
    let store = store_at(&path);
    verified(&store, "a", "1");
    store.begin("t", "a", PendingUpdate::of_test("run")).unwrap().sync().unwrap();
    assert_eq!(store_at(&path).recall("t", "a").open.unwrap().run_id, "run");
    // The process may have been killed after the PUT, so what is stored is not known.
    assert_eq!(remembered(&store, "a"), Remembered::default());
    store.conclude("t", "a", StateChange::Keep, Some("run")).unwrap();
    assert_eq!((remembered(&store, "a"), store.recall("t", "a").open), (tag("1"), None));
}

#[test]
fn an_open_update_is_closed_by_its_own_run_only_and_leaves_nothing_if_another_replaced_it() {
    let (_folder, path) = temporary();
    let store = store_at(&path);
    verified(&store, "a", "1");
    for run in ["first", "second"] {
        store.begin("t", "a", PendingUpdate::of_test(run)).unwrap().sync().unwrap();
    }
    store.conclude("t", "a", StateChange::Keep, Some("first")).unwrap();
    assert_eq!(store.recall("t", "a").open.unwrap().run_id, "second");
    store.conclude("t", "a", StateChange::Keep, Some("second")).unwrap();
    // What the first one has left is not known.
    assert_eq!(store.recall("t", "a"), ActionState::default());
}

#[test]
fn a_damaged_file_remembers_nothing_and_a_torn_end_all_before_it() {
    let (_folder, path) = temporary();
    let store = store_at(&path);
    verified(&store, "a", "1");
    verified(&store, "b", "2");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, format!("{whole}{{\"target\": \"t\", \"act")).unwrap();
    for store in [&store, &store_at(&path)] {
        assert_eq!((remembered(store, "a"), remembered(store, "b")), (tag("1"), tag("2")));
    }
    verified(&store, "b", "3");
    for store in [&store, &store_at(&path)] {
        assert_eq!((remembered(store, "a"), remembered(store, "b")), (tag("1"), tag("3")));
    }
    // A power cut may lose the disk page that held the beginning of a line.
    fs::write(&path, format!("{whole}\n\n\n\"action\": \"b\"}}\n\n")).unwrap();
    let store = store_at(&path);
    assert_eq!(remembered(&store, "b"), tag("2"));
    verified(&store, "b", "4");
    assert_eq!(remembered(&store_at(&path), "b"), tag("4"));
    assert!(!fs::read_to_string(&path).unwrap().contains("\n\n\n\""));
    fs::write(&path, whole.replacen("\"target\"", "target", 1)).unwrap();
    // The damaged line may have been of any action, and what follows it is the last of its own.
    assert_eq!(
        (remembered(&store_at(&path), "a"), remembered(&store_at(&path), "b")),
        (Remembered::default(), tag("2"))
    );
    let third = format!("{whole}{{\"target\": 3}}\n{{\"target\":\"t\",\"action\":\"c\"}}\n");
    fs::write(&path, third).unwrap();
    assert_eq!(remembered(&store_at(&path), "b"), Remembered::default());
    for text in ["", "{", "{}\n", "{\"version\": 1, \"targets\": {}}\n", &whole.replace("\"action\"", "action")] {
        fs::write(&path, text).unwrap();
        assert_eq!(remembered(&store, "a"), Remembered::default(), "{text}");
        verified(&store, "a", "5");
        assert_eq!(remembered(&store_at(&path), "a"), tag("5"));
    }
}

#[test]
fn many_changes_do_not_make_the_file_grow_for_ever() {
    let (_folder, path) = temporary();
    let store = store_at(&path);
    for round in 0..500 {
        verified(&store, &format!("a{}", round % 5), &round.to_string());
    }
    let lines = fs::read_to_string(&path).unwrap().trim_end().lines().count();
    assert!((6..=SPARE_LINES + 12).contains(&lines), "{lines}");
    for action in 0..5 {
        assert_eq!(remembered(&store_at(&path), &format!("a{action}")), tag(&(495 + action).to_string()));
    }
}

#[test]
fn room_that_an_earlier_version_left_at_the_end_is_read_over_and_cut_off() {
    let (_folder, path) = temporary();
    let store = store_at(&path);
    verified(&store, "a", "1");
    let whole = fs::read_to_string(&path).unwrap();
    fs::write(&path, whole.clone() + &"\n".repeat(4096)).unwrap();
    for store in [&store, &store_at(&path)] {
        assert_eq!(remembered(store, "a"), tag("1"));
    }
    verified(&store_at(&path), "b", "2");
    // A store that read the file before the change continues from its old end.
    assert_eq!((remembered(&store, "a"), remembered(&store, "b")), (tag("1"), tag("2")));
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.starts_with(&whole) && !text.contains("\n\n"), "{text}");
}

#[test]
fn processes_that_change_at_once_lose_nothing() {
    let (_folder, path) = temporary();
    // One system for all of them: each rewrite needs an id of its own, and every new fake gives the same ones.
    let system = Fake::leaked();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let path = &path;
            scope.spawn(move || {
                let store = store_with(path, system);
                (0..60).for_each(|round| verified(&store, &format!("{writer}-{}", round % 7), &round.to_string()));
            });
        }
    });
    let store = store_at(&path);
    for (writer, action) in (0..4).flat_map(|writer| (0..7).map(move |action| (writer, action))) {
        let last = (0..60).rfind(|round| round % 7 == action).unwrap();
        assert_eq!(remembered(&store, &format!("{writer}-{action}")), tag(&last.to_string()));
    }
}
