//! What the operating system gives: files, environment variables, the user's folders.

pub mod environment;
pub mod private_fs;
pub(crate) mod rewrite;
pub(crate) mod secret_file;
pub mod user_folders;
