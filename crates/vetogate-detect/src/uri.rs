//! Passwords in web addresses, `https://user:password@host`, and what the host of an address says of its password.
//!
//! Addresses of databases and brokers are data rules. The scheme `http` is too frequent for an anchor; here the `://`
//! is looked for, and the few bytes up to the host are read.

use crate::secrets::Taken;
use crate::{BlobDetector, Hit, Text, generic, placeholder};
use memchr::memmem;
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use vetogate_core::digest::UNGUESSABLE_BITS;
use vetogate_core::secret::entropy_bits;
use vetogate_core::{Category, Confidence, Cwe, Detects, Fuel, Rule, Secret, Severity};
use vetogate_syntax::path::FileKind;

/// The detector of passwords in web addresses.
pub struct UrlPasswords;

static RULE: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(Rule {
        id: "secret/url-password".into(),
        title: "Password in a web address".into(),
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
        let taken = Taken::of(hits);
        for at in memmem::find_iter(text.bytes, b"://") {
            if !fuel.burn(16) {
                return;
            }
            let Some(address) = address(text.bytes, at) else { continue };
            if !taken.overlaps(&address.password) {
                hits.extend(hit(text, &address));
            }
        }
    }
}

/// The parts of an address.
struct Address {
    start: usize,
    user: Range<usize>,
    password: Range<usize>,
    host: Range<usize>,
}

/// The address whose `://` stands at `at`, if it holds a password.
fn address(bytes: &[u8], at: usize) -> Option<Address> {
    let scheme = bytes[..at].iter().rev().take(12).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let known = [&b"http"[..], b"https", b"git", b"ws", b"wss", b"svn"];
    if !known.iter().any(|known| known.eq_ignore_ascii_case(&bytes[at - scheme..at])) {
        return None;
    }
    let start = at + 3;
    let stops = |byte: u8| {
        byte.is_ascii_whitespace() || byte.is_ascii_control() || b"/?#\"'`<>\\,;|)".contains(&byte)
    };
    let length = bytes[start..].iter().take(400).take_while(|&&byte| !stops(byte)).count();
    let authority = &bytes[start..start + length];
    let sign = authority.iter().rposition(|&byte| byte == b'@')?;
    let colon = authority[..sign].iter().position(|&byte| byte == b':')?;
    Some(Address {
        start: at - scheme,
        user: start..start + colon,
        password: start + colon + 1..start + sign,
        host: start + sign + 1..start + length,
    })
}

fn hit(text: &Text<'_>, address: &Address) -> Option<Hit> {
    let user = &text.bytes[address.user.clone()];
    let value = &text.bytes[address.password.clone()];
    let host = &text.bytes[address.host.clone()];
    let nothing = value.len() < 3
        || host.is_empty()
        || value.first() == Some(&b'%') && value.len() < 4
        // GitHub's and Bitbucket's, beside a token as the user or the other way round.
        || matches!(value, b"x-access-token" | b"x-oauth-basic" | b"x-token-auth")
        || placeholder::is_example_password(value)
        || placeholder::has_hole(host)
        || value.iter().any(|byte| b"{}$()[]".contains(byte));
    if nothing {
        return None;
    }
    // Prose spells out what a reader has to fill in: `passwd-of-user`.
    let context = match text.hints {
        hints if hints.is_test => Confidence::Low,
        hints if hints.kind == FileKind::Prose && generic::reads_like_words(value) => Confidence::Low,
        hints if hints.kind == FileKind::Prose => Confidence::Medium,
        _ => Confidence::High,
    };
    Some(Hit {
        rule: Arc::clone(&RULE),
        span: address.start..address.host.end,
        secret_spans: vec![address.password.clone()],
        values: vec![Secret::new(value)],
        identifier: None,
        confidence: context.min(reach(user, value, host)),
        guessable: entropy_bits(value) < UNGUESSABLE_BITS,
        is_shown: false,
        note: None,
    })
}

