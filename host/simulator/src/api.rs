//! The endpoints: what the service does if no fault replaces it.

use percent_encoding::percent_decode_str;

use super::action::{Action, AtRest, MASK, Stored, Variable};
use super::answer::{Refusal, Request, Response};
use super::fault::{Due, Fault, Operation};
use super::form;
use super::journal::Author;
use super::state::{State, Turn};
use super::token::{Document, TokenRequest, id_token, media_type};
use super::validate;

/// The path of the token endpoint.
pub const TOKEN_PATH: &str = "/api/v2/oauth/token";

/// The path of the login with an access key, as the vendor documents it.
pub const ACCESS_KEY_PATH: &str = "/authentication/v1/token/access-key";

/// The path of the token endpoint that discovery names, as the vendor documents it.
pub(super) const ISSUER_TOKEN_PATH: &str = "/auth/token";

/// The path of the document that names the token endpoint.
pub(super) const OPENID_CONFIGURATION_PATH: &str = "/.well-known/openid-configuration";

/// The path of the document that names the API's address.
pub(super) const CXONE_CONFIGURATION_PATH: &str = "/.well-known/cxone-configuration";

/// The prefix of the path of an action.
pub const ACTIONS_PATH: &str = "/api/v2/dataactions/";

/// Maximum size of a request body, in bytes.
pub const MAX_BODY_BYTES: usize = 2 * 1024 * 1024;

/// The endpoint that a request is for, by its method and path.
pub(super) enum Call {
    Token,
    AccessKey,
    Discovery(Document),
    Get(String),
    Put(String),
    /// A known path with the wrong method; holds the allowed methods.
    WrongMethod(&'static str),
    Unknown,
}

impl Call {
    pub(super) fn read(request: &Request) -> Self {
        let path = request.path.split('?').next().unwrap_or_default();
        match (path, request.method.as_str()) {
            (TOKEN_PATH | ISSUER_TOKEN_PATH, "POST") => return Self::Token,
            (ACCESS_KEY_PATH, "POST") => return Self::AccessKey,
            (TOKEN_PATH | ISSUER_TOKEN_PATH | ACCESS_KEY_PATH, _) => return Self::WrongMethod("POST"),
            (OPENID_CONFIGURATION_PATH, "GET") => return Self::Discovery(Document::OpenId),
            (CXONE_CONFIGURATION_PATH, "GET") => return Self::Discovery(Document::Cxone),
            (OPENID_CONFIGURATION_PATH | CXONE_CONFIGURATION_PATH, _) => return Self::WrongMethod("GET"),
            _ => {}
        }
        let Some(segment) = path.strip_prefix(ACTIONS_PATH) else {
            return Self::Unknown;
        };
        match percent_decode_str(segment).decode_utf8() {
            Ok(id) if !segment.is_empty() && !segment.contains('/') => match request.method.as_str() {
                "GET" => Self::Get(id.into_owned()),
                "PUT" => Self::Put(id.into_owned()),
                _ => Self::WrongMethod("GET, PUT"),
            },
            _ => Self::Unknown,
        }
    }

    pub(super) fn operation(&self) -> Option<Operation> {
        match self {
            Self::Token | Self::AccessKey => Some(Operation::Token),
            Self::Discovery(_) => Some(Operation::Discovery),
            Self::Get(_) => Some(Operation::Get),
            Self::Put(_) => Some(Operation::Put),
            Self::WrongMethod(_) | Self::Unknown => None,
        }
    }

