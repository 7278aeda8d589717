//! A path as seen from another folder.

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
