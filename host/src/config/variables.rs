//! What `CXONE_*` variables set in the profile. They come before the files.

use super::credentials::TOKEN_VARIABLE;
use super::error::ConfigError;
use super::section::Environment;
use crate::profile::set_by::{Origin, Sourced};
use crate::profile::{self, Auth, ProfileItems};
use crate::system::environment::{self, Lookup};

const BASE_URL_VARIABLE: &str = "CXONE_BASE_URL";

/// The items of the profile that environment variables set.
pub(super) fn items(env: Lookup<'_>) -> Result<ProfileItems, ConfigError> {
    let base_url = environment::read(env, BASE_URL_VARIABLE);
    if let Some(text) = &base_url {
        profile::base_url(text).map_err(|problem| ConfigError::Variable { name: BASE_URL_VARIABLE, problem })?;
    }
    Ok(ProfileItems {
        base_url: base_url.map(|value| Sourced { value, origin: Origin::Environment(BASE_URL_VARIABLE) }),
        auth: environment::read(env, TOKEN_VARIABLE).map(|_| Auth::StaticBearer),
        ..ProfileItems::default()
    })
}

/// What the files say of an environment.
pub(super) struct Said<'s> {
    /// The environment itself, of each file.
    pub(super) environment: [&'s Environment; 2],
}

impl Said<'_> {
    fn names_credentials(&self) -> bool {
        self.environment.iter().any(|environment| environment.names_credentials())
    }
}

/// Notes where a variable overrides the chosen environment.
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
