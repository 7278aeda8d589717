//! What the name of a variable, of a parameter or of a key says about its value.

/// Words that say secret by themselves.
const SECRET: &str = "password passwords passwd pwd pw passphrase passcode secret secrets token credential credentials creds \
    apikey apikeys accesskey secretkey privatekey signingkey encryptionkey masterkey authkey authtoken \
    accesstoken refreshtoken bearertoken storepass keypass rootpw clientsecret sharedkey accountkey passwort kennwort psk userpassword";
/// Words that say secret at the end of a name: `db_pass`, but not `pass_through`.
const SECRET_AT_END: &str = "pass pat cred authorization bearer";
/// What a key has to be for, to be a secret: `primary_key` is none.
const KEY_OF: &str = "api access private secret signing signature encryption encrypt decryption crypto master auth authentication \
    account shared license licence service subscription storage ssh ssl tls rsa aes hmac jwt webhook session \
    cookie deploy client consumer app application symmetric root admin function functions write ingest recovery \
    backup integration host stripe openai sas";
/// Words after which it is about the secret, and not the secret: `token_url`, `password_policy_url`, `secret_name`.
const ABOUT: &str = "url urls uri uris endpoint endpoints hostname domain server port path paths file files filename filepath dir \
    directory folder name names id ids type types kind ttl expiry expires expiration expire lifetime duration \
    age timeout interval seconds secs minutes hours days ms period window date time timestamp at policy policies \
    rule rules length len size min max minimum maximum limit limits count counts number budget usage quota rate \
    header headers field fields column param params parameter prefix suffix format version algorithm alg method \
    mode scheme hint hints prompt label labels message messages title description help placeholder pattern regex \
    validation strength complexity required enabled disabled allowed provider providers issuer audience scope \
    scopes realm region location store manager backend engine rotation reset changed updated created page \
    template email subject link route screen button form ref reference arn alias env var variable vault bucket \
    cache table topic queue owner group role roles user username status state flag errors error attempts retries \
    retry history source src strategy cost rounds encoding charset fingerprint thumbprint checksum address \
    exchange introspection revocation grant handler example mask separator index claim claims bytes bits chars \
    tokenizer model question questions price instructions category ring lookup lost forgotten expired";
/// Words before which it is none: `public_key`, `max_token`, `next_page_token`, `use_token`.
const NOT: &str = "public pub publishable site max min num count total use uses using is has have enable enabled require \
    requires required allow disable no without show hide skip validate verify check reset forgot forgotten page \
    boarding regex regexp pattern next continuation pagination cursor sync stop start pad mask prompt completion design default";
/// Words of names whose values are digests: random to look at, and meant to be seen.
const DIGEST: &str = "commit sha md5 sha1 sha256 sha384 sha512 hash digest checksum fingerprint thumbprint integrity version \
    revision rev etag build crc sri image release git hashes checksums digests changeset";
/// Words at the end of names whose values identify something.
const ID: &str = "id ids guid uuid oid sid arn urn ref identifier client tenant workspace channel group groups queue caller \
    item folder board zone flow row record article campaign category";
/// Words of names whose values are the public half of something.
const PUBLIC: &str = "public publishable pub site sitekey certificate cert certs certificates jwks thumbnail icon logo";

/// Whether a name says that its value is a secret.
pub(in crate::rules) fn says_secret(name: &str) -> bool {
    may_say_secret(name.as_bytes()) && words_say_secret(&words(name).collect::<Vec<_>>())
}

/// Whether a text has the beginning of a word that may say secret. Runs for many variables, so that the words need not
/// be looked up for each.
pub(super) fn may_say_secret(text: &[u8]) -> bool {
    let ends_at = |at: usize| !text.get(at).is_some_and(u8::is_ascii_lowercase);
    text.windows(2).enumerate().any(|(at, pair)| {
        let &[first, second] = pair else { return false };
        let third = || text.get(at + 2).map_or(0, |third| third | 0x20);
        match (first | 0x20, second | 0x20) {
            (b'k', b'e') => matches!(third(), b'y' | b'n'),
            (b't', b'o') => third() == b'k',
            (b's', b'e') => third() == b'c',
            (b'c', b'r') => third() == b'e',
            (b'p', b's') => third() == b'k',
            (b'a', b'u') => text.get(at + 4).is_some_and(|fifth| fifth | 0x20 == b'o'),
            (b'b', b'e') => third() == b'a',
            (b's', b't') => text.get(at + 5).is_some_and(|sixth| sixth | 0x20 == b'p'),
            (b'r', b'o') => text.get(at + 4).is_some_and(|fifth| fifth | 0x20 == b'p'),
            (b'p', b'w') => third() == b'd' || ends_at(at + 2),
            (b'p', b'a') => third() == b's' || (third() == b't' && ends_at(at + 3)),
            _ => false,
        }
    })
}

fn words_say_secret(words: &[&str]) -> bool {
    (0..words.len()).any(|at| {
        let (before, rest) = words.split_at(at);
        let [word, after @ ..] = rest else { return false };
        let is_last = after.iter().all(|word| is_number(word));
        let says = is_in(SECRET, word)
            || (is_in("key keys", word) && before.last().is_some_and(|of| is_in(KEY_OF, of)))
            || (is_in(SECRET_AT_END, word) && is_last && !(before.is_empty() && is_in("pat cred", word)))
            || (is_in("tokens", word) && before.iter().any(|word| is_in("auth access api refresh bearer", word)));
        says && !after.iter().any(|word| is_in(ABOUT, word)) && !before.iter().any(|word| is_in(NOT, word))
    })
}

