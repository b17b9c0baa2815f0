//! What the words of an identifier say: a secret, something about one, or something public.

/// Whether an identifier of these words holds a secret.
pub(super) fn a_secret(identifier: &[String]) -> bool {
    let Some(last) = identifier.last() else { return false };
    !ABOUT.contains(&last.trim_end_matches(|c: char| c.is_ascii_digit()))
        && !identifier.iter().any(|word| HARMLESS.contains(&word.as_str()))
}

/// Whether an identifier holds a list of secrets: `API_KEYS`, `passwords`. By itself the plural says something else, in
/// the lists of which words stand.
pub(super) fn secrets(identifier: &[String]) -> bool {
    let Some((last, rest)) = identifier.split_last() else { return false };
    let of = |last: &str| [rest, &[last.to_owned()]].concat();
    let is_about = last.strip_suffix("es").is_some_and(|one| ABOUT.contains(&one));
    !is_about && last.strip_suffix('s').is_some_and(|one| a_secret(&of(one)))
}

/// Whether `pass` in an identifier means somebody's password, and no pass of a compiler, a test or a renderer: `DB_PASS`,
/// `smtp_pass`. Other identifiers are left to the words that say it.
pub(super) fn is_pass(identifier: &[String]) -> bool {
    if identifier.iter().any(|word| word.contains("passw") || word.contains("passp")) {
        return true;
    }
    match identifier.iter().position(|word| word.contains("pass")) {
        Some(at) if at + 1 == identifier.len() => {
            let owner = at.checked_sub(1).and_then(|at| identifier.get(at));
            identifier[at] == "dbpass"
                || identifier[at] == "pass" && owner.is_some_and(|owner| OWNERS.contains(&owner.as_str()))
        }
        Some(_) => false,
        None => true,
    }
}

/// Whether an identifier that was found by `_pw` has it as the password of an owner: `db_pw`, and no `set_pwm`.
pub(super) fn is_pw(identifier: &[String]) -> bool {
    let [.., owner, last] = identifier else { return true };
    let is_other = |word: &String| word.starts_with("pw") && !word.contains("pwd");
    !identifier.iter().any(is_other) || (last == "pw" && OWNERS.contains(&owner.as_str()))
}

/// Whether `pass` is all that the last part of an identifier says: it is somebody's beside a user.
pub(super) fn is_bare_pass(identifier: &[u8]) -> bool {
    // A class of a style sheet begins with the point.
    let mut parts = identifier.rsplit(|&byte| byte == b'.');
    parts.next().is_some_and(|last| last.eq_ignore_ascii_case(b"pass")) && parts.all(|part| !part.is_empty())
}

/// Whether an identifier says that it holds a key of an interface or of a client: some services make UUIDs of these.
pub(super) fn may_be_uuid(identifier: &[String]) -> bool {
    match identifier {
        [.., first, last] => matches!(
            (first.as_str(), last.as_str()),
            ("api", "key" | "secret" | "token")
                | ("client", "secret")
                | ("secret", "key")
                | (_, "apikey")
                | ("snyk" | "codecov" | "auth" | "access" | "bearer", "token")
        ),
        [only] => matches!(only.as_str(), "apikey" | "apisecret" | "clientsecret" | "secret"),
        [] => false,
    }
}

/// Whether an identifier is the name of nothing but a secret, so that a short or an odd value is one, too.
pub(super) fn is_sure_of_key(identifier: &[String]) -> bool {
    const SECRETS: &[&str] = &[
        "api", "app", "auth", "client", "consumer", "cookie", "hmac", "jwt", "session", "shared", "signing",
        "webhook",
    ];
    const KEYS: &[&str] = &[
        "aes",
        "api",
        "cookie",
        "encryption",
        "hmac",
        "jwt",
        "master",
        "private",
        "secret",
        "session",
        "signing",
    ];
    const TOKENS: &[&str] = &["access", "api", "auth", "bearer", "bot", "refresh"];
    match identifier {
        [.., first, last] => match last.as_str() {
            "secret" => SECRETS.contains(&first.as_str()),
            "key" => KEYS.contains(&first.as_str()),
            "token" => TOKENS.contains(&first.as_str()),
            "base" => first == "key",
            _ => false,
        },
        [only] => matches!(
            only.as_str(),
            "apikey"
                | "apisecret"
                | "appsecret"
                | "clientsecret"
                | "jwtsecret"
                | "secretkey"
                | "sessionsecret"
        ),
        [] => false,
    }
}

/// Whether an identifier is the key of an application, which is a secret where Laravel has made it, and public elsewhere.
pub(super) fn is_key_of_app(identifier: &[String]) -> bool {
    identifier.len() >= 2 && identifier[identifier.len() - 2..].iter().eq(["app", "key"])
}

/// Whether a key is made to stand in what everybody gets, by the documentation of its vendor: the search key of Algolia, the
/// key with which a client reports to Bugsnag; or it is the name of a key: `user.signingkey` of git, and of OpenPGP.
pub(super) fn is_public_key(identifier: &[String], value: &[u8]) -> bool {
    let has = |word: &str| identifier.iter().any(|own| own == word);
    let is_hex = value.iter().all(u8::is_ascii_hexdigit);
    let is_search = has("algolia") && has("search") && !has("admin") && !has("write");
    let is_client = identifier.iter().any(|word| word.starts_with("bugsnag"))
        && identifier.last().is_some_and(|last| matches!(last.as_str(), "key" | "apikey"));
    let of_openpgp = has("signingkey") || ((has("gpg") || has("pgp")) && has("key"));
    let is_name = value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'A'..=b'F'));
    (is_hex && value.len() == 32 && (is_search || is_client))
        || (of_openpgp && is_name && matches!(value.len(), 8 | 16 | 40))
}

