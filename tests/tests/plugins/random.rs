//! Random components, and random modules within a policy: loading and calling them ends with a verdict or a reason.

use arbitrary::Unstructured;
use cxvars_core::check::Source;
use cxvars_core::options::CheckOptions;
use cxvars_core::policy::Subject;
use cxvars_host::policy::{CompileLimits, Compiler, Limits, Sandbox};
use cxvars_tests::campaign::Size;
use cxvars_tests::plugin::Policy;
use cxvars_tests::process::binary;
use cxvars_tests::random::Random;
use wasm_smith::{Component, Config, Module};

/// Number of components.
const COMPONENTS: Size = Size { usual: 200, campaign: 10_000 };
/// Number of random bytes that one is made from.
const BYTES: usize = 4_096;
const DOCUMENT: &[u8] = br#"[{"name": "crm_url", "type": "string", "value": "https://crm.example.com"}]"#;

/// What a policy may use, or all that the generator knows.
fn config(is_usual: bool) -> Config {
    let all = Config { max_instructions: 1_000, ..Config::default() };
    match is_usual {
        false => all,
        true => Config {
            custom_page_sizes_enabled: false,
            exceptions_enabled: false,
            gc_enabled: false,
            max_imports: 0,
            max_memories: 1,
            memory64_enabled: false,
            relaxed_simd_enabled: false,
            shared_everything_threads_enabled: false,
            tail_call_enabled: false,
            threads_enabled: false,
            ..all
        },
    }
}

/// A component: a random one, or a policy with a random module that is instantiated.
fn component(random: &mut Random) -> Option<Vec<u8>> {
    let bytes: Vec<u8> = (0..BYTES).map(|_| random.below(256) as u8).collect();
    let mut bytes = Unstructured::new(&bytes);
    let is_usual = random.below(8) > 0;
    if random.below(6) == 0 {
        return Some(Component::new(config(is_usual), &mut bytes).ok()?.to_bytes());
    }
    let module = Module::new(config(is_usual), &mut bytes).ok()?.to_bytes();
    let mut length = Vec::new();
    let mut left = module.len();
    while left > 0x7f {
        length.push(left as u8 | 0x80);
        left >>= 7;
    }
    length.push(left as u8);
    // Sections of a module, and of an instance of the second module without arguments.
    Some([&Policy::default().component()[..], &[1], &length, &module, &[2, 4, 1, 0, 1, 0]].concat())
}

#[test]
fn a_random_component_is_refused_or_does_no_harm() {
    let sandbox = Sandbox::with(Compiler::new(binary().to_owned(), CompileLimits::default())).unwrap();
    let options = CheckOptions::default();
    let subject = Subject::of(&Source::read(DOCUMENT, &options).check(&options, None)).unwrap();
    let limits = Limits { fuel: 200_000, memory: 8 << 20, ..Limits::default() };
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut reasons = std::collections::BTreeMap::new();
    let (mut made, mut refused, mut failed, mut judged) = (0, 0, 0, 0);
    while made < COMPONENTS.get() {
        let Some(bytes) = component(&mut random) else { continue };
        made += 1;
        match sandbox.load(&bytes, None, limits) {
            Err(reason) => {
                assert!(!reason.is_empty() && !reason.contains('\n'), "{reason:?}");
                assert!(!reason.starts_with("cannot be compiled: another version"), "{reason:?}");
                *reasons.entry(reason.chars().take(60).collect::<String>()).or_insert(0) += 1;
                refused += 1;
            }
            Ok(plugin) if plugin.check(subject.facts()).is_err() => failed += 1,
            Ok(_) => judged += 1,
        }
    }
    println!("{refused} refused, {failed} failed, {judged} judged; {reasons:#?}");
    assert!(refused > made / 10 && judged > made / 20, "{refused} refused, {failed} failed, {judged} judged");
    let good = sandbox.load(&Policy::default().component(), None, limits).unwrap();
    assert_eq!(good.check(subject.facts()).unwrap().findings.len(), 1);
}
