//! Requests, answers and refusals, as data.

use serde::Serialize;

/// One request as it arrived. Without `Debug`: its headers and its body hold tokens, secrets and values.
#[derive(Clone)]
pub struct Request {
    /// The method in upper case.
    pub method: String,
    /// The path as sent, percent-encoded; a query is allowed and ignored.
    pub path: String,
    /// Header names and values; names in any case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and body.
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with this body.
    #[must_use]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.with_header("content-type", content_type)
    }

    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

/// One answer. Without `Debug`: its body holds tokens and plain values.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header names (lower case) and values. `content-length` is left to whoever sends the answer.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    pub(super) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(super) fn json(status: u16, body: &impl Serialize) -> Self {
        Self::text(
            status,
            "application/json",
            serde_json::to_vec(body).expect("what the simulator answers has text keys only"),
        )
    }

    pub(super) fn text(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }.with_header("content-type", content_type)
    }

    #[must_use]
    pub(super) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Whether the request did what it asked for.
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// How an answer reaches the client. Without `Debug`, as [`Response`].
#[derive(Clone)]
pub enum Delivery {
    /// In full, at once.
    Reply(Response),
    /// In full, after a delay. The state changed before the delay.
    Slow {
        /// The delay in milliseconds.
        delay_ms: u64,
        /// The answer after it.
        response: Response,
    },
    /// Not at all: the connection is reset without one byte of answer.
    Reset,
    /// The headers with the full `content-length`, then the first half of the body, then the connection is reset.
    Truncated(Response),
}

impl Delivery {
    /// The answer that the service made, whole, even where only part of it is delivered; none after a reset.
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Reply(response) | Self::Slow { response, .. } | Self::Truncated(response) => Some(response),
            Self::Reset => None,
        }
    }
}

/// What is wrong with one variable of a PUT; it names the variable and never tells its value.
#[derive(Serialize)]
pub(super) struct Detail {
    /// Position in the array, from 0.
    pub(super) index: usize,
    /// Its name, where it has one.
    pub(super) variable: Option<String>,
    /// A stable word for programs.
    pub(super) reason: &'static str,
    /// A sentence for people.
    pub(super) message: String,
}

/// A request that the service does not serve.
pub(super) struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
    details: Vec<Detail>,
    headers: Vec<(String, String)>,
    oauth: bool,
}

impl Refusal {
    /// A refusal in the form of the API: `{"error": {"code", "message", "details"}}`.
    pub(super) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: Vec::new(), headers: Vec::new(), oauth: false }
    }

    /// A refusal of the token endpoint, in the form of RFC 6749 section 5.2.
    pub(super) fn oauth(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { oauth: true, ..Self::new(status, code, message) }
    }

    pub(super) fn with_details(mut self, details: Vec<Detail>) -> Self {
        self.details = details;
        self
    }

    pub(super) fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(super) fn into_response(self, correlation_id: &str) -> Response {
        #[derive(Serialize)]
        struct Api<'a> {
            error: ApiError<'a>,
            correlation_id: &'a str,
        }
        #[derive(Serialize)]
        struct ApiError<'a> {
            code: &'a str,
            message: &'a str,
            details: &'a [Detail],
        }
        #[derive(Serialize)]
        struct OAuth<'a> {
            error: &'a str,
            error_description: &'a str,
            correlation_id: &'a str,
        }
        let mut response = if self.oauth {
            let body = OAuth { error: self.code, error_description: &self.message, correlation_id };
            Response::json(self.status, &body)
        } else {
            let body = Api {
                error: ApiError { code: self.code, message: &self.message, details: &self.details },
                correlation_id,
            };
            Response::json(self.status, &body)
        };
        response.headers.extend(self.headers);
        response
    }
}
