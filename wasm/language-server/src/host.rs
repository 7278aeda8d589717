//! What the server has around it in an editor: its files, and the day.

use std::path::{Path, PathBuf};

use cxvars_core::base::date::Date;
use cxvars_core::diagnostic::rule::Rule;
use cxvars_language_server::{Host, Kind, Policies, Wanted};
use cxvars_project::Project;
use cxvars_project::files::{Files, Unreadable};

use crate::files::EditorFiles;
use crate::policies::EditorPolicies;

/// An editor around the server.
pub(crate) struct Editor {
    pub(crate) files: EditorFiles,
    pub(crate) policies: EditorPolicies,
    today: Option<Date>,
}

impl Editor {
    /// `today` is a day such as `2027-01-31`.
    pub(crate) fn new(today: &str) -> Self {
        Self { files: EditorFiles::default(), policies: EditorPolicies::default(), today: Date::parse(today) }
    }
}

impl Files for Editor {
    fn read(&self, path: &Path, max_bytes: usize) -> Result<Vec<u8>, Unreadable> {
        self.files.read(path, max_bytes)
    }

    fn exists(&self, path: &Path) -> Result<bool, Unreadable> {
        self.files.exists(path)
    }

    fn resolved(&self, path: &Path) -> PathBuf {
        self.files.resolved(path)
    }
}

impl Host for Editor {
    fn today(&self) -> Option<Date> {
        self.today
    }

    fn environment_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn user_file(&self) -> Option<PathBuf> {
        None
    }

    fn policies(&self, project: &Project) -> Result<Policies, String> {
        self.policies.of(project)
    }

    /// The extension has pages of its own.
    fn rule_page(&self, _rule: &Rule) -> Option<PathBuf> {
        None
    }

    fn is_hidden(&self, folder: &Path, file: &Path) -> bool {
        self.files.is_hidden(folder, file)
    }

    fn walk(&self, folder: &Path, wanted: Wanted) -> Vec<PathBuf> {
        let mut found = self.files.list(folder);
        found.retain(|path| wanted(path, Kind::File) && is_entered(path, folder, &wanted));
        found
    }
}

/// Whether a search of `root` looks into the folders that a file is in.
fn is_entered(file: &Path, root: &Path, wanted: &Wanted) -> bool {
    let folders = file.ancestors().skip(1).take_while(|folder| *folder != root);
    folders.into_iter().all(|folder| wanted(folder, Kind::Folder))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn a_walk_enters_only_folders_that_are_wanted() {
        let editor = Editor::new("2027-01-31");
        let files = ["/0/p/a.json", "/0/p/x/b.json", "/0/p/y/z/c.json", "/0/p/d.txt"].map(PathBuf::from);
        editor.files.set_list(Path::new("/0/p"), files.to_vec(), &[], &[]);
        let wanted: Wanted = Arc::new(|path, kind| match kind {
            Kind::File => path.extension().is_some_and(|extension| extension == "json"),
            Kind::Folder => !path.ends_with("y"),
        });
        assert_eq!(editor.walk(Path::new("/0/p"), wanted), [Path::new("/0/p/a.json"), Path::new("/0/p/x/b.json")]);
        assert_eq!(editor.today(), Some(Date::new(2027, 1, 31)));
    }
}
