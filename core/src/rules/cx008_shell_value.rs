use crate::base::span::Span;
use crate::diagnostic::{Applicability, Edit};
use crate::document::Variable;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A shell that sources the `.env` file reads another value.
    ///
    /// ## Why it matters
    /// Readers of `.env` take a value without quotes as it is written. A shell ends it at a space and runs what follows,
    /// removes quotes and backslashes, and acts on `&`, `;` and other signs. In double quotes it keeps `\n` as two
    /// characters. A team that uses one file for both has two values under one name.
    ///
    /// ## Fires
    /// ```env fires
    /// GREETING=Good morning
    /// ```
    ///
    /// ## Does not fire
    /// ```env passes
    /// GREETING='Good morning'
    /// ```
    ///
    /// ## How to fix
    /// Put the value in single quotes, which all programs read alike; where that changes nothing else, the fix is safe. A
    /// line break in quotes is part of the value.
    CX008 "shell-value" Warning document check
}

/// What a shell reads differently.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Difference {
    /// It takes the name for a command.
    Command,
    /// It acts on characters of a value without quotes.
    Signs,
    /// It keeps the escape `\n`.
    Escape,
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.document.tree;
    if tree.format.is_env() && tree.syntax.is_empty() {
        context.document.variables().for_each(|variable| check_line(context, &variable, findings));
    }
}

fn check_line(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    let source = context.document.tree.source();
    let Some(((value, span), (name, name_span))) = variable.value().zip(variable.name()) else { return };
    let gap = Span::new(name_span.end(), span.start());
    let Some(difference) = difference(gap.of(source), span.of(source)).filter(|_| value.is_literal()) else { return };
    let name = context.quote(name, name_span, "the variable");
    let (place, message, help) = match difference {
        Difference::Command => {
            (gap, "a shell takes the name for a command, because there are spaces around the `=`", "delete the spaces")
        }
        Difference::Signs => (
            span,
            "a shell acts on characters in the value, which the readers of `.env` keep",
            "put the value in single quotes",
        ),
        Difference::Escape => (
            span,
            "a shell keeps the `\\n` in the value, which the readers of `.env` decode",
            "write the line break itself; it is part of a value in quotes",
        ),
    };
    let finding =
        findings.report(place, variable.pointer().to_field("value"), message).help(help).param("variable", name);
    let edit = |span, text: &str| Edit { span, text: text.to_owned() };
    let end = Span::point(span.end());
    let needs_quotes = difference_in_value(span.of(source)) == Some(Difference::Signs);
    match difference {
        Difference::Command if !needs_quotes => {
            finding.fix("delete the spaces", Applicability::Safe, vec![edit(gap, "=")]);
        }
        Difference::Command | Difference::Signs if fits_single_quotes(value.text) => {
            let edits = vec![edit(gap, "='"), edit(end, "'")];
            finding.fix("put the value in single quotes", Applicability::Safe, edits);
        }
        _ => {}
    }
}

/// What a shell reads differently in a line. `gap` is the text between the name and the value, and `written` the value
/// with its quotes.
fn difference(gap: &str, written: &str) -> Option<Difference> {
    // An empty value begins after the blanks that a comment needs before it.
    let is_apart = gap.starts_with([' ', '\t']) || (gap.ends_with([' ', '\t']) && !written.is_empty());
    if is_apart { Some(Difference::Command) } else { difference_in_value(written) }
}

fn difference_in_value(written: &str) -> Option<Difference> {
    let acts_on = |letter: char| " \t&;|<>()'\"\\".contains(letter);
    match written.as_bytes().first() {
        Some(b'\'') => None,
        Some(b'"') => written.contains("\\n").then_some(Difference::Escape),
        _ => (written.contains(acts_on) || written.starts_with('~')).then_some(Difference::Signs),
    }
}

/// Whether all programs read a value as it is in single quotes.
fn fits_single_quotes(value: &str) -> bool {
    !value.contains('\'') && !value.contains("\\\\") && !value.ends_with('\\')
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::check::fix::apply;
    use crate::diagnostic::Applicability;
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    fn options() -> CheckOptions {
        CheckOptions { format: DocumentFormat::Env, ..CheckOptions::default() }
    }

    #[test]
    fn what_a_shell_reads_differently_is_found_and_quoted() {
        for (line, fixed) in [
            ("A=two words # why", "A='two words' # why"),
            ("A=https://a.example/?b=1&c=2", "A='https://a.example/?b=1&c=2'"),
            ("A=C:\\dir", "A='C:\\dir'"),
            ("A=~/dir", "A='~/dir'"),
            ("A={\"k\":1}", "A='{\"k\":1}'"),
            ("A = b", "A=b"),
            ("A= 'b'", "A='b'"),
            ("A = two words", "A='two words'"),
            ("A=it's", "A=it's"),
            ("A=\"b\\nc\"", "A=\"b\\nc\""),
        ] {
            let report = check(line.as_bytes(), &options());
            let codes: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
            assert_eq!(codes, ["CX008"], "{line}");
            let said = format!("{:?}", report.diagnostics());
            assert!(!said.contains("words") && !said.contains("it's"), "{said}");
            let message = &report.diagnostics()[0].message;
            assert!(message.starts_with("`A`: ") && message.matches("`A`").count() == 1, "{message}");
            assert_eq!(apply(line, &options(), Applicability::Safe).text().expose(), fixed);
        }
    }

    #[test]
    fn what_all_read_alike_is_left_alone() {
        for line in [
            "A=b",
            "A='two words'",
            "A=\"it's\"",
            "A=a,b:c@d%e+f=g?h*[i]!",
            "export A=b",
            "A=''",
            "A= # why",
            "A=\"b\nc\"",
        ] {
            let report = check(format!("{line}\n").as_bytes(), &options());
            assert!(report.diagnostics().iter().all(|finding| finding.code != "CX008"), "{line}");
        }
        let report = check(b"A=b c# d\n", &options());
        assert!(report.diagnostics().iter().all(|finding| finding.code == "CX001"), "one mistake, one finding");
        let yaml = CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() };
        assert!(check(b"- {name: a, type: string, value: two words}", &yaml).diagnostics().is_empty());
    }
}
