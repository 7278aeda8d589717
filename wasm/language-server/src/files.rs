//! The files of the editor, as far as it has handed them over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use cxvars_project::files::{Files, Unreadable};
use cxvars_project::paths::clean;
use serde::Serialize;

/// Something that the server wants of the editor's file system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(crate) enum Want {
    /// Whether there is something at the path.
    Exists { path: PathBuf },
    /// The bytes of a file, if they are not more than that.
    Bytes { path: PathBuf, max_bytes: usize },
    /// The files of a folder that may be documents.
    List { path: PathBuf },
}

/// The names that say where a project or a repository begins.
const MARKS: [&str; 2] = ["cxvars.toml", ".git"];

/// Longest file that is fetched.
const MAX_BYTES: usize = 16 << 20;

/// Files that are read by an editor: what is asked for and is not there yet is pending, and wanted. It has no `Debug`,
/// because it holds values.
#[derive(Default)]
pub(crate) struct EditorFiles {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    contents: BTreeMap<PathBuf, Result<Vec<u8>, Unreadable>>,
    existing: BTreeMap<PathBuf, bool>,
    lists: BTreeMap<PathBuf, Vec<PathBuf>>,
    wanted: BTreeSet<Want>,
    /// What the editor was asked for.
    asked: BTreeSet<Want>,
    /// What was pending when somebody needed it.
    missed: BTreeSet<PathBuf>,
    /// What was missed, and is there now.
    arrived: BTreeSet<PathBuf>,
    /// What has changed and was in no list.
    new: BTreeSet<PathBuf>,
    /// What the lists do not have although it exists.
    hidden: BTreeSet<PathBuf>,
}

impl EditorFiles {
    /// What to ask the editor for. Each thing is named once until it arrives.
    pub(crate) fn take_wanted(&self) -> Vec<Want> {
        let mut state = self.state();
        let wanted = std::mem::take(&mut state.wanted);
        state.asked.extend(wanted.iter().cloned());
        wanted.into_iter().collect()
    }

    /// Whether something has not arrived yet.
    pub(crate) fn is_waiting(&self) -> bool {
        let state = self.state();
        !state.wanted.is_empty() || !state.asked.is_empty()
    }

    /// What has arrived since the last call, and was pending when somebody needed it. New files wait until it is known
    /// whether a search comes to them.
    pub(crate) fn take_arrived(&self) -> Vec<PathBuf> {
        let mut state = self.state();
        if !state.is_listing() {
            state.new.clear();
        }
        let State { arrived, new, .. } = &mut *state;
        arrived.extract_if(.., |path| !new.contains(path)).collect()
    }

    /// What was read of a file.
    pub(crate) fn supply(&self, path: &Path, read: Result<Vec<u8>, Unreadable>) {
        let mut state = self.state();
        if state.wanted.contains(&bytes_of(path)) {
            // It has changed since it was read.
            return;
        }
        state.asked.remove(&bytes_of(path));
        state.existing.insert(path.to_owned(), read != Err(Unreadable::Missing));
        if read == Err(Unreadable::Missing) {
            state.lists.values_mut().for_each(|files| files.retain(|file| file != path));
        }
        state.contents.insert(path.to_owned(), read);
        state.note_arrival(path);
    }

    /// Whether there is something at a path.
    pub(crate) fn set_existing(&self, path: &Path, exists: bool) {
        let mut state = self.state();
        state.asked.remove(&Want::Exists { path: path.to_owned() });
        state.existing.insert(path.to_owned(), exists);
        state.note_arrival(path);
    }

    /// The files that a search of a folder found. So that nobody has to ask for each of them: `marks` are the
    /// configurations and repositories of the `folders` that it looked into.
    pub(crate) fn set_list(&self, folder: &Path, files: Vec<PathBuf>, folders: &[PathBuf], marks: &[PathBuf]) {
        let mut state = self.state();
        let list = Want::List { path: folder.to_owned() };
        if state.wanted.contains(&list) {
            return;
        }
        state.asked.remove(&list);
        state.lists.insert(folder.to_owned(), files);
        let marks: BTreeSet<&PathBuf> = marks.iter().collect();
        for path in folders.iter().flat_map(|folder| MARKS.map(|name| folder.join(name))) {
            let exists = marks.contains(&path);
            state.existing.entry(path).or_insert(exists);
        }
    }

