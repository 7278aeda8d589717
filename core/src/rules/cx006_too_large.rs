use crate::base::span::Span;
use crate::reader::CapFault;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// The text is longer, or nested deeper, than the limits allow.
    ///
    /// ## Why it matters
    /// The limits bound the time that a broken or hostile text can take. A document of 50 variables is a few kilobytes
    /// long and three levels deep; the default limits are 1 MiB and 64 levels.
    ///
    /// ## Fires
    /// ```json fires max_depth:3
    /// {"variables": [{"name": "a", "type": "string", "value_from": {"vault": {"path": "p", "key": "k"}}}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "a", "type": "string", "value": "x"}]}
    /// ```
    ///
    /// ## How to fix
    /// Check that it is the right file. If the document really is that large, raise `max_bytes` or `max_depth` under
    /// `[validate]` in `cxvars.toml`.
    CX006 "too-large" Error document check
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    match context.document.tree.cap {
        Some(CapFault::Bytes { limit }) => {
            findings
                .report(
                    Span::point(0),
                    String::new(),
                    format!("the text is longer than {limit} bytes; it was not read"),
                )
                .help("check that it is the right file, or raise `max_bytes`")
                .param("limit", limit);
        }
        Some(CapFault::Depth { limit, span }) => {
            findings
                .report(span, String::new(), format!("nested deeper than {limit} levels; reading stopped here"))
                .help("check that it is the right file, or raise `max_depth`")
                .param("limit", limit);
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    #[test]
    fn a_text_at_the_cap_is_read_and_one_byte_more_is_not() {
        let mut options = CheckOptions::default();
        options.validate.max_bytes = Some(4);
        assert!(check(b" [] ", &options).diagnostics().is_empty());
        let report = check(b" []  ", &options);
        let found: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
        assert_eq!(found, ["CX006"]);
    }
}
