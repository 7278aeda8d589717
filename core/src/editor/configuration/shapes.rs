//! What a configuration may say at a path, from its declared sections.

use std::collections::BTreeSet;

use crate::options::section::{About, Key, Shape};

/// The keys of a section, including those of parts that are written in the same table.
pub(super) fn keys(about: &'static About) -> Vec<&'static Key> {
    let keys = about.keys.iter().flat_map(|key| match key.shape {
        Shape::Flat(part) => keys(part),
        Shape::Hidden => Vec::new(),
        _ => vec![key],
    });
    keys.collect()
}

/// A key that is declared at a path.
pub(super) fn key_at(root: &'static About, path: &[String]) -> Option<&'static Key> {
    let (last, parents) = path.split_last()?;
    let about = table_of(shape_at(root, parents)?)?;
    keys(about).into_iter().find(|key| key.name == last)
}

/// The shape of what is at a path; none if nothing may be there.
pub(super) fn shape_at(root: &'static About, path: &[String]) -> Option<Shape> {
    path.iter().try_fold(Shape::Table(root), |shape, part| below(shape, part))
}

/// The section of a table, or of the tables of a list.
pub(super) fn table_of(shape: Shape) -> Option<&'static About> {
    match shape {
        Shape::Table(about) => Some(about),
        Shape::Again(..) => again(shape),
        Shape::List(inner) => table_of(*inner),
        Shape::Either(shapes) => shapes.iter().find_map(|shape| table_of(*shape)),
        _ => None,
    }
}

/// Whether a header rather than a value is written for a shape: a table, a list of tables, or tables by name.
pub(super) fn is_for_headers(shape: Shape) -> bool {
    match shape {
        Shape::Table(_) | Shape::Again(..) => true,
        Shape::List(inner) | Shape::Entries(inner) => is_for_headers(*inner),
        _ => false,
    }
}

/// The words that a value of this shape may be, as they are written in TOML.
pub(super) fn words(shape: Shape) -> Vec<String> {
    match shape {
        Shape::Words(words) => words().into_iter().map(|word| format!("\"{word}\"")).collect(),
        Shape::Numbers(numbers) => numbers.iter().map(u64::to_string).collect(),
        Shape::Boolean => vec!["true".to_owned(), "false".to_owned()],
        Shape::List(inner) => words(*inner),
        Shape::Either(shapes) => {
            let mut all: Vec<String> = shapes.iter().flat_map(|shape| words(*shape)).collect();
            let mut known = BTreeSet::new();
            all.retain(|word| known.insert(word.clone()));
            all
        }
        _ => Vec::new(),
    }
}

/// The section that is part of itself.
#[cfg(feature = "config")]
fn again(shape: Shape) -> Option<&'static About> {
    use crate::options::rule::WrittenCondition;
    use crate::options::section::Section as _;
    const CONDITION: &About = &WrittenCondition::ABOUT;
    matches!(shape, Shape::Again(header, _) if header == CONDITION.header).then_some(CONDITION)
}

#[cfg(not(feature = "config"))]
fn again(_: Shape) -> Option<&'static About> {
    None
}

fn below(shape: Shape, part: &str) -> Option<Shape> {
    match shape {
        Shape::Again(..) => again(shape).and_then(|about| below(Shape::Table(about), part)),
        Shape::Table(about) => keys(about).into_iter().find(|key| key.name == part).map(|key| key.shape),
        Shape::List(inner) => below(*inner, part),
        Shape::Entries(inner) => Some(*inner),
        Shape::Either(shapes) => shapes.iter().find_map(|shape| below(*shape, part)),
        _ => None,
    }
}
