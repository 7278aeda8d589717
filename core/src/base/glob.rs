//! Globs of paths, the same in every build: what `[[ignore]] path` is written in.
//!
//! `?` is one character and `*` any number of them, both within a part of the path. `**` as a whole part stands for any
//! number of parts. `[a-z]` is one of these characters and `[!a-z]` any other. `{a,b}` is one of several globs. A backslash takes
//! away the meaning of the character after it. The meaning is that of the crate `globset` with a literal separator, which
//! a test holds this against; that crate would weigh more in a page than the engine does.

use thiserror::Error;

/// How deep groups in braces may be nested.
const MAX_NESTING: usize = 16;

/// A glob, ready to match paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    program: Vec<Step>,
}

/// Why a text is no glob.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GlobError {
    /// A `[` without its end.
    #[error("unclosed character class; missing ']'")]
    UnclosedClass,
    /// A range whose end is before its start.
    #[error("invalid range; '{}' > '{}'", .0.escape_debug(), .1.escape_debug())]
    InvalidRange(char, char),
    /// A `}` without its start.
    #[error("unopened alternate group; missing '{{' (maybe escape '}}' with '[}}]'?)")]
    UnopenedGroup,
    /// A `{` without its end.
    #[error("unclosed alternate group; missing '}}' (maybe escape '{{' with '[{{]'?)")]
    UnclosedGroup,
    /// Groups within groups within groups.
    #[error("alternate groups are nested more than 16 deep")]
    NestedTooDeeply,
    /// A backslash at the end.
    #[error("dangling '\\'")]
    DanglingEscape,
}

impl Glob {
    /// Reads a glob. A `./` in front of it is left out.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(text: &str) -> Result<Self, GlobError> {
        let tokens = Parser::new(text.strip_prefix("./").unwrap_or(text)).parse()?;
        let mut program = Vec::new();
        match tokens[..] {
            [Token::AnyParts] => compile_any(Step::Any, &mut program),
            _ => compile(&tokens, &mut program),
        }
        Ok(Self { program })
    }

    /// Whether a path with `/` between its parts matches as a whole. Takes time in proportion to the length of the path
    /// times that of the glob.
    pub fn matches(&self, path: &str) -> bool {
        let mut states = States::new(self.program.len());
        states.enter(0, &self.program);
        for character in path.chars() {
            let mut next = States::new(self.program.len());
            for at in states.list {
                if self.program.get(at).is_some_and(|step| step.takes(character)) {
                    next.enter(at + 1, &self.program);
                }
            }
            states = next;
        }
        states.is_in.last() == Some(&true)
    }
}

/// A step of the machine that matches; it is in several at once.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Character(char),
    /// Any character but `/`.
    WithinPart,
    /// Any character.
    Any,
    Class {
        is_negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// Goes on here and there.
    Fork(usize),
    Jump(usize),
}

impl Step {
    fn takes(&self, character: char) -> bool {
        match self {
            Self::Character(wanted) => *wanted == character,
            Self::WithinPart => character != '/',
            Self::Any => true,
            Self::Class { is_negated, ranges } => {
                ranges.iter().any(|(first, last)| (*first..=*last).contains(&character)) != *is_negated
            }
            Self::Fork(_) | Self::Jump(_) => false,
        }
    }
}

/// The steps that the machine is in; the one behind the last step is the end.
struct States {
    list: Vec<usize>,
    is_in: Vec<bool>,
}

impl States {
    fn new(steps: usize) -> Self {
        Self { list: Vec::new(), is_in: vec![false; steps + 1] }
    }

    /// Adds a step, and what can be reached from it without a character.
    fn enter(&mut self, step: usize, program: &[Step]) {
        let mut open = vec![step];
        while let Some(step) = open.pop() {
            match self.is_in.get_mut(step) {
                Some(is_in) if !*is_in => *is_in = true,
                _ => continue,
            }
            match program.get(step) {
                Some(Step::Fork(other)) => open.extend([step + 1, *other]),
                Some(Step::Jump(other)) => open.push(*other),
                _ => self.list.push(step),
            }
        }
    }
}

/// A piece of a glob.
#[derive(Clone, Debug)]
enum Token {
    Character(char),
    /// `?`
    One,
    /// `*`
    Many,
    /// `**/` at the start.
    AnyParts,
    /// `/**` at the end.
    Below,
    /// `/**/`
    PartsBetween,
    Class {
        is_negated: bool,
        ranges: Vec<(char, char)>,
    },
    Group(Vec<Vec<Token>>),
}

fn compile(tokens: &[Token], program: &mut Vec<Step>) {
    for token in tokens {
        match token {
            Token::Character(character) => program.push(Step::Character(*character)),
            Token::One => program.push(Step::WithinPart),
            Token::Many => compile_any(Step::WithinPart, program),
            Token::AnyParts => compile_parts(program),
            Token::Below => {
                program.push(Step::Character('/'));
                compile_any(Step::Any, program);
            }
            Token::PartsBetween => {
                program.push(Step::Character('/'));
                compile_parts(program);
            }
            Token::Class { is_negated, ranges } => {
                program.push(Step::Class { is_negated: *is_negated, ranges: ranges.clone() });
            }
            Token::Group(branches) => compile_group(branches, program),
        }
    }
}

