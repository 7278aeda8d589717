//! Which rules can find anything in a variable, by what is cheap to look at: the first and last byte of its name, its type,
//! its scope, and whether it is encrypted. Most rules are left out by that, and cost nothing.

use super::condition::{Condition, Test, Verdict};
use super::set::{Ask, CustomRule};
use crate::base::vocabulary::{Scope, VariableType};

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
    /// By [`Kind::place`].
    kinds: [u64; Kind::COUNT],
}

/// The facts of a variable that have few values; none where one is unknown.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) variable_type: Option<VariableType>,
    pub(crate) scope: Option<Scope>,
    pub(crate) encrypted: Option<bool>,
}

impl Kind {
    const COUNT: usize = (VariableType::ALL.len() + 1) * (Scope::ALL.len() + 1) * 3;

    /// Every kind.
    fn all() -> impl Iterator<Item = Self> {
        fn with_unknown<T: Copy, const N: usize>(all: [T; N]) -> impl Iterator<Item = Option<T>> {
            all.into_iter().map(Some).chain([None])
        }
        with_unknown(VariableType::ALL).flat_map(|variable_type| {
            with_unknown(Scope::ALL).flat_map(move |scope| {
                with_unknown([false, true]).map(move |encrypted| Self { variable_type, scope, encrypted })
            })
        })
    }

    /// Its place in a table.
    fn place(self) -> usize {
        let variable_type = self.variable_type.map_or(VariableType::ALL.len(), |one| one as usize);
        let scope = self.scope.map_or(Scope::ALL.len(), |one| one as usize);
        (variable_type * (Scope::ALL.len() + 1) + scope) * 3 + self.encrypted.map_or(2, usize::from)
    }

    /// Whether a test holds: none if that depends on more than this.
    fn judge(self, test: &Test) -> Option<Verdict> {
        Some(match test {
            Test::Type(wanted) => self.variable_type.map(|one| wanted.contains(&one)),
            Test::Scope(wanted) => self.scope.map(|one| wanted.contains(&one)),
            Test::Encrypted(wanted) => self.encrypted.map(|one| one == *wanted),
            _ => return None,
        })
    }
}

impl Block {
    /// The index of these rules, which are at most [`BLOCK`].
    pub(crate) fn new(rules: &[CustomRule]) -> Self {
        let mut block =
            Self { first: Box::new([0; 256]), last: Box::new([0; 256]), unnamed: 0, kinds: [0; Kind::COUNT] };
        for (at, rule) in rules.iter().enumerate() {
            block.add(1 << at, rule);
        }
        block
    }

    fn add(&mut self, bit: u64, rule: &CustomRule) {
        // Tests that have to hold for a finding, and one that must not.
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
        set(bit, first, self.first.as_mut_slice());
        set(bit, last, self.last.as_mut_slice());
        self.unnamed |= if is_name_needed { 0 } else { bit };
        let is_possible = |kind: Kind| {
            needed.iter().all(|test| kind.judge(test).is_none_or(|verdict| verdict == Some(true)))
                && refuted.and_then(|test| kind.judge(test)).is_none_or(|verdict| verdict == Some(false))
        };
        set(bit, Kind::all().map(is_possible), &mut self.kinds);
    }

    /// The rules that can find something in a variable.
    #[inline]
    pub(crate) fn candidates(&self, name: Option<&str>, kind: Kind) -> u64 {
        let of = |table: &[u64], at: usize| table.get(at).copied().unwrap_or(u64::MAX);
        let by_name = match name.map(str::as_bytes) {
            None => self.unnamed,
            Some([]) => u64::MAX,
            Some(name) => {
                let byte = |byte: Option<&u8>| byte.map_or(usize::MAX, |byte| usize::from(*byte));
                of(&self.first[..], byte(name.first())) & of(&self.last[..], byte(name.last()))
            }
        };
        by_name & of(&self.kinds, kind.place())
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
fn set(bit: u64, is_possible: impl IntoIterator<Item = bool>, table: &mut [u64]) {
    for (rules, is_possible) in table.iter_mut().zip(is_possible) {
        *rules |= if is_possible { bit } else { 0 };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_place_in_their_order() {
        let places: Vec<usize> = Kind::all().map(Kind::place).collect();
        assert_eq!(places, (0..Kind::COUNT).collect::<Vec<_>>());
    }
}
