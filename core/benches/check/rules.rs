//! Twenty rules of a team's own: prefixes, endings, types, scopes, classes of values and a whole document.

use cxvars_core::options::CheckOptions;
use cxvars_core::options::file;
use cxvars_core::options::rule::CustomRules;
use cxvars_core::rules::ALL;

/// What the rules ask, a line each. None of them finds anything in the documents of the benchmark.
const RULES: [&str; 20] = [
    r#"require = {name = "*_*"}"#,
    r#"when = {name = "*_token"}
require = {encrypted = true}"#,
    r#"when = {name = ["*_secret", "*_password"]}
require = {encrypted = true}"#,
    r#"forbid = {scope = "global"}"#,
    r#"when = {name = "*_url"}
require = {value = "url-https"}"#,
    r#"when = {env = "*prod*"}
forbid = {encrypted = true, source = "inline"}"#,
    r#"when = {name = "*_limit"}
require = {type = "integer"}"#,
    r#"when = {name = "*_key", encrypted = true}
require = {min_length = 32}"#,
    r#"when = {name = "*_schema", type = "object"}
require = {contract = true}"#,
    r#"when = {name = "vault_*", encrypted = true}
require = {secret_version = true}"#,
    "document = {max_variables = 50}",
    r#"when = {env = "*prod*"}
document = {require_names = ["crm_endpoint"]}"#,
    r#"forbid = {name = "crm_host"}
rename_to = "crm_endpoint""#,
    r#"forbid = {name = "tmp_*"}"#,
    r#"forbid = {name = "*_old"}"#,
    r#"when = {type = "boolean"}
forbid = {name = "no_*"}"#,
    r#"when = {path = "legacy/**"}
forbid = {scope = "action"}"#,
    r#"when = {name = "debug_*"}
require = {type = "boolean"}"#,
    r#"forbid = {type = "object", name = "*_flag"}"#,
    r#"when = {name = "test_*"}
forbid = {source = ["vault", "command"]}"#,
];

/// The options of a check by these rules.
pub(crate) fn options() -> CheckOptions {
    let rule =
        |(at, asked): (usize, &&str)| format!("[[rule]]\ncode = \"TR{at:03}\"\nmessage = \"as agreed\"\n{asked}\n");
    let toml: String = RULES.iter().enumerate().map(rule).collect();
    let written = file::read(&toml, ALL).expect("the rules have no mistake").rules;
    let mut options = CheckOptions::default();
    options.custom_rules = CustomRules::new(&written, |rule| rule.code.clone()).expect("they can be used");
    options
}
