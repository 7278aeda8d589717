//! Policies that are expensive to compile, each made from four numbers, so that a search can vary them.
//!
//! A bomb is the default [`Policy`], which any host accepts, and a module or types in addition, which it never uses.

use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;

use crate::plugin::Policy;

/// What is added to the policy. Each constructor reads the numbers of the bomb in its own way.
struct Shape {
    name: &'static str,
    /// The sections of the component that are added.
    sections: fn(&Bomb) -> Vec<u8>,
}

/// A policy that is expensive to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bomb {
    shape: usize,
    /// Its numbers: how many, how wide, in how many functions, and which variant.
    pub numbers: [u32; 4],
}

const I64: u8 = 0x7e;
const EMPTY: u8 = 0x40;
const END: u8 = 0x0b;
const DROP: u8 = 0x1a;
const ZERO: [u8; 2] = [0x42, 0];
const FALSE: [u8; 2] = [0x41, 0];

static SHAPES: [Shape; 24] = [
    Shape { name: "blocks-with-parameters", sections: |bomb| nested(bomb, &[]) },
    Shape { name: "branches-with-parameters", sections: |bomb| nested(bomb, &[&FALSE[..], &[0x0d, 0]].concat()) },
    Shape { name: "calls", sections: |bomb| wide(bomb, &[0x10, 0]) },
    Shape { name: "indirect-calls", sections: |bomb| wide(bomb, &[&FALSE[..], &[0x11, 1, 0]].concat()) },
    Shape { name: "branches-to-many", sections: branches_to_many },
    Shape { name: "locals-in-loops", sections: locals_in_loops },
    Shape { name: "straight", sections: straight },
    Shape { name: "operands", sections: operands },
    Shape { name: "conditions", sections: conditions },
    Shape {
        name: "unreachable",
        sections: |bomb| code(bomb, 0, &[], &[&[0x00][..], &unit(bomb).repeat(count(bomb))].concat()),
    },
    Shape {
        name: "small-functions",
        sections: |bomb| code(&Bomb { numbers: [1, bomb.numbers[1], bomb.numbers[0], 0], ..*bomb }, 0, &[], &[]),
    },
    Shape { name: "elements", sections: elements },
    Shape { name: "globals", sections: globals },
    Shape { name: "function-types", sections: function_types },
    Shape { name: "exports", sections: exports },
    Shape { name: "data", sections: data },
    Shape { name: "tables", sections: tables },
    Shape { name: "imports", sections: imports },
    Shape { name: "names", sections: names },
    Shape { name: "records", sections: records },
    Shape { name: "tuples-of-tuples", sections: tuples_of_tuples },
    Shape { name: "types-in-types", sections: types_in_types },
    Shape { name: "component-functions", sections: component_functions },
    Shape { name: "core-types", sections: core_types },
];

impl Bomb {
    /// Number of shapes.
    pub fn shapes() -> usize {
        SHAPES.len()
    }

    /// The bomb of the shape with this index.
    pub fn new(shape: usize, numbers: [u32; 4]) -> Self {
        Self { shape: shape % SHAPES.len(), numbers }
    }

    /// The index of its shape.
    pub fn shape(&self) -> usize {
        self.shape
    }

    /// The component.
    pub fn component(&self) -> Vec<u8> {
        static GOOD: OnceLock<Vec<u8>> = OnceLock::new();
        let good = GOOD.get_or_init(|| Policy::default().component());
        [&good[..], &(SHAPES[self.shape].sections)(self)].concat()
    }
}

impl fmt::Display for Bomb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [count, width, functions, variant] = self.numbers;
        write!(f, "{} {count} {width} {functions} {variant}", SHAPES[self.shape].name)
    }
}

impl FromStr for Bomb {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || format!("`{text}` is not a bomb");
        let mut words = text.split_whitespace();
        let name = words.next().ok_or_else(bad)?;
        let shape = SHAPES.iter().position(|shape| shape.name == name).ok_or_else(bad)?;
        let numbers: Vec<u32> = words.map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
        Ok(Self { shape, numbers: numbers.try_into().map_err(|_| bad())? })
    }
}