/// Whether a word is in a list, in any case.
fn is_in(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|other| other.eq_ignore_ascii_case(word))
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a name says of a value that looks random.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hint {
    /// Nothing.
    Nothing,
    /// It is a digest.
    Digest,
    /// It identifies something, or is the public half of something.
    Harmless,
}

/// What a name says of a value that looks random. A name that says secret says nothing else.
pub(super) fn hint(name: &str) -> Hint {
    let words: Vec<&str> = words(name).collect();
    let has = |list: &str| words.iter().any(|word| is_in(list, word));
    let last = words.iter().rev().find(|word| !is_number(word));
    match last {
        _ if has("session secret sas") || words_say_secret(&words) => Hint::Nothing,
        Some(last) if is_in(ID, last) => Hint::Harmless,
        _ if has(PUBLIC) => Hint::Harmless,
        _ if has(DIGEST) => Hint::Digest,
        _ => Hint::Nothing,
    }
}

/// The words of a name: `crm_apiKey2` has `crm`, `api`, `Key` and `2`. The digits of `sha256` belong to the word.
fn words(name: &str) -> impl Iterator<Item = &str> {
    /// No name that anybody reads has more. Their number bounds the time that a hostile name takes.
    const MOST: usize = 32;
    name.split(|character: char| !character.is_ascii_alphanumeric()).flat_map(humps).take(MOST)
}

/// The parts of a name without separators. A part begins with a capital that follows a small letter or precedes one, or
/// with digits.
fn humps(name: &str) -> impl Iterator<Item = &str> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let bytes = rest.as_bytes();
        let begins = |at: &usize| {
            let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
            let (before, here, after) = (byte(*at - 1), byte(*at), byte(*at + 1));
            (here.is_ascii_uppercase() && (!before.is_ascii_uppercase() || after.is_ascii_lowercase()))
                || (here.is_ascii_digit()
                    && !before.is_ascii_digit()
                    && !is_digest(bytes.get(..*at).unwrap_or_default()))
                || (before.is_ascii_digit() && here.is_ascii_lowercase())
        };
        let end = (1..bytes.len()).find(begins).unwrap_or(bytes.len());
        let (word, after) = rest.split_at_checked(end)?;
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

fn is_digest(letters: &[u8]) -> bool {
    letters.eq_ignore_ascii_case(b"sha") || letters.eq_ignore_ascii_case(b"md")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_told_by_whole_words() {
        for name in [
            "db_password",
            "dbPassword",
            "DB_PASSWORD_2",
            "password",
            "user_pwd",
            "smtp_passwd",
            "key_passphrase",
            "clientSecret",
            "client_secret",
            "secret",
            "secret_key",
            "webhookSecret",
            "auth_token",
            "authToken",
            "token",
            "apiKey",
            "api_key",
            "apikey",
            "CRM_API_KEY",
            "crmAPIKey",
            "api_keys",
            "private_key",
            "sshPrivateKey",
            "access_key",
            "signing_key",
            "encryption_key",
            "aws_secret_access_key",
            "credentials",
            "crm_credential",
            "db_pass",
            "github_pat",
            "token_prod",
            "password_of_the_crm",
            "license_key",
            "auth_tokens",
            "account_key",
            "passwordSalesforce",
            "psk",
            "pass",
            "smtp_pass",
            "authorization",
            "crm_authorization",
            "crmBearer",
            "storepass",
            "rootpw",
        ] {
            assert!(says_secret(name), "{name}");
        }
        for name in [
            "token_url",
            "authorization_url",
            "author",
            "authorized_agents",
            "bearer_type",
            "boarding_pass",
            "token_ring",
            "token_lost",
            "password_regex",
            "regex_password",
            "pat",
            "cred",
            "tokenUrl",
            "password_policy_url",
            "secret_name",
            "token_ttl",
            "key_id",
            "access_key_id",
            "public_key",
            "max_tokens",
            "token_limit",
            "use_token",
            "has_password",
            "password_length",
            "next_page_token",
            "primary_key",
            "foreignKey",
            "sort_key",
            "routing_key",
            "keyboard",
            "monkey",
            "tokenizer",
            "passenger",
            "compass",
            "bypass",
            "secretary",
            "author",
            "authority",
            "compass_heading",
            "pass_through",
            "boarding_pass_url",
            "ticket_key",
            "key",
            "keys",
            "cache_key",
            "spawn",
            "prompt_tokens",
            "secretArn",
            "password_reset_template",
            "is_secret",
            "site_key",
        ] {
            assert!(!says_secret(name), "{name}");
        }
    }

    #[test]
    fn names_are_split_where_words_begin() {
        let of = |name| words(name).collect::<Vec<_>>();
        assert_eq!(of("crm_apiKey2"), ["crm", "api", "Key", "2"]);
        assert_eq!(of("CRMApiURL"), ["CRM", "Api", "URL"]);
        assert_eq!(of("file-sha256.sum"), ["file", "sha256", "sum"]);
        assert_eq!(of("__"), [""; 0]);
    }

    #[test]
    fn a_name_says_what_a_random_value_is() {
        for (name, expected) in [
            ("git_commit", Hint::Digest),
            ("bundleSha256", Hint::Digest),
            ("customer_id", Hint::Harmless),
            ("recaptchaSiteKey", Hint::Harmless),
            ("session_id", Hint::Nothing),
            ("secret_hash", Hint::Nothing),
            ("value", Hint::Nothing),
        ] {
            assert_eq!(hint(name), expected, "{name}");
        }
    }
}
