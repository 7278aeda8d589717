//! Malicious and broken plugins, each with the reason for which it is stopped.

use std::time::Duration;

use cxvars_host::policy::Limits;

use crate::plugin::{self, FINDING, FREE, FindingAt, ONE_FINDING, Policy, component_of_text, finding, words};

/// Fuel stops endless plugins. A deadline would depend on the machine's load, so it is set far away.
pub const LIMITS: Limits = Limits { fuel: 200_000, memory: 8 << 20, deadline: Duration::from_secs(3_600) };
const ENDLESS: &str = "(loop $for_ever (br $for_ever)) unreachable";

/// A plugin.
pub struct Case {
    /// What is wrong with it.
    pub name: &'static str,
    /// Its file.
    pub plugin: Vec<u8>,
    /// The limits of a call.
    pub limits: Limits,
    /// A part of the expected reason.
    pub why: &'static str,
}

/// A plugin with the usual limits.
pub fn case(name: &'static str, why: &'static str, plugin: Vec<u8>) -> Case {
    Case { name, plugin, limits: LIMITS, why }
}

fn policy(name: &'static str, why: &'static str, policy: &Policy) -> Case {
    case(name, why, policy.component())
}

/// Repeats a text.
pub fn many(count: usize, one: &str) -> String {
    one.repeat(count)
}

/// A body of `check` that returns a list of `count` findings at `address`.
fn answering(address: u32, count: u32, bytes: Vec<u8>) -> Policy {
    Policy::checking(format!("(i32.const {FREE})")).with(FREE, words(&[address, count])).with(address, bytes)
}

fn one(at: FindingAt) -> Policy {
    answering(FREE + 64, 1, finding(at))
}

/// All of them.
pub fn cases() -> Vec<Case> {
    let mut cases = loops();
    cases.extend(memory());
    cases.extend(answers());
    cases.extend(descriptions());
    cases.extend(files());
    cases.extend(bombs());
    cases
}

fn loops() -> Vec<Case> {
    let recursion =
        "(func $deeper (param i64 i64 i64 i64) (call $deeper (local.get 1) (local.get 2) (local.get 3) (local.get 0)))";
    let fill = Policy {
        memory: "100".to_owned(),
        ..Policy::checking(
            "(loop $again (memory.fill (i32.const 65536) (i32.const 1) (i32.const 6000000)) (br $again)) unreachable",
        )
    };
    vec![
        policy("an endless loop", "used up its fuel of 200000", &Policy::checking(ENDLESS)),
        policy("an endless loop in describe", "used up its fuel", &Policy::describing(ENDLESS)),
        policy(
            "an endless loop at the start",
            "used up its fuel",
            &Policy { more: format!("(func $start {ENDLESS}) (start $start)"), ..Policy::default() },
        ),
        policy(
            "a loop in the allocator",
            "used up its fuel",
            &Policy { realloc: ENDLESS.to_owned(), ..Policy::default() },
        ),
        policy(
            "recursion",
            "calls went too deep",
            &Policy {
                more: recursion.to_owned(),
                ..Policy::checking("(call $deeper (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)) unreachable")
            },
        ),
        policy("filling memory for ever", "used up its fuel", &fill),
        Case {
            limits: Limits { fuel: u64::MAX, deadline: Duration::from_millis(10), ..LIMITS },
            ..policy("an endless loop with fuel for centuries", "ran for longer than 10 ms", &Policy::checking(ENDLESS))
        },
        policy("a trap", "it broke off", &Policy::checking("unreachable")),
        policy("a trap in describe", "it broke off", &Policy::describing("unreachable")),
        policy(
            "a trap at the start",
            "it broke off",
            &Policy { more: "(func $start unreachable) (start $start)".to_owned(), ..Policy::default() },
        ),
        policy("a division by zero", "it broke off", &Policy::checking("(i32.div_u (i32.const 1) (i32.const 0))")),
        policy(
            "a call of a function that is not there",
            "it broke off",
            &Policy {
                more: "(type $none (func)) (table 1 funcref)".to_owned(),
                ..Policy::checking("(call_indirect (type $none) (i32.const 0)) unreachable")
            },
        ),
    ]
}

fn memory() -> Vec<Case> {
    let grow = "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) unreachable";
    let table = "(loop $more (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 10000)) (i32.const -1)))) unreachable";
    vec![
        policy("a memory bomb", "wanted more than 8 MiB of memory", &Policy::checking(grow)),
        policy(
            "a memory that begins too large",
            "wanted more than 8 MiB",
            &Policy { memory: "60000".to_owned(), ..Policy::default() },
        ),
        policy(
            "a table bomb",
            "wanted more",
            &Policy { more: "(table $t 1 funcref)".to_owned(), ..Policy::checking(table) },
        ),
        policy(
            "a table that begins too large",
            "wanted more",
            &Policy { more: "(table 9000000 funcref)".to_owned(), ..Policy::default() },
        ),
        policy(
            "data beyond the memory",
            "it broke off",
            &Policy { memory: "1".to_owned(), ..Policy::default() }.with(65_530, vec![1; 64]),
        ),
        policy(
            "an allocator that gives memory that is not there",
            "it broke off",
            &Policy { realloc: "(i32.const 0x7ffffff0)".to_owned(), ..Policy::default() },
        ),
        policy(
            "an allocator that gives memory that is not aligned",
            "it broke off",
            &Policy { realloc: "(i32.const 65537)".to_owned(), ..Policy::default() },
        ),
    ]
}