fn count(bomb: &Bomb) -> usize {
    bomb.numbers[0] as usize
}

fn width(bomb: &Bomb) -> usize {
    bomb.numbers[1] as usize
}

/// Which of so many kinds of its shape it is. The lowest bit of the variant says whether a module is instantiated.
fn kind(bomb: &Bomb, kinds: u32) -> u32 {
    bomb.numbers[3] / 2 % kinds
}

/// How many functions, or whatever else is there several times.
fn functions(bomb: &Bomb, most: usize) -> usize {
    (bomb.numbers[2] as usize).clamp(1, most)
}

/// A number as LEB128.
fn leb(mut number: usize) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

/// A number of items, and the items.
fn list(count: usize, items: impl AsRef<[u8]>) -> Vec<u8> {
    [&leb(count)[..], items.as_ref()].concat()
}

fn each(count: usize, item: impl FnMut(usize) -> Vec<u8>) -> Vec<u8> {
    list(count, (0..count).flat_map(item).collect::<Vec<u8>>())
}

fn section(id: u8, content: impl AsRef<[u8]>) -> Vec<u8> {
    let content = content.as_ref();
    [&[id][..], &leb(content.len()), content].concat()
}

/// A section of a component that holds a module, which is instantiated if the variant is odd.
fn module(bomb: &Bomb, sections: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let sections: Vec<u8> = sections.iter().flat_map(|(id, content)| section(*id, content)).collect();
    let mut out = section(1, [&b"\0asm\x01\0\0\0"[..], &sections].concat());
    if bomb.numbers[3] % 2 == 1 {
        // The module after that of the policy, without arguments.
        out.extend(section(2, [1, 0, 1, 0]));
    }
    out
}

fn function_type(params: usize, results: usize) -> Vec<u8> {
    [&[0x60][..], &list(params, vec![I64; params]), &list(results, vec![I64; results])].concat()
}

/// A module of functions with this body and so many locals. Type 0 has neither parameters nor results, type 1 as many of
/// both as the bomb is wide; function 0 has type 1.
fn code(bomb: &Bomb, locals: usize, more: &[(u8, Vec<u8>)], body: &[u8]) -> Vec<u8> {
    let functions = functions(bomb, 60_000);
    let wide = width(bomb);
    let first: Vec<u8> =
        [&[0][..], &(0..wide).flat_map(|n| [&[0x20][..], &leb(n)].concat()).collect::<Vec<u8>>(), &[END]].concat();
    let locals = if locals == 0 { vec![0] } else { [&[1][..], &leb(locals), &[I64]].concat() };
    let body = [&locals[..], body, &[END]].concat();
    let bodies = [&leb(functions + 1)[..], &with_length(&first), &with_length(&body).repeat(functions)].concat();
    let mut sections = vec![
        (1, list(2, [function_type(0, 0), function_type(wide, wide)].concat())),
        (3, [&leb(functions + 1)[..], &[1], &vec![0; functions]].concat()),
        (4, vec![1, 0x70, 0, 1]),
        (5, vec![1, 0, 1]),
        (6, [&[1, I64, 1][..], &ZERO, &[END]].concat()),
        (10, bodies),
    ];
    sections.extend(more.iter().cloned());
    sections.sort_by_key(|(id, _)| *id);
    module(bomb, &sections)
}

/// A body with its length.
fn with_length(body: &[u8]) -> Vec<u8> {
    [&leb(body.len())[..], body].concat()
}

/// Blocks, loops or conditions within each other, all with parameters.
fn nested(bomb: &Bomb, inside: &[u8]) -> Vec<u8> {
    let open: Vec<u8> = match kind(bomb, 3) {
        0 => vec![0x02, 1],
        1 => vec![0x03, 1],
        _ => [&FALSE[..], &[0x04, 1]].concat(),
    };
    let (count, wide) = (count(bomb), width(bomb));
    let open = [&open[..], inside].concat().repeat(count);
    code(bomb, 0, &[], &[&ZERO.repeat(wide)[..], &open, &vec![END; count], &vec![DROP; wide]].concat())
}

