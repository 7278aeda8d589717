//! Requests, answers and refusals as data types.

use serde::Serialize;

/// One request. No `Debug`, because its headers and body hold tokens, secrets and values.
#[derive(Clone)]
pub struct Request {
    /// The method in upper case.
    pub method: String,
    /// The path as sent, percent-encoded, with its query.
    pub path: String,
    /// Header names and values. Names may be in any case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Request {
    /// A request without headers and without a body.
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.to_owned(), path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body and adds its `content-type`.
    #[must_use]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.with_header("content-type", content_type)
    }

    /// The first header with that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }
}

/// One answer. No `Debug`, because its body holds tokens and plain values.
#[derive(Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// Header names (lower case) and values. The sender of the answer adds `content-length`.
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

    /// The first header with that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Whether the status is 2xx.
    pub(super) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// How an answer reaches the client. No `Debug`, because it contains a [`Response`].
#[derive(Clone)]
pub enum Delivery {
    /// The full answer, immediately.
    Reply(Response),
    /// The full answer after a delay. The state changes before the delay.
    Slow {
        /// The delay in milliseconds.
        delay_ms: u64,
        /// The answer after it.
        response: Response,
    },
    /// No answer: the connection is reset before the first byte.
    Reset,
    /// The headers with the full `content-length` and the first half of the body; then the connection is reset.
    Truncated(Response),
}

impl Delivery {
    /// The full answer of the service, even if only a part of it is delivered; `None` after a reset.
    pub fn response(&self) -> Option<&Response> {
        match self {
            Self::Reply(response) | Self::Slow { response, .. } | Self::Truncated(response) => Some(response),
            Self::Reset => None,
        }
    }
}

/// What is wrong with one variable of a PUT. It names the variable but never contains its value.
#[derive(Serialize)]
pub(super) struct Detail {
    /// Position in the array, from 0.
    pub(super) index: usize,
    /// The variable's name, if it has one that is short enough to be repeated.
    pub(super) variable: Option<String>,
    /// A stable word, for programs.
    pub(super) reason: &'static str,
    /// A sentence, for people.
    pub(super) message: String,
}

/// The refusal of a request.
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