fn answers() -> Vec<Case> {
    let at = FindingAt::default();
    let far = 0x7fff_fff0;
    let aliased: Vec<u8> = (0..1_000).flat_map(|_| finding(FindingAt { message: (65_536, 900_000), ..at })).collect();
    // It copies its one finding when `check` is called.
    let plenty = |count: u32| {
        let copy = format!("(memory.copy (local.get $to) (i32.const {FINDING}) (i32.const 40))");
        let next = "(local.set $to (i32.add (local.get $to) (i32.const 40)))";
        let end = 65_536 + 40 * count;
        let policy = Policy::checking(format!(
            "(local $to i32) (local.set $to (i32.const 65536))
             (loop $more {copy} {next} (br_if $more (i32.lt_u (local.get $to) (i32.const {end})))) (i32.const {FREE})"
        ));
        Policy { memory: "96".to_owned(), ..policy.with(FREE, words(&[65_536, count])) }
    };
    let well_fed = Limits { fuel: 100_000_000, ..LIMITS };
    vec![
        policy("an answer beyond the memory", "it broke off", &Policy::checking(format!("(i32.const {far})"))),
        policy(
            "an answer that is not aligned",
            "it broke off",
            &Policy::checking(format!("(i32.const {})", ONE_FINDING + 1)),
        ),
        policy("a list beyond the memory", "it broke off", &answering(FREE + 64, u32::MAX, Vec::new())),
        policy("a message beyond the memory", "it broke off", &one(FindingAt { message: (far, 5), ..at })),
        policy(
            "a message that is longer than memory",
            "it broke off",
            &one(FindingAt { message: (1024, u32::MAX), ..at }),
        ),
        policy(
            "a message that is not UTF-8",
            "it broke off",
            &one(FindingAt { message: (2048, 2), ..at }).with(2048, [0xc3, 0x28]),
        ),
        policy(
            "a message that acts on a terminal",
            "is not one line",
            &one(FindingAt { message: (2048, 4), ..at }).with(2048, *b"\x1b[2J"),
        ),
        policy(
            "a message of two lines",
            "is not one line",
            &one(FindingAt { message: (2048, 3), ..at }).with(2048, *b"a\nb"),
        ),
        policy(
            "a message that is too long",
            "is not one line",
            &one(FindingAt { message: (8192, 1001), ..at }).with(8192, vec![b'x'; 1001]),
        ),
        policy("a place of no kind", "it broke off", &one(FindingAt { place: (9, 0, 0), ..at })),
        policy("a field that there is not", "it broke off", &one(FindingAt { place: (2, 0, 99), ..at })),
        policy("help that neither is nor is not", "it broke off", &one(FindingAt { help: (7, 0, 0), ..at })),
        policy("a variable that does not exist", "does not exist", &one(FindingAt { place: (1, 1, 0), ..at })),
        policy(
            "a code that is not its own",
            "none of its rules",
            &one(FindingAt { code: (2048, 5), ..at }).with(2048, *b"CX103"),
        ),
        // A thousand findings that share one message of 900 kilobytes.
        case(
            "an answer of a gigabyte",
            "answer is longer than 4 MiB",
            Policy { memory: "32".to_owned(), ..answering(1 << 20, 1_000, aliased) }
                .with(65_536, vec![b'x'; 900_000])
                .component(),
        ),
        Case {
            limits: well_fed,
            ..policy("a hundred thousand findings", "answer is longer than 4 MiB", &plenty(100_000))
        },
        Case { limits: well_fed, ..policy("more findings than are taken", "1001 findings", &plenty(1_001)) },
    ]
}

fn descriptions() -> Vec<Case> {
    let describing = |bytes: Vec<u8>| Policy::describing(format!("(i32.const {FREE})")).with(FREE, bytes);
    vec![
        policy("no rules", "it has 0 rules", &describing(plugin::description((1040, 6), (1056, 5), (1104, 0)))),
        policy("two thousand rules", "describes itself wrongly", &{
            let rules = (0..2_000).flat_map(|_| words(&[1024, 5, 1040, 11, 1, 1072, 12])).collect::<Vec<u8>>();
            describing(plugin::description((1040, 6), (1056, 5), (8192, 2_000))).with(8192, rules)
        }),
        policy("a name in no case", "its name", &describing(plugin::description((1072, 12), (1056, 5), (1104, 1)))),
        policy("a severity that there is not", "it broke off", &Policy::default().with(1104 + 16, words(&[9]))),
        policy("the code of a failure", "is reserved", &Policy::default().with(1024, *b"PX000")),
        policy("a code of the engine", "is not PX and three to six digits", &Policy::default().with(1024, *b"CX501")),
    ]
}

