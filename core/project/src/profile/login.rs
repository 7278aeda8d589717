//! The token request of each kind of login, as data. Nothing is sent here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use cxvars_core::base::secret::Secret;
use url::Url;
use url::form_urlencoded;
use zeroize::Zeroizing;

use crate::profile::Auth;

/// The credentials for the service. No `Debug`, because it holds secrets.
#[derive(Clone)]
pub enum Credentials {
    /// A client id and its secret, or an access key id and its secret.
    Client {
        /// The id.
        id: Secret,
        /// The secret.
        secret: Secret,
    },
    /// A client that logs in for the owner of an access key.
    Password {
        /// The client's id.
        client_id: Secret,
        /// The client's secret.
        client_secret: Secret,
        /// The access key's id.
        key_id: Secret,
        /// The access key's secret.
        key_secret: Secret,
    },
    /// A token that the user provides.
    Bearer(Secret),
}

/// A POST to the token endpoint. No `Debug`, because headers and body hold secrets.
pub struct TokenRequest {
    /// The token endpoint.
    pub url: Url,
    /// Header names in lower case, and their values.
    pub headers: Vec<(&'static str, Secret)>,
    /// The body.
    pub body: Secret,
}

/// Where a token comes from. No `Debug`, because it holds secrets.
pub enum TokenSource {
    /// The user provides the token. It cannot be renewed.
    Given(Secret),
    /// This request gets the token.
    Request(TokenRequest),
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// Returns the request to `url` for a token with `scopes`. If `credentials` are a token, no request is needed, whatever
/// `auth` is.
///
/// Requests with access keys contain no scopes: the key has the rights of its user.
pub fn token_request(auth: Auth, url: &Url, credentials: &Credentials, scopes: &[String]) -> TokenSource {
    let (id, secret) = match credentials {
        Credentials::Bearer(token) => return TokenSource::Given(token.clone()),
        Credentials::Client { id, secret } => (id.expose(), secret.expose()),
        Credentials::Password { client_id, client_secret, key_id, key_secret } => {
            let form = [("grant_type", "password"), ("username", key_id.expose()), ("password", key_secret.expose())];
            // Id and secret go as they are: so do the public clients of this login.
            let headers = vec![
                ("accept", Secret::new(JSON)),
                ("authorization", basic(client_id.expose(), client_secret.expose())),
                ("content-type", Secret::new(FORM)),
            ];
            return TokenSource::Request(TokenRequest { url: url.clone(), headers, body: form_body(&form) });
        }
    };
    let scope = scopes.join(" ");
    let mut form = vec![("grant_type", "client_credentials")];
    if !scope.is_empty() {
        form.push(("scope", scope.as_str()));
    }
    let mut headers = vec![("accept", Secret::new(JSON))];
    let body = match auth {
        Auth::AccessKeyJson => {
            headers.push(("content-type", Secret::new(JSON)));
            Secret::new(serde_json::json!({"accessKeyId": id, "accessKeySecret": secret}).to_string())
        }
        Auth::ClientCredentialsBasic => {
            // RFC 6749 section 2.3.1: both are form-encoded before they are joined, so a `:` in the id is safe.
            headers.push(("authorization", basic(&form_encoded(id), &form_encoded(secret))));
            headers.push(("content-type", Secret::new(FORM)));
            form_body(&form)
        }
        // The configuration combines neither of the other two with a single pair; if it did, the form would do.
        Auth::ClientCredentialsForm | Auth::StaticBearer | Auth::PasswordGrant => {
            form.extend([("client_id", id), ("client_secret", secret)]);
            headers.push(("content-type", Secret::new(FORM)));
            form_body(&form)
        }
    };
    TokenSource::Request(TokenRequest { url: url.clone(), headers, body })
}

/// The header of HTTP Basic (RFC 7617 section 2).
fn basic(id: &str, secret: &str) -> Secret {
    let pair = Zeroizing::new(format!("{id}:{secret}"));
    let basic = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
    Secret::new(format!("Basic {}", basic.as_str()))
}

fn form_body(pairs: &[(&str, &str)]) -> Secret {
    Secret::new(form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish())
}

fn form_encoded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(form_urlencoded::byte_serialize(text.as_bytes()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(auth: Auth, id: &str, secret: &str, scopes: &[&str]) -> TokenRequest {
        let url = Url::parse("https://api.nicecxone.com/token").unwrap();
        let credentials = Credentials::Client { id: Secret::new(id), secret: Secret::new(secret) };
        let scopes: Vec<String> = scopes.iter().map(|&scope| scope.to_owned()).collect();
        match token_request(auth, &url, &credentials, &scopes) {
            TokenSource::Request(request) => request,
            TokenSource::Given(_) => panic!("a request was expected"),
        }
    }

    fn header(request: &TokenRequest, name: &str) -> Option<String> {
        let found = request.headers.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| value.expose().to_owned())
    }

    #[test]
    fn the_form_carries_id_and_secret_encoded() {
        let request = request(Auth::ClientCredentialsForm, "my id", "a&b=c+d%", &["r:x", "w:x"]);
        assert_eq!(
            request.body.expose(),
            "grant_type=client_credentials&scope=r%3Ax+w%3Ax&client_id=my+id&client_secret=a%26b%3Dc%2Bd%25"
        );
        assert_eq!(header(&request, "authorization"), None);
        assert_eq!(header(&request, "content-type").as_deref(), Some(FORM));
    }

    #[test]
    fn basic_encodes_before_joining_and_keeps_the_secret_out_of_the_body() {
        let request = request(Auth::ClientCredentialsBasic, "a:b", "s e", &[]);
        assert_eq!(request.body.expose(), "grant_type=client_credentials");
        // base64("a%3Ab:s+e")
        assert_eq!(header(&request, "authorization").as_deref(), Some("Basic YSUzQWI6cytl"));
    }

    #[test]
    fn the_password_grant_has_the_client_in_the_header_and_the_key_in_the_form() {
        let url = Url::parse("https://cxone.niceincontact.com/auth/token").unwrap();
        let credentials = Credentials::Password {
            client_id: Secret::new("id"),
            client_secret: Secret::new("s+/="),
            key_id: Secret::new("KEY=="),
            key_secret: Secret::new("k&s"),
        };
        let scopes = ["dataactions:read".to_owned()];
        let TokenSource::Request(request) = token_request(Auth::PasswordGrant, &url, &credentials, &scopes) else {
            panic!("a request was expected");
        };
        assert_eq!(request.body.expose(), "grant_type=password&username=KEY%3D%3D&password=k%26s");
        // base64("id:s+/=")
        assert_eq!(header(&request, "authorization").as_deref(), Some("Basic aWQ6cysvPQ=="));
        assert_eq!(header(&request, "content-type").as_deref(), Some(FORM));
    }

    #[test]
    fn access_keys_go_as_json() {
        let request = request(Auth::AccessKeyJson, "k\"1", "s\n2", &["ignored"]);
        let body: serde_json::Value = serde_json::from_str(request.body.expose()).unwrap();
        assert_eq!(body, serde_json::json!({"accessKeyId": "k\"1", "accessKeySecret": "s\n2"}));
        assert_eq!(header(&request, "content-type").as_deref(), Some(JSON));
    }

    #[test]
    fn a_given_token_needs_no_request() {
        let url = Url::parse("https://api.nicecxone.com/token").unwrap();
        let credentials = Credentials::Bearer(Secret::new("t"));
        for auth in [Auth::StaticBearer, Auth::ClientCredentialsForm] {
            match token_request(auth, &url, &credentials, &[]) {
                TokenSource::Given(token) => assert_eq!(token.expose(), "t"),
                TokenSource::Request(_) => panic!("no request was expected"),
            }
        }
    }
}
