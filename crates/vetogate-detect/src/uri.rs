//! Passwords in addresses, `scheme://user:password@host`, and what the host of an address says of its password.
//!
//! Addresses of databases and brokers as the standard has them are data rules. Everything else is looked for here, by
//! what stands between scheme and user: web addresses, schemes that no rule knows, escaped slashes, addresses that are
//! percent-encoded as a whole, and passwords with signs in them that end a password in the standard.

mod address;
mod host;
mod parameter;
mod weigh;
mod words;

pub(crate) use address::{Address, Form, address};
pub(crate) use parameter::BITMAP as PARAMETERS;
pub use parameter::UrlParameters;
pub(crate) use weigh::{is_example, is_random, reach, reach_of_server, reach_of_shown};

use crate::escapes::{percent_decoded, unescaped};
use crate::secrets::Taken;
use crate::test_module::TestModules;
use crate::{BlobDetector, Hit, Text, generic, placeholder};
use address::separator;
use memchr::memmem;
use std::sync::{Arc, LazyLock};
use vetogate_core::digest::UNGUESSABLE_BITS;
use vetogate_core::secret::entropy_bits;
use vetogate_core::{Category, Confidence, Cwe, Detects, Fuel, Rule, Secret, Severity};
use vetogate_rules::trigram;
use vetogate_syntax::path::FileKind;

/// The detector of passwords in addresses that no data rule finds.
pub struct UrlPasswords;

static RULE: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(Rule {
        id: "secret/url-password".into(),
        title: "Password in an address".into(),
        description: "A user and a password or token stand in an address.".into(),
        category: Category::Secrets,
        detects: Detects::Leak,
        severity: Severity::Critical,
        confidence: Confidence::High,
        cwe: vec![Cwe(798)],
        pattern: "scheme://user:password@host".into(),
        recommendation: "Let a credential helper or the environment give the password.".into(),
        steps: vec![
            "Change the password, or revoke the token, at the host that the address names.".into(),
            "Take it out of the address and read it with {env}, or use a credential helper.".into(),
            "Take it out of the commits that are not pushed yet: git commit --amend, or git rebase -i."
                .into(),
        ],
        references: vec!["https://www.rfc-editor.org/rfc/rfc3986#section-3.2.1".into()],
        bits: 0,
    })
});

impl BlobDetector for UrlPasswords {
    fn rules(&self) -> Vec<Arc<Rule>> {
        vec![Arc::clone(&RULE)]
    }

    fn scan(&self, text: &Text<'_>, fuel: &mut Fuel, hits: &mut Vec<Hit>) {
        if text.is_binary {
            return;
        }
        let tests = TestModules::of(text.bytes, text.hints.kind);
        let mut taken = Taken::of(hits);
        let plain = memmem::find_iter(text.bytes, b"://");
        // The rare bytes of the others stand one and two behind their beginning.
        let escaped = text.candidates.of_bitmap(&BITMAP).map(|(at, _)| at);
        let encoded = text.candidates.of_bitmap(&BITMAP).filter_map(|(at, _)| at.checked_sub(2));
        for at in plain.chain(escaped).chain(encoded) {
            if !fuel.burn(64) {
                return;
            }
            let Some((form, length)) = separator(&text.bytes[at..]) else { continue };
            let scheme = scheme(&text.bytes[..at]);
            if scheme.is_empty() {
                continue;
            }
            let Some(address) = address(text.bytes, at + length, form) else { continue };
            let is_test = text.hints.is_test || tests.hold(at);
            if let Some(hit) = hit(text, is_test, scheme, at, &address)
                && taken.take(&address.password)
            {
                hits.push(hit);
            }
        }
    }
}

/// The hashes of the rare bytes of separators that are not `://`.
pub(crate) static BITMAP: [u64; trigram::WORDS] = {
    let mut bits = [0; trigram::WORDS];
    let rare = [*b":\\/", *b":\\\\", *b":\\u", *b"a%2"];
    let mut at = 0;
    while at < rare.len() {
        let hash = trigram::hash_of(rare[at]);
        bits[hash / 64] |= 1 << (hash % 64);
        at += 1;
    }
    bits
};

