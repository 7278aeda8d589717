//! Which documents an ignore is for: the globs of `[[ignore]] path`, but for braces and brackets, whose library would weigh
//! more than the engine.

/// A glob of `*`, `?` and `**`.
pub(crate) struct Glob(Vec<String>);

impl Glob {
    /// Reads a glob.
    ///
    /// # Errors
    /// What is not understood.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        if text.contains(['{', '[', '\\']) {
            return Err("path takes *, ? and ** here; braces, brackets and backslashes are for the pipeline".to_owned());
        }
        Ok(Self(text.strip_prefix("./").unwrap_or(text).split('/').map(str::to_owned).collect()))
    }

    /// Whether a path with `/` between its parts matches as a whole.
    pub(crate) fn matches(&self, path: &str) -> bool {
        let path: Vec<&str> = path.split('/').collect();
        parts_match(&self.0, &path)
    }
}

fn parts_match(globs: &[String], parts: &[&str]) -> bool {
    match (globs.split_first(), parts.split_first()) {
        (None, None) => true,
        // At the end it stands for what is within a folder, anywhere else for any number of folders.
        (Some((glob, [])), Some(_)) if glob == "**" => true,
        (Some((glob, rest)), _) if glob == "**" && !rest.is_empty() => {
            parts_match(rest, parts) || parts.split_first().is_some_and(|(_, others)| parts_match(globs, others))
        }
        (Some((glob, globs)), Some((part, parts))) => {
            let (glob, part): (Vec<char>, Vec<char>) = (glob.chars().collect(), part.chars().collect());
            part_matches(&glob, &part) && parts_match(globs, parts)
        }
        _ => false,
    }
}

/// Linear but for stars, of which only the last has to be tried again.
fn part_matches(glob: &[char], part: &[char]) -> bool {
    let (mut at, mut of, mut star) = (0, 0, None);
    while let Some(letter) = part.get(at) {
        match glob.get(of) {
            Some('*') => {
                star = Some((of, at));
                of += 1;
            }
            Some(wanted) if *wanted == '?' || wanted == letter => (at, of) = (at + 1, of + 1),
            _ => match &mut star {
                Some((place, tried)) => {
                    *tried += 1;
                    (of, at) = (*place + 1, *tried);
                }
                None => return false,
            },
        }
    }
    glob.get(of..).unwrap_or_default().iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_match_as_those_of_the_pipeline_do() {
        for (glob, path, expected) in [
            ("a.json", "a.json", true),
            ("a.json", "bu/a.json", false),
            ("*.json", "a.json", true),
            ("*.json", "bu/a.json", false),
            ("bu07/**", "bu07/x/a.json", true),
            ("bu07/**", "bu07", false),
            ("bu07/**", "bu08/a.json", false),
            ("**/a.json", "a.json", true),
            ("**/a.json", "x/y/a.json", true),
            ("bu*/**/v?.y*ml", "bu07/v1.yaml", true),
            ("bu*/**/v?.y*ml", "bu07/x/v10.yaml", false),
            ("**", "x/y", true),
            ("*a*b*c", "xaxbxbxc", true),
            ("*a*b*c", "xaxcxb", false),
        ] {
            assert_eq!(Glob::new(glob).unwrap().matches(path), expected, "{glob} {path}");
            let library = globset::GlobBuilder::new(glob).literal_separator(true).build().unwrap().compile_matcher();
            assert_eq!(library.is_match(path), expected, "{glob} {path} in the pipeline");
        }
        assert!(Glob::new("{a,b}").is_err() && Glob::new("[ab]").is_err());
    }
}