/// Repeats what takes and leaves as many values as the bomb is wide.
fn wide(bomb: &Bomb, what: &[u8]) -> Vec<u8> {
    let wide = width(bomb);
    code(bomb, 0, &[], &[&ZERO.repeat(wide)[..], &what.repeat(count(bomb)), &vec![DROP; wide]].concat())
}

fn branches_to_many(bomb: &Bomb) -> Vec<u8> {
    let wide = width(bomb);
    let depth = (bomb.numbers[3] as usize / 2).min(1_000);
    let labels: Vec<u8> = (0..wide).flat_map(|n| leb(n % (depth + 1))).collect();
    let one = [&[0x02, EMPTY][..], &FALSE, &[0x0e], &list(wide, labels), &[0], &[END]].concat();
    code(bomb, 0, &[], &[&[0x02, EMPTY].repeat(depth)[..], &one.repeat(count(bomb)), &vec![END; depth]].concat())
}

fn locals_in_loops(bomb: &Bomb) -> Vec<u8> {
    let wide = width(bomb).max(1);
    let open = if kind(bomb, 2) == 0 { 0x03 } else { 0x02 };
    let get = |n: usize| [&[0x20][..], &leb(n % wide)].concat();
    let body: Vec<u8> = (0..count(bomb))
        .flat_map(|n| {
            let sum = [get(n * 7), get(n * 13), vec![0x7c, 0x21], leb(n % wide)].concat();
            [&[open, EMPTY][..], &FALSE, &[0x0d, 0], &sum].concat()
        })
        .collect();
    let narrow = Bomb { numbers: [bomb.numbers[0], 1, bomb.numbers[2], bomb.numbers[3]], ..*bomb };
    code(&narrow, wide, &[], &[&body[..], &vec![END; count(bomb)]].concat())
}

/// An instruction with its operands that leaves nothing, by the variant.
fn unit(bomb: &Bomb) -> Vec<u8> {
    let double = |n: u8| [&[0x44][..], &[0, 0, 0, 0, 0, 0, n, 0x40]].concat();
    let vector = |n: u8| [&[0xfd, 0x0c][..], &[n; 16]].concat();
    let long = |op: &[u8]| [&ZERO[..], &[0x42, 1], op, &[DROP]].concat();
    let bulk = |op: &[u8]| [&FALSE.repeat(3)[..], op].concat();
    match kind(bomb, 20) {
        0 => long(&[0x7f]),
        1 => long(&[0x81]),
        2 => long(&[0x7e]),
        3 => [&FALSE[..], &[0x40, 0, DROP]].concat(),
        4 => bulk(&[0xfc, 0x0a, 0, 0]),
        5 => bulk(&[0xfc, 0x0b, 0]),
        6 => [&double(1)[..], &[0xfc, 0x06, DROP]].concat(),
        7 => [&double(1)[..], &double(2), &[0xa3, DROP]].concat(),
        8 => [&double(1)[..], &double(2), &[0xa5, DROP]].concat(),
        9 => [&double(1)[..], &[0x9e, DROP]].concat(),
        10 => [&vector(1)[..], &vector(2), &[0xfd, 0x0d], &[3; 16], &[DROP]].concat(),
        11 => [&vector(1)[..], &vector(2), &[0xfd, 0xd5, 0x01, DROP]].concat(),
        12 => [&vector(1)[..], &[0xfd, 0x62, DROP]].concat(),
        13 => [&vector(1)[..], &vector(2), &[0xfd, 0x0e, DROP]].concat(),
        14 => [&ZERO[..], &[0x42, 1], &FALSE, &[0x1b, DROP]].concat(),
        15 => [&[0x23, 0][..], &[0x24, 0]].concat(),
        16 => [&FALSE[..], &[0x29, 3, 0, DROP]].concat(),
        17 => [&FALSE[..], &ZERO, &[0x37, 3, 0]].concat(),
        18 => [&FALSE[..], &[0x25, 0, DROP]].concat(),
        _ => [&FALSE[..], &[0x11, 0, 0]].concat(),
    }
}