/// Any number of characters.
fn compile_any(step: Step, program: &mut Vec<Step>) {
    let start = program.len();
    program.extend([Step::Fork(start + 3), step, Step::Jump(start)]);
}

/// Nothing, or anything that ends with `/`.
fn compile_parts(program: &mut Vec<Step>) {
    program.push(Step::Fork(program.len() + 5));
    compile_any(Step::Any, program);
    program.push(Step::Character('/'));
}

/// One of the branches. Empty ones do not count.
fn compile_group(branches: &[Vec<Token>], program: &mut Vec<Step>) {
    let mut compiled = Vec::new();
    for branch in branches {
        let mut steps = Vec::new();
        compile(branch, &mut steps);
        if !steps.is_empty() {
            compiled.push(steps);
        }
    }
    // Each branch but the last has a fork in front and a jump behind it.
    let end = program.len() + compiled.iter().map(|steps| steps.len() + 2).sum::<usize>();
    let end = end.saturating_sub(if compiled.is_empty() { 0 } else { 2 });
    let last = compiled.len().saturating_sub(1);
    for (index, steps) in compiled.into_iter().enumerate() {
        if index < last {
            program.push(Step::Fork(program.len() + steps.len() + 2));
        }
        let start = program.len();
        program.extend(steps.into_iter().map(|step| match step {
            Step::Fork(other) => Step::Fork(other + start),
            Step::Jump(other) => Step::Jump(other + start),
            other => other,
        }));
        if index < last {
            program.push(Step::Jump(end));
        }
    }
}

struct Parser<'g> {
    rest: std::str::Chars<'g>,
    previous: Option<char>,
    current: Option<char>,
    /// The branches that are open; tokens go to the last one.
    branches: Vec<Vec<Token>>,
    /// Where among them each open group starts.
    groups: Vec<usize>,
}

impl<'g> Parser<'g> {
    fn new(text: &'g str) -> Self {
        Self { rest: text.chars(), previous: None, current: None, branches: vec![Vec::new()], groups: Vec::new() }
    }

    fn parse(mut self) -> Result<Vec<Token>, GlobError> {
        while let Some(character) = self.take() {
            match character {
                '?' => self.push(Token::One),
                '*' => self.star(),
                '[' => self.class()?,
                '{' if self.groups.len() == MAX_NESTING => return Err(GlobError::NestedTooDeeply),
                '{' => {
                    self.groups.push(self.branches.len());
                    self.branches.push(Vec::new());
                }
                '}' => {
                    let start = self.groups.pop().ok_or(GlobError::UnopenedGroup)?;
                    let branches = self.branches.split_off(start);
                    self.push(Token::Group(branches));
                }
                ',' if !self.groups.is_empty() => self.branches.push(Vec::new()),
                '\\' => {
                    let character = self.take().ok_or(GlobError::DanglingEscape)?;
                    self.push(Token::Character(character));
                }
                other => self.push(Token::Character(other)),
            }
        }
        match self.branches.pop() {
            Some(tokens) if self.branches.is_empty() => Ok(tokens),
            _ => Err(GlobError::UnclosedGroup),
        }
    }

