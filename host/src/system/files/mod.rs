//! Files: private files, atomic writes, opening without following links, and the wording of I/O errors.

mod draft;
mod file_system;
mod place;
mod private;
mod reading;
mod rewrite;
mod wording;

pub(crate) use draft::{Draft, Readers};
pub use file_system::FileSystem;
pub(crate) use place::{are_same, could_be_folder, mode, relative, resolved};
pub use place::{parent, sync_parent};
pub use private::{
    Placed, create_dir_all, create_new, lock_beside, open_regular, rename, replace, restrict_dir, write_whole,
};
pub(crate) use reading::{open_file, open_foreign, open_named, read_capped};
pub(crate) use rewrite::rewrite;
pub use wording::describe;
pub(crate) use wording::problem;
