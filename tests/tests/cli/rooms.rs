//! The map in ARCHITECTURE.md is true: it names every room, and in each list a room uses only rooms above it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The rooms that the map lists under a folder, in its order.
fn listed(folder: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let lines = text.lines().skip_while(|line| line.trim() != folder).skip(1);
    let rooms = lines.take_while(|line| line.starts_with("      "));
    let rooms = rooms.filter(|line| !line.starts_with("       "));
    rooms.filter_map(|line| Some(line.trim().split_once('/')?.0.to_owned())).collect()
}

/// The files of a room.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The code of a file without its comments and its tests, which may use anything.
fn code(path: &Path) -> String {
    if path.file_stem().is_some_and(|name| name == "fixture" || name.to_string_lossy().ends_with("tests")) {
        return String::new();
    }
    let text = fs::read_to_string(path).unwrap();
    let code = text.split("\nmod tests {").next().unwrap();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The rooms that a text names after `crate::`.
fn used(code: &str) -> BTreeSet<String> {
    let word =
        |text: &str| text.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).next().unwrap().to_owned();
    let mut rooms = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{').and_then(|group| group.split_once('}')) {
            Some((group, _)) => rooms.extend(group.split(',').map(|item| word(item.trim()))),
            None => {
                rooms.insert(word(rest));
            }
        }
    }
    rooms
}

/// Every import that goes down the list, and every folder that the list does not have.
fn mistakes(folder: &str) -> Vec<String> {
    let rooms = listed(folder);
    assert!(rooms.len() > 5, "the map has no list for {folder}: {rooms:?}");
    let place = |room: &str| rooms.iter().position(|listed| listed == room);
    let mut mistakes = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let room = entry.file_name().into_string().unwrap();
        let Some(own) = place(&room) else {
            mistakes.push(format!("{folder}/{room} is not on the map"));
            continue;
        };
        for file in files(&entry.path()) {
            let below = used(&code(&file)).into_iter().filter(|used| place(used).is_some_and(|place| place > own));
            mistakes.extend(below.map(|used| format!("{} uses {used}/", file.display())));
        }
    }
    let gone = rooms.iter().filter(|room| !root().join(folder).join(room).is_dir());
    mistakes.extend(gone.map(|room| format!("{folder}/{room} is on the map and does not exist")));
    mistakes
}

#[test]
fn imports_go_one_way() {
    for folder in ["core/src", "host/src"] {
        assert_eq!(mistakes(folder), [""; 0], "ARCHITECTURE.md, \"The map\": a room uses only rooms above it");
    }
}

#[test]
fn commands_do_not_use_each_other() {
    let commands = root().join("host/src/command");
    for entry in fs::read_dir(&commands).unwrap().map(Result::unwrap) {
        let path = entry.path();
        let own = path.file_stem().unwrap().to_string_lossy().into_owned();
        let files = if path.is_dir() { files(&path) } else { vec![path.clone()] };
        for file in files.iter().filter(|_| own != "mod") {
            let code = code(file);
            let others = code.split("crate::command::").skip(1).filter(|rest| !rest.starts_with(&own));
            assert_eq!(others.count(), 0, "{} uses another command", file.display());
            assert!(path.is_dir() || !code.contains("use super::"), "{} uses another command", file.display());
        }
    }
}

#[test]
fn an_import_is_found_in_every_form() {
    let code = "use crate::base::hex;\nuse crate::{reader, check::fix};\nlet x = crate::render::text();";
    let rooms: Vec<String> = used(code).into_iter().collect();
    assert_eq!(rooms, ["base", "check", "reader", "render"]);
}