    /// The files of a folder that may be documents; none as long as they are not known.
    pub(crate) fn list(&self, folder: &Path) -> Vec<PathBuf> {
        let mut state = self.state();
        let found = state.lists.get(folder).cloned();
        found.unwrap_or_else(|| {
            state.want(Want::List { path: folder.to_owned() });
            Vec::new()
        })
    }

    /// Whether the bytes of a file have arrived.
    pub(crate) fn is_there(&self, path: &Path) -> bool {
        self.state().contents.contains_key(path)
    }

    /// Asks for a file that will be needed.
    pub(crate) fn prefetch(&self, path: &Path) {
        let mut state = self.state();
        if !state.contents.contains_key(path) {
            state.want(bytes_of(path));
        }
    }

    /// Whether the search of a folder left out a file, or all files of a folder in it. Asks for the search if its result
    /// is not known.
    pub(crate) fn is_hidden(&self, folder: &Path, path: &Path) -> bool {
        let mut state = self.state();
        let Some(found) = state.lists.get(folder) else {
            state.want(Want::List { path: folder.to_owned() });
            return false;
        };
        let is_hidden = !found.iter().any(|file| file.starts_with(path));
        if is_hidden {
            state.hidden.insert(path.to_owned());
        }
        is_hidden
    }

    /// A file or folder was changed, created or deleted. It is wanted again, and announced when it arrives.
    pub(crate) fn changed(&self, path: &Path) {
        let mut state = self.state();
        let is_other = |known: &PathBuf| !known.starts_with(path);
        state.contents.retain(|known, _| is_other(known));
        state.existing.retain(|known, _| is_other(known));
        if !state.is_known_file(path) && !state.hidden.contains(path) {
            state.list_again(path);
            state.new.insert(path.to_owned());
        }
        state.asked.remove(&bytes_of(path));
        state.miss(path, bytes_of(path));
    }

    /// Forgets the bytes of a file.
    pub(crate) fn forget_bytes(&self, path: &Path) {
        if let Some(Ok(bytes)) = self.state().contents.remove(path) {
            erase(bytes);
        }
    }

    /// Forgets the bytes of all files but these.
    pub(crate) fn forget_bytes_but(&self, kept: &[PathBuf]) {
        let mut state = self.state();
        let gone = state.contents.extract_if(.., |path, _| !kept.contains(path));
        gone.filter_map(|(_, read)| read.ok()).for_each(erase);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn want(&mut self, want: Want) {
        if !self.asked.contains(&want) {
            self.wanted.insert(want);
        }
    }

    fn is_listing(&self) -> bool {
        self.wanted.iter().chain(&self.asked).any(|want| matches!(want, Want::List { .. }))
    }

    fn is_known_file(&self, path: &Path) -> bool {
        self.lists.values().flatten().any(|file| file == path)
    }

    /// Wants the folders to be searched again that hold this path, or are below it.
    fn list_again(&mut self, path: &Path) {
        let is_stale = |folder: &PathBuf| path.starts_with(folder) || folder.starts_with(path);
        let stale: Vec<PathBuf> = self.lists.keys().filter(|folder| is_stale(folder)).cloned().collect();
        for path in stale {
            self.lists.remove(&path);
            let list = Want::List { path };
            self.asked.remove(&list);
            self.want(list);
        }
        self.hidden.clear();
    }

    fn miss(&mut self, path: &Path, want: Want) -> Unreadable {
        self.missed.insert(path.to_owned());
        self.want(want);
        Unreadable::Pending
    }

    fn note_arrival(&mut self, path: &Path) {
        if self.missed.remove(path) {
            self.arrived.insert(path.to_owned());
        }
    }
}

impl Files for EditorFiles {
    fn read(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        let path = clean(path);
        let mut state = self.state();
        match state.contents.get(&path) {
            Some(Ok(bytes)) if bytes.len() > max_bytes => Err(Unreadable::TooLarge),
            Some(read) => read.clone(),
            None if state.existing.get(&path) == Some(&false) => Err(Unreadable::Missing),
            None => Err(state.miss(&path, bytes_of(&path))),
        }
    }

