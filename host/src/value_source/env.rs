//! `value_from: {env: NAME}`.

use cxvars_core::base::display;
use cxvars_core::base::secret::Secret;
use zeroize::Zeroizing;

use super::{Context, SourceError};
use crate::system::clean;
use crate::system::environment::{self, SERVICE_PREFIX};

/// Secrets of this program with fixed names. They are reserved whatever the caller passes.
const OWN_SECRETS: [&str; 4] =
    ["CXVARS_WEBHOOK_SECRET", "CXVARS_FINGERPRINT_KEY", "CXVARS_CHECKPOINT_KEY", super::VAULT_TOKEN_VARIABLE];

/// Variables of the exporters: `…_HEADERS` holds the collector's token, and `…_ENDPOINT` may hold a password.
const EXPORTER_PREFIX: &str = "OTEL_EXPORTER_OTLP_";

/// Reads the environment variable, unless it holds a secret of this program. A manifest that comes with a repository
/// must not be able to copy the credentials that register it into a variable that others can read.
pub(super) fn resolve(name: &str, context: &Context<'_>) -> Result<Secret, SourceError> {
    if is_reserved(name, context.reserved) {
        return Err(SourceError::EnvReserved { name: display::escape(name) });
    }
    // A name that the system cannot even look up (POSIX.1-2017, 8.1) counts as unset. On some systems, looking it up
    // panics.
    let possible = !name.is_empty() && !name.contains(['=', '\0']);
    let text = possible.then(|| environment::read(context.env, name)).flatten().map(Zeroizing::new);
    let text = text.ok_or_else(|| SourceError::EnvUnset { name: display::escape(name) })?;
    clean::value(&text).map_err(|problem| SourceError::Env { name: display::escape(name), problem })
}

/// Whether the variable must not be used as a value. Letter case is ignored, because Windows ignores it in names of
/// variables.
pub(super) fn is_reserved(name: &str, reserved: &[String]) -> bool {
    let upper = name.to_uppercase();
    upper.starts_with(SERVICE_PREFIX)
        || upper.starts_with(EXPORTER_PREFIX)
        || OWN_SECRETS.contains(&upper.as_str())
        || reserved.iter().any(|reserved| reserved.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::value_source::tests::test_context;

    fn resolve_with(name: &str, reserved: &[String]) -> Result<Secret, SourceError> {
        let all_set = |name: &str| (name != "EMPTY" && name != "UNSET").then(|| "hunter2".to_owned());
        let env = |name: &str| match name {
            "EMPTY" => Some(String::new()),
            name => all_set(name),
        };
        let params = BTreeMap::new();
        let context = Context { reserved, ..test_context(&env, &params) };
        resolve(name, &context)
    }

    #[test]
    fn a_set_variable_is_the_value() {
        assert_eq!(resolve_with("TOKEN", &[]).ok().unwrap().expose(), "hunter2");
        assert!(resolve_with("CXV_TOKEN", &[]).is_ok());
        assert!(resolve_with("MY_CXONE_TOKEN", &[]).is_ok());
    }

    #[test]
    fn an_unset_empty_or_impossible_variable_is_named() {
        for name in ["UNSET", "EMPTY", "", "A=B", "A\0"] {
            let error = resolve_with(name, &[]).err().unwrap();
            assert_eq!(error, SourceError::EnvUnset { name: display::escape(name) });
        }
    }

    #[test]
    fn credentials_of_this_program_are_never_a_value() {
        let reserved = ["PROD_SECRET".to_owned()];
        for name in [
            "CXONE_CLIENT_SECRET",
            "CXONE_",
            "CXONE_ANYTHING",
            "cxone_client_secret",
            "CXVARS_WEBHOOK_SECRET",
            "CXVARS_FINGERPRINT_KEY",
            "CXVARS_CHECKPOINT_KEY",
            "Cxvars_Checkpoint_Key",
            "OTEL_EXPORTER_OTLP_HEADERS",
            "otel_exporter_otlp_traces_headers",
            "PROD_SECRET",
            "prod_secret",
        ] {
            let error = resolve_with(name, &reserved).err().unwrap();
            assert_eq!(error, SourceError::EnvReserved { name: name.to_owned() });
        }
    }
}
