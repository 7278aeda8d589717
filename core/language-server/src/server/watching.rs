//! Which files the client watches for the server.

use std::path::{Path, PathBuf};

use lsp_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, OneOf, Registration, RegistrationParams,
    RelativePattern,
};

use super::Server;
use crate::outbox::{Asked, value};
use crate::uri;

/// The files of the open folders that can be documents or belong to a configuration.
const PATTERNS: [&str; 3] = ["**/*.{json,jsonc,yaml,yml,env,envrc,toml,wasm}", "**/.env.*", "**/.gitignore"];

impl Server {
    pub(super) fn watch_files(&mut self) {
        self.register(PATTERNS.map(|pattern| watcher(GlobPattern::String(pattern.to_owned()))).to_vec(), "files");
    }

    /// Watches the files of configurations that are outside the open folders.
    pub(super) fn watch_sources(&mut self) {
        let outside: Vec<PathBuf> =
            self.sources().into_iter().filter(|path| self.projects.folder_of(path).is_none()).collect();
        let new: Vec<PathBuf> = outside.into_iter().filter(|path| self.watched.insert(path.clone())).collect();
        if new.is_empty() {
            return;
        }
        let watchers = new.iter().filter_map(|path| pattern(path, self.client.watches_relative)).map(watcher);
        self.register(watchers.collect(), &format!("sources-{}", self.watched.len()));
    }

    /// The folders whose files count, for a program that watches them in place of the client.
    pub fn watched_folders(&self) -> &[PathBuf] {
        self.projects.folders()
    }

    /// The files from which the configurations are read, for a program that watches them in place of the client.
    pub fn sources(&self) -> Vec<PathBuf> {
        let mut sources: Vec<PathBuf> =
            self.projects.all().iter().flat_map(|loaded| loaded.sources.iter().cloned()).collect();
        sources.sort();
        sources.dedup();
        sources
    }

    fn register(&mut self, watchers: Vec<FileSystemWatcher>, id: &str) {
        if !self.client.watches || watchers.is_empty() {
            return;
        }
        let options = DidChangeWatchedFilesRegistrationOptions { watchers };
        let registration = Registration {
            id: format!("cxvars-{id}"),
            method: "workspace/didChangeWatchedFiles".to_owned(),
            register_options: Some(value(options)),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        self.outbox.ask("client/registerCapability", params, Asked::Watching);
    }

    /// The client has refused to watch files. Nobody has watched them until now.
    pub(super) fn watch_in_place_of_client(&mut self) {
        if std::mem::take(&mut self.client.watches) {
            self.anything_changed();
        }
    }
}

fn watcher(glob_pattern: GlobPattern) -> FileSystemWatcher {
    FileSystemWatcher { glob_pattern, kind: None }
}

/// The pattern for one file.
fn pattern(path: &Path, as_relative: bool) -> Option<GlobPattern> {
    if !as_relative {
        return Some(GlobPattern::String(path.to_string_lossy().into_owned()));
    }
    let (folder, name) = (uri::uri_of(path.parent()?)?, path.file_name()?.to_string_lossy().into_owned());
    Some(GlobPattern::Relative(RelativePattern { base_uri: OneOf::Right(folder), pattern: name }))
}
