//! JSON Web Tokens.

use super::base64_text::decode;

/// The payload of the sample on jwt.io: a subject of ten digits, John Doe.
const SAMPLE: &str = "eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lI";

/// Whether a token is worth something.
type IsSecret = bool;

/// Whether a text is a JSON Web Token, and whether it is worth something: three parts of base64url with dots between them, or five
/// if it is encrypted. The decoded first part begins with `{"` (RFC 7515 section 3.1, RFC 7516 section 3.1). The sample
/// of jwt.io and tokens for anonymous users, which pages carry, are worth nothing.
pub(super) fn jwt(text: &str) -> Option<IsSecret> {
    let is_base64url =
        |part: &str| part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if !text.starts_with("eyJ") {
        return None;
    }
    let mut parts = text.split('.');
    let (header, payload) = (parts.next()?, parts.next()?);
    let is_jwt = header.len() >= 10
        && matches!(parts.clone().count(), 1 | 3)
        && [header, payload].into_iter().chain(parts).all(is_base64url);
    is_jwt.then(|| !payload.starts_with(SAMPLE) && !is_anonymous(payload))
}

/// Whether the payload gives the role `anon` (Supabase documentation, "API keys").
fn is_anonymous(payload: &str) -> bool {
    const MOST_BYTES: usize = 1024;
    let claims = decode(payload, MOST_BYTES).unwrap_or_default();
    claims.windows(13).any(|window| window == br#""role":"anon""#)
}
