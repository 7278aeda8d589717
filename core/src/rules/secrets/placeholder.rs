//! Texts that stand for a value which is somewhere else, or not there yet.

/// Brackets of templates. A text that holds both in order is filled in before it is used.
const TEMPLATES: [(&str, &str); 9] = [
    ("${", "}"),
    ("{{", "}}"),
    ("%(", ")s"),
    ("#{", "}"),
    ("<%", "%>"),
    ("$(", ")"),
    ("[[", "]]"),
    ("@@", "@@"),
    ("{%", "%}"),
];
/// Marks around a word that is replaced. They count around the text as a whole.
const MARKS: [(&str, &str); 12] = [
    ("<", ">"),
    ("%", "%"),
    ("__", "__"),
    ("{", "}"),
    ("@", "@"),
    ("$", "$"),
    ("<<", ">>"),
    ("{{{", "}}}"),
    ("((", "))"),
    ("[", "]"),
    ("$[", "]"),
    ("~", "~"),
];
/// How references to secret stores begin, and values that a tool has encrypted.
const REFERENCES: [&str; 27] = [
    "vault:",
    "op://",
    "ref+",
    "sops:",
    "secretref:",
    "secrets.",
    "keyvault:",
    "akv:",
    "ssm:",
    "awssm:",
    "aws-sm:",
    "gcpsm:",
    "bws:",
    "doppler:",
    "infisical:",
    "env:",
    "file:",
    "arn:aws:secretsmanager:",
    "arn:aws:ssm:",
    "@microsoft.keyvault(",
    "enc[",
    "$ansible_vault;",
    "{cipher}",
    "!vault",
    "secret://",
    "secrets://",
    "keyring:",
];
/// Words that say that the value is still missing. They count as a whole text.
const MISSING: &str = "changeme changeit change replaceme redacted masked hidden none null nil na undefined todo tbd fixme unset \
    unknown dummy sample placeholder empty notset setme notconfigured tobeset tobeconfigured tobefilled";
/// How texts begin that say what to put here, or where the value comes from.
const STARTS: [&str; 22] = [
    "your-",
    "your_",
    "your ",
    "my-",
    "my_",
    "insert-",
    "insert_",
    "enter-",
    "enter_",
    "put-",
    "put_",
    "add-",
    "set-by-",
    "set_by_",
    "set-in-",
    "set_in_",
    "from-",
    "from_",
    "see-",
    "see_",
    "managed-by-",
    "managed_by_",
];
/// The same as `MISSING`, inside of a longer text. None of them is in a word.
const INSIDE: &str = "changeme changethis replaceme replacewith replacethis placeholder example redacted dummy insertyour \
    yourapikey yoursecret yourtoken yourpassword \
    4ec39hqlyjwdarjtt1zdp7dc bqokikjovbii2hlwgh4olfq2";

/// Whether a text stands for a value: it is a template, a reference to a secret store, or says that it is none.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    is_template(text) || is_reference(text) || is_sample(text) || is_missing(text)
}

/// Whether something else will be put in the place of the text, or of a part of it.
pub(in crate::rules) fn is_template(text: &str) -> bool {
    let has_template = TEMPLATES.iter().any(|(open, close)| {
        text.split_once(open).and_then(|(_, rest)| rest.split_once(close)).is_some_and(|(name, _)| is_name(name))
    });
    let marked = |(open, close): &(&str, &str)| text.strip_prefix(open)?.strip_suffix(close);
    let is_marked = MARKS.iter().filter_map(marked).any(is_word);
    // `$TOKEN` of a shell, `$env:TOKEN` of PowerShell, `:token` and `?` of SQL.
    let is_shell = text.strip_prefix('$').is_some_and(|name| {
        let name = name.strip_prefix("env:").unwrap_or(name);
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
    });
    has_template || is_marked || is_shell
}

/// Whether a text between brackets can be the name of what belongs there, such as `secrets.CRM_TOKEN | base64`.
fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 100
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && text.chars().all(|character| character.is_alphanumeric() || " _-.:|/'\"(),$[]=".contains(character))
}

/// Whether a text between marks can be such a name, without more around it.
fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_alphabetic())
        && text.chars().all(|character| character.is_alphanumeric() || " _-.".contains(character))
}

