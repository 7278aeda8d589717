use super::*;
use crate::editor::Facts;
use crate::editor::configuration::hover::hover;
use crate::options::file::Sections;
use crate::options::section::Section as _;

fn found(text: &str) -> Vec<(String, String)> {
    let (offset, text) = (text.find('|').unwrap(), text.replacen('|', "", 1));
    let variables = ["crm_url".to_owned(), "crm_token".to_owned()];
    let facts = Facts { variables: &variables, ..Facts::default() };
    let items = completion(&text, offset, &Sections::ABOUT, &facts).into_iter();
    items
        .map(|item| {
            assert!(text.get(item.span.start()..item.span.end()).is_some() && item.span.end() >= offset);
            let after = format!("{}{}{}", &text[..item.span.start()], item.insert, &text[item.span.end()..]);
            let start = after[..item.span.start()].rfind('\n').map_or(0, |at| at + 1);
            (item.label, after[start..].lines().next().unwrap_or_default().to_owned())
        })
        .collect()
}

fn line(text: &str, label: &str) -> String {
    let all = found(text);
    all.iter().find(|(other, _)| other == label).unwrap_or_else(|| panic!("{text}: {all:?}")).1.clone()
}

fn labels(text: &str) -> Vec<String> {
    found(text).into_iter().map(|(label, _)| label).collect()
}

#[test]
fn keys_words_and_headers_fit_the_table() {
    let all = labels("[validate]\nmax_depth = 3\n|\n[[ignore]]\n");
    assert!(all.contains(&"max_bytes".to_owned()) && !all.contains(&"max_depth".to_owned()), "{all:?}");
    assert!(all.contains(&"include".to_owned()) && !all.contains(&"code".to_owned()), "{all:?}");
    assert_eq!(labels("[[ignore]]\ncode = \"CX501\"\nre|"), ["variable", "reason", "expires", "path"]);
    assert_eq!(labels("[|]"), ["validate", "contracts"]);
    assert_eq!(labels("[[|]]"), ["ignore", "rule"]);
    assert_eq!(labels("[validate]\nparent_scope = |"), ["global", "template", "action"]);
    assert_eq!(labels("|"), ["[validate]", "[[ignore]]", "[[rule]]", "[contracts]"]);
    assert_eq!(labels("[other]\n|\n[validate]\n"), ["[[ignore]]", "[[rule]]", "[contracts]"]);
    for text in [
        "# |",
        "[validate]\nparent_scope = \"action\" |",
        "[validate] |",
        "[validate]\nallow_empty = |",
        "|[validate]",
        "[validate]\n|max_depth = 3",
        "[validate]\nparent_scope = |\"action\"",
        "[validate]\nseverity = { | CX501 = \"off\" }",
        "[validate]\nmax_depth = |",
        "[validate]\nmax_depth = 3 # |",
    ] {
        assert_eq!(labels(text), [""; 0], "{text}");
    }
}

#[test]
fn rules_are_named_where_a_code_belongs() {
    assert_eq!(line("[[ignore]]\ncode = |", "CX501"), "code = \"CX501\"");
    assert_eq!(line("[[ignore]]\ncode = \"CX|\"\n", "CX501"), "code = \"CX501\"");
    assert_eq!(line("[validate.severity]\nCX1|", "CX102"), "CX102 = ");
    assert_eq!(line("[validate.severity]\nCX1| = \"off\"", "CX102"), "CX102 = \"off\"");
    assert_eq!(
        line("[validate]\nseverity = { CX004 = \"off\", | }", "CX102"),
        "severity = { CX004 = \"off\", CX102 =  }"
    );
    assert!(!labels("[validate]\nseverity = { CX004 = \"off\", | }").contains(&"CX004".to_owned()));
    assert_eq!(line("[validate]\nseverity = { CX004 = \"o|\" }", "off"), "severity = { CX004 = \"off\" }");
    assert_eq!(line("[validate]\nseverity = { CX0| = \"off\" }", "CX102"), "severity = { CX102 = \"off\" }");
    assert_eq!(line("[validate]\nseverity.CX004 = '|'", "off"), "severity.CX004 = 'off'");
    assert!(!labels("[[ignore]]\ncode = |").contains(&"CX001".to_owned()));
}