/// How sure an address can be at most.
pub(crate) fn reach(user: &[u8], password: &[u8], host: &[u8]) -> Confidence {
    // The account of the manuals of Oracle, and of whatever talks to a database since.
    let is_shown = user == b"scott" && password == b"tiger";
    let weak = user.eq_ignore_ascii_case(password) || is_shown || is_local(host);
    if weak { Confidence::Low } else { Confidence::High }
}

/// How sure a connection string can be at most: servers of a company have names of a single label, too, but not those
/// that containers and manuals have.
pub(crate) fn reach_of_server(user: &[u8], password: &[u8], host: &[u8]) -> Confidence {
    const STAND_INS: &[&[u8]] = &[
        b"db",
        b"database",
        b"sql",
        b"mysql",
        b"mariadb",
        b"mssql",
        b"sqlserver",
        b"postgres",
        b"postgresql",
        b"oracle",
        b"redis",
        b"mongo",
        b"server",
        b"servername",
        b"host",
        b"hostname",
        b"local",
        b"localdb",
        b"remote",
    ];
    let lower = host.to_ascii_lowercase();
    let name = lower.strip_prefix(b"tcp:").unwrap_or(&lower);
    let name = name.split(|byte| b",:\\)".contains(byte)).next().unwrap_or_default();
    let name = name.strip_prefix(b"(").unwrap_or(name);
    let has_digit = name.iter().any(u8::is_ascii_digit);
    let is_made_up = name.starts_with(b"my")
        || name.starts_with(b"your")
        || (!has_digit && placeholder::names_itself(name));
    let weak = user.eq_ignore_ascii_case(password)
        || (name.contains(&b'.') && is_local(name))
        || name == b"."
        || name.starts_with(b"localhost")
        || STAND_INS.contains(&name)
        || (is_made_up && !name.contains(&b'.') && !name.is_empty());
    if weak { Confidence::Low } else { Confidence::High }
}

/// This machine, a reserved name (RFC 2606, RFC 6761), a single label as containers have, a hole.
fn is_local(host: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    let name = host.split(|&byte| byte == b':').next().unwrap_or_default();
    let ends = |end: &[u8]| name.ends_with(end);
    let reserved = [&b".local"[..], b".localhost", b".test", b".example", b".invalid", b".internal"];
    let examples = [&b"example.com"[..], b"example.org", b"example.net", b"foo.com", b"foo.bar", b"bar.com"];
    !name.contains(&b'.') && !host.starts_with(b"[")
        || name.starts_with(b"127.")
        || name == b"0.0.0.0"
        || host.starts_with(b"[::1]")
        || name.iter().any(|byte| b"{}$<>%".contains(byte))
        || reserved.iter().any(|end| ends(end))
        || examples.iter().any(|end| ends(end))
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
        let candidates = Candidates::default();
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
            ("http://admin:{alnum:12}@localhost:8080/", Some(Confidence::Low)),
            ("http://admin:{alnum:12}@db.example.com/", Some(Confidence::Low)),
            (&["http://scott", ":tiger@10.0.0.1/"].concat(), Some(Confidence::Low)),
            ("https://user:password@git.acme.io/r.git", None),
            ("https://x:${{TOKEN}}@git.acme.io/r.git", None),
            ("https://{{token}}:x-access-token@git.acme.io/r.git", None),
            ("https://git.acme.io:8080/@scope/package", None),
            ("https://deploy@git.acme.io/r.git", None),
            ("http://host:8080, mail a@b.c", None),
        ] {
            assert_eq!(found(".gitmodules", template), says, "{template}");
        }
        let name = generate("{lower:5}").unwrap();
        assert_eq!(found(".gitmodules", &format!("http://{name}:{name}@10.0.0.1/")), Some(Confidence::Low));
        let prose = "http://{lower:5}:passwd-of-user@git.acme.io/";
        assert_eq!(found("setup.adoc", prose), Some(Confidence::Low));
    }
}
