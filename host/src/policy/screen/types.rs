//! Measures the types of components without recursion: they nest, and the parser's own reader of them recurses.

use wasmparser::{
    BinaryReader, ComponentAlias, ComponentExternName, ComponentImport, ComponentType, ComponentTypeRef, CoreType,
};

/// First byte of the type of a component, and of the type of an instance. Only these contain types.
const NESTING: [u8; 2] = [0x41, 0x42];

/// The size of a section of component types.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Extent {
    /// Number of types, and of the declarations in them.
    pub(super) items: usize,
    /// How deep they nest.
    pub(super) depth: usize,
}

/// Measures a section of component types from its content, as far as it is well-formed and does not nest deeper than
/// `max_depth`. The compiler refuses what is not well-formed.
pub(super) fn measure(section: &[u8], max_depth: usize) -> Extent {
    let mut extent = Extent::default();
    // Where reading stops, so does measuring.
    let _ = add(&mut BinaryReader::new(section, 0), max_depth, &mut extent);
    extent
}

fn add(reader: &mut BinaryReader<'_>, max_depth: usize, extent: &mut Extent) -> Option<()> {
    // For each open list, how many of its entries are still to come. The section itself is a list of types; the type of
    // a component or an instance is a list of declarations, some of which declare types.
    let mut open = vec![reader.read_var_u32().ok()?];
    while let Some(left) = open.last_mut().filter(|_| extent.depth <= max_depth) {
        let Some(after) = left.checked_sub(1) else {
            open.pop();
            continue;
        };
        *left = after;
        extent.items += 1;
        if open.len() > 1 && !declares_a_type(reader)? {
            continue;
        }
        match nested(reader)? {
            Some(count) => {
                extent.depth = extent.depth.max(open.len());
                open.push(count);
            }
            None => drop(reader.read::<ComponentType<'_>>().ok()?),
        }
    }
    Some(())
}

/// Reads a declaration, or only its first byte if it declares a type.
fn declares_a_type(reader: &mut BinaryReader<'_>) -> Option<bool> {
    let kind = reader.read_u8().ok()?;
    match kind {
        0x00 => drop(reader.read::<CoreType<'_>>().ok()?),
        0x01 => {}
        0x02 => {
            reader.read::<ComponentAlias<'_>>().ok()?;
        }
        0x03 => {
            reader.read::<ComponentImport<'_>>().ok()?;
        }
        0x04 => {
            reader.read::<ComponentExternName<'_>>().ok()?;
            reader.read::<ComponentTypeRef>().ok()?;
        }
        _ => return None,
    }
    Some(kind == 0x01)
}

/// If a type with declarations begins here, reads its beginning and returns the number of its declarations.
fn nested(reader: &mut BinaryReader<'_>) -> Option<Option<u32>> {
    let mut ahead = reader.clone();
    if !NESTING.contains(&ahead.read_u8().ok()?) {
        return Some(None);
    }
    let count = ahead.read_var_u32().ok()?;
    *reader = ahead;
    Some(Some(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A section with one type of instances that contains another one, and so on.
    fn nest(depth: usize) -> Vec<u8> {
        let mut section = vec![1];
        // Each declares one type; the innermost nothing.
        section.extend([0x42, 1, 1].repeat(depth - 1));
        section.extend([0x42, 0]);
        section
    }

    #[test]
    fn the_depth_of_types_is_measured_up_to_the_limit_and_without_recursion() {
        assert_eq!(measure(&nest(1), 8), Extent { items: 1, depth: 1 });
        assert_eq!(measure(&nest(8), 8), Extent { items: 8, depth: 8 });
        assert_eq!(measure(&nest(300_000), 8), Extent { items: 9, depth: 9 });
        // A deep one after shallow ones, and in the type of a component after a declaration that is none of a type.
        let section = [&[2, 0x7f][..], &[0x41, 2, 0x02, 0x03, 0x02, 1, 0, 0x01, 0x42, 0]].concat();
        assert_eq!(measure(&section, 8), Extent { items: 4, depth: 2 });
    }

    #[test]
    fn what_is_malformed_is_measured_up_to_there() {
        assert_eq!(measure(&[], 8), Extent::default());
        assert_eq!(measure(&[5, 0x7f, 0x42, 3], 8), Extent { items: 3, depth: 1 });
        assert_eq!(measure(&[1, 0x42, 1, 0x77, 0xff], 8), Extent { items: 2, depth: 1 });
    }
}
