//! What goes into a comment on a pull request.

use cxvars_core::base::display;

/// The first line of a report: the same for the same command, action and environment, so that a comment can be found
/// again and replaced. It is not shown.
pub(crate) fn marker(command: &str, action: &str, environment: Option<&str>) -> String {
    // `--` may end a comment.
    let word = |text: &str| display::escape(text).replace("--", "- -").replace('>', "");
    let environment = environment.map(|name| format!(" {}", word(name))).unwrap_or_default();
    format!("<!-- cxvars-{command} {}{environment} -->\n", word(action))
}

/// Text as it is, whatever it holds.
pub(crate) fn block(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// Text of a table's cell, none of which means anything: no links, mentions, images or HTML.
pub(crate) fn cell(text: &str) -> String {
    let mut out = String::new();
    for character in display::escape(text).chars() {
        match character {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            // GitHub and GitLab would tell somebody of that name.
            '@' => out += "&#64;",
            '#' => out += "&#35;",
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '!' | '|' | '~' | ':' => {
                out.push('\\');
                out.push(character);
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_means_anything() {
        assert_eq!(cell("a_b|c"), r"a\_b\|c");
        assert_eq!(cell("@team <b> [x](y)"), r"&#64;team &lt;b&gt; \[x\]\(y\)");
    }

    #[test]
    fn a_fence_is_longer_than_any_in_the_text() {
        assert_eq!(block("a ```` b\n"), "`````text\na ```` b\n`````\n");
    }

    #[test]
    fn a_name_cannot_end_the_marker() {
        assert_eq!(marker("plan", "a --> b", Some("prod")), "<!-- cxvars-plan a - - b prod -->\n");
    }
}
