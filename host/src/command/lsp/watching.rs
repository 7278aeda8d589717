//! Watches files for a client that does not.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::mpsc::Sender;

use cxvars_language_server::Server;
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::session::Event;
use crate::system::files::parent;
use crate::system::watching::is_change;

/// What is watched.
pub(super) struct Watching {
    events: Sender<Event>,
    /// `None` before something is watched, and if nothing can be.
    watcher: Option<RecommendedWatcher>,
    /// Folders, each with whether what is below it is watched too.
    watched: BTreeSet<(PathBuf, bool)>,
}

impl Watching {
    pub(super) fn new(events: Sender<Event>) -> Self {
        Self { events, watcher: None, watched: BTreeSet::new() }
    }

    /// Watches what the server needs to know of now.
    pub(super) fn follow(&mut self, server: &Server) {
        if !server.needs_watching() {
            return;
        }
        let wanted = folders(server);
        if wanted == self.watched {
            return;
        }
        if self.watcher.is_none() {
            self.watcher = self.start();
        }
        let Some(watcher) = &mut self.watcher else { return };
        for (folder, _) in self.watched.difference(&wanted) {
            let _ = watcher.unwatch(folder);
        }
        for (folder, is_whole) in wanted.difference(&self.watched) {
            let mode = if *is_whole { RecursiveMode::Recursive } else { RecursiveMode::NonRecursive };
            // A folder that cannot be watched is checked again when a document of it is saved in the editor.
            let _ = watcher.watch(folder, mode);
        }
        self.watched = wanted;
    }

    fn start(&self) -> Option<RecommendedWatcher> {
        let events = self.events.clone();
        let send = move |event: notify::Result<notify::Event>| {
            if let Some(event) = event.ok().and_then(seen) {
                let _ = events.send(event);
            }
        };
        notify::recommended_watcher(send).ok()
    }
}

/// The open folders, and those of the files from which configurations are read. A file is watched by its folder, because
/// editors replace it by another one.
fn folders(server: &Server) -> BTreeSet<(PathBuf, bool)> {
    let open = server.watched_folders();
    let sources = server.sources();
    let is_outside = |source: &&PathBuf| !open.iter().any(|folder| source.starts_with(folder));
    let outside = sources.iter().filter(is_outside).map(|source| (parent(source).to_owned(), false));
    open.iter().map(|folder| (folder.clone(), true)).chain(outside).filter(|(folder, _)| folder.is_dir()).collect()
}

/// What an event of the watcher means.
fn seen(event: notify::Event) -> Option<Event> {
    if event.need_rescan() {
        return Some(Event::Lost);
    }
    is_change(event.kind).then_some(Event::Changed(event.paths))
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, EventKind, Flag};

    use super::*;

    #[test]
    fn events_that_the_system_lost_are_noticed() {
        let of = |kind| notify::Event::new(kind).add_path("/p/a.json".into());
        assert!(
            matches!(seen(of(EventKind::Create(CreateKind::File))), Some(Event::Changed(paths)) if paths.len() == 1)
        );
        assert!(seen(of(EventKind::Access(AccessKind::Any))).is_none());
        let lost = notify::Event::new(EventKind::Other).set_flag(Flag::Rescan);
        assert!(matches!(seen(lost), Some(Event::Lost)));
    }
}