/// The scheme that ends a text.
fn scheme(before: &[u8]) -> &[u8] {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+.-".contains(byte);
    let length = before.iter().rev().take(32).take_while(is_part).count();
    &before[before.len() - length..]
}

/// Schemes whose addresses have passwords: any password counts. In others only one that is random does.
const KNOWN: &[&str] = &[
    "amqp",
    "amqps",
    "bolt",
    "cassandra",
    "clickhouse",
    "cockroachdb",
    "couchbase",
    "couchbases",
    "couchdb",
    "dav",
    "davs",
    "db2",
    "elasticsearch",
    "ftp",
    "ftps",
    "git",
    "hive",
    "http",
    "https",
    "imap",
    "imaps",
    "influxdb",
    "kafka",
    "ldap",
    "ldaps",
    "libsql",
    "mariadb",
    "memcached",
    "mongodb",
    "mqtt",
    "mqtts",
    "mssql",
    "mysql",
    "mysql2",
    "nats",
    "neo4j",
    "opensearch",
    "oracle",
    "postgis",
    "postgres",
    "postgresql",
    "presto",
    "redis",
    "rediss",
    "redshift",
    "rtmp",
    "rtsp",
    "rtsps",
    "sftp",
    "smb",
    "smtp",
    "smtps",
    "snowflake",
    "socks5",
    "socks5h",
    "sqlserver",
    "ssh",
    "stomp",
    "svn",
    "telnet",
    "timescaledb",
    "trino",
    "valkey",
    "vertica",
    "webdav",
    "webdavs",
    "ws",
    "wss",
];

fn is_known(scheme: &[u8]) -> bool {
    // A driver or a transport is joined with a sign: `redshift+psycopg2`, `git+https`.
    let knows = |part: &[u8]| KNOWN.iter().any(|known| part.eq_ignore_ascii_case(known.as_bytes()));
    scheme.split(|&byte| byte == b'+').any(knows)
}

fn hit(text: &Text<'_>, is_test: bool, scheme: &[u8], at: usize, address: &Address) -> Option<Hit> {
    let user = &text.bytes[address.user.clone()];
    let value = unescaped(&text.bytes[address.password.clone()]);
    let value = value.as_ref();
    let host = &text.bytes[address.host.clone()];
    let is_random = is_random(&percent_decoded(value));
    let nothing = value.len() < 3
        || !is_random && (host.is_empty() || address.is_doubtful || !is_known(scheme))
        || value.first() == Some(&b'%') && value.len() < 4
        // GitHub's and Bitbucket's, beside a token as the user or the other way round.
        || matches!(value, b"x-access-token" | b"x-oauth-basic" | b"x-token-auth")
        || is_example(value, host)
        || is_code(value)
        // A hole with a colon in it: `https://{name:format}@host`.
        || user.contains(&b'{') && value.contains(&b'}')
        || is_digest(value, host);
    if nothing {
        return None;
    }
    // Prose spells out what a reader has to fill in: `passwd-of-user`.
    let context = match text.hints {
        _ if is_test => Confidence::Low,
        hints if hints.kind == FileKind::Prose && generic::reads_like_words(value) => Confidence::Low,
        hints if hints.kind == FileKind::Prose => reach_of_shown(value).min(Confidence::Medium),
        hints if generic::is_documentation(text.bytes, at, hints.kind) => reach_of_shown(value),
        _ if generic::is_in_comment(text.bytes, at) => reach_of_shown(value),
        _ => Confidence::High,
    };
    Some(Hit {
        rule: Arc::clone(&RULE),
        span: at - scheme.len()..address.host.end,
        secret_spans: vec![address.password.clone()],
        values: vec![Secret::new(value)],
        identifier: None,
        confidence: context.min(reach(user, value, host)),
        guessable: entropy_bits(value) < UNGUESSABLE_BITS,
        is_shown: false,
        note: None,
    })
}

