//! Derives documentation, JSON Schema and TypeScript types from the declarations of the sections.

mod page;
#[cfg(feature = "config")]
mod schema;
mod typescript;

pub use page::page;
#[cfg(feature = "config")]
pub use schema::schema;
pub use typescript::members;

use crate::options::section::{About, Key, Shape};

/// The lines of a doc comment, without their leading space.
fn lines<'d>(doc: &'d [&'d str]) -> impl Iterator<Item = &'d str> {
    doc.iter().map(|line| line.strip_prefix(' ').unwrap_or(line))
}

/// The keys that a section accepts, including those of sections that are flattened into it.
fn keys(about: &About) -> Vec<&Key> {
    let written = about.keys.iter().flat_map(|key| match key.shape {
        Shape::Hidden => Vec::new(),
        Shape::Flat(inner) => keys(inner),
        _ => vec![key],
    });
    written.collect()
}
