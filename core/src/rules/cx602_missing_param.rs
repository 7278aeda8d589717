use crate::base::display::{escape, quote};
use crate::base::vocabulary::did_you_mean;
use crate::document::reference::Reference;
use crate::document::reference::read_reference;
use crate::document::{Variable, first_of_each};
use crate::rules::context::Context;
use crate::rules::declare::declare_rule;
use crate::rules::findings::Findings;

declare_rule! {
    /// A parameter is not defined in every environment.
    ///
    /// ## Why it matters
    /// `{"param": NAME}` takes the value from `params` of the environment that is updated. If that environment does not
    /// define the parameter, its update stops before anything is sent, perhaps only on the day of the release.
    ///
    /// ## Fires
    /// ```json fires params:prod:region
    /// {"variables": [{"name": "zone", "type": "string", "value_from": {"param": "zone"}}]}
    /// ```
    ///
    /// ## Does not fire
    /// ```json passes params:prod:zone
    /// {"variables": [{"name": "zone", "type": "string", "value_from": {"param": "zone"}}]}
    /// ```
    ///
    /// ## How to fix
    /// Add the parameter to `params` of each environment, under `[env.NAME]` in `cxvars.toml`. With `--env`, only that
    /// environment is checked. Without it, all environments of the project are checked.
    CX602 "missing-param" Error variable check
}

fn check(context: &Context<'_>, variable: &Variable<'_>, findings: &mut Findings) {
    let Some(environments) = &context.options.params else { return };
    let Some((reference, span)) = variable.value_from().filter(|_| !variable.is_to_be_absent()) else { return };
    let Some(Reference::Param(param)) = read_reference(reference) else { return };
    let lacking: Vec<_> = environments.iter().filter(|(_, params)| !params.contains(&param)).collect();
    let Some((first, _)) = lacking.first() else { return };
    let at = first_of_each(reference).next().map_or(span, |entry| entry.value.span());
    let names: Vec<_> = lacking.iter().map(|(name, _)| quote(name)).collect();
    let defined = lacking.iter().flat_map(|(_, params)| params.iter().map(String::as_str));
    let near = did_you_mean(&param, defined).filter(|_| context.is_reliable(at));
    let help = match near {
        Some(near) => format!("did you mean {}?", quote(near)),
        None => format!("add it to `params` under `[env.{}]` in `cxvars.toml`", escape(first)),
    };
    let quoted = context.quote(&param, at, "this");
    let noun = if names.len() == 1 { "environment" } else { "environments" };
    findings
        .report(
            at,
            format!("{}/param", variable.pointer().to_field("value_from")),
            format!("parameter {quoted} is not defined in the {noun} {}", names.join(", ")),
        )
        .help(help)
        .param("param", quoted)
        .param("environments", names.join(", "));
}

#[cfg(test)]
mod tests {
    use crate::check::check;
    use crate::options::CheckOptions;

    fn message(environments: &[(&str, &[&str])]) -> Option<(String, String)> {
        let text = br#"[{"name": "a", "type": "string", "value_from": {"param": "region"}}]"#;
        let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let params = environments.iter().map(|(name, params)| ((*name).to_owned(), set(params)));
        let options = CheckOptions { params: Some(params.collect()), ..CheckOptions::default() };
        let report = check(text, &options);
        for finding in report.diagnostics() {
            assert_eq!((finding.code.as_ref(), finding.pointer.as_str()), ("CX602", "/0/value_from/param"));
        }
        report.diagnostics().first().map(|finding| (finding.message.clone(), finding.help.clone().unwrap_or_default()))
    }

    #[test]
    fn every_environment_that_lacks_it_is_named() {
        let (message_, help) = message(&[("dev", &["region"]), ("prod", &["regoin"]), ("test", &[])]).unwrap();
        assert_eq!(message_, "`a`: parameter `region` is not defined in the environments `prod`, `test`");
        assert_eq!(help, "did you mean `regoin`?");
        let (_, help) = message(&[("dev", &["region"]), ("prod", &[]), ("test", &["limit"])]).unwrap();
        assert_eq!(help, "add it to `params` under `[env.prod]` in `cxvars.toml`");
        assert!(message(&[("dev", &["region"])]).is_none());
        assert!(message(&[]).is_none());
    }

    #[test]
    fn where_nothing_is_known_of_parameters_nothing_is_said() {
        let text = br#"[{"name": "a", "type": "string", "value_from": {"param": "region"}}]"#;
        assert!(check(text, &CheckOptions::default()).diagnostics().is_empty());
    }
}
