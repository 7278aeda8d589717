//! Reads token requests, and decides which scopes the client gets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use serde::Deserialize;

use super::{after_scheme, media_type};
use crate::answer::{Refusal, Request};

/// The scopes that the service knows.
pub const KNOWN_SCOPES: [&str; 4] =
    ["dataactions:read", "dataactions:write", "dataactions:delete", "integrations:read"];

/// A client that may request tokens. No `Debug`, because it holds the secret.
#[derive(Clone)]
pub struct Client {
    /// The client id, which is also the tenant of the request limit.
    pub id: String,
    /// The client secret.
    pub secret: String,
    /// The scopes that the client may be granted.
    pub scopes: Vec<String>,
}

/// The credentials of a request. `secrets` has every reading of the secret, as sent and form-decoded.
struct Credentials {
    id: String,
    secrets: Vec<String>,
}

/// A token request.
pub(crate) struct TokenRequest {
    credentials: Credentials,
    /// The access key of a password grant, whose owner the client logs in.
    access_key: Option<Credentials>,
    scope: Option<String>,
}

impl TokenRequest {
    /// Reads a request. Refusals have the error codes of RFC 6749 section 5.2.
    pub(crate) fn read(request: &Request) -> Result<Self, Refusal> {
        let media_type = request.header("content-type").map(media_type);
        if media_type.as_deref() != Some("application/x-www-form-urlencoded") {
            return Err(invalid_request("the body must be application/x-www-form-urlencoded"));
        }
        let form = Form::read(&request.body)?;
        let basic = match request.header("authorization") {
            None => None,
            Some(header) => Some(basic_credentials(header)?),
        };
        let in_form = form.get("client_id").is_some() || form.get("client_secret").is_some();
        let credentials = match basic {
            Some(_) if form.get("client_secret").is_some() => {
                return Err(invalid_request("the client must use one way of authentication, not two"));
            }
            Some(basic) => basic,
            None if in_form => Credentials {
                id: form.get("client_id").unwrap_or_default().to_owned(),
                secrets: vec![form.get("client_secret").unwrap_or_default().to_owned()],
            },
            None => return Err(invalid_client("the request carries no client credentials")),
        };
        let access_key = match form.get("grant_type") {
            Some("client_credentials") => None,
            Some("password") => Some(form.access_key()?),
            Some(_) => {
                let message = "a grant_type here is client_credentials or password";
                return Err(Refusal::oauth(400, "unsupported_grant_type", message));
            }
            None => return Err(invalid_request("grant_type is missing")),
        };
        Ok(Self {
            credentials,
            access_key,
            scope: form.get("scope").filter(|scope| !scope.is_empty()).map(str::to_owned),
        })
    }

    /// Reads a login with an access key, `{"accessKeyId", "accessKeySecret"}`, which the vendor offers besides OAuth.
    /// Refusals have the error codes of OAuth, which is our choice.
    pub(crate) fn read_access_key(request: &Request) -> Result<Self, Refusal> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct AccessKey {
            access_key_id: String,
            access_key_secret: String,
        }
        if request.header("content-type").map(media_type).as_deref() != Some("application/json") {
            return Err(invalid_request("the body must be application/json"));
        }
        let key: AccessKey = serde_json::from_slice(&request.body)
            .map_err(|_| invalid_request("the body is not an object with `accessKeyId` and `accessKeySecret`"))?;
        Ok(Self {
            credentials: Credentials { id: key.access_key_id, secrets: vec![key.access_key_secret] },
            access_key: None,
            scope: None,
        })
    }

    /// The client id, which is not authenticated yet. The request counts for it as the tenant.
    pub(crate) fn client_id(&self) -> &str {
        &self.credentials.id
    }

    /// Whether the client logs somebody in by an access key (OAuth password grant).
    pub(crate) fn is_password_grant(&self) -> bool {
        self.access_key.is_some()
    }

    /// Authenticates the client and returns the granted scopes: the requested ones that the client may have, or all
    /// that it may have if it requests none. If `clients` is empty, any credentials are accepted for every scope. An
    /// access key is a client too, and its scopes are those that count.
    pub(crate) fn grant(&self, clients: &[Client]) -> Result<Vec<String>, Refusal> {
        let mut allowed = self.credentials.scopes(clients).ok_or_else(|| invalid_client("the client is not known"))?;
        if let Some(key) = &self.access_key {
            allowed = key
                .scopes(clients)
                .ok_or_else(|| Refusal::oauth(400, "invalid_grant", "the access key is not known here"))?;
        }
        let Some(scope) = &self.scope else {
            return Ok(owned(&allowed));
        };
        let asked: Vec<&str> = scope.split(' ').filter(|name| !name.is_empty()).collect();
        let known = |name: &&str| KNOWN_SCOPES.contains(name) || allowed.contains(name);
        if !asked.iter().all(known) {
            return Err(invalid_scope("a requested scope is not known here"));
        }
        let granted: Vec<&str> = allowed.into_iter().filter(|name| asked.contains(name)).collect();
        if granted.is_empty() {
            return Err(invalid_scope("the client may have none of the requested scopes"));
        }
        Ok(owned(&granted))
    }
}

