//! The metadata of a rule: code, name, severity and documentation.

use crate::diagnostic::Severity;

/// A rule: its metadata and its documentation.
pub struct Rule {
    /// Stable code, `CX` and three digits.
    pub code: &'static str,
    /// Name in kebab case.
    pub name: &'static str,
    /// Default severity, which the caller's options may change.
    pub severity: Severity,
    /// The doc comment. Each line begins with the space that follows the slashes.
    documentation: &'static str,
}

impl Rule {
    /// Creates a rule, for `declare_rule!`.
    pub(crate) const fn new(
        code: &'static str,
        name: &'static str,
        severity: Severity,
        documentation: &'static str,
    ) -> Self {
        let documentation = if cfg!(feature = "complete") { documentation } else { "" };
        Self { code, name, severity, documentation }
    }

    /// The documentation for users, in Markdown: what the rule finds, why it matters, examples, how to fix.
    pub fn documentation(&self) -> String {
        let lines = self.documentation.lines().map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n") + "\n"
    }

    /// The first line of the documentation.
    pub fn summary(&self) -> &'static str {
        self.documentation.lines().next().unwrap_or_default().trim()
    }

    /// The documentation without the marks for the tests of its examples: a code fence keeps only the format.
    pub fn markdown(&self) -> String {
        let line = |line: &str| match line.strip_prefix("```").and_then(|mark| mark.split_once(' ')) {
            Some((format, _)) => format!("```{format}\n"),
            None => format!("{line}\n"),
        };
        self.documentation().lines().map(line).collect()
    }

    /// The section "Why it matters" of the documentation, on one line.
    pub fn why(&self) -> String {
        let lines = self.documentation.lines().map(str::trim);
        let section = lines.skip_while(|line| *line != "## Why it matters").skip(1);
        section
            .take_while(|line| !line.starts_with("## "))
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The documentation for a terminal: without Markdown marks, and with examples indented.
    pub fn explanation(&self) -> String {
        let mut text = format!("{} {} ({})\n\n", self.code, self.name, self.severity.as_str());
        let mut in_example = false;
        for line in self.documentation().lines() {
            if line.starts_with("```") {
                in_example = !in_example;
            } else if in_example {
                text.push_str("    ");
                text.push_str(line);
                text.push('\n');
            } else {
                text.push_str(line.strip_prefix("## ").map_or(line, |heading| heading));
                text.push('\n');
            }
        }
        text
    }
}

/// The severity of a rule in a check.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InForce {
    pub(crate) severity: Severity,
    /// Whether the caller set the severity. If so, it applies to every finding of the rule.
    pub(crate) is_configured: bool,
}
