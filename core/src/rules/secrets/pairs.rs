//! Texts of keys with values: connection strings, settings, command lines. ADO.NET, JDBC, ODBC, libpq, Azure.

use super::Suspicion;
use super::names::says_secret;
use super::placeholder::is_placeholder;
use super::randomness::is_random_where_a_key_may_be;

/// The secret among the pairs of a text.
///
/// In a connection string (pairs that are separated by `;`, or by spaces where one names the host), or after `jdbc:`,
/// a password is certain. In other texts a pair is a hint.
pub(super) fn pairs(text: &str) -> Option<Suspicion> {
    if is_oracle_login(text) {
        return Some(Suspicion::Known("a connection string with its password or key"));
    }
    if is_in_markup(text) || is_option(text) {
        return Some(Suspicion::Likely("a text with a password or key"));
    }
    if !text.contains('=') {
        return None;
    }
    let is_connection = is_connection_string(text);
    let found = text.split(['=']).zip(text.split('=').skip(1)).any(|(before, after)| {
        let name = name_at_the_end(before);
        let (value, is_quoted) = value_at_the_start(after, is_connection);
        holds_secret(name, value) && (is_connection || is_quoted || !after.starts_with([' ', '=']))
    });
    match (found, is_connection) {
        (false, _) => None,
        (true, true) => Some(Suspicion::Known("a connection string with its password or key")),
        (true, false) => Some(Suspicion::Likely("a text with a password or key")),
    }
}

/// `jdbc:oracle:thin:user/password@host`.
fn is_oracle_login(text: &str) -> bool {
    let login = text.strip_prefix("jdbc:oracle:").and_then(|rest| rest.split_once(':')?.1.split_once('@'));
    login
        .and_then(|(login, _)| login.split_once('/'))
        .is_some_and(|(_, password)| !password.is_empty() && !is_placeholder(password))
}

/// `<wsse:Password Type="…">password</wsse:Password>`.
fn is_in_markup(text: &str) -> bool {
    text.split("</").zip(text.split("</").skip(1)).any(|(before, after)| {
        let name = after.split('>').next().unwrap_or_default().trim_end();
        let (_, name) = name.rsplit_once(':').unwrap_or((name, name));
        before.rsplit_once('>').is_some_and(|(_, value)| holds_secret(name, value.trim()))
    })
}

/// `--password hunter2` and `curl -u user:password`.
fn is_option(text: &str) -> bool {
    let words = || text.split_ascii_whitespace().map(|word| word.trim_matches(['"', '\'']));
    text.contains(" -")
        && words().zip(words().skip(1)).any(|(option, value)| match option {
            "-u" | "--user" if text.contains("curl ") => {
                value.split_once(':').is_some_and(|(_, password)| holds_secret("password", password))
            }
            _ => option.strip_prefix("--").is_some_and(|name| !value.starts_with('-') && holds_secret(name, value)),
        })
}

fn is_connection_string(text: &str) -> bool {
    const HOSTS: [&str; 9] =
        ["server=", "data source=", "host=", "endpoint=", "accountname=", "addr=", "dsn=", "driver=", "hostname="];
    let lower = text.to_ascii_lowercase();
    let pairs = text.split(';').filter(|pair| pair.contains('=')).count();
    pairs >= 2
        || lower.starts_with("jdbc:")
        || lower.contains(",password=")
        || HOSTS.iter().any(|host| lower.contains(host))
}

/// The name before a `=`: letters, digits, `_`, `-`, and single spaces between words (`User Password`).
fn name_at_the_end(text: &str) -> &str {
    let text = text.trim_end();
    let is_name = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    text.rfind(|character| !is_name(character)).map_or(text, |end| {
        let next = text.get(end..).unwrap_or_default().chars().next().map_or(1, char::len_utf8);
        text.get(end + next..).unwrap_or_default()
    })
}