fn straight(bomb: &Bomb) -> Vec<u8> {
    code(
        &Bomb { numbers: [bomb.numbers[0], bomb.numbers[1].min(8), bomb.numbers[2], bomb.numbers[3]], ..*bomb },
        0,
        &[],
        &unit(bomb).repeat(count(bomb)),
    )
}

/// Many values at a time, then an instruction for every two of them.
fn operands(bomb: &Bomb) -> Vec<u8> {
    let count = count(bomb).max(1);
    let push: Vec<u8> = if kind(bomb, 2) == 0 { ZERO.to_vec() } else { vec![0x23, 0] };
    code(bomb, 0, &[], &[&push.repeat(count)[..], &vec![0x7c; count - 1], &[DROP]].concat())
}

fn conditions(bomb: &Bomb) -> Vec<u8> {
    let count = count(bomb);
    let inner = unit(bomb);
    let body = match bomb.numbers[1] % 2 {
        0 => [&FALSE[..], &[0x04, EMPTY], &inner, &[0x05], &inner, &[END]].concat().repeat(count),
        _ => [&[&FALSE[..], &[0x04, EMPTY], &inner].concat().repeat(count)[..], &vec![END; count]].concat(),
    };
    code(bomb, 0, &[], &body)
}

fn elements(bomb: &Bomb) -> Vec<u8> {
    let (count, segments) = (count(bomb), width(bomb).clamp(1, 1_000));
    let one = match kind(bomb, 3) {
        // Passive, of functions; passive, of expressions; active.
        0 => [&[1, 0][..], &list(count, vec![0; count])].concat(),
        1 => [&[5, 0x70][..], &list(count, [0xd0, 0x70, END].repeat(count))].concat(),
        _ => [&[0][..], &FALSE, &[END], &list(count, vec![0; count])].concat(),
    };
    let table = [&[1, 0x70, 0][..], &leb(count)].concat();
    module(
        bomb,
        &[
            (1, list(1, function_type(0, 0))),
            (3, vec![1, 0]),
            (4, table),
            (9, list(segments, one.repeat(segments))),
            (10, vec![1, 2, 0, END]),
        ],
    )
}

fn globals(bomb: &Bomb) -> Vec<u8> {
    let sum = [&ZERO[..], &[&ZERO[..], &[0x7c]].concat().repeat(width(bomb).min(1_000))].concat();
    let one = match kind(bomb, 2) {
        0 => [&[I64, 1][..], &sum, &[END]].concat(),
        _ => [&[0x7b, 1, 0xfd, 0x0c][..], &[0; 16], &[END]].concat(),
    };
    module(bomb, &[(6, list(count(bomb), one.repeat(count(bomb))))])
}

fn function_types(bomb: &Bomb) -> Vec<u8> {
    // Each differs from the others in the types of its parameters.
    let wide = width(bomb);
    let one = |n: usize| {
        let params: Vec<u8> = (0..wide).map(|bit| 0x7c + ((n >> (2 * bit.min(15))) & 3) as u8).collect();
        [&[0x60][..], &list(wide, params), &list(wide, vec![I64; wide])].concat()
    };
    module(bomb, &[(1, each(count(bomb), one))])
}

fn name(prefix: &str, n: usize, length: usize) -> Vec<u8> {
    let text = format!("{prefix}{n:0length$}");
    list(text.len(), text)
}

fn exports(bomb: &Bomb) -> Vec<u8> {
    let exports = each(count(bomb), |n| [name("e", n, width(bomb)), vec![0, 0]].concat());
    module(bomb, &[(1, list(1, function_type(0, 0))), (3, vec![1, 0]), (7, exports), (10, vec![1, 2, 0, END])])
}

