//! The kinds of values that only the host reads: paths, URLs, names of environment variables, credentials.

use cxvars_core::base::secret::Secret;
use cxvars_core::options::reader::Value;
use cxvars_core::options::section::{ANY_TEXT, Kind, SOME_TEXT, Shape};
use cxvars_core::options::written::{Owner, Source};
use url::Url;

use crate::profile;
use crate::profile::set_by::{Origin, Sourced};
use crate::variable;

/// The form of an environment variable's name; see [`variable::is_conventional_name`].
const VARIABLE: Shape = Shape::Text("^[A-Z_][A-Z0-9_]*$");

/// The name of an environment variable that holds one of our own secrets.
pub(super) struct Variable;

impl Kind for Variable {
    type Value = String;

    const SHAPE: Shape = VARIABLE;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let name = value.checked(|name| match variable::is_conventional_name(name) {
            true => Ok(()),
            false => Err(
                "must be the name of an environment variable (capital letters, digits and `_`), not the secret itself",
            ),
        });
        name.map(str::to_owned)
    }
}

/// The name of an environment variable whose secret is sent to another server than the service. It must not be a
/// `CXONE_*` variable.
pub(super) struct ForeignVariable;

impl Kind for ForeignVariable {
    type Value = String;

    const SHAPE: Shape = VARIABLE;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        let name = Variable::read(value)?;
        if name.starts_with(variable::SERVICE_PREFIX) {
            value.problem("must not name a `CXONE_*` variable: credentials of the service are sent to nobody else");
            return None;
        }
        Some(name)
    }
}

/// A URL, and where it was set.
pub(super) struct HttpUrl;

impl Kind for HttpUrl {
    type Value = Sourced<Url>;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        sourced(value, profile::http_url)
    }
}

/// The URL of a server, and where it was set.
pub(super) struct ServerUrl;

impl Kind for ServerUrl {
    type Value = Sourced<Url>;

    const SHAPE: Shape = SOME_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        sourced(value, profile::base_url)
    }
}

fn sourced(value: &Value<'_>, parse: fn(&str) -> Result<Url, &'static str>) -> Option<Sourced<Url>> {
    let url = parse(value.text()?).map_err(|problem| value.problem(problem)).ok()?;
    Some(Sourced { value: url, origin: Origin::of(value.source()) })
}

/// A value that may be confidential.
pub(super) struct Confidential;

impl Kind for Confidential {
    type Value = Secret;

    const SHAPE: Shape = ANY_TEXT;

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        value.string().map(Secret::new)
    }
}

/// Trusted hosts. Only the user's own file may name them.
pub(super) struct TrustedHosts;

impl Kind for TrustedHosts {
    type Value = Vec<String>;

    const SHAPE: Shape = Shape::List(&SOME_TEXT);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        if is_users_own(value) {
            return value.texts();
        }
        value.problem(
            "is not allowed in a project file, which must not widen trust; move it to your own configuration file, or \
             use `--trust-host` or `CXVARS_TRUSTED_HOSTS`",
        );
        None
    }
}

/// Whether the file is the user's own.
pub(super) fn is_users_own(value: &Value<'_>) -> bool {
    matches!(value.source(), Source::File { owner: Owner::User, .. })
}
