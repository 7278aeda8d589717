//! Which files a search of folders is for: by their names, and by `include` and `exclude`.

use std::path::{Path, PathBuf};

use cxvars_core::base::path_glob::PathGlob;
use cxvars_core::options::validate::ValidateCommand;
use cxvars_core::reader::format::DocumentFormat;

use crate::paths::{Base, GlobRoot, clean};

/// Extensions of the files that are looked for in a folder.
const EXTENSIONS: [&str; 5] = ["json", "jsonc", "yaml", "yml", "env"];

/// What `.env.NAME` is if it holds no values: a template to copy, or values that are encrypted.
const WITHOUT_VALUES: [&str; 12] =
    ["age", "dist", "enc", "encrypted", "example", "gpg", "keys", "sample", "schema", "template", "tpl", "vault"];

/// What a search of folders is for.
#[derive(Clone, Debug)]
pub struct Selection {
    /// `[validate] include` and `exclude`, as seen from the project's folder.
    project: GlobRoot,
    include: Option<Vec<PathGlob>>,
    exclude: Vec<PathGlob>,
    /// `--exclude`, as seen from the working directory.
    here: GlobRoot,
    exclude_here: Vec<PathGlob>,
    /// The baseline, which is no document.
    baseline: Option<PathBuf>,
}

impl Selection {
    /// What `[validate]` selects. `exclude` leaves out more, as seen from the working directory.
    pub fn new(base: &Base, validate: &ValidateCommand, exclude: &[PathGlob]) -> Self {
        Self {
            project: base.globs(),
            include: validate.include.clone(),
            exclude: validate.exclude.clone().unwrap_or_default(),
            here: base.globs_here(),
            exclude_here: exclude.to_vec(),
            baseline: None,
        }
    }

    /// Without the file of the baseline.
    #[must_use]
    pub fn without(self, baseline: Option<&Path>) -> Self {
        Self { baseline: baseline.map(clean), ..self }
    }

    /// Whether a file is searched for.
    pub fn has_file(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_wanted = match self.is_included(path) {
            Some(is_included) => is_included && DocumentFormat::of_file_name(&name).is_some(),
            None => has_our_name(&name),
        };
        is_wanted && !self.is_excluded(path) && self.baseline.as_ref().is_none_or(|baseline| *baseline != clean(path))
    }

    /// Whether a folder is looked into.
    pub fn has_folder(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let may_be_hidden = self.is_included(path).is_some() && name != ".git";
        (may_be_hidden || !name.starts_with('.')) && !self.is_excluded(path)
    }

    /// Whether a search of `folder` comes to the file at `path`, which starts from there.
    pub fn finds(&self, folder: &Path, path: &Path) -> bool {
        self.has_file(&folder.join(path)) && self.reaches(folder, path.parent().unwrap_or(Path::new("")))
    }

    /// Whether a search of `folder` looks into the folder at `path`, which starts from there.
    pub fn reaches(&self, folder: &Path, path: &Path) -> bool {
        let below = path.ancestors().filter(|below| !below.as_os_str().is_empty());
        below.map(|below| folder.join(below)).all(|below| self.has_folder(&below))
    }

    /// What keeps files from being found, for a message.
    pub fn describe(&self) -> String {
        let patterns = EXTENSIONS.map(|extension| format!("*.{extension}")).join(" ");
        let names = format!("{patterns} .env .env.* that are neither hidden nor named by a .gitignore");
        let include =
            if self.include.is_some() { "what [validate] `include` names and a .gitignore does not" } else { &names };
        let has_exclude = !self.exclude.is_empty() || !self.exclude_here.is_empty();
        format!("{include}{}", if has_exclude { ", nor left out by an `exclude`" } else { "" })
    }

    /// Whether `include` names a file; none if there is no `include`, or if it says nothing about files elsewhere.
    fn is_included(&self, path: &Path) -> Option<bool> {
        let include = self.include.as_ref()?;
        let path = self.project.relative(path)?;
        Some(covers(include, &path))
    }

    fn is_excluded(&self, path: &Path) -> bool {
        let by = |globs: &[PathGlob], root: &GlobRoot| {
            !globs.is_empty() && root.relative(path).is_some_and(|path| covers(globs, &path))
        };
        by(&self.exclude, &self.project) || by(&self.exclude_here, &self.here)
    }
}

fn covers(globs: &[PathGlob], path: &str) -> bool {
    globs.iter().any(|glob| glob.covers(path))
}

/// Whether a name is that of a document. Files of the `.env` family are hidden by custom.
fn has_our_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    if name == ".env" || name.starts_with(".env.") {
        return !WITHOUT_VALUES.contains(&ending);
    }
    EXTENSIONS.contains(&ending) && (ending == "env" || !name.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_known_by_their_names() {
        for name in [
            "a.json",
            "A.JSONC",
            "a.yaml",
            "a.yml",
            "prod.env",
            ".env",
            ".env.prod",
            ".ENV.Local",
            ".env.yaml",
            ".prod.env",
        ] {
            assert!(has_our_name(name), "{name}");
        }
        for name in [
            "a.md",
            "json",
            ".a.json",
            ".envrc",
            ".environment",
            ".env.example",
            ".env.local.SAMPLE",
            ".env.vault",
            "env",
        ] {
            assert!(!has_our_name(name), "{name}");
        }
    }

    #[test]
    fn include_and_exclude_start_from_the_project_and_the_flag_from_here() {
        let glob = |text: &str| vec![PathGlob::new(text).unwrap()];
        let base = Base::new(Path::new("/r/p"), Some(Path::new("/r/cxvars.toml")));
        let mut validate = ValidateCommand { exclude: Some(glob("p/old/")), ..ValidateCommand::default() };
        let selection = Selection::new(&base, &validate, &glob("/new"));
        for (path, is_found) in [("/r/p/a.json", true), ("/r/p/old/a.json", false), ("new/a.json", false)] {
            assert_eq!(selection.has_file(Path::new(path)), is_found, "{path}");
        }
        assert!(!selection.has_folder(Path::new("old")) && !selection.has_folder(Path::new(".hidden")));
        validate.include = Some(glob("p/**"));
        let selection = Selection::new(&base, &validate, &[]);
        for (path, is_found) in [("/r/p/.a.json", true), ("/r/a.json", false), ("/elsewhere/a.json", true)] {
            assert_eq!(selection.has_file(Path::new(path)), is_found, "{path}");
        }
        assert!(selection.has_folder(Path::new(".hidden")) && !selection.has_folder(Path::new(".git")));
    }
}
