//! Generates `commands.rs`, the list of the commands.
#![expect(clippy::disallowed_methods, reason = "a build script reads files")]

#[path = "../core/build/list.rs"]
mod list;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    list::table("src/command/mod.rs", |_| true, "commands.rs")
}
