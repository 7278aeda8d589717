//! Which configuration to load.

use std::path::Path;

use cxvars_core::options::ignore::Date;

/// Which configuration to load.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    pub(super) folder: &'r Path,
    pub(super) file: Option<&'r Path>,
    pub(super) user_file: Option<&'r Path>,
    pub(super) environment: Option<(&'r str, &'static str)>,
    pub(super) today: Option<Date>,
}

impl<'r> Request<'r> {
    /// The configuration of a project without a file in this folder, which is absolute. Messages show paths from there.
    pub fn new(folder: &'r Path) -> Self {
        Self { folder, file: None, user_file: None, environment: None, today: None }
    }

    /// The project's `cxvars.toml`; its folder is the project's folder. [`crate::configuration_of`] finds it.
    #[must_use]
    pub fn file(self, file: Option<&'r Path>) -> Self {
        Self { file, ..self }
    }

    /// The user's own file, which need not exist.
    #[must_use]
    pub fn user_file(self, user_file: Option<&'r Path>) -> Self {
        Self { user_file, ..self }
    }

    /// The chosen environment. `named_by` says in messages what named it, such as "`CXVARS_ENV`".
    #[must_use]
    pub fn environment(self, name: Option<&'r str>, named_by: &'static str) -> Self {
        Self { environment: name.map(|name| (name, named_by)), ..self }
    }

    /// The current day, which decides whether an ignore has expired; without it, nothing expires.
    #[must_use]
    pub fn today(self, today: Option<Date>) -> Self {
        Self { today, ..self }
    }
}
