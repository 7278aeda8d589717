//! What a component says of itself in custom sections, which registries show: its version, licence and source.

use std::collections::BTreeMap;

use wasmparser::{ComponentName, CustomSectionReader, KnownCustom, Parser, Payload};

/// The sections, named as the tools of the component model name them. In a registry they are the annotations
/// `org.opencontainers.image.*`.
const SECTIONS: [&str; 7] = ["version", "licenses", "source", "revision", "homepage", "authors", "description"];
/// The longest text that is shown, in characters.
const MAX_TEXT: usize = 1_000;

/// What the name of the component is shown as. It is in a section that has the names of its parts as well.
const NAME: &str = "name";

/// The metadata of a component, as names and texts. What is not text is left out, and long texts are cut.
pub fn metadata(bytes: &[u8]) -> BTreeMap<&'static str, String> {
    let mut depth = 0_usize;
    let (mut name, mut found) = (None, [const { None }; SECTIONS.len()]);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload {
            Ok(Payload::ModuleSection { .. } | Payload::ComponentSection { .. }) => depth += 1,
            Ok(Payload::End(_)) => depth = depth.saturating_sub(1),
            // The sections of inner modules tell about these, not about the policy.
            Ok(Payload::CustomSection(section)) if depth == 0 => {
                name = name.or_else(|| component_name(&section));
                let known = SECTIONS.iter().zip(&mut found).find(|(name, _)| **name == section.name());
                if let (Some((_, text)), Ok(content)) = (known, std::str::from_utf8(section.data())) {
                    *text = Some(cut(content));
                }
            }
            Ok(_) => {}
            Err(_) => break,
        }
    }
    let found = [NAME].into_iter().chain(SECTIONS).zip([name].into_iter().chain(found));
    found.filter_map(|(name, text)| Some((name, text?))).collect()
}

fn component_name(section: &CustomSectionReader<'_>) -> Option<String> {
    let KnownCustom::ComponentName(names) = section.as_known() else { return None };
    names.into_iter().find_map(|part| match part {
        Ok(ComponentName::Component { name, .. }) => Some(cut(name)),
        _ => None,
    })
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}