    fn exists(&self, path: &Path) -> Result<bool, Unreadable> {
        let path = clean(path);
        let mut state = self.state();
        let known = state.existing.get(&path).copied();
        known.ok_or_else(|| state.miss(&path, Want::Exists { path: path.clone() }))
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }
}

fn bytes_of(path: &Path) -> Want {
    Want::Bytes { path: path.to_owned(), max_bytes: MAX_BYTES }
}

/// Overwrites the bytes with zeros, so that no value stays in memory.
fn erase(mut bytes: Vec<u8>) {
    bytes.fill(0);
    std::hint::black_box(&bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_wanted_once_and_announced_when_it_arrives() {
        let (files, path) = (EditorFiles::default(), Path::new("/0/a.toml"));
        assert_eq!((files.read(path, 9), files.read(path, 9)), (Err(Unreadable::Pending), Err(Unreadable::Pending)));
        assert_eq!(files.take_wanted(), [bytes_of(Path::new("/0/a.toml"))]);
        assert_eq!((files.read(path, 9), files.take_wanted()), (Err(Unreadable::Pending), vec![]));
        assert!(files.is_waiting() && files.take_arrived().is_empty());
        files.supply(path, Ok(b"text".to_vec()));
        assert!(!files.is_waiting());
        assert_eq!(files.take_arrived(), [path]);
        assert_eq!((files.read(path, 9), files.read(path, 3)), (Ok(b"text".to_vec()), Err(Unreadable::TooLarge)));
        assert_eq!(files.exists(path), Ok(true));
    }

    #[test]
    fn a_path_with_dots_means_the_file_that_an_editor_names_without_them() {
        let (files, path) = (EditorFiles::default(), Path::new("/0/p/../shared/./a.toml"));
        assert_eq!((files.read(path, 9), files.exists(path)), (Err(Unreadable::Pending), Err(Unreadable::Pending)));
        drop(files.take_wanted());
        files.supply(Path::new("/0/shared/a.toml"), Ok(b"text".to_vec()));
        assert_eq!(files.take_arrived(), [Path::new("/0/shared/a.toml")]);
        assert_eq!((files.read(path, 9), files.exists(path)), (Ok(b"text".to_vec()), Ok(true)));
    }

    #[test]
    fn a_missing_file_stays_missing_until_it_changes() {
        let (files, path) = (EditorFiles::default(), Path::new("/0/p/a.toml"));
        assert_eq!(files.exists(path), Err(Unreadable::Pending));
        files.set_existing(path, false);
        assert_eq!((files.exists(path), files.read(path, 9)), (Ok(false), Err(Unreadable::Missing)));
        files.changed(Path::new("/0/p"));
        assert_eq!(files.exists(path), Err(Unreadable::Pending));
    }

    #[test]
    fn a_file_that_is_fetched_in_advance_is_not_announced() {
        let (files, path) = (EditorFiles::default(), Path::new("/0/a.json"));
        files.prefetch(path);
        assert_eq!(files.take_wanted(), [bytes_of(Path::new("/0/a.json"))]);
        files.supply(path, Ok(b"{}".to_vec()));
        assert!(files.take_arrived().is_empty());
        files.prefetch(path);
        assert!(!files.is_waiting());
        files.forget_bytes(path);
        assert_eq!(files.read(path, 9), Err(Unreadable::Pending));
    }

    fn wants_list(files: &EditorFiles) -> bool {
        files.take_wanted().iter().any(|want| matches!(want, Want::List { .. }))
    }

    #[test]
    fn a_folder_is_listed_again_after_something_in_it_has_come_or_gone() {
        let (files, folder) = (EditorFiles::default(), Path::new("/0/p"));
        assert!(files.list(folder).is_empty() && wants_list(&files));
        let list = || files.set_list(folder, vec!["/0/p/x/a.json".into()], &[], &[]);
        list();
        assert_eq!(files.list(folder), [Path::new("/0/p/x/a.json")]);
        for (path, is_listed_again) in
            [("/0/q", false), ("/0/p/x/a.json", false), ("/0/p/x/b.json", true), ("/0/p/x", true), ("/0/p", true)]
        {
            files.changed(Path::new(path));
            assert_eq!(wants_list(&files), is_listed_again, "{path}");
            list();
        }
    }

    #[test]
    fn a_file_that_a_search_leaves_out_is_hidden_and_causes_one_search() {
        let (files, folder, path) = (EditorFiles::default(), Path::new("/0/p"), Path::new("/0/p/out/b.json"));
        files.set_list(folder, vec!["/0/p/x/a.json".into()], &[], &[]);
        assert!(!files.is_hidden(folder, Path::new("/0/p/x/a.json")) && !files.is_hidden(folder, Path::new("/0/p/x")));
        assert!(files.is_hidden(folder, path));
        files.changed(path);
        assert!(!wants_list(&files));
    }

    #[test]
    fn a_file_that_changes_is_fetched_and_announced_before_anybody_asks() {
        let (files, path) = (EditorFiles::default(), Path::new("/0/p/a.json"));
        files.supply(path, Ok(b"old".to_vec()));
        files.changed(path);
        assert_eq!(files.take_wanted(), [bytes_of(Path::new("/0/p/a.json"))]);
        files.supply(path, Ok(b"new".to_vec()));
        assert_eq!((files.take_arrived(), files.read(path, 9)), (vec![path.to_owned()], Ok(b"new".to_vec())));
    }

    #[test]
    fn a_new_file_is_announced_when_it_is_known_whether_a_search_comes_to_it() {
        let (files, folder, path) = (EditorFiles::default(), Path::new("/0/p"), Path::new("/0/p/new.json"));
        files.set_list(folder, vec!["/0/p/a.json".into()], &[], &[]);
        let both = [Path::new("/0/p/a.json"), path];
        both.iter().for_each(|path| files.changed(path));
        drop(files.take_wanted());
        both.iter().for_each(|path| files.supply(path, Ok(b"{}".to_vec())));
        assert_eq!(files.take_arrived(), [Path::new("/0/p/a.json")]);
        files.set_list(folder, vec!["/0/p/a.json".into()], &[], &[]);
        assert_eq!((files.take_arrived(), files.is_hidden(folder, path)), (vec![path.to_owned()], true));
    }

    #[test]
    fn what_was_read_before_a_change_does_not_count() {
        let (files, path) = (EditorFiles::default(), Path::new("/0/a.json"));
        files.changed(path);
        assert_eq!(files.take_wanted(), [bytes_of(path)]);
        files.changed(path);
        files.supply(path, Ok(b"old".to_vec()));
        assert!(!files.is_there(path) && files.take_arrived().is_empty());
        assert_eq!(files.take_wanted(), [bytes_of(path)]);
        files.supply(path, Ok(b"new".to_vec()));
        assert_eq!(files.take_arrived(), [path]);
    }

    #[test]
    fn the_bytes_of_all_files_are_forgotten_but_those_that_are_needed_again() {
        let (files, a, b) = (EditorFiles::default(), Path::new("/0/a.json"), Path::new("/0/b.toml"));
        [a, b].iter().for_each(|path| files.supply(path, Ok(b"text".to_vec())));
        files.forget_bytes_but(&[b.to_owned()]);
        assert_eq!([a, b].map(|path| files.is_there(path)), [false, true]);
    }

    #[test]
    fn a_list_says_where_projects_begin() {
        let (files, folder) = (EditorFiles::default(), PathBuf::from("/0/p"));
        files.set_list(&folder, vec![], std::slice::from_ref(&folder), &["/0/p/.git".into()]);
        assert_eq!(files.exists(Path::new("/0/p/.git")), Ok(true));
        assert_eq!(files.exists(Path::new("/0/p/cxvars.toml")), Ok(false));
        assert_eq!(files.exists(Path::new("/0/cxvars.toml")), Err(Unreadable::Pending));
    }
}
