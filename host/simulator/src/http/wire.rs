//! Converts between the requests and answers of hyper and those of the service.

use std::net::IpAddr;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONTENT_LENGTH, HOST, HeaderName, HeaderValue};
use hyper::http::uri::Authority;
use hyper::{StatusCode, http};

use crate::api::MAX_BODY_BYTES;
use crate::fault::may_have_body;
use crate::service::{Request, Response};

/// Maximum size of a body that is read to its end. A client whose body is larger is disconnected.
///
/// Bytes beyond [`MAX_BODY_BYTES`] are read only so that the client can receive the 413; they are not kept. The number
/// is our choice.
const MAX_DRAINED_BYTES: usize = 16 * 1024 * 1024;

/// Whether the `host` header is a loopback name or address. Without the header, as in HTTP/1.0, the answer is yes.
pub(super) fn names_loopback(request: &http::Request<Incoming>) -> bool {
    let Some(host) = request.headers().get(HOST) else {
        return true;
    };
    let authority = host.to_str().ok().and_then(|host| host.parse::<Authority>().ok());
    authority.is_some_and(|authority| is_loopback(authority.host()))
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(ip) => ip.is_loopback(),
        // RFC 6761 section 6.3: names under `localhost` are loopback.
        Err(_) => {
            let name = bare.trim_end_matches('.').to_ascii_lowercase();
            name == "localhost" || name.ends_with(".localhost")
        }
    }
}

/// Reads a whole request. Of a body that is too large, keeps one byte more than [`MAX_BODY_BYTES`].
///
/// Returns `None` if the client disconnects or sends more than [`MAX_DRAINED_BYTES`].
pub(super) async fn read(request: http::Request<Incoming>) -> Option<Request> {
    let (parts, mut incoming) = request.into_parts();
    let mut body = Vec::new();
    let mut received = 0usize;
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame.ok()?.into_data() else {
            continue;
        };
        received += data.len();
        if received > MAX_DRAINED_BYTES {
            return None;
        }
        let room = (MAX_BODY_BYTES + 1).saturating_sub(body.len());
        body.extend_from_slice(&data[..room.min(data.len())]);
    }
    let headers = parts.headers.iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes());
        (name.as_str().to_owned(), value.into_owned())
    });
    Some(Request {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        headers: headers.collect(),
        body,
    })
}

pub(super) fn answer(response: Response) -> http::Response<Full<Bytes>> {
    let length = HeaderValue::from(response.body.len());
    let mut answer = http::Response::new(Full::new(Bytes::from(response.body)));
    *answer.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in response.headers {
        // All headers are made by the simulator, or were checked when the script was read.
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name.as_str()), HeaderValue::try_from(value)) {
            answer.headers_mut().append(name, value);
        }
    }
    if may_have_body(response.status) {
        answer.headers_mut().insert(CONTENT_LENGTH, length);
    }
    answer
}

/// The bytes of an answer up to the middle of its body.
pub(super) fn half(response: &Response) -> Vec<u8> {
    let status = StatusCode::from_u16(response.status).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, reason.unwrap_or(""));
    for (name, value) in &response.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("content-length: {}\r\n\r\n", response.body.len());
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(&response.body[..response.body.len() / 2]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_loopback() {
        for host in ["127.0.0.1", "127.1.2.3", "[::1]", "localhost", "LocalHost.", "a.localhost"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["example.com", "127.0.0.1.example.com", "localhost.com", "10.0.0.1", "[::]"] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn half_an_answer_announces_the_whole() {
        let response = Response::text(200, "text/plain", "abcdef");
        let text = String::from_utf8(half(&response)).unwrap();
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"));
        assert!(text.ends_with("content-length: 6\r\n\r\nabc"));
    }
}
