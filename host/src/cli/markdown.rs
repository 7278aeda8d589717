//! Markdown for comments on pull requests.

use cxvars_core::base::display;

/// The first line of a report. It is the same for the same command, action and environment, so that a comment can be
/// found again and replaced. It is an HTML comment, which is not displayed.
pub(crate) fn marker(command: &str, action: &str, environment: Option<&str>) -> String {
    // `--` or `>` could end the HTML comment.
    let word = |text: &str| display::escape(text).replace("--", "- -").replace('>', "");
    let environment = environment.map(|name| format!(" {}", word(name))).unwrap_or_default();
    format!("<!-- cxvars-{command} {}{environment} -->\n", word(action))
}

/// A code block that shows the text verbatim. Its fence is longer than any run of backticks in the text.
pub(crate) fn block(text: &str) -> String {
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n", text.trim_end())
}

/// The text of a table cell, escaped so that it makes no links, mentions, images or HTML.
pub(crate) fn cell(text: &str) -> String {
    let mut out = String::new();
    for character in display::escape(text).chars() {
        match character {
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '&' => out += "&amp;",
            // GitHub and GitLab would notify the user of that name.
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
