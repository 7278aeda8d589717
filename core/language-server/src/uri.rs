//! Files as clients name them: `file` URIs (RFC 8089) to paths, and back.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::str::FromStr as _;

use lsp_types::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

/// Characters to encode: all but the unreserved ones (RFC 3986, section 2.3), `/`, and `:` after a drive.
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/').remove(b':');

/// Characters that a URI cannot have as they are, although some clients send them.
const ILLEGAL: &AsciiSet = &percent_encoding::CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The path of a file; none if the URI is not that of a file.
pub(crate) fn path_of(uri: &Uri) -> Option<PathBuf> {
    path_on(uri.as_str(), cfg!(windows))
}

/// The URI of a file.
pub(crate) fn uri_of(path: &Path) -> Option<Uri> {
    Uri::from_str(&uri_on(path, cfg!(windows))).ok()
}

/// The name of the file or of the unsaved document, for its format.
pub(crate) fn file_name(uri: &Uri) -> String {
    let path = uri.path().as_str();
    percent_decode_str(path.rsplit('/').next().unwrap_or_default()).decode_utf8_lossy().into_owned()
}

/// Encodes what a URI cannot have in the members of `params` that are URIs.
pub(crate) fn mend(params: &mut serde_json::Value) {
    match params {
        serde_json::Value::Array(items) => items.iter_mut().for_each(mend),
        serde_json::Value::Object(members) => members.iter_mut().for_each(|(key, value)| match value {
            serde_json::Value::String(text) if ["uri", "rootUri", "href"].contains(&key.as_str()) => mend_uri(text),
            value => mend(value),
        }),
        _ => {}
    }
}

fn mend_uri(text: &mut String) {
    let encoded = percent_encode(text.as_bytes(), ILLEGAL).to_string();
    if encoded != *text {
        *text = encoded;
    }
}

fn path_on(uri: &str, is_windows: bool) -> Option<PathBuf> {
    let (scheme, rest) = uri.split_once(':')?;
    if !scheme.eq_ignore_ascii_case("file") {
        return None;
    }
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
        None => ("", rest),
    };
    if !path.starts_with('/') {
        return None;
    }
    let path: Vec<u8> = percent_decode_str(path).collect();
    let is_here = authority.is_empty() || authority.eq_ignore_ascii_case("localhost");
    match is_windows {
        false if is_here => os_string(path).map(PathBuf::from),
        false => None,
        true => {
            let path = String::from_utf8(path).ok()?;
            let path = if is_here { without_slash_before_drive(&path) } else { format!("//{authority}{path}") };
            Some(PathBuf::from(path.replace('/', "\\")))
        }
    }
}

/// Turns `/c:/a` into `C:/a`: clients write the letter of a drive in either case.
fn without_slash_before_drive(path: &str) -> String {
    let drive = path.strip_prefix('/').filter(|path| path.get(1..2) == Some(":"));
    match drive.and_then(|path| path.split_at_checked(1)) {
        Some((letter, rest)) if letter.is_ascii() => format!("{}{rest}", letter.to_ascii_uppercase()),
        _ => path.to_owned(),
    }
}

fn uri_on(path: &Path, is_windows: bool) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    if !is_windows {
        return format!("file://{}", percent_encode(bytes, PATH).to_string().replace(':', "%3A"));
    }
    let path = String::from_utf8_lossy(bytes).replace('\\', "/");
    let encoded = percent_encode(path.as_bytes(), PATH).to_string();
    match path.starts_with("//") {
        true => format!("file:{encoded}"),
        false => format!("file:///{}", encoded.trim_start_matches('/')),
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere a path has to be UTF-8")]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(bytes))
}

#[cfg(not(unix))]
fn os_string(bytes: Vec<u8>) -> Option<OsString> {
    String::from_utf8(bytes).ok().map(OsString::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn files_are_named_by_uris_and_found_again() {
        for (path, uri) in [
            ("/a/vars.json", "file:///a/vars.json"),
            ("/a b/ümlaut/v#1?.json", "file:///a%20b/%C3%BCmlaut/v%231%3F.json"),
            ("/c:/x", "file:///c%3A/x"),
        ] {
            assert_eq!(uri_on(Path::new(path), false), uri);
            assert_eq!(path_on(uri, false), Some(PathBuf::from(path)));
        }
        assert_eq!(path_on("FILE://localhost/a", false), Some(PathBuf::from("/a")));
        for other in ["untitled:Untitled-1", "file://server/share", "https://example.com/a", "file:a", "nothing"] {
            assert_eq!(path_on(other, false), None, "{other}");
        }
    }

    #[test]
    fn drives_and_shares_of_windows_are_known() {
        for (uri, path) in [
            ("file:///c%3A/Users/a%20b/v.json", r"C:\Users\a b\v.json"),
            ("file:///D:/v.json", r"D:\v.json"),
            ("file://server/share/v.json", r"\\server\share\v.json"),
        ] {
            assert_eq!(path_on(uri, true), Some(PathBuf::from(path)));
        }
        assert_eq!(uri_on(Path::new(r"C:\a b\v.json"), true), "file:///C:/a%20b/v.json");
        assert_eq!(uri_on(Path::new(r"\\server\share\v.json"), true), "file://server/share/v.json");
    }

    #[test]
    fn what_clients_forget_to_encode_is_encoded() {
        let mut params = json!({"textDocument": {"uri": "file:///a b/ü[1].json"}, "text": "a b"});
        mend(&mut params);
        assert_eq!(params, json!({"textDocument": {"uri": "file:///a%20b/%C3%BC%5B1%5D.json"}, "text": "a b"}));
        assert_eq!(file_name(&Uri::from_str("file:///a%20b/%C3%BC.json").unwrap()), "ü.json");
        assert_eq!(file_name(&Uri::from_str("untitled:Untitled-1").unwrap()), "Untitled-1");
    }
}
