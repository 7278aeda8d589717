//! Paths as messages and globs see them.

use std::path::{Component, Path, PathBuf};

use cxvars_core::base::display;

/// A path for messages and reports.
pub fn shown(path: &Path) -> String {
    display::escape(&path.to_string_lossy().replace('\\', "/"))
}

/// The folder that holds `path`, or `.` for a bare file name.
pub fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The path of `file` as seen from `folder`, with `/` between its parts. Both are absolute. `real` follows links: those
/// in folders are followed, a link at the file itself is not. The path stays absolute if the two share no root.
pub fn relative(file: &Path, folder: &Path, real: &dyn Fn(&Path) -> PathBuf) -> PathBuf {
    let (Some(parent), Some(name)) = (file.parent(), file.file_name()) else { return file.to_owned() };
    let (parent, folder) = (real(parent), real(folder));
    let (mut to, mut from) = (parent.components().peekable(), folder.components().peekable());
    if to.peek() != from.peek() {
        return file.to_owned();
    }
    while to.peek().is_some() && to.peek() == from.peek() {
        to.next();
        from.next();
    }
    let up = from.map(|_| "..".to_owned());
    let down = to.map(Component::as_os_str).chain([name]).map(|part| part.to_string_lossy().into_owned());
    PathBuf::from(up.chain(down).collect::<Vec<_>>().join("/"))
}

/// Where a project is, and where the paths of a run start from.
#[derive(Clone, Debug)]
pub struct Base {
    working_directory: PathBuf,
    project_file: Option<PathBuf>,
}

impl Base {
    /// `working_directory` is absolute. Relative paths start from there, and messages show paths from there.
    pub fn new(working_directory: &Path, project_file: Option<&Path>) -> Self {
        Self { working_directory: working_directory.to_owned(), project_file: project_file.map(Path::to_owned) }
    }

    /// Where relative paths start from.
    pub fn working_directory(&self) -> &Path {
        &self.working_directory
    }

    /// The project file, if there is one.
    pub fn project_file(&self) -> Option<&Path> {
        self.project_file.as_deref()
    }

    /// The project's folder: that of its file, else the working directory.
    pub fn folder(&self) -> &Path {
        self.project_file().and_then(Path::parent).unwrap_or(&self.working_directory)
    }

    /// A path of the project for messages.
    pub fn shown(&self, path: &Path) -> String {
        shown(path.strip_prefix(&self.working_directory).unwrap_or(path))
    }

    /// Globs that start from the project's folder, whichever file they are written in.
    pub fn globs(&self) -> GlobRoot {
        GlobRoot::new(&self.working_directory, self.folder())
    }

    /// Globs that start from the working directory.
    pub fn globs_here(&self) -> GlobRoot {
        GlobRoot::new(&self.working_directory, &self.working_directory)
    }
}

/// Where globs start from.
#[derive(Clone, Debug)]
pub struct GlobRoot {
    working_directory: PathBuf,
    folder: PathBuf,
}

impl GlobRoot {
    /// Globs that start from `folder`. Paths that are looked at are as seen from `working_directory`, which is absolute.
    fn new(working_directory: &Path, folder: &Path) -> Self {
        Self { working_directory: working_directory.to_owned(), folder: clean(folder) }
    }

    /// The path as globs see it: from the folder, with `/` between its parts; none if it is not in the folder. It goes by
    /// the text alone, not by the file system.
    pub fn relative(&self, path: &Path) -> Option<String> {
        let absolute = clean(&self.working_directory.join(path));
        let inside = absolute.strip_prefix(&self.folder).ok()?;
        let parts: Vec<_> = inside.components().map(|component| component.as_os_str().to_string_lossy()).collect();
        Some(parts.join("/"))
    }
}

/// The path without `.` and `..`.
pub fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => drop(clean.pop()),
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_goes_up_and_down_between_folders() {
        for (file, folder, expected) in [
            ("/none/p/vars.json", "/none/p", "vars.json"),
            ("/none/p/a/vars.json", "/none/p", "a/vars.json"),
            ("/none/q/vars.json", "/none/p/sub", "../../q/vars.json"),
        ] {
            assert_eq!(relative(Path::new(file), Path::new(folder), &Path::to_owned), Path::new(expected));
        }
    }
}
