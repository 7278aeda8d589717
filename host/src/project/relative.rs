//! Paths as seen from another folder.

use std::path::{Component, Path, PathBuf};

/// The path of `file` as seen from `folder`, with `/` between its parts. Both are absolute. Links in folders are
/// followed; a link at the file itself is not. The path stays absolute if the two share no root.
pub(crate) fn relative(file: &Path, folder: &Path) -> PathBuf {
    let real = |folder: &Path| folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
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

/// Where the globs of the configuration start from.
#[derive(Clone)]
pub(crate) struct Place {
    working_directory: PathBuf,
    folder: PathBuf,
}

impl Place {
    /// Globs that start from `folder`. Paths that are looked at are as seen from `working_directory`, which is absolute.
    pub(crate) fn new(working_directory: &Path, folder: &Path) -> Self {
        Self { working_directory: working_directory.to_owned(), folder: clean(folder) }
    }

    /// The path as globs see it: from the folder, with `/` between its parts; none if it is not in the folder. It goes by
    /// the text alone, not by the file system.
    pub(crate) fn relative(&self, path: &Path) -> Option<String> {
        let absolute = clean(&self.working_directory.join(path));
        let inside = absolute.strip_prefix(&self.folder).ok()?;
        let parts: Vec<_> = inside.components().map(|component| component.as_os_str().to_string_lossy()).collect();
        Some(parts.join("/"))
    }
}

/// The path without `.` and `..`.
fn clean(path: &Path) -> PathBuf {
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
            assert_eq!(relative(Path::new(file), Path::new(folder)), Path::new(expected));
        }
    }
}