fn imports(bomb: &Bomb) -> Vec<u8> {
    let imports = each(count(bomb), |n| [name("m", 0, 1), name("i", n, width(bomb)), vec![0, 0]].concat());
    // It has imports, so it is not instantiated.
    let bomb = Bomb { numbers: [bomb.numbers[0], bomb.numbers[1], bomb.numbers[2], 0], ..*bomb };
    module(&bomb, &[(1, list(1, function_type(0, 0))), (2, imports)])
}

fn data(bomb: &Bomb) -> Vec<u8> {
    let bytes = width(bomb);
    let one = match kind(bomb, 2) {
        0 => [&[1][..], &list(bytes, vec![7; bytes])].concat(),
        _ => [&[0][..], &FALSE, &[END], &list(bytes, vec![7; bytes])].concat(),
    };
    let pages = leb(bomb.numbers[2] as usize);
    module(bomb, &[(5, [&[1, 0][..], &pages].concat()), (11, list(count(bomb), one.repeat(count(bomb))))])
}

fn tables(bomb: &Bomb) -> Vec<u8> {
    let one = [&[0x70, 0][..], &leb(width(bomb))].concat();
    module(bomb, &[(4, list(count(bomb), one.repeat(count(bomb))))])
}

fn names(bomb: &Bomb) -> Vec<u8> {
    let entries = each(count(bomb), |n| [leb(n), name("f", n, width(bomb))].concat());
    let functions = section(1, entries);
    module(
        bomb,
        &[
            (1, list(1, function_type(0, 0))),
            (3, vec![1, 0]),
            (10, vec![1, 2, 0, END]),
            (0, [&list(4, "name")[..], &functions].concat()),
        ],
    )
}

/// A section of component types. Those of the policy come before, but nothing here refers to them.
fn types(count: usize, item: impl FnMut(usize) -> Vec<u8>) -> Vec<u8> {
    section(7, each(count, item))
}

fn records(bomb: &Bomb) -> Vec<u8> {
    let wide = width(bomb).max(1);
    let field = |n: usize| [name("f", n, 1), vec![0x7f]].concat();
    let case = |n: usize| [name("c", n, 1), vec![0, 0]].concat();
    let label = |n: usize| name("l", n, 1);
    types(count(bomb), |_| match kind(bomb, 4) {
        0 => [vec![0x72], each(wide, field)].concat(),
        1 => [vec![0x71], each(wide, case)].concat(),
        2 => [vec![0x6e], each(wide.min(32), label)].concat(),
        _ => [vec![0x6d], each(wide, label)].concat(),
    })
}

fn tuples_of_tuples(bomb: &Bomb) -> Vec<u8> {
    // Each level is an instance type of its own count of tuples, so that indices begin at zero.
    let wide = width(bomb).max(1);
    let level = |n: usize| match n {
        0 => vec![0x01, 0x6f, 1, 0x7f],
        n => [&[0x01, 0x6f][..], &list(wide, leb(n - 1).repeat(wide))].concat(),
    };
    let levels = count(bomb);
    types(functions(bomb, 5_000), |_| [vec![0x42], each(levels, level)].concat())
}

fn types_in_types(bomb: &Bomb) -> Vec<u8> {
    let kind = 0x41 + (kind(bomb, 2)) as u8;
    let nest = [&[kind, 1, 1].repeat(count(bomb))[..], &[kind, 0]].concat();
    let times = functions(bomb, 5_000);
    section(7, list(times, nest.repeat(times)))
}

fn component_functions(bomb: &Bomb) -> Vec<u8> {
    let param = |n: usize| [name("p", n, 1), vec![0x73]].concat();
    types(count(bomb), |_| [vec![0x40], each(width(bomb), param), vec![0, 0x73]].concat())
}

/// Types of core modules.
fn core_types(bomb: &Bomb) -> Vec<u8> {
    let wide = width(bomb);
    let declared = [&[0x01][..], &function_type(wide % 64, 0)].concat();
    let many = functions(bomb, 50_000);
    section(3, each(count(bomb), |_| [&[0x50][..], &list(many, declared.repeat(many))].concat()))
}
