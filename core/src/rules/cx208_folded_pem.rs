use crate::base::span::Span;
use crate::diagnostic::{Applicability, Edit};
use crate::document::{Text, Variable};
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The lines of a key or certificate in PEM form are joined by spaces.
    ///
    /// ## Why it matters
    /// PEM is read line by line. With spaces in place of the line breaks, no program can read the key, and the Data
    /// Action fails when it uses it. In YAML, `>` folds lines into one, and so do quotes and a text without quotes.
    ///
    /// ## Fires
    /// ```yaml fires
    /// - name: ca_certificate
    ///   type: string
    ///   value: >-
    ///     -----BEGIN CERTIFICATE-----
    ///     MIIBszCCAVmgAwIBAgIUQ2xpZW50
    ///     -----END CERTIFICATE-----
    /// ```
    ///
    /// ## Does not fire
    /// ```yaml passes
    /// - name: ca_certificate
    ///   type: string
    ///   value: |-
    ///     -----BEGIN CERTIFICATE-----
    ///     MIIBszCCAVmgAwIBAgIUQ2xpZW50
    ///     -----END CERTIFICATE-----
    /// ```
    ///
    /// ## How to fix
    /// In YAML, begin the text with `|`, which keeps its lines; if it begins with `>`, the fix is safe. Elsewhere, write
    /// each line break as `\n`.
    CX208 "folded-pem" Warning variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    if let Some((value, span)) = variable.value()
        && matches!(value.text.as_bytes().first(), Some(b'-' | b' ' | b'\n'))
        && is_folded(value.text)
    {
        report(context, variable, (value, span), findings);
    }
}

#[inline(never)]
fn report(context: &Context<'_>, variable: &Variable<'_>, (value, span): (Text<'_>, Span), findings: &mut Findings) {
    let tree = context.document.tree;
    let is_yaml = tree.format.is_yaml() && value.is_literal();
    let help =
        if is_yaml { "begin the text with `|`, which keeps its lines" } else { "write each line break as `\\n`" };
    let pointer = variable.pointer().to_field("value");
    let finding = findings.report(span, pointer, "the lines of this PEM text are joined by spaces").help(help);
    if is_yaml && tree.written(span).starts_with('>') {
        let edit = Edit { span: Span::new(span.start(), span.start() + 1), text: "|".to_owned() };
        finding.fix("keep the lines", Applicability::Safe, vec![edit]);
    }
}

/// Whether a space follows the first line of a PEM text.
fn is_folded(text: &str) -> bool {
    let label = text.trim_ascii_start().strip_prefix("-----BEGIN ").and_then(|rest| rest.split_once("-----"));
    label.is_some_and(|(_, body)| {
        body.starts_with(' ') && body.trim_start_matches(' ').starts_with(|first| first != '\n')
    })
}

#[cfg(test)]
mod tests {
    use super::is_folded;
    use crate::check::check;
    use crate::check::fix::apply;
    use crate::diagnostic::Applicability;
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    #[test]
    fn only_a_text_without_its_line_breaks_is_folded() {
        assert!(is_folded("-----BEGIN RSA PRIVATE KEY----- MIIE abcd -----END RSA PRIVATE KEY-----"));
        for text in [
            "-----BEGIN X-----\nMIIE",
            "-----BEGIN X-----\\nMIIE",
            "-----BEGIN X----- \nMIIE",
            "-----BEGIN X",
            "x",
            "-----BEGIN X-----",
        ] {
            assert!(!is_folded(text), "{text:?}");
        }
    }

    #[test]
    fn every_way_to_fold_a_key_is_found_and_the_indicator_is_mended() {
        let options = CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() };
        let key = "-----BEGIN CERTIFICATE-----\n    MIIB\n    -----END CERTIFICATE-----";
        for (written, fixed) in [
            (format!(">-\n    {key}"), Some(format!("|-\n    {key}"))),
            (format!("> # the CA\n    {key}"), Some(format!("| # the CA\n    {key}"))),
            (format!("\"{key}\""), None),
            (key.to_owned(), None),
        ] {
            let text = |value: &str| format!("- name: a\n  type: string\n  encrypted: true\n  value: {value}\n");
            let report = check(text(&written).as_bytes(), &options);
            let codes: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
            assert!(codes.contains(&"CX208"), "{written}: {codes:?}");
            let after = apply(&text(&written), &options, Applicability::Safe);
            assert_eq!(after.text().expose(), text(fixed.as_ref().unwrap_or(&written)));
        }
    }
}
