//! Which rules can find anything in a variable, by what is cheap to look at: the first and last byte of its name, its type,
//! and whether it is encrypted. Most rules are left out by that, and cost nothing.

use super::condition::{Condition, Test};
use super::set::{Ask, CustomRule};
use crate::base::vocabulary::VariableType;

/// Number of rules that a block is about: the bits of a word.
pub(crate) const BLOCK: usize = 64;

/// An index of up to [`BLOCK`] rules. A set of rules is a word, with a bit for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// By the first byte of the name.
    first: Box<[u64; 256]>,
    /// By the last byte of the name.
    last: Box<[u64; 256]>,
    /// Those that can find something in a variable without a name.
    unnamed: u64,
    /// By the type, in the order of [`VariableType::ALL`]; then for an unknown type.
    types: [u64; 5],
    /// By whether it is encrypted; then for an unknown answer.
    encrypted: [u64; 3],
}

impl Block {
    /// The index of these rules, which are at most [`BLOCK`].
    pub(crate) fn new(rules: &[CustomRule]) -> Self {
        let mut block =
            Self { first: Box::new([0; 256]), last: Box::new([0; 256]), unnamed: 0, types: [0; 5], encrypted: [0; 3] };
        for (at, rule) in rules.iter().enumerate() {
            block.add(1 << at, rule);
        }
        block
    }

    fn add(&mut self, bit: u64, rule: &CustomRule) {
        let mut needed: Vec<&Test> = rule.when.iter().flat_map(|when| &when.of_variable).collect();
        let mut refuted = None;
        match &rule.ask {
            Ask::Forbid(condition) => needed.extend(&condition.of_variable),
            Ask::Require(condition) => refuted = only_test(condition),
            Ask::Document(_) => {}
        }
        let (mut first, mut last) = ([true; 256], [true; 256]);
        let mut is_name_needed = false;
        for test in &needed {
            if let Test::Name(globs) = test {
                is_name_needed = true;
                let ends = |of: fn(&str, &str) -> Option<u8>| -> Vec<Option<u8>> {
                    globs.iter().map(|glob| glob.ends().and_then(|(start, end)| of(start, end))).collect()
                };
                restrict(&mut first, &ends(|start, _| start.bytes().next()));
                restrict(&mut last, &ends(|_, end| end.bytes().next_back()));
            }
            is_name_needed |= matches!(test, Test::NamePattern(_) | Test::Contract(_));
        }
        set(bit, &first, self.first.as_mut_slice());
        set(bit, &last, self.last.as_mut_slice());
        self.unnamed |= if is_name_needed { 0 } else { bit };
        let holds = |of: &dyn Fn(&Test) -> Option<bool>| {
            needed.iter().all(|test| of(test).unwrap_or(true)) && refuted.is_none_or(|test| of(test) != Some(true))
        };
        let types = VariableType::ALL.map(|one| {
            holds(&|test| match test {
                Test::Type(wanted) => Some(wanted.contains(&one)),
                _ => None,
            })
        });
        let unknown_type = !needed.iter().chain(&refuted).any(|test| matches!(test, Test::Type(_)));
        set(bit, &types, &mut self.types);
        set(bit, &[unknown_type], self.types.last_mut().map(std::slice::from_mut).unwrap_or_default());
        let encrypted = [false, true].map(|one| {
            holds(&|test| match test {
                Test::Encrypted(wanted) => Some(*wanted == one),
                _ => None,
            })
        });
        let unknown = !needed.iter().chain(&refuted).any(|test| matches!(test, Test::Encrypted(_)));
        set(bit, &encrypted, &mut self.encrypted);
        set(bit, &[unknown], self.encrypted.last_mut().map(std::slice::from_mut).unwrap_or_default());
    }

    /// The rules that can find something in a variable.
    #[inline]
    pub(crate) fn candidates(
        &self,
        name: Option<&str>,
        variable_type: Option<VariableType>,
        encrypted: Option<bool>,
    ) -> u64 {
        let of = |table: &[u64], at: usize| table.get(at).copied().unwrap_or(u64::MAX);
        let by_name = match name.map(str::as_bytes) {
            None => self.unnamed,
            Some([]) => u64::MAX,
            Some(name) => {
                let byte = |byte: Option<&u8>| byte.map_or(usize::MAX, |byte| usize::from(*byte));
                of(&self.first[..], byte(name.first())) & of(&self.last[..], byte(name.last()))
            }
        };
        by_name
            & of(&self.types, variable_type.map_or(4, |one| one as usize))
            & of(&self.encrypted, encrypted.map_or(2, usize::from))
    }
}

/// The test of a condition that has one only. The condition fails only if that does.
fn only_test(condition: &Condition) -> Option<&Test> {
    match (&condition.of_document[..], &condition.of_variable[..]) {
        ([], [test]) => Some(test),
        _ => None,
    }
}

/// Leaves the bytes that one of these is; `None` may be any byte.
fn restrict(bytes: &mut [bool; 256], wanted: &[Option<u8>]) {
    if wanted.contains(&None) {
        return;
    }
    for (byte, is_possible) in bytes.iter_mut().enumerate() {
        *is_possible &= wanted.iter().flatten().any(|wanted| usize::from(*wanted) == byte);
    }
}

/// Adds a rule to the sets of a table where it is possible.
fn set(bit: u64, is_possible: &[bool], table: &mut [u64]) {
    for (rules, is_possible) in table.iter_mut().zip(is_possible) {
        *rules |= if *is_possible { bit } else { 0 };
    }
}
