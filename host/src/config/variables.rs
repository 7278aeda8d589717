//! What `CXONE_*` variables set in the profile, and when they count.
//!
//! They come before the files. An environment that the command line names with `--env` comes before them: what was
//! exported for one environment must not lead the credentials of another one elsewhere.

use cxvars_project::section::Environment;

use super::credentials::TOKEN_VARIABLE;
use super::error::ConfigError;
use crate::profile::set_by::{Origin, Sourced};
use crate::profile::{self, Auth, Base, Discovery, ProfileItems};
use crate::system::environment::{self, Lookup};

const BASE_URL_VARIABLE: &str = "CXONE_BASE_URL";

/// The items of the profile that environment variables set. Those that count are to be [`check`]ed.
pub(super) fn items(env: Lookup<'_>) -> ProfileItems {
    let origin = Origin::Environment(BASE_URL_VARIABLE);
    ProfileItems {
        base_url: environment::read(env, BASE_URL_VARIABLE).map(|value| Sourced { value, origin }),
        auth: environment::read(env, TOKEN_VARIABLE).map(|_| Auth::StaticBearer),
        ..ProfileItems::default()
    }
}

/// Checks the form of the items that count.
///
/// # Errors
/// The message names the variable and never its text.
pub(super) fn check(items: &ProfileItems) -> Result<(), ConfigError> {
    let checked = items.base_url.as_ref().map(|url| profile::base_url(&url.value));
    let problem = |problem| ConfigError::Variable { name: BASE_URL_VARIABLE, problem };
    checked.transpose().map(drop).map_err(problem)
}

/// What the files say of an environment.
pub(super) struct Said<'s> {
    /// The environment itself, of each file.
    pub(super) environment: [&'s Environment; 2],
    /// The profile for all environments, of each file that has one.
    pub(super) profiles: [Option<&'s ProfileItems>; 2],
}

impl Said<'_> {
    fn any(&self, has: fn(&ProfileItems) -> bool) -> bool {
        let of_environment = self.environment.iter().map(|environment| &environment.profile);
        of_environment.chain(self.profiles.into_iter().flatten()).any(has)
    }

    fn names_credentials(&self) -> bool {
        self.environment.iter().any(|environment| environment.names_credentials())
    }

    /// Whether they say where the service is, or whose credentials are for it, which must go nowhere else.
    fn where_to(&self) -> bool {
        self.names_credentials()
            || self.any(|items| {
                items.base_url.is_some()
                    || items.token_url.is_some()
                    || items.issuer.is_some()
                    || items.area.is_some()
                    || items.discovery == Some(Discovery::Cxone)
                    || items.base == Some(Base::CxoneBackEnd)
            })
    }

    fn how_to_log_in(&self) -> bool {
        self.where_to() || self.any(|items| items.auth.is_some() || items.base.is_some())
    }
}

/// Takes out of `items` what the environment that `--env` names overrules. Says so, in a line for each.
pub(super) fn yield_to_named(items: &mut ProfileItems, said: &Said<'_>, name: &str) -> Vec<String> {
    let mut left_out = Vec::new();
    if items.base_url.is_some() && said.where_to() {
        items.base_url = None;
        left_out.push(BASE_URL_VARIABLE);
    }
    if items.auth.is_some() && said.how_to_log_in() {
        items.auth = None;
        // Whoever configures `static_bearer` names this variable by it.
        if !said.any(|items| items.auth == Some(Auth::StaticBearer)) {
            left_out.push(TOKEN_VARIABLE);
        }
    }
    let note = |variable| {
        format!(
            "`{variable}` is set but left out: `--env {name}` is on the command line, and the configuration says where \
             that environment is and how to log in; run without `--env` to use the variable"
        )
    };
    left_out.into_iter().map(note).collect()
}

/// Notes where a variable overrides an environment that `CXVARS_ENV` chose.
pub(super) fn overriding(items: &ProfileItems, said: &Said<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let of_environment = said.environment.iter();
    if items.base_url.is_some() && of_environment.clone().any(|items| items.profile.base_url.is_some()) {
        notes.push(format!("`{BASE_URL_VARIABLE}` is set and replaces `base_url` of the chosen environment"));
    }
    if items.auth.is_some() && said.names_credentials() {
        notes.push(format!("`{TOKEN_VARIABLE}` is set and is used instead of the chosen environment's credentials"));
    }
    notes
}