#[test]
fn variables_of_the_project_are_named_where_they_belong() {
    assert_eq!(line("[[ignore]]\nvariable = |", "crm_url"), "variable = \"crm_url\"");
    assert_eq!(line("[[ignore]]\nvariable = 'cr|'", "crm_url"), "variable = 'crm_url'");
    assert_eq!(line("[contracts]\ncr|", "crm_url"), "crm_url = ");
    assert!(!labels("[contracts]\ncrm_url = \"x.json\"\n|").contains(&"crm_url".to_owned()));
    assert_eq!(line("[validate]\nallow_empty = [|]", "crm_url"), "allow_empty = [\"crm_url\"]");
    assert_eq!(labels("[validate]\nallow_empty = [\n  \"crm_url\",\n  \"|\"\n]"), ["crm_token"]);
    assert_eq!(labels("[validate]\nallow_empty = [\"|\", 'crm_token']"), ["crm_url"]);
}

#[test]
fn what_is_inserted_leaves_the_rest_of_the_line() {
    assert_eq!(line("[validate]\nmax_by|", "max_bytes"), "max_bytes = ");
    assert_eq!(line("[validate]\nmax_by| = 3 # x", "max_bytes"), "max_bytes = 3 # x");
    assert_eq!(line("[validate]\nparent_scope = \"a|\" # x", "action"), "parent_scope = \"action\" # x");
    assert_eq!(line("validate.max_by|", "max_bytes"), "validate.max_bytes = ");
    assert_eq!(line("[va|]\n", "validate"), "[validate]");
    assert_eq!(line("[va|\n", "validate"), "[validate]");
    assert_eq!(line("[[|\n", "ignore"), "[[ignore]]");
    assert_eq!(line("[validate]\nparent_scope =|", "action"), "parent_scope = \"action\"");
}

#[test]
fn hover_shows_the_declared_documentation() {
    let shown = |text: &str| {
        let (offset, text) = (text.find('|').unwrap(), text.replacen('|', "", 1));
        hover(&text, offset, &Sections::ABOUT, &Facts::default()).map(|found| found.markdown).unwrap_or_default()
    };
    assert_eq!(
        shown("[validate]\nmax_de|pth = 3"),
        "**`max_depth`**: The maximum nesting depth of arrays and objects.\n\nDefault: `64`\n\nExample: `max_depth = 32`"
    );
    assert_eq!(shown("[vali|date]"), "**`[validate]`**\n\nHow documents are checked.");
    assert!(shown("[[ignore]]\ncode = \"CX5|01\"").starts_with("**CX501 "));
    assert!(shown("[validate]\nseverity.CX5|01 = \"off\"").starts_with("**CX501 "));
    assert!(shown("[[ignore]]\nrea|son = \"hunter2\"").starts_with("**`reason`**: Why"));
    for text in ["[[ignore]]\nreason = \"hunt|er2\"", "|", "[oth|er]", "[validate]\nx|yz = 3"] {
        assert_eq!(shown(text), "", "{text}");
    }
}

#[test]
fn every_offset_of_every_part_of_a_text_is_answered() {
    let text = "extends = \"ä\"\n[validate]\nseverity = { CX004 = \"off\" }\nallow_empty = [\n 'é', # ü\n]\n[[ignore]]\ncode = \"CX501\"\nreason = \"\"\"\n[x]\"\"\"\n[env.dev.params]\nregion = \"hunter2\"\n";
    let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    for end in &boundaries {
        let part = &text[..*end];
        for offset in boundaries.iter().filter(|offset| *offset <= end) {
            for item in completion(part, *offset, &Sections::ABOUT, &Facts::default()) {
                assert!(part.get(item.span.start()..item.span.end()).is_some(), "{item:?}");
                assert!(item.span.start() <= *offset && *offset <= item.span.end(), "{item:?}");
                assert!(!item.insert.contains("hunter2"));
            }
            let found = hover(part, *offset, &Sections::ABOUT, &Facts::default());
            assert!(found.is_none_or(|found| part.get(found.span.start()..found.span.end()).is_some()));
        }
        for symbol in crate::editor::configuration::symbols::symbols(part) {
            assert!(part.get(symbol.span.start()..symbol.span.end()).is_some());
            assert!(!symbol.name.contains("hunter2"));
        }
    }
}