/// The value after a `=`, and whether it is in quotes or braces.
fn value_at_the_start(text: &str, is_connection: bool) -> (&str, bool) {
    let text = text.trim_start();
    for (open, close) in [('"', '"'), ('\'', '\''), ('{', '}')] {
        if let Some((value, _)) = text.strip_prefix(open).and_then(|rest| rest.split_once(close)) {
            return (value, true);
        }
    }
    let ends = |character: char| match is_connection && text.contains(';') {
        true => character == ';',
        false => character.is_whitespace() || matches!(character, ';' | '&' | ',' | '"' | '\'' | '|' | ')' | ']' | '}'),
    };
    (text.split(ends).next().unwrap_or_default(), false)
}

fn holds_secret(name: &str, value: &str) -> bool {
    const KEYS: [&str; 4] = ["SharedAccessSignature", "sig", "AccountKey", "SharedAccessKey"];
    const WORDS: [&str; 9] = ["true", "false", "required", "optional", "string", "password", "none", "sspi", "?"];
    let is_key = KEYS.iter().any(|key| name.eq_ignore_ascii_case(key)) && is_random_where_a_key_may_be(value);
    let is_word = WORDS.iter().any(|word| value.eq_ignore_ascii_case(word));
    is_key || (says_secret(name) && value.len() >= 3 && !is_word && !is_placeholder(value) && !is_call(value))
}

/// Whether a value is taken from elsewhere by the program that reads the text: `os.getenv(…)`, `req.body.token`, `:token`.
fn is_call(value: &str) -> bool {
    value.ends_with(')') || value.contains('(') || value.starts_with([':', '?', '@', '$', '%'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_in_a_connection_string_is_certain() {
        for text in [
            "Server=tcp:crm.database.windows.net,1433;Database=crm;User ID=crm;Password=hunter2!;Encrypt=True",
            "Data Source=crm;uid=sa;pwd=hunter2",
            "Driver={ODBC Driver 18 for SQL Server};Server=crm;UID=crm;PWD={hunter2;x}",
            "jdbc:sqlserver://crm:1433;databaseName=crm;user=crm;password=hunter2",
            "jdbc:postgresql://crm/crm?user=crm&password=hunter2",
            "host=db port=5432 dbname=crm user=crm password=hunter2",
            "host=db user=crm password='hunter 2'",
            "cache.example.com:6380,password=hunter2,ssl=True",
            "Endpoint=sb://crm.servicebus.windows.net/;SharedAccessKeyName=crm;SharedAccessKey=Zk3vQ9xT7mB2nR8wL5pY1cH6=",
            "DefaultEndpointsProtocol=https;AccountName=crm;AccountKey=Zk3vQ9xT7mB2nR8wL5pY1cH6Zk3vQ9xT7mB2nR8wL5pY==",
        ] {
            assert_eq!(pairs(text), Some(Suspicion::Known("a connection string with its password or key")), "{text}");
        }
        for text in [
            "Server=crm;Database=crm;Integrated Security=SSPI",
            "Server=crm;User ID=crm;Password=${CRM_PASSWORD}",
            "Server=crm;Password=<password>;UID=crm",
            "DefaultEndpointsProtocol=https;AccountName=crm",
            "host=db user=crm",
            "a=b;c=d",
            "grant_type=password&client_id=crm",
            "SELECT name FROM crm WHERE token = ? AND password = :password",
            "password=required;token=optional",
        ] {
            assert_eq!(pairs(text), None, "{text}");
        }
        for text in [
            "crm-import --password=hunter2 --all",
            "crm-import --password hunter2 --all",
            "curl -u crm:hunter2 https://crm.example.com",
            "<wsse:Username>crm</wsse:Username><wsse:Password Type=\"x\">hunter2</wsse:Password>",
            "<api_key> hunter2 </api_key >",
        ] {
            assert_eq!(pairs(text), Some(Suspicion::Likely("a text with a password or key")), "{text}");
        }
        for text in [
            "crm-import --password --all",
            "crm-import --password ${CRM_PASSWORD}",
            "curl -u crm:$CRM_PASSWORD https://crm.example.com",
            "<Password>?</Password><Token></Token>",
            "rsync -u files:/exports /backup",
            "<password>{{password}}</password>",
            "<label for='password'>Kennwort</label>",
        ] {
            assert_eq!(pairs(text), None, "{text}");
        }
    }
}