    pub(super) fn action(&self) -> Option<&str> {
        match self {
            Self::Get(id) | Self::Put(id) => Some(id),
            _ => None,
        }
    }
}

/// How scripted faults change the handling of a request.
#[derive(Default)]
pub(super) struct Tweaks<'a> {
    drop: Vec<&'a str>,
    flip: Vec<&'a str>,
    /// Variables of whose value only this many characters are stored.
    cut: Vec<(&'a str, usize)>,
    /// How many milliseconds ago the action was as it is shown.
    lag_ms: u64,
    /// The scope of the token answer; `Some(None)` leaves it out.
    token_scope: Option<Option<&'a str>>,
    due: Vec<&'a Due>,
}

impl<'a> Tweaks<'a> {
    pub(super) fn of(due: &'a [Due]) -> Self {
        let mut tweaks = Self::default();
        for due in due {
            match &due.fault {
                Fault::DropVariable { name } => tweaks.drop.push(name),
                Fault::FlipEncrypted { name } => tweaks.flip.push(name),
                Fault::CutValue { name, characters } => tweaks.cut.push((name, *characters)),
                Fault::Lag { ms } => tweaks.lag_ms = tweaks.lag_ms.max(*ms),
                Fault::TokenScope { scope } if tweaks.token_scope.is_none() => {
                    tweaks.token_scope = Some(scope.as_deref());
                }
                _ => continue,
            }
            tweaks.due.push(due);
        }
        tweaks
    }

    /// Marks the faults as having taken effect.
    pub(super) fn apply(&self) {
        for due in &self.due {
            due.apply();
        }
    }
}

impl State {
    /// Answers a request. The only faults that it applies are those in `tweaks`.
    pub(super) fn answer(
        &mut self,
        turn: &Turn<'_>,
        request: &Request,
        call: &Call,
        tweaks: &Tweaks<'_>,
    ) -> Result<Response, Refusal> {
        match call {
            Call::Token => self.token(turn, request, TokenRequest::read(request), tweaks),
            Call::AccessKey => {
                let asked = TokenRequest::read_access_key(request);
                self.token(turn, request, asked, tweaks)
            }
            Call::Discovery(document) => document.answer(request),
            Call::Get(id) => self.get(turn, request, id, tweaks),
            Call::Put(id) => self.put(turn, request, id, tweaks),
            Call::WrongMethod(allow) => {
                Err(Refusal::new(405, "method_not_allowed", format!("this path has {allow} only"))
                    .with_header("allow", *allow))
            }
            Call::Unknown => Err(Refusal::new(404, "not_found", "there is no such path")),
        }
    }

    fn token(
        &mut self,
        turn: &Turn<'_>,
        request: &Request,
        asked: Result<TokenRequest, Refusal>,
        tweaks: &Tweaks<'_>,
    ) -> Result<Response, Refusal> {
        if request.body.len() > MAX_BODY_BYTES {
            let message = format!("the body is larger than {MAX_BODY_BYTES} bytes");
            return Err(Refusal::oauth(413, "invalid_request", message));
        }
        let asked = asked?;
        let mut scopes = asked.grant(&self.options.clients)?;
        if let Some(Some(scope)) = tweaks.token_scope {
            scopes = scope.split_whitespace().map(str::to_owned).collect();
        }
        let mut answer =
            self.tokens.issue(turn.now_ms, self.options.token_lifetime_s, asked.client_id(), scopes, &self.seed);
        if tweaks.token_scope == Some(None) {
            answer.scope = None;
        }
        if asked.is_password_grant() {
            answer.id_token = Some(id_token(turn.now_ms, self.options.token_lifetime_s, &self.seed));
        }
        // RFC 6749 section 5.1 requires both headers.
        Ok(Response::json(200, &answer).with_header("cache-control", "no-store").with_header("pragma", "no-cache"))
    }

    /// A copy of the action. With `auto_create` it may be a new, empty one that is not stored yet.
    fn find(&self, id: &str) -> Result<Action, Refusal> {
        match self.actions.get(id) {
            Some(action) => Ok(action.clone()),
            None if self.options.auto_create => Ok(Action::empty(id)),
            None => Err(Refusal::new(404, "not_found", "there is no such action")),
        }
    }

    fn shown(&self, action: &Action) -> Response {
        Response::json(200, &action.definition()).with_header("etag", action.etag(&self.salt))
    }