fn is_reference(text: &str) -> bool {
    let begins = |start: &&str| text.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    REFERENCES.iter().any(|start| begins(start) && text.len() > start.len())
        || (text.starts_with("projects/") && text.contains("/secrets/"))
}

/// Whether a text is a credential of a documentation or has been blotted out: `AKIA…EXAMPLE`, `ghp_xxxxxxxx`.
pub(super) fn is_sample(text: &str) -> bool {
    let letters: String =
        text.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    INSIDE.split_ascii_whitespace().any(|word| letters.contains(word)) || is_blotted(text)
}

/// Whether a text is one character alone (`XXXX-XXXX`), or one is repeated over half of it or more
/// (`sk_live_0000000000`).
fn is_blotted(text: &str) -> bool {
    const LEAST: usize = 3;
    let (mut run, mut longest, mut last, mut count) = (0, 0, None, 0);
    for character in text.chars() {
        run = if last == Some(character) { run + 1 } else { 1 };
        longest = longest.max(run);
        (last, count) = (Some(character), count + 1);
    }
    let mut letters = text.chars().filter(|character| character.is_alphanumeric());
    let is_one = letters.next().is_none_or(|first| letters.all(|letter| letter == first));
    longest >= LEAST && (longest * 2 >= count || is_one)
}

fn is_missing(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let letters: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    MISSING.split_ascii_whitespace().any(|word| word == letters)
        || (letters.is_empty() && text.len() <= 2)
        || (lower.ends_with("here") && lower.contains(['-', '_', ' ']))
        || STARTS.iter().any(|start| {
            lower.starts_with(start) && lower.len() <= 40 && !lower.bytes().any(|byte| byte.is_ascii_digit())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_of_any_style_is_one() {
        for text in [
            "${CRM_TOKEN}",
            "{{ crm.token }}",
            "%(crm_token)s",
            "#{CrmToken}#",
            "<crm-token>",
            "<%= token %>",
            "$(CrmToken)",
            "__CRM_TOKEN__",
            "@@CRM_TOKEN@@",
            "%CRM_TOKEN%",
            "{crm_token}",
            "$CRM_TOKEN",
            "$env:CRM_TOKEN",
            "@crm.token@",
            "changeme",
            "CHANGE_ME",
            "change-me!",
            "REDACTED",
            "TODO",
            "n/a",
            "none",
            "your-api-key",
            "your_token_here",
            "insert-key-here",
            "xxxxxxxx",
            "XXXX-XXXX-XXXX",
            "0000000000",
            "...",
            "---",
            "********",
            "prefix-${TOKEN}",
            "vault:secret/data/crm#token",
            "op://team/crm/token",
            "{{.Values.crm.token}}",
            "${{ secrets.CRM_TOKEN }}",
            "arn:aws:secretsmanager:eu-central-1:123456789012:secret:crm",
            "ENC[AES256_GCM,data:x]",
            "my-secret-key",
            "{{{crm_token}}}",
            "<<CRM_TOKEN>>",
            "((crm-token))",
            "[token]",
            "$[CRM_TOKEN]",
            "~token~",
            "set-me",
            "NOT_CONFIGURED",
            "to-be-set",
            "set_by_pipeline",
            "SET-IN-PORTAL",
            "from_vault",
            "see-keyring",
            "managed-by-terraform",
            "secret://crm/token",
            "keyring:crm",
            "@Microsoft.KeyVault(SecretUri=https://crm.vault.azure.net/secrets/token)",
            "projects/crm/secrets/token/versions/1",
        ] {
            assert!(is_placeholder(text), "{text}");
        }
        for text in [
            "hunter2",
            "letmein",
            "correct horse battery staple",
            "P@ssw0rd!",
            "$ecret",
            "S3cr3t$",
            "abc%def",
            "a<b>c",
            "12345678",
            "winter2024",
            "not-a-real-token",
            "my-dog-rex-2016",
            "<script>1</script>",
            "envoy",
            "change the oil",
            "[abc]!9k",
            "~hunter2!",
            "see-you-in-2027",
            "fromage",
        ] {
            assert!(!is_placeholder(text), "{text}");
        }
    }
}
