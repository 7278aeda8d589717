//! What the server asks of the program around it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::diagnostic::rule::Rule;
use cxvars_core::options::ignore::Date;
use cxvars_project::files::Files;
use cxvars_project::{Judge, Project};

/// Decides whether a search takes a file, or looks into a folder.
pub type Wanted = Arc<dyn Fn(&Path, Kind) -> bool + Send + Sync>;

/// What a search finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// The policies of a project, ready to judge.
pub type Policies = Arc<dyn Judge + Send + Sync>;

/// The program around the server: a process on a desktop, or a page in a browser.
pub trait Host: Files + Send + Sync {
    /// The day, by which ignores expire; `None` if nothing is to expire.
    fn today(&self) -> Option<Date>;

    /// The names of the process's environment variables, which documents may refer to.
    fn environment_names(&self) -> Vec<String>;

    /// The user's own configuration file, which need not exist.
    fn user_file(&self) -> Option<PathBuf>;

    /// Compiles the policies of a project.
    ///
    /// # Errors
    /// A message for the user.
    fn policies(&self, project: &Project) -> Result<Policies, String>;

    /// The file that explains a rule, for editors that cannot show it in another way; `None` if there is none.
    fn rule_page(&self, rule: &Rule) -> Option<PathBuf>;

    /// Whether a `.gitignore` in an open folder hides a file from searches.
    fn is_hidden(&self, folder: &Path, file: &Path) -> bool;

    /// The files of a folder and of the folders in it that are wanted, without those that a `.gitignore` names.
    fn walk(&self, folder: &Path, wanted: Wanted) -> Vec<PathBuf>;
}