/// An expression that gives a password: a call, an index, a hole, a variable at its end.
fn is_code(value: &[u8]) -> bool {
    let holds = |open: u8, close: u8| {
        let first = value.iter().position(|&byte| byte == open);
        first.is_some_and(|first| value[first..].contains(&close))
    };
    let variable = value.iter().rposition(|&byte| byte == b'$').map(|at| &value[at + 1..]);
    let of_one_case = |name: &[u8]| {
        let is_name = |upper: bool| {
            let is_letter = |byte: &u8| byte.is_ascii_alphabetic() && byte.is_ascii_uppercase() == upper;
            name.iter().all(|byte| is_letter(byte) || *byte == b'_')
        };
        name.len() > 1 && (is_name(true) || is_name(false))
    };
    holds(b'{', b'}')
        || holds(b'(', b')')
        || holds(b'[', b']')
        || variable.is_some_and(of_one_case)
        || placeholder::has_hole(value)
}

/// An image with its tag and its digest: `docker://alpine:3.20@sha256:...`.
fn is_digest(value: &[u8], host: &[u8]) -> bool {
    let is_hash = |name: &[u8]| host.starts_with(name);
    [&b"sha256"[..], b"sha512"].into_iter().any(is_hash) && !value.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Candidates;
    use vetogate_rules::template::generate;
    use vetogate_syntax::path::PathHints;

    fn found(path: &str, template: &str) -> Option<Confidence> {
        let text = generate(template).unwrap();
        let hints = PathHints::of(path.as_bytes());
        let candidates = Candidates::of(text.as_bytes());
        let text =
            Text { bytes: text.as_bytes(), candidates: &candidates, is_start: true, is_binary: false, hints };
        let mut hits = Vec::new();
        UrlPasswords.scan(&text, &mut Fuel::new(1 << 20), &mut hits);
        hits.first().map(|hit| hit.confidence)
    }

    #[test]
    fn passwords_in_addresses() {
        for (template, says) in [
            ("url = https://deploy:{alnum:16}@git.acme.io/r.git", Some(Confidence::High)),
            ("\"https://:{alnum:20}@pypi.acme.io/simple\"", Some(Confidence::High)),
            ("http://admin:{alnum:12}@localhost:8080/", Some(Confidence::High)),
            ("http://admin:{word:8}@localhost:8080/", Some(Confidence::Low)),
            ("http://admin:{alnum:12}@db.example.com/", Some(Confidence::Low)),
            (&["http://scott", ":tiger@10.0.0.1/"].concat(), Some(Confidence::Low)),
            ("https://user:password@git.acme.io/r.git", None),
            ("https://x:${{TOKEN}}@git.acme.io/r.git", None),
            ("https://{{token}}:x-access-token@git.acme.io/r.git", None),
            ("https://git.acme.io:8080/@scope/package", None),
            ("https://deploy@git.acme.io/r.git", None),
            ("http://host:8080, mail a@b.c", None),
            ("cloudinary://{digits:15}:{base64url:27}@acme", Some(Confidence::High)),
            ("redshift+psycopg2://app:{word:9}@dw.acme.io/x", Some(Confidence::High)),
            (&["telnet://admin", ":Admin1234!@10.1.2.3"].concat(), Some(Confidence::High)),
            ("postgres://app:{alnum:8}#{alnum:8}@db.acme.com:5432/prod", Some(Confidence::High)),
            ("postgres://app:{alnum:8}/{alnum:8}?@db.acme.com/prod", Some(Confidence::High)),
            ("postgres://app:{alnum:8}({alnum:8}$@db.acme.com/prod", Some(Confidence::High)),
            (r#"{{"url":"postgres:\/\/app:{alnum:16}@db\/x"}}"#, Some(Confidence::High)),
            ("url=postgres%3A%2F%2Fapp%3A{alnum:16}%40db.acme.com%2Fx", Some(Confidence::High)),
            ("\"mongodb://app:{alnum:16}@\" + host", Some(Confidence::High)),
            (r#"{{"url":"postgres://app:{alnum:8}\u0026{alnum:6}@db.acme.io/x"}}"#, Some(Confidence::High)),
            (r#"{{"url":"https://app:{alnum:8}\u003d@git.acme.io\u002fx"}}"#, Some(Confidence::High)),
            (r#"{{"url":"mysql:\u002f\u002Fapp:{alnum:14}@db.acme.io\u002fx"}}"#, Some(Confidence::High)),
            (r#"{{"url":"https://app:\u003cpassword-{alnum:8}\u003e@git.acme.io"}}"#, None),
            (r#"{{"url":"https://git.acme.io?a=b:c\u0026d={alnum:8}@acme.io"}}"#, None),
            // Schemes that nobody knows, words, ports, images, code.
            ("acme://app:{word:9}@db.acme.com/", None),
            ("docker-image://alpine:{hex:12}@sha256:{hex:64}", None),
            ("redis://cache:6379/{alnum:12}@acme.io", None),
            ("https://git.acme.io:8443/{alnum:12}@acme.io/x", None),
            ("https://git.acme.io/a:{alnum:12}@acme.io/x", None),
            ("https://app:${{{{ secrets.PASSWORD }}}}@git.acme.io", None),
            ("https://app:$PASSWORD@git.acme.io", None),
            ("https://app:pre_$PASSWORD@git.acme.io", None),
            ("https://app:quote(password)@git.acme.io", None),
            ("https://{{token:{alnum:12}}}@git.acme.io", None),
            ("\"https://app:{word:9}@\" + host", None),
            ("regex = https?:\\/\\/(.*):(.*)@(.*)", None),
        ] {
            assert_eq!(found(".gitmodules", template), says, "{template}");
        }
        let name = generate("{lower:5}").unwrap();
        assert_eq!(found(".gitmodules", &format!("http://{name}:{name}@10.0.0.1/")), Some(Confidence::Low));
        let prose = "http://{lower:5}:passwd-of-user@git.acme.io/";
        assert_eq!(found("setup.adoc", prose), Some(Confidence::Low));
    }

    #[test]
    fn addresses_that_readers_are_shown() {
        // Put together: our own gate reads this file, too.
        let weak = ["https://svc:", "hunter22", "@git.acme.io/r.git"].concat();
        let spelled = ["https://svc:", "not-re%40l", "@git.acme.io/r.git"].concat();
        assert_eq!(found("src/a.py", &["# ", &spelled].concat()), Some(Confidence::Low));
        let chosen = ["https://svc:", "Winter2024!", "@git.acme.io/r.git"].concat();
        let random = "https://svc:{alnum:16}@git.acme.io/r.git".to_owned();
        for (path, before, says) in [
            ("src/a.py", "    >>> get('", [Confidence::Low, Confidence::High, Confidence::High]),
            ("src/a.rs", "/// As in ", [Confidence::Low, Confidence::High, Confidence::High]),
            ("src/a.go", "// ", [Confidence::Low, Confidence::High, Confidence::High]),
            ("app.yml", "# proxy: ", [Confidence::Low, Confidence::High, Confidence::High]),
            ("README.md", "Use ", [Confidence::Low, Confidence::Medium, Confidence::Medium]),
            (
                "src/a.py",
                "def a():\n    \"\"\"Reads.\n\n    >>> a()\n    '",
                [Confidence::Low, Confidence::High, Confidence::High],
            ),
            ("src/a.go", "url := \"", [Confidence::High, Confidence::High, Confidence::High]),
            ("app.yml", "proxy: ", [Confidence::High, Confidence::High, Confidence::High]),
            ("tests/a.py", "url = '", [Confidence::Low, Confidence::Low, Confidence::Low]),
            (
                "src/a.rs",
                "#[cfg(test)]\nmod tests {{\n    \"",
                [Confidence::Low, Confidence::Low, Confidence::Low],
            ),
        ] {
            for (address, says) in [&weak, &chosen, &random].into_iter().zip(says) {
                assert_eq!(
                    found(path, &format!("{before}{address}")),
                    Some(says),
                    "{path}: {before}{address}"
                );
            }
        }
    }
}
