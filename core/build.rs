//! Makes the tables of the rules, of the report formats and of the forms of credentials.
#![expect(clippy::disallowed_methods, reason = "a build script reads files")]

#[path = "build/forms.rs"]
mod forms;
#[path = "build/list.rs"]
mod list;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    list::table("src/rules/mod.rs", |module| module.starts_with("cx"), "rules.rs")?;
    list::table("src/render/formats/mod.rs", |_| true, "formats.rs")?;
    forms::table("src/rules/secrets/forms")
}
