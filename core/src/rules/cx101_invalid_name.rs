use super::names::{self, NameProblem};
use crate::document::Variable;
use crate::options::NamePattern;
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A name is not a letter followed by letters, digits and underscores.
    ///
    /// ## Why it matters
    /// A Data Action reads its variables by name, so a name has to be an identifier: `^[A-Za-z][A-Za-z0-9_]*$`. The
    /// service refuses the whole list if one name does not match.
    ///
    /// ## Fires
    /// ```json fires
    /// {"variables": [{"name": "api-endpoint", "type": "string", "value": "https://api.example.com/v1"}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes
    /// {"variables": [{"name": "api_endpoint", "type": "string", "value": "https://api.example.com/v1"}]}
    /// ```
    ///
    /// ## How to fix
    /// Rename the variable, here and in the Data Action that reads it. If your team has its own pattern (`name_pattern`
    /// under `[validate]` in `cxvars.toml`), a name has to match that pattern as well.
    CX101 "invalid-name" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    names::report(context, variable, NameProblem::Invalid, findings, |name| {
        let message = if name.is_empty() {
            "the name is empty"
        } else if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            "a name starts with a letter"
        } else {
            "a name has only letters, digits and underscores"
        };
        (
            message.to_owned(),
            "use `[A-Za-z][A-Za-z0-9_]*`, such as `api_endpoint`; rename it in the Data Action as well",
        )
    });
    if let Some(pattern) = &context.options.validate.name_pattern {
        house_pattern(context, variable, pattern, findings);
    }
}

/// Reports a name that the service accepts, but that does not match the team's own pattern.
fn house_pattern(context: &Context<'_>, variable: &Variable<'_>, pattern: &NamePattern, findings: &mut Findings) {
    let Some((name, span)) = variable.name() else { return };
    if NameProblem::of(name).is_some() || pattern.matches(name) {
        return;
    }
    let quoted = context.quote(name, span, "a name");
    findings
        .report(span, variable.pointer().to_field("name"), format!("{quoted} does not match the configured pattern"))
        .help(format!("names have to match `{}` (`name_pattern`)", crate::base::display::escape(pattern.as_str())))
        .param("variable", quoted);
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::{CheckOptions, NamePattern};

    #[test]
    fn a_team_can_ask_for_more() {
        let mut options = CheckOptions::default();
        options.validate.name_pattern = Some(NamePattern::new("crm_[a-z]+").unwrap());
        for (name, fires) in [("crm_url", false), ("crm_url2", true), ("my_crm_url", true), ("_crm", true)] {
            let text = serde_json::json!([{"name": name, "type": "string", "value": "x"}]).to_string();
            assert_eq!(check(text.as_bytes(), &options).diagnostics().len(), usize::from(fires), "{name}");
        }
        assert!(NamePattern::new("[").is_err());
    }

    #[test]
    fn each_bad_name_gives_one_finding_and_good_ones_none() {
        for (name, code) in [
            ("a", None),
            ("A_1", None),
            ("", Some("CX101")),
            ("1a", Some("CX101")),
            ("a b", Some("CX101")),
            ("a.b", Some("CX101")),
            ("größe", Some("CX101")),
            ("_a", Some("CX102")),
            ("_", Some("CX102")),
            ("__a-b", Some("CX102")),
        ] {
            let text = serde_json::json!([{"name": name, "type": "string", "value": "x"}]).to_string();
            let report = check(text.as_bytes(), &CheckOptions::default());
            let found: Vec<_> = report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
            assert_eq!(found, code.into_iter().collect::<Vec<_>>(), "{name}");
        }
    }
}