    fn get(&mut self, turn: &Turn<'_>, request: &Request, id: &str, tweaks: &Tweaks<'_>) -> Result<Response, Refusal> {
        self.tokens.authorize(turn.now_ms, request, "dataactions:read")?;
        let action = self.find(id)?;
        let past = self.past.iter().find(|(until_ms, past)| past.id == id && until_ms + tweaks.lag_ms > turn.now_ms);
        let response = self.shown(past.map_or(&action, |(_, past)| past));
        self.actions.entry(id.to_owned()).or_insert(action);
        Ok(response)
    }

    fn put(&mut self, turn: &Turn<'_>, request: &Request, id: &str, tweaks: &Tweaks<'_>) -> Result<Response, Refusal> {
        self.tokens.authorize(turn.now_ms, request, "dataactions:write")?;
        let mut action = self.find(id)?;
        if request.body.len() > MAX_BODY_BYTES {
            let message = format!("the body is larger than {MAX_BODY_BYTES} bytes");
            return Err(Refusal::new(413, "payload_too_large", message));
        }
        if !request.header("content-type").is_some_and(is_json) {
            let message = "the body must be application/json";
            return Err(Refusal::new(415, "unsupported_media_type", message));
        }
        if action.is_busy() {
            let message = format!("the action is busy: its state is {}", action.state);
            return Err(Refusal::new(409, "action_busy", message));
        }
        // RFC 9110 section 13.2.1: after the other checks, before the content is processed.
        let etag = action.etag(&self.salt);
        if let Some(condition) = request.header("if-match")
            && !if_match(condition, &etag)
        {
            let message = "the action was changed: If-Match names another ETag";
            return Err(Refusal::new(412, "precondition_failed", message));
        }
        let keeps = |name: &str| {
            let stored = action.variable(name).filter(|stored| stored.encrypted);
            self.options.mask_keeps && stored.is_some()
        };
        let body = match self.accepts_any_form {
            true => form::plain(&request.body),
            false => request.body.clone(),
        };
        let sent = validate::variables(&body, self.options.max_variables, &keeps)?;
        self.keep_past(turn.now_ms, &action);
        action.variables = sent
            .iter()
            .filter(|variable| !tweaks.drop.contains(&variable.name.as_str()))
            .map(|variable| self.at_rest(&action, variable, tweaks))
            .collect();
        action.revision += 1;
        let response = self.shown(&action);
        self.journal.commit(turn.now_ms, &action, Author::Client, Some(turn.n), &self.salt);
        self.actions.insert(id.to_owned(), action);
        Ok(response)
    }

    /// The form in which a PUT stores one variable.
    fn at_rest(&self, before: &Action, sent: &Variable, tweaks: &Tweaks<'_>) -> Stored {
        let cut = tweaks.cut.iter().find(|(name, _)| *name == sent.name);
        let mut stored = match cut {
            Some((_, characters)) => {
                let value = sent.value.chars().take(*characters).collect();
                Stored::new(&Variable { value, ..sent.clone() }, &self.salt)
            }
            None => Stored::new(sent, &self.salt),
        };
        if self.options.mask_keeps && sent.encrypted && sent.value == MASK {
            let kept = before.variable(&sent.name).filter(|kept| kept.encrypted);
            if let Some(kept) = kept {
                stored.value = kept.value.clone();
            }
        }
        if tweaks.flip.contains(&sent.name.as_str()) {
            stored.encrypted = !sent.encrypted;
            // The value is a digest in both cases: one sent as encrypted cannot be recovered, and one that is encrypted
            // now must not stay in the clear.
            stored.value = AtRest::Digest(stored.digest(&self.salt));
        }
        stored
    }
}

/// Whether the media type is `application/json` or has the suffix `+json` (RFC 6839 section 3.1).
fn is_json(content_type: &str) -> bool {
    let media_type = media_type(content_type);
    media_type == "application/json" || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// Compares an ETag with `*` or a list by strong comparison (RFC 9110 section 13.1.1). A weak tag never matches.
fn if_match(condition: &str, etag: &str) -> bool {
    condition.trim() == "*" || condition.split(',').any(|tag| tag.trim() == etag)
}
