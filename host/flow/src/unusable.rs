//! Why the body of an answer is not used, although the status says that the request succeeded.

use cxvars_core::base::display;
use cxvars_core::service::reading::Unreadable;
use cxvars_core::service::stored::StoredAction;

use super::advice;
use super::answer::{MAX_ANSWER_BYTES, RawAnswer};

/// Why a body is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// It is larger than any Data Action.
    TooLarge,
    /// It is a page for a browser.
    Html,
    /// It is in this coding, which was not asked for.
    Encoded(String),
    /// It says that the request failed.
    SaysError,
    /// It cannot be read as a Data Action.
    Unreadable(Unreadable),
}

impl Unusable {
    /// Why the body of this answer is not used; `None` if it is a whole Data Action. `parsed` is how it was read, and
    /// `says_error` whether it says that the request failed.
    pub(crate) fn why(raw: &RawAnswer, parsed: Result<&StoredAction, &Unreadable>, says_error: bool) -> Option<Self> {
        if raw.body.len() > MAX_ANSWER_BYTES {
            return Some(Self::TooLarge);
        }
        match parsed {
            Ok(action) if says_error && action.variables.is_none() => Some(Self::SaysError),
            Ok(_) => part(raw).map(|by| Self::Unreadable(Unreadable::Part { by })),
            Err(_) if is_html(raw) => Some(Self::Html),
            Err(_) if coding(raw).is_some() => coding(raw).map(Self::Encoded),
            Err(_) if says_error => Some(Self::SaysError),
            Err(error) => Some(Self::Unreadable(error.clone())),
        }
    }

    /// Whether asking again would bring the same answer.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::TooLarge | Self::Unreadable(Unreadable::Part { .. }))
    }

    /// What is wrong, for people.
    pub fn message(&self) -> String {
        match self {
            Self::TooLarge => "the answer is larger than 8 MiB, so it is no Data Action".to_owned(),
            Self::Html => {
                "the answer is an HTML page, such as a login page, and not the JSON of a Data Action".to_owned()
            }
            Self::Encoded(coding) => {
                format!("the answer is encoded as {}, which was not asked for", display::quote(coding))
            }
            Self::SaysError => "the service answered with success, but says that reading failed".to_owned(),
            Self::Unreadable(unreadable) => unreadable.to_string(),
        }
    }

    /// What to do next.
    pub fn advice(&self) -> String {
        match self {
            Self::TooLarge | Self::Html => advice::wrong_address(),
            Self::Encoded(_) => advice::encoded(),
            Self::SaysError => advice::unavailable(),
            Self::Unreadable(Unreadable::Part { .. }) => advice::part(),
            Self::Unreadable(_) => advice::unreadable(),
        }
    }
}

/// What says that the answer is only a part, in its head.
fn part(raw: &RawAnswer) -> Option<String> {
    let next = |link: &str| {
        let link = link.to_ascii_lowercase().replace([' ', '"', '\''], "");
        link.split([',', ';']).any(|parameter| parameter == "rel=next")
    };
    let has_next = raw.headers.iter().any(|(name, value)| name == "link" && next(value));
    (raw.status == 206).then(|| "206".to_owned()).or_else(|| has_next.then(|| "Link".to_owned()))
}

/// Whether the body is a page for a browser.
pub fn is_html(raw: &RawAnswer) -> bool {
    let media_type = raw.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let body = raw.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&raw.body).trim_ascii_start();
    let starts = |tag: &str| body.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()));
    let is_said = media_type.starts_with("text/html") || media_type.starts_with("application/xhtml");
    starts("<!doctype html") || starts("<html") || (is_said && body.starts_with(b"<"))
}

/// The content coding of the answer, if it has one.
pub fn coding(raw: &RawAnswer) -> Option<String> {
    let coding = raw.header("content-encoding")?.trim();
    (!coding.is_empty() && !coding.eq_ignore_ascii_case("identity")).then(|| coding.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(status: u16, header: (&str, &str), body: &str) -> Option<Unusable> {
        let headers = vec![(header.0.to_owned(), header.1.to_owned())];
        let raw = RawAnswer { status, headers, body: body.into() };
        let says_error = crate::answer::says_error(&raw.json());
        Unusable::why(&raw, StoredAction::parse(&raw.body).as_ref(), says_error)
    }

    #[test]
    fn each_unusable_body_has_its_own_name() {
        let json = ("content-type", "application/json");
        let action = r#"{"id": "x", "variables": []}"#;
        assert_eq!(why(200, json, action), None);
        for (header, body) in [
            (("content-type", "text/html; charset=utf-8"), "\n<body>log in</body>"),
            (json, "\u{feff}<!DOCTYPE html><html>"),
            (json, " <HTML lang=en>"),
        ] {
            assert_eq!(why(200, header, body), Some(Unusable::Html), "{body}");
        }
        assert_eq!(why(200, ("content-encoding", "gzip"), "\u{1f}"), Some(Unusable::Encoded("gzip".to_owned())));
        assert_eq!(why(200, json, r#"{"id": "x", "error": "quota"}"#), Some(Unusable::SaysError));
        assert_eq!(why(200, json, "x"), Some(Unusable::Unreadable(Unreadable::NotAnAction)));
        let part = |by: &str| Some(Unusable::Unreadable(Unreadable::Part { by: by.to_owned() }));
        assert_eq!(why(206, json, action), part("206"));
        assert_eq!(why(200, ("link", "</a>; rel=\"prev\", </b>; rel=\"next\""), action), part("Link"));
        assert_eq!(why(200, ("link", "</next>; rel=\"prev\""), action), None);
    }

    #[test]
    fn an_answer_that_is_too_large_is_not_read() {
        let body = format!(r#"{{"id": "x", "variables": [], "x": "{}"}}"#, "x".repeat(MAX_ANSWER_BYTES));
        let found = why(200, ("", ""), &body);
        assert_eq!(found, Some(Unusable::TooLarge));
        assert!(found.is_some_and(|why| why.is_final()));
    }
}
