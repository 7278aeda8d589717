//! `value_from: {file: PATH}`.

use std::path::{Path, PathBuf};

use cxvars_core::base::display;
use cxvars_core::base::secret::Secret;

use super::{Context, SourceError};
use crate::system::clean::Problem;
use crate::system::files;

/// Reads the file. With every symbolic link resolved, it must lie in the project's folder, so that a manifest that
/// comes with a repository cannot read a key elsewhere on the machine.
pub(super) fn resolve(path: &str, context: &Context<'_>) -> Result<Secret, SourceError> {
    read(path, context).map_err(|problem| {
        let folder = display::escape(&context.manifest_folder.to_string_lossy());
        let is_relative = Path::new(path).is_relative();
        let from = if is_relative { format!(", relative to the document's folder `{folder}`,") } else { String::new() };
        SourceError::File { path: display::escape(path), from, problem }
    })
}

fn read(path: &str, context: &Context<'_>) -> Result<Secret, Problem> {
    if path.is_empty() || path.contains('\0') {
        return Err("has no usable name; give a path that is relative to the document's folder".into());
    }
    let root = canonical(context.project_root).map_err(|_| "cannot be looked for: the project folder is gone")?;
    let target = canonical(&context.manifest_folder.join(path))?;
    if !target.starts_with(&root) {
        return Err("lies outside the project folder; move it into that folder or use `env`".into());
    }
    let (file, metadata) = files::open_foreign(&target)?;
    if others_can_reach(&target, files::mode(&metadata)) {
        return Err("can be read or changed by other users; run `chmod 600` on it".into());
    }
    super::read_value(file)
}

fn canonical(path: &Path) -> Result<PathBuf, &'static str> {
    path.canonicalize().map_err(|error| files::problem(&error))
}

/// Whether users who are neither the owner nor in the file's group can read or change it: the file's mode allows it,
/// and so does every folder above it. The folders are checked so that the common 0644 file in a private home folder is
/// accepted.
fn others_can_reach(target: &Path, mode: u32) -> bool {
    const READ_OR_WRITE: u32 = 0o006;
    const SEARCH: u32 = 0o001;
    let open_to_others = |folder: &Path| match folder.metadata() {
        Ok(metadata) => files::mode(&metadata) & SEARCH != 0,
        // The folder cannot be checked. The safe assumption is that it keeps nobody out.
        Err(_) => true,
    };
    mode & READ_OR_WRITE != 0 && target.ancestors().skip(1).all(open_to_others)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::value_source::tests::test_context;

    struct Project {
        root: tempfile::TempDir,
    }

    impl Project {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(root.path().join("project/sub")).unwrap();
            Self { root }
        }

        fn path(&self, name: &str) -> PathBuf {
            self.root.path().join(name)
        }

        fn write(&self, name: &str, content: &[u8]) {
            std::fs::write(self.path(name), content).unwrap();
            self.set_mode(name, 0o600);
        }

        #[cfg(unix)]
        fn set_mode(&self, name: &str, mode: u32) {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(self.path(name), PermissionsExt::from_mode(mode)).unwrap();
        }

        #[cfg(not(unix))]
        fn set_mode(&self, _name: &str, _mode: u32) {}

        fn resolve(&self, path: &str) -> Result<String, String> {
            let (root, folder, params) = (self.path("project"), self.path("project/sub"), BTreeMap::new());
            let context = Context { project_root: &root, manifest_folder: &folder, ..test_context(&|_| None, &params) };
            match resolve(path, &context) {
                Ok(value) => Ok(value.expose().to_owned()),
                Err(error) => Err(error.to_string()),
            }
        }
    }

    fn assert_problem(outcome: &Result<String, String>, part: &str) {
        let message = outcome.as_ref().unwrap_err();
        assert!(message.contains(part), "{message}");
    }

    #[test]
    fn a_path_starts_from_the_manifest_and_may_climb_within_the_project() {
        let project = Project::new();
        project.write("project/sub/token", b"one\r\n");
        project.write("project/token", b"two\n");
        assert_eq!(project.resolve("token"), Ok("one".to_owned()));
        assert_eq!(project.resolve("../token"), Ok("two".to_owned()));
        let absolute = project.path("project/token").display().to_string();
        assert_eq!(project.resolve(&absolute), Ok("two".to_owned()));
    }

    #[test]
    fn nothing_outside_the_project_is_read() {
        let project = Project::new();
        project.write("secret", b"hunter2");
        std::fs::create_dir(project.path("project-evil")).unwrap();
        project.write("project-evil/secret", b"hunter2");
        let absolute = project.path("secret").display().to_string();
        for path in ["../../secret", "../../project-evil/secret", "./.././../secret", &absolute] {
            let outcome = project.resolve(path);
            assert_problem(&outcome, "outside the project folder");
            assert_problem(&outcome, path);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_counts_as_what_it_points_to() {
        let project = Project::new();
        project.write("secret", b"hunter2");
        project.write("project/real", b"one");
        let link = |target: &str, name: &str| {
            std::os::unix::fs::symlink(target, project.path(name)).unwrap();
        };
        link("../../secret", "project/sub/out");
        link("../real", "project/sub/in");
        link("../..", "project/sub/up");
        link("absent", "project/sub/broken");
        link("loop", "project/sub/loop");
        assert_problem(&project.resolve("out"), "outside the project folder");
        assert_problem(&project.resolve("up/secret"), "outside the project folder");
        assert_eq!(project.resolve("in"), Ok("one".to_owned()));
        assert_problem(&project.resolve("broken"), "no such file or folder");
        assert!(project.resolve("loop").is_err());
    }

    #[test]
    fn only_regular_files_are_read() {
        let project = Project::new();
        assert_problem(&project.resolve("."), "not a regular file");
        assert_problem(&project.resolve("absent"), "no such file or folder");
        assert_problem(&project.resolve(""), "no usable name");
        assert_problem(&project.resolve("a\0b"), "no usable name");
    }

    #[cfg(unix)]
    #[test]
    fn a_fifo_is_refused_and_does_not_block() {
        let project = Project::new();
        let made = std::process::Command::new("mkfifo").arg(project.path("project/sub/fifo")).status();
        if made.is_ok_and(|status| status.success()) {
            assert_problem(&project.resolve("fifo"), "not a regular file");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_reach_is_refused_with_advice() {
        let project = Project::new();
        project.write("project/sub/token", b"hunter2");
        for mode in [0o644, 0o604, 0o602, 0o666] {
            project.set_mode("project/sub/token", mode);
            project.set_mode("", 0o755);
            project.set_mode("project", 0o755);
            project.set_mode("project/sub", 0o755);
            let outcome = project.resolve("token");
            assert_problem(&outcome, "chmod 600");
            assert!(!outcome.unwrap_err().contains("hunter2"));
            // A folder that keeps others out protects the files in it.
            project.set_mode("project", 0o700);
            assert_eq!(project.resolve("token"), Ok("hunter2".to_owned()), "{mode:o}");
        }
    }

    #[test]
    fn too_much_or_binary_content_is_refused_without_showing_it() {
        let project = Project::new();
        project.write("project/sub/big", &vec![b'x'; super::super::CAP_BYTES + 1]);
        project.write("project/sub/binary", b"hunter2\xff");
        assert_problem(&project.resolve("big"), "64 KiB");
        let outcome = project.resolve("binary");
        assert_problem(&outcome, "UTF-8");
        assert!(!outcome.unwrap_err().contains("hunter2"));
    }
}
