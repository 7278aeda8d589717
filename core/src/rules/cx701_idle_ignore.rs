use crate::base::display;
use crate::options::ignore::IgnoreError;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::directive::{DirectiveError, Idle, Why};
use crate::rules::findings::Findings;

declare_rule! {
    /// An ignore comment silences nothing.
    ///
    /// ## Why it matters
    /// `# cxvars: ignore[CODE] reason` silences findings of that code. At the end of a line, it applies to that line.
    /// On a line of its own, it applies to the next line; above a variable or after its lone dash, it applies to the
    /// whole variable. A comment that is not understood silences nothing. A comment whose finding is gone would hide the
    /// next mistake of its kind.
    ///
    /// ## Fires
    /// ```yaml fires
    /// variables:
    ///   # cxvars: ignore[CX501] every page shows the key of the chat
    ///   - name: chat_key
    ///     type: string
    ///     value: none
    /// ```
    ///
    /// ## Does not fire
    /// ```yaml passes
    /// variables:
    ///   # cxvars: ignore[CX501] every page shows the key of the chat
    ///   - name: chat_key
    ///     type: string
    ///     value: 9f86d081884c7d659a2feaa0c55ad015
    /// ```
    ///
    /// ## How to fix
    /// Delete the comment if its finding is gone. Otherwise, write the code as the finding shows it, and give a reason.
    /// CX001 and CX006 cannot be ignored, nor can what keeps a document from being sent, such as CX005, nor can a rule of
    /// your own that is enforced. In JSON, which
    /// has no comments, use `[[ignore]]` in `cxvars.toml`.
    CX701 "idle-ignore" Warning comments check
}

fn check(_: &Context<'_>, comments: &[Idle], findings: &mut Findings) {
    const FORM: &str = "write `cxvars: ignore[CX501] reason`";
    for Idle { comment, why } in comments {
        let (message, help) = match why {
            Why::Unused(codes) => {
                (format!("this ignore silences nothing ({})", codes.join(", ")), "delete it".to_owned())
            }
            Why::Binding(codes) => (
                format!("this ignore cannot silence {}, because such a document cannot be sent", codes.join(", ")),
                "mend the document".to_owned(),
            ),
            // The text in the brackets may be anything, so it is not shown.
            Why::Refused(DirectiveError::Ignore(IgnoreError::UnknownCode { near, .. })) => (
                "this ignore names an unknown code".to_owned(),
                near.as_ref().map_or_else(
                    || "`cxvars explain` lists all rules".to_owned(),
                    |near| format!("did you mean {near}?"),
                ),
            ),
            Why::Refused(DirectiveError::Ignore(IgnoreError::Enforced { code, by })) => (
                format!("this ignore cannot silence {code}, because {} enforces it", display::quote(by)),
                "mend the document, or ask whoever keeps that file for an exception".to_owned(),
            ),
            Why::Refused(DirectiveError::Ignore(IgnoreError::Unreadable { code })) => (
                format!("{code} cannot be ignored"),
                "a document that cannot be read is never valid: fix it".to_owned(),
            ),
            Why::Refused(DirectiveError::Ignore(IgnoreError::NoReason)) => {
                ("this ignore has no reason".to_owned(), FORM.to_owned())
            }
            Why::Refused(_) => ("this comment is not understood".to_owned(), FORM.to_owned()),
        };
        findings.report(*comment, String::new(), message).help(help);
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;

    fn found(comment: &str) -> Vec<(String, Option<String>)> {
        let text = format!("# {comment}\n- name: a\n  type: string\n  value: x\n");
        let options = CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() };
        let report = check(text.as_bytes(), &options);
        assert!(report.diagnostics().iter().all(|finding| finding.code == "CX701"));
        report.diagnostics().iter().map(|finding| (finding.message.clone(), finding.help.clone())).collect()
    }

    #[test]
    fn each_way_of_silencing_nothing_says_why() {
        for (comment, message, help) in [
            ("cxvars: ignore[CX501, CX207] why", "this ignore silences nothing (CX501, CX207)", "delete it"),
            ("cxvars: ignore[CX50] why", "this ignore names an unknown code", "did you mean CX501?"),
            (
                "cxvars: ignore[CX001] why",
                "CX001 cannot be ignored",
                "a document that cannot be read is never valid: fix it",
            ),
            ("cxvars: ignore[CX501]", "this ignore has no reason", "write `cxvars: ignore[CX501] reason`"),
            ("cxvars: ignor[CX501] why", "this comment is not understood", "write `cxvars: ignore[CX501] reason`"),
        ] {
            assert_eq!(found(comment), [(message.to_owned(), Some(help.to_owned()))], "{comment}");
        }
        let text =
            b"# cxvars: ignore[CX005, CX207] why\n- name: a\n  type: string\n# cxvars: ignore[CX002] why\n- - 1\n";
        let report = check(text, &CheckOptions { format: DocumentFormat::Yaml, ..CheckOptions::default() });
        let idle = report.diagnostics().iter().filter(|finding| finding.code == "CX701");
        let messages: Vec<&str> = idle.map(|finding| finding.message.as_str()).collect();
        let refused = |code: &str| format!("this ignore cannot silence {code}, because such a document cannot be sent");
        assert_eq!(messages, [&*refused("CX005"), "this ignore silences nothing (CX207)", &refused("CX002")]);
        assert!(found("about cxvars and ignore[CX501]").is_empty());
    }
}
