//! `[commands.NAME]`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cxvars_core::options::kind::{AnyTexts, Entries, Keys, Text, Whole};
use cxvars_core::options::reader::{Table, Value};
use cxvars_core::options::section::{Field, Kind, Required, Shape};
use cxvars_core::section;

use super::kind::is_users_own;

section! {
    /// A program that gives a value: `value_from: {command: NAME}` is its output, without one newline at the end. Only your own file
    /// may have this section.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Command("[commands.NAME]") {
        /// The program, searched for in `PATH` unless it has a slash. It runs in the folder of the file.
        program: Required<Text>, example "\"op\"";
        /// Its arguments. There is no shell that would look at them.
        args: AnyTexts = Vec::new(), example "[\"read\", \"op://crm/prod/token\"]";
        /// How long it may take, in seconds.
        timeout_s: Whole<1, 600>, else "`30`", example "10";
        /// The folder of the file that says so, in which it runs.
        folder: Folder;
    }
}

/// The folder of the file; not a key.
pub(super) struct Folder;

impl Field for Folder {
    type Held = PathBuf;

    const SHAPE: Shape = Shape::Hidden;
    const IS_REQUIRED: bool = false;

    fn fill(table: &mut Table<'_>, _: &'static str) -> Option<Self::Held> {
        Some(table.folder().to_owned())
    }

    fn merge(higher: Self::Held, _: Self::Held) -> Self::Held {
        higher
    }
}

/// Programs, which no project's file may name.
pub(super) struct Commands;

impl Kind for Commands {
    type Value = BTreeMap<String, Command>;

    const SHAPE: Shape = <Entries<Keys<Command>> as Kind>::SHAPE;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        if is_users_own(value) {
            return Entries::<Keys<Command>>::read(value);
        }
        value.problem(
            "cannot stand in a project file, since whoever can change the repository would have it run; move it to \
             your own configuration file",
        );
        None
    }
}