    fn take(&mut self) -> Option<char> {
        self.previous = self.current;
        self.current = self.rest.next();
        self.current
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn push(&mut self, token: Token) {
        if let Some(branch) = self.branches.last_mut() {
            branch.push(token);
        }
    }

    /// Two stars are parts of the path where they stand for a whole part, else they are as good as one.
    fn star(&mut self) {
        let before = self.previous;
        if self.peek() != Some('*') {
            return self.push(Token::Many);
        }
        self.take();
        let is_first = self.branches.last().is_none_or(Vec::is_empty);
        let in_group = self.branches.len() > 1;
        if is_first {
            if !matches!(self.peek(), None | Some('/')) {
                return self.push(Token::Many);
            }
            self.take();
            return self.push(Token::AnyParts);
        }
        if before != Some('/') && !(in_group && matches!(before, Some(',' | '{'))) {
            return self.push(Token::Many);
        }
        let is_end = match self.peek() {
            None => true,
            Some(',' | '}') if in_group => true,
            Some('/') => {
                self.take();
                false
            }
            Some(_) => return self.push(Token::Many),
        };
        // The `/` in front is part of what the stars stand for.
        let replaced = self.branches.last_mut().and_then(Vec::pop);
        self.push(match replaced {
            Some(same @ (Token::AnyParts | Token::Below)) => same,
            _ if is_end => Token::Below,
            _ => Token::PartsBetween,
        });
    }

    fn class(&mut self) -> Result<(), GlobError> {
        let is_negated = matches!(self.peek(), Some('!' | '^'));
        if is_negated {
            self.take();
        }
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut in_range = false;
        loop {
            let character = self.take().ok_or(GlobError::UnclosedClass)?;
            match (character, ranges.last_mut()) {
                (']', Some(_)) => break,
                ('-', Some(_)) if !in_range => in_range = true,
                (end, Some(range)) if in_range => {
                    range.1 = end;
                    if range.1 < range.0 {
                        return Err(GlobError::InvalidRange(range.0, range.1));
                    }
                    in_range = false;
                }
                (other, _) => ranges.push((other, other)),
            }
        }
        if in_range {
            ranges.push(('-', '-'));
        }
        self.push(Token::Class { is_negated, ranges });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the crate says of a glob and a path; none where it is no glob.
    fn by_globset(glob: &str, path: &str) -> Option<bool> {
        let glob = globset::GlobBuilder::new(glob).literal_separator(true).backslash_escape(true).build().ok()?;
        Some(glob.compile_matcher().is_match(path))
    }

    #[test]
    fn globs_match_as_documented() {
        for (glob, path, expected) in [
            ("a.json", "a.json", true),
            ("a.json", "bu/a.json", false),
            ("./a.json", "a.json", true),
            ("*.json", "a.json", true),
            ("*.json", "bu/a.json", false),
            ("bu07/**", "bu07/x/a.json", true),
            ("bu07/**", "bu07", false),
            ("bu07/**", "bu08/a.json", false),
            ("**/a.json", "a.json", true),
            ("**/a.json", "x/y/a.json", true),
            ("**/a.json", "xa.json", false),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "ab", false),
            ("bu*/**/v?.y*ml", "bu07/v1.yaml", true),
            ("bu*/**/v?.y*ml", "bu07/x/v10.yaml", false),
            ("**", "x/y", true),
            ("*a*b*c", "xaxbxbxc", true),
            ("*a*b*c", "xaxcxb", false),
            ("{prod,test}/*.{json,yaml}", "prod/a.yaml", true),
            ("{prod,test}/*.{json,yaml}", "dev/a.yaml", false),
            ("a{b,{c,d}e}f", "adef", true),
            ("a{b,}c", "ac", false),
            ("a{}c", "ac", true),
            ("bu[0-9][!0-4]", "bu05", true),
            ("bu[0-9][!0-4]", "bu03", false),
            ("[]-]", "-", true),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            ("", "", true),
        ] {
            assert_eq!(Glob::new(glob).unwrap().matches(path), expected, "{glob} {path}");
            assert_eq!(by_globset(glob.trim_start_matches("./"), path), Some(expected), "{glob} {path} by globset");
        }
    }

    #[test]
    fn a_character_is_one_however_many_bytes_it_has() {
        assert!(Glob::new("stra?e/[äöü].json").unwrap().matches("straße/ä.json"));
        assert!(!Glob::new("[!ä]").unwrap().matches("ä"));
    }

    #[test]
    fn what_is_no_glob_is_refused_in_the_words_of_globset() {
        for (text, expected) in [
            ("a[", GlobError::UnclosedClass),
            ("[]", GlobError::UnclosedClass),
            ("[b-a]", GlobError::InvalidRange('b', 'a')),
            ("a}", GlobError::UnopenedGroup),
            ("{a", GlobError::UnclosedGroup),
            ("a\\", GlobError::DanglingEscape),
        ] {
            let error = Glob::new(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            let globset = globset::GlobBuilder::new(text).build().unwrap_err();
            assert_eq!(error.to_string(), globset.kind().to_string());
        }
        assert_eq!(Glob::new(&"{".repeat(100_000)), Err(GlobError::NestedTooDeeply));
    }

    #[test]
    fn stars_take_no_exponential_time() {
        let glob = Glob::new(&"*a".repeat(200)).unwrap();
        assert!(!glob.matches(&"a".repeat(199)));
        assert!(glob.matches(&"a".repeat(2_000)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn globs_mean_what_they_mean_to_globset(
            glob in prop::collection::vec(prop::sample::select(vec![
                "a", "b", "-", "/", "*", "**", "/**", "**/", "/**/", "?", "[", "]", "[ab]", "[!a]", "[^b-c]", "[a-", "{", "}", ",",
                "{a,b}", "{**/a,", "\\", "\\,", "!",
            ]), 0..8),
            paths in prop::collection::vec("[abc/,-]{0,7}", 1..12),
        ) {
            let glob = glob.concat();
            for path in paths {
                let ours = Glob::new(&glob).ok().map(|ours| ours.matches(&path));
                // A `./` in front is ours.
                prop_assume!(!glob.starts_with("./"));
                prop_assert_eq!(ours, by_globset(&glob, &path), "{:?} {:?}", glob, path);
            }
        }
    }
}