/// Whether a token only tells one request from its repetition: `ClientRequestToken`, `client_token`, with a UUID at its end.
pub(super) fn is_of_request(identifier: &[String], value: &[u8]) -> bool {
    let is_token = matches!(identifier, [.., owner, last] if last == "token"
        && matches!(owner.as_str(), "client" | "request" | "creation" | "idempotent"));
    let Some(start) = value.len().checked_sub(36) else { return false };
    let (word, uuid) = value.split_at(start);
    is_token
        && super::values::is_uuid(uuid)
        && word.len() < 16
        && word.iter().all(|byte| byte.is_ascii_alphabetic() || b"-_".contains(byte))
}

/// Who or what logs in with a password.
const OWNERS: &[&str] = &[
    "account",
    "admin",
    "amqp",
    "ansible",
    "api",
    "app",
    "auth",
    "basic",
    "become",
    "bind",
    "broker",
    "cert",
    "client",
    "database",
    "db",
    "default",
    "deploy",
    "docker",
    "elastic",
    "email",
    "ftp",
    "gmail",
    "guest",
    "host",
    "http",
    "https",
    "imap",
    "influxdb",
    "jdbc",
    "jenkins",
    "kafka",
    "key",
    "keystore",
    "ldap",
    "login",
    "mail",
    "mariadb",
    "master",
    "mongo",
    "mongodb",
    "mq",
    "mqtt",
    "mssql",
    "my",
    "mysql",
    "nexus",
    "oracle",
    "owner",
    "pg",
    "pop",
    "postgres",
    "postgresql",
    "prod",
    "proxy",
    "rabbit",
    "rabbitmq",
    "rdp",
    "redis",
    "registry",
    "remote",
    "root",
    "sasl",
    "sender",
    "server",
    "service",
    "sftp",
    "smb",
    "smtp",
    "sql",
    "ssh",
    "staging",
    "store",
    "sudo",
    "sys",
    "system",
    "truststore",
    "user",
    "usr",
    "vault",
    "vnc",
    "vpn",
    "wifi",
    "wlan",
    "wp",
];

/// Words after which an identifier means something about the secret, not the secret.
const ABOUT: &[&str] = &[
    "name",
    "names",
    "path",
    "file",
    "files",
    "filename",
    "url",
    "uri",
    "endpoint",
    "id",
    "ids",
    "length",
    "len",
    "size",
    "policy",
    "type",
    "types",
    "kind",
    "count",
    "max",
    "min",
    "limit",
    "limits",
    "field",
    "label",
    "hint",
    "prompt",
    "message",
    "msg",
    "error",
    "errors",
    "regex",
    "pattern",
    "header",
    "prefix",
    "suffix",
    "env",
    "var",
    "variable",
    "ttl",
    "time",
    "expiry",
    "expires",
    "expiration",
    "age",
    "hash",
    "hashed",
    "digest",
    "encrypted",
    "encryption",
    "encoder",
    "hasher",
    "validator",
    "generator",
    "provider",
    "manager",
    "service",
    "store",
    "storage",
    "ref",
    "reference",
    "version",
    "arn",
    "dir",
    "folder",
    "location",
    "format",
    "description",
    "title",
    "text",
    "placeholder",
    "input",
    "reset",
    "changed",
    "at",
    "used",
    "required",
    "enabled",
    "class",
    "template",
    "index",
    "position",
    "start",
    "end",
    "usage",
    "budget",
    "scope",
    "scopes",
    "issuer",
    "audience",
    "algorithm",
    "method",
    "mode",
    "source",
    "key2",
    "public",
    "icon",
    "address",
    "symbol",
    "stream",
    "strength",
    "confirmation",
    "status",
    "state",
    "column",
    "param",
    "params",
    "parameter",
    "attr",
    "attribute",
    "selector",
    "element",
    "role",
    "link",
    "page",
    "view",
    "form",
    "route",
    "request",
    "response",
    "rule",
    "rules",
    "set",
    "list",
    "map",
    "timeout",
    "interval",
    "rotation",
    "group",
    "context",
    "info",
    "data",
    "event",
    "action",
    "flag",
    "option",
    "options",
    "config",
    "setting",
    "settings",
    "model",
    "schema",
    "table",
    "test",
    "example",
    "sample",
    "stdin",
    "passwords",
    "short",
    "weak",
    "broker",
    "mgr",
    "command",
    "cmd",
    "eval",
    "validation",
    "fingerprint",
    "thumbprint",
    "checksum",
    "svg",
];

/// Words that turn an identifier into something public.
const HARMLESS: &[&str] = &[
    "tokenizer",
    "tokenize",
    "tokens",
    "csrf",
    "authenticity",
    "algorithm",
    "xsrf",
    "nonce",
    "cursor",
    "passwordless",
    "public",
    "publishable",
    "cancel",
    "cancellation",
    "syntax",
    "lexer",
    "parser",
    "ast",
    "punctuation",
    "keyword",
    "pad",
    "eos",
    "bos",
    "unk",
    "sep",
    "cls",
    "mask",
    "mismatch",
    "error",
    "errors",
    "next",
    "page",
    "continuation",
    "design",
    "theme",
    "color",
    "sha",
    "commit",
    "no",
    "skip",
    "has",
    "is",
    "use",
    "show",
    "hide",
    "forgot",
    "invalid",
    "missing",
    "expected",
    "primary",
    "foreign",
    "partition",
    "sort",
    "cache",
    "hash",
    "i18n",
    "locale",
    "sync",
    "idempotency",
    "stop",
    "css",
    "mime",
    "content",
    "after",
    "before",
];