fn files() -> Vec<Case> {
    let good = Policy::default().component();
    let cut = good[..good.len() / 2].to_vec();
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xff);
    let oversized = [good.clone(), vec![0; 1 << 20]].concat();
    let imports = |text: &str| component_of_text(&format!("(component {text})"));
    vec![
        case("nothing", "not a WebAssembly component", Vec::new()),
        case("a text", "not a WebAssembly component", b"{\"variables\": []}".to_vec()),
        case("a core module", "is a core WebAssembly module", Policy::default().module()),
        case("half a component", "is malformed", cut),
        case("a damaged component", "is malformed", damaged),
        case("a file that is too large", "is too large", oversized),
        case("a component without exports", "does not export `cxvars:validator/rules@1.1.0`", imports("")),
        case(
            "another world",
            "does not export",
            imports(
                "(core module $m (func (export \"f\"))) (core instance $i (instantiate $m)) (func (export \"check\") (canon lift (core func $i \"f\")))",
            ),
        ),
        case("an import of a function", "imports `host`", imports("(import \"host\" (func))")),
        case(
            "an import of the clock",
            "imports `wasi:clocks/wall-clock@0.2.0`",
            imports("(import \"wasi:clocks/wall-clock@0.2.0\" (instance (export \"now\" (func (result u64)))))"),
        ),
        case(
            "an import of types alone",
            "imports `cxvars:validator/types`",
            imports("(import \"cxvars:validator/types\" (instance))"),
        ),
        case(
            "memory of 64 bits",
            "is malformed: memory64 must be enabled",
            component_of_text("(component (core module (memory i64 1)))"),
        ),
        case(
            "an export whose name acts on a terminal",
            "is malformed: ",
            component_of_text("(component (type (instance (export \"\\1b[2J\" (func)))))"),
        ),
        case("shared memory", "is malformed", component_of_text("(component (core module (memory 1 2 shared)))")),
    ]
}

/// Small files that would take long to compile.
fn bombs() -> Vec<Case> {
    let with = |more: String| Policy { more, ..Policy::default() }.component();
    let locals = many(50, &format!("(func {})", many(40_000, "(local i64)")));
    let followed: String =
        (0..1_900).map(|n| format!("(loop (br_if 0 (local.get 0)) (local.set {n} (i32.const {n}))")).collect();
    let followed = format!("(func (param i32) {} {followed} {})", many(1_900, "(local i32)"), many(1_900, ")"));
    let body = format!("(func (param i32) {})", many(20_000, "(drop (i32.mul (local.get 0) (local.get 0)))"));
    let functions = many(12_000, "(func)");
    let copies = many(2, &format!("(func {})", many(3_000, "(memory.copy (i32.const 0) (i32.const 0) (i32.const 0))")));
    // Each component instantiates the previous one twice: 2^40 instances of the first.
    let mut doubling = "(component $c0)".to_owned();
    for level in 1..=40 {
        let of = format!("(instance (instantiate $c{}))", level - 1);
        doubling +=
            &format!("(component $c{level} (alias outer $top $c{} (component $c{})) {of} {of})", level - 1, level - 1);
    }
    vec![
        case("a function that is too long", "takes too long to compile", with(body)),
        case("functions with too many locals", "takes too long to compile", with(locals)),
        case("locals in loops", "takes too long to compile", with(followed)),
        case("too many functions", "takes too long to compile", with(functions)),
        case("copies of memory", "takes too long to compile", with(copies)),
        case(
            "components that multiply",
            "takes too long to compile",
            component_of_text(&format!("(component $top {doubling})")),
        ),
        case("components within components", "takes too long to compile", nested(10_000)),
        case(
            "many modules",
            "takes too long to compile",
            component_of_text(&format!("(component {})", many(100, "(core module)"))),
        ),
    ]
}

/// Nested components.
fn nested(depth: usize) -> Vec<u8> {
    const HEAD: &[u8] = b"\0asm\x0d\0\x01\0";
    (0..depth).fold(HEAD.to_vec(), |inner, _| {
        // A section of kind 4 with its length in LEB128.
        let mut length = inner.len();
        let mut component = [HEAD, &[4]].concat();
        while length > 0x7f {
            component.push(length as u8 | 0x80);
            length >>= 7;
        }
        component.push(length as u8);
        component.extend(inner);
        component
    })
}