impl Credentials {
    /// The scopes that they may have; `None` if they are not known. If `clients` is empty, any id has every scope.
    fn scopes<'c>(&self, clients: &'c [Client]) -> Option<Vec<&'c str>> {
        if clients.is_empty() {
            return (!self.id.is_empty()).then(|| KNOWN_SCOPES.to_vec());
        }
        let client = clients.iter().find(|client| client.id == self.id && self.secrets.contains(&client.secret))?;
        Some(client.scopes.iter().map(String::as_str).collect())
    }
}

fn owned(scopes: &[&str]) -> Vec<String> {
    scopes.iter().map(|&scope| scope.to_owned()).collect()
}

fn invalid_request(message: &str) -> Refusal {
    Refusal::oauth(400, "invalid_request", message)
}

fn invalid_scope(message: &str) -> Refusal {
    Refusal::oauth(400, "invalid_scope", message)
}

fn invalid_client(message: &str) -> Refusal {
    Refusal::oauth(401, "invalid_client", message).with_header("www-authenticate", "Basic realm=\"cxvars sandbox\"")
}

/// Reads the credentials of a Basic header. RFC 6749 section 2.3.1 form-encodes id and secret first, but many clients
/// do not. Both are accepted.
fn basic_credentials(header: &str) -> Result<Credentials, Refusal> {
    let malformed = || invalid_client("the Basic credentials are malformed");
    let encoded = after_scheme(header, "basic").ok_or_else(malformed)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| malformed())?;
    let text = String::from_utf8(bytes).map_err(|_| malformed())?;
    let (id, secret) = text.split_once(':').ok_or_else(malformed)?;
    let mut secrets = vec![secret.to_owned()];
    secrets.extend(form_decode(secret));
    Ok(Credentials { id: form_decode(id).unwrap_or_else(|| id.to_owned()), secrets })
}

struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        let malformed = || invalid_request("the body is not form text");
        let text = std::str::from_utf8(body).map_err(|_| malformed())?;
        let mut fields: Vec<(String, String)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = form_decode(name).ok_or_else(malformed)?;
            // RFC 6749 section 3.2: parameters must not be included more than once.
            if fields.iter().any(|(seen, _)| *seen == name) {
                return Err(invalid_request("a parameter occurs twice"));
            }
            fields.push((name, form_decode(value).ok_or_else(malformed)?));
        }
        Ok(Self(fields))
    }

    /// The access key of a password grant, which stands where RFC 6749 section 4.3.2 has a user name and a password.
    fn access_key(&self) -> Result<Credentials, Refusal> {
        let get = |name| self.get(name).ok_or_else(|| invalid_request("a password grant has username and password"));
        Ok(Credentials { id: get("username")?.to_owned(), secrets: vec![get("password")?.to_owned()] })
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn form_decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "application/x-www-form-urlencoded";

    fn client(scopes: &[&str]) -> Client {
        Client { id: "client".into(), secret: "s+1 %".into(), scopes: owned(scopes) }
    }

    fn ask(body: &str) -> Request {
        Request::new("POST", "/api/v2/oauth/token").with_body(FORM, body)
    }

    /// Status and error code of a refusal.
    fn refused(result: Result<Vec<String>, Refusal>) -> (u16, String) {
        let response = result.err().unwrap().into_response("id");
        let body: serde_json::Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!(response.status == 401, response.header("www-authenticate").is_some());
        (response.status, body["error"].as_str().unwrap().to_owned())
    }

    fn grant(request: &Request, clients: &[Client]) -> Result<Vec<String>, Refusal> {
        TokenRequest::read(request)?.grant(clients)
    }

    #[test]
    fn form_and_basic_credentials_are_accepted() {
        let clients = [client(&["dataactions:read"])];
        let form = "grant_type=client_credentials&client_id=client&client_secret=s%2B1+%25";
        assert!(grant(&ask(form), &clients).is_ok());
        for plain in ["client:s+1 %", "client:s%2B1+%25"] {
            let header = format!("basic {}", STANDARD.encode(plain));
            let request = ask("grant_type=client_credentials").with_header("Authorization", &header);
            assert!(grant(&request, &clients).is_ok(), "{plain}");
        }
    }

    #[test]
    fn each_error_of_rfc_6749_has_its_code() {
        let clients = [client(&["dataactions:read"])];
        let good = "grant_type=client_credentials&client_id=client&client_secret=s%2B1+%25";
        for (body, expected) in [
            ("grant_type=client_credentials", (401, "invalid_client")),
            ("grant_type=client_credentials&client_id=client&client_secret=no", (401, "invalid_client")),
            ("grant_type=implicit&client_id=client&client_secret=x", (400, "unsupported_grant_type")),
            ("grant_type=password&client_id=client&client_secret=s%2B1+%25", (400, "invalid_request")),
            ("client_id=client&client_secret=x", (400, "invalid_request")),
            (&format!("{good}&client_id=x"), (400, "invalid_request")),
            (&format!("{good}&scope=dataactions:write"), (400, "invalid_scope")),
            (&format!("{good}&scope=dataactions:read+nonsense"), (400, "invalid_scope")),
        ] {
            let (status, code) = refused(grant(&ask(body), &clients));
            assert_eq!((status, code.as_str()), expected, "{body}");
        }
        let json = Request::new("POST", "/").with_body("application/json", good);
        assert_eq!(refused(grant(&json, &clients)).1, "invalid_request");
        let header = format!("Basic {}", STANDARD.encode("client:s+1 %"));
        let two = ask(good).with_header("authorization", &header);
        assert_eq!(refused(grant(&two, &clients)).1, "invalid_request");
        let bearer = ask(good).with_header("authorization", "Bearer x");
        assert_eq!(refused(grant(&bearer, &clients)).1, "invalid_client");
    }

    #[test]
    fn an_access_key_is_a_client_too() {
        let clients = [client(&["dataactions:read"])];
        let login = |body: &str| {
            let request = Request::new("POST", "/").with_body("application/json", body);
            TokenRequest::read_access_key(&request)?.grant(&clients)
        };
        let good = r#"{"accessKeyId": "client", "accessKeySecret": "s+1 %"}"#;
        assert_eq!(login(good).ok().unwrap(), ["dataactions:read"]);
        let wrong = r#"{"accessKeyId": "client", "accessKeySecret": "no"}"#;
        assert_eq!(refused(login(wrong)), (401, "invalid_client".to_owned()));
        assert_eq!(refused(login("{}")).1, "invalid_request");
        let form = TokenRequest::read_access_key(&ask(good)).map(|_| Vec::new());
        assert_eq!(refused(form).1, "invalid_request");
    }

    #[test]
    fn a_password_grant_needs_a_client_and_an_access_key() {
        let key = Client { id: "KEY==".into(), secret: "k&s".into(), scopes: owned(&["dataactions:read"]) };
        let clients = [client(&[]), key];
        let login = |client: &str, form: &str| {
            let header = format!("Basic {}", STANDARD.encode(client));
            let body = format!("grant_type=password&{form}");
            grant(&ask(&body).with_header("authorization", &header), &clients)
        };
        let good = "username=KEY%3D%3D&password=k%26s";
        assert_eq!(login("client:s+1 %", good).ok().unwrap(), ["dataactions:read"]);
        assert_eq!(refused(login("client:no", good)).1, "invalid_client");
        assert_eq!(refused(login("client:s+1 %", "username=KEY%3D%3D&password=no")).1, "invalid_grant");
        assert_eq!(refused(login("client:s+1 %", "username=KEY%3D%3D")).1, "invalid_request");
    }

    #[test]
    fn the_scope_is_what_is_granted_and_asked_for() {
        let clients = [client(&["dataactions:read", "integrations:read"])];
        let body = "grant_type=client_credentials&client_id=client&client_secret=s%2B1+%25\
                    &scope=dataactions:write%20dataactions:read";
        assert_eq!(grant(&ask(body), &clients).ok().unwrap(), ["dataactions:read"]);
    }

    #[test]
    fn without_clients_any_credentials_get_every_scope() {
        let body = "grant_type=client_credentials&client_id=x&client_secret=y";
        assert_eq!(grant(&ask(body), &[]).ok().unwrap(), KNOWN_SCOPES);
        let nobody = "grant_type=client_credentials&client_id=&client_secret=";
        assert_eq!(refused(grant(&ask(nobody), &[])).1, "invalid_client");
    }
}
