//! Which environment variables hold the credentials, and what they hold.

use cxvars_core::base::secret::Secret;
use cxvars_project::section::Environment;

use super::error::ConfigError;
use crate::profile::Auth;
use crate::profile::login::Credentials;
use crate::system::clean;
use crate::system::environment::{self, Lookup};

/// The variable that holds a token.
pub(super) const TOKEN_VARIABLE: &str = "CXONE_TOKEN";

/// Where credentials come from. It holds names of environment variables; the credentials are read later.
pub(super) enum CredentialSource {
    /// A token in [`TOKEN_VARIABLE`].
    Bearer,
    /// A client, or an access key.
    Pair(Pair),
    /// A client that logs in for the owner of an access key.
    Password {
        /// The client.
        client: Pair,
        /// The access key.
        key: Pair,
    },
    /// The simulator's credentials; `None` until it runs.
    Simulator(Option<Credentials>),
}

/// The variables that hold an id and its secret.
pub(super) struct Pair {
    id: String,
    secret: String,
}

impl Pair {
    fn new(id: Option<&String>, secret: Option<&String>, else_in: [&str; 2]) -> Self {
        let name = |named: Option<&String>, default: &str| named.map_or_else(|| default.to_owned(), Clone::clone);
        let [id_variable, secret_variable] = else_in;
        Self { id: name(id, id_variable), secret: name(secret, secret_variable) }
    }

    fn names(&self) -> [&String; 2] {
        [&self.id, &self.secret]
    }

    /// Whether both variables are set.
    fn is_set(&self, env: Lookup<'_>) -> bool {
        self.names().into_iter().all(|name| environment::read(env, name).is_some())
    }

    /// Both, which are set.
    fn read(&self, env: Lookup<'_>) -> Result<(Secret, Secret), ConfigError> {
        Ok((credential(env, &self.id)?, credential(env, &self.secret)?))
    }
}

impl CredentialSource {
    /// The source for a login of this kind, with the variables that the environment names, else the usual ones.
    pub(super) fn new(auth: Auth, environment: &Environment, env: Lookup<'_>) -> Self {
        let client = Pair::new(
            environment.client_id_env.as_ref(),
            environment.client_secret_env.as_ref(),
            ["CXONE_CLIENT_ID", "CXONE_CLIENT_SECRET"],
        );
        let key = Pair::new(
            environment.access_key_id_env.as_ref(),
            environment.access_key_secret_env.as_ref(),
            ["CXONE_ACCESS_KEY_ID", "CXONE_ACCESS_KEY_SECRET"],
        );
        match auth {
            Auth::StaticBearer => Self::Bearer,
            Auth::ClientCredentialsForm | Auth::ClientCredentialsBasic => Self::Pair(client),
            Auth::PasswordGrant => Self::Password { client, key },
            // An access key may also be where a client is expected: this login has no client.
            Auth::AccessKeyJson => {
                let is_set = |name: &String| environment::read(env, name).is_some();
                Self::Pair(if key.names().into_iter().any(is_set) || !client.is_set(env) { key } else { client })
            }
        }
    }

    /// Reads the credentials.
    ///
    /// # Errors
    /// Lists all variables that are not set, or says that the simulator is not running.
    pub(super) fn read(&self, env: Lookup<'_>) -> Result<Credentials, ConfigError> {
        let all_set = |pairs: &[&Pair]| {
            let names = pairs.iter().flat_map(|pair| pair.names());
            let missing: Vec<String> = names.filter(|name| environment::read(env, name).is_none()).cloned().collect();
            let left_out = String::new();
            if missing.is_empty() { Ok(()) } else { Err(ConfigError::MissingCredentials { names: missing, left_out }) }
        };
        match self {
            Self::Simulator(credentials) => credentials.clone().ok_or(ConfigError::NoSimulator),
            Self::Bearer => token(env).map(Credentials::Bearer),
            Self::Pair(pair) => {
                all_set(&[pair])?;
                let (id, secret) = pair.read(env)?;
                Ok(Credentials::Client { id, secret })
            }
            Self::Password { client, key } => {
                all_set(&[client, key])?;
                let ((client_id, client_secret), (key_id, key_secret)) = (client.read(env)?, key.read(env)?);
                Ok(Credentials::Password { client_id, client_secret, key_id, key_secret })
            }
        }
    }
}

/// A credential, without what editors and shells add to it.
fn credential(env: Lookup<'_>, name: &str) -> Result<Secret, ConfigError> {
    let text = environment::read(env, name).unwrap_or_default();
    clean::value(&text).map_err(|problem| ConfigError::Credential { name: name.to_owned(), problem })
}

/// The given token. It is sent in a header, which cannot carry every character.
fn token(env: Lookup<'_>) -> Result<Secret, ConfigError> {
    let name = TOKEN_VARIABLE;
    let missing = || ConfigError::MissingCredentials { names: vec![name.to_owned()], left_out: String::new() };
    environment::read(env, name).ok_or_else(missing)?;
    let token = credential(env, name)?;
    if !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        let problem = "is not a token: it holds white space or other characters that a header cannot carry";
        return Err(ConfigError::Variable { name, problem });
    }
    Ok(token)
}
