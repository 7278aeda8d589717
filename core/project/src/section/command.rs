//! `[commands.NAME]`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cxvars_core::options::kind::{AnyTexts, Entries, Keys, Text, Whole};
use cxvars_core::options::reader::{Table, Value};
use cxvars_core::options::section::{Field, Kind, Required, Shape};
use cxvars_core::section;

use super::kind::is_users_own;

section! {
    /// A program that supplies a value: `value_from: {command: NAME}` is its standard output, without one line break
    /// at the end. Only your own file may have this section, because the program is run.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Command("[commands.NAME]") {
        /// The program. It is searched for in `PATH` unless it contains a slash, and it runs in the folder of your
        /// configuration file.
        program: Required<Text>, example "\"op\"";
        /// Its arguments. They are passed on as they are: no shell interprets them.
        args: AnyTexts = Vec::new(), example "[\"read\", \"op://crm/prod/token\"]";
        /// The longest time that the program may take, in seconds.
        timeout_s: Whole<1, 600>, else "`30`", example "10";
        /// The folder of the file that defines it. The program runs there.
        folder: Folder;
    }
}

/// The folder of the configuration file. It is not a key.
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

/// Programs that supply values. Only the user's own file may name them.
pub(super) struct Commands;

impl Kind for Commands {
    type Value = BTreeMap<String, Command>;

    const SHAPE: Shape = <Entries<Keys<Command>> as Kind>::SHAPE;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        if is_users_own(value) {
            return Entries::<Keys<Command>>::read(value);
        }
        value.problem(
            "is not allowed in a project file, because anybody who can change the repository could then run programs on \
             your machine; move it to your own configuration file",
        );
        None
    }
}
