//! Globs that choose files and folders: `include`, `exclude`.

use crate::base::glob::{Glob, GlobError};

/// A glob that chooses a file or a folder with all that is in it.
///
/// A glob without `/` stands for a name, at any depth. One with `/` stands for a path from the folder that globs start
/// from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathGlob {
    glob: Glob,
    is_name: bool,
}

impl PathGlob {
    /// Reads a glob. A `./` or `/` in front of it and a `/` at its end are left out.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, GlobError> {
        let path = text.strip_suffix('/').unwrap_or(text);
        let is_name = !path.contains('/');
        let path = path.strip_prefix('.').filter(|path| path.starts_with('/')).unwrap_or(path);
        Ok(Self { glob: Glob::new(path.strip_prefix('/').unwrap_or(path))?, is_name })
    }

    /// Whether it chooses a path, or a folder that the path is in. The path has `/` between its parts.
    pub fn covers(&self, path: &str) -> bool {
        if self.is_name {
            return path.split('/').any(|name| self.glob.matches(name));
        }
        let folders = path.match_indices('/').filter_map(|(end, _)| path.get(..end));
        folders.chain([path]).any(|path| self.glob.matches(path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glob_covers_names_at_any_depth_paths_and_what_is_in_a_folder() {
        for (glob, path, covers) in [
            ("a.json", "a.json", true),
            ("a.json", "x/y/a.json", true),
            ("*.test.json", "x/a.test.json", true),
            ("fixtures", "x/fixtures/y/a.json", true),
            ("fixtures/", "x/fixtures/y/a.json", true),
            ("fix", "x/fixtures/a.json", false),
            ("./fixtures", "fixtures/a.json", true),
            ("./fixtures", "x/fixtures/a.json", false),
            ("/fixtures", "x/fixtures/a.json", false),
            ("/fixtures", "fixtures/a.json", true),
            ("x/*.json", "x/a.json", true),
            ("x/*.json", "x/y/a.json", false),
            ("x/**", "x/y/a.json", true),
            ("x/y", "x/y/z/a.json", true),
            ("**/y", "x/y/z/a.json", true),
            ("{a,b}/c", "b/c", true),
            (".env*", "x/.env.local", true),
        ] {
            assert_eq!(PathGlob::new(glob).unwrap().covers(path), covers, "{glob} {path}");
        }
        assert!(PathGlob::new("x/[").is_err());
    }
}
