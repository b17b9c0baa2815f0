//! Keys and tokens in the parameters of an address or of a form: `?api_key=..`, `&client_secret=..`.
//!
//! Whatever stands there and could have been chosen for a reader is left to other detectors: only what a machine made
//! counts, and not where such a value is public, as in the address of a badge.

use super::host::{is_local, is_shown};
use super::weigh::is_random;
use crate::escapes::{percent_decoded, sign_at, unescaped};
use crate::secrets::Taken;
use crate::test_module::TestModules;
use crate::{BlobDetector, Hit, Text, generic, placeholder};
use bstr::ByteSlice;
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use vetogate_core::digest::UNGUESSABLE_BITS;
use vetogate_core::secret::entropy_bits;
use vetogate_core::{Category, Confidence, Cwe, Detects, Fuel, Rule, Secret, Severity};
use vetogate_rules::trigram;
use vetogate_syntax::path::FileKind;

/// The detector of secrets in parameters.
pub struct UrlParameters;

static RULE: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(Rule {
        id: "secret/url-parameter".into(),
        title: "Key or token in an address".into(),
        description: "A key, token or password stands in a parameter of an address or of a form.".into(),
        category: Category::Secrets,
        detects: Detects::Leak,
        severity: Severity::Critical,
        confidence: Confidence::Medium,
        cwe: vec![Cwe(798)],
        pattern: "?api_key=value, &client_secret=value, and their like".into(),
        recommendation: "Read it from the environment, and send it in a header.".into(),
        steps: vec![
            "Revoke it at the service that the address names.".into(),
            "Take it out of the address and read it with {env}.".into(),
            "Take it out of the commits that are not pushed yet: git commit --amend, or git rebase -i."
                .into(),
        ],
        references: vec!["https://www.rfc-editor.org/rfc/rfc6750#section-2.3".into()],
        bits: 0,
    })
});

/// What the name of a parameter promises: the least length of its value, and whether services make UUIDs of it.
struct Promise {
    least: usize,
    may_be_uuid: bool,
}

/// The names, without the signs between their words.
fn promise(name: &[u8]) -> Option<Promise> {
    const SURE: &[&str] = &[
        "accesskey",
        "accesstoken",
        "apikey",
        "apisecret",
        "apitoken",
        "appsecret",
        "authkey",
        "authtoken",
        "bottoken",
        "clientsecret",
        "privatekey",
        "privatetoken",
        "refreshtoken",
        "secretkey",
        "subscriptionkey",
        "xapikey",
    ];
    let name: Vec<u8> =
        name.iter().filter(|byte| !b"_-.".contains(byte)).map(u8::to_ascii_lowercase).collect();
    let name = std::str::from_utf8(&name).ok()?;
    let (least, may_be_uuid) = match name {
        _ if SURE.contains(&name) => (16, true),
        "secret" => (16, false),
        // Of many things: a page of a list, an entry of a cache.
        "key" | "token" => (20, false),
        "sig" => (40, false),
        "password" | "passwd" | "pwd" => (8, false),
        _ => return None,
    };
    Some(Promise { least, may_be_uuid })
}

/// The hashes of how the names end.
pub(crate) static BITMAP: [u64; trigram::WORDS] = {
    let mut bits = [0; trigram::WORDS];
    let ends = [*b"ey=", *b"en=", *b"et=", *b"ig=", *b"rd=", *b"wd="];
    let mut at = 0;
    while at < ends.len() {
        let hash = trigram::hash_of(ends[at]);
        bits[hash / 64] |= 1 << (hash % 64);
        at += 1;
    }
    bits
};

/// As much of an address as is read, to either side of a name.
const REACH: usize = 1024;
/// The longest value.
const LONGEST: usize = 512;

impl BlobDetector for UrlParameters {
    fn rules(&self) -> Vec<Arc<Rule>> {
        vec![Arc::clone(&RULE)]
    }

    fn scan(&self, text: &Text<'_>, fuel: &mut Fuel, hits: &mut Vec<Hit>) {
        if text.is_binary || text.hints.kind == FileKind::Lock {
            return;
        }
        let tests = TestModules::of(text.bytes, text.hints.kind);
        let mut taken = Taken::of(hits);
        for (at, _) in text.candidates.of_bitmap(&BITMAP) {
            if !fuel.burn(32) {
                return;
            }
            let equals = at + 2;
            let name = name_before(text.bytes, equals);
            let Some(promise) = promise(&text.bytes[name.clone()]) else { continue };
            let value = value_after(text.bytes, equals + 1);
            if value.len() < promise.least {
                continue;
            }
            if !fuel.burn(REACH as u64 / 8) {
                return;
            }
            let Some(address) = address_before(text.bytes, name.start) else { continue };
            if let Some(mut hit) = hit(text, address, name, &value, &promise)
                && taken.take(&value)
            {
                if tests.hold(equals) {
                    hit.confidence = Confidence::Low;
                }
                hits.push(hit);
            }
        }
    }
}

fn name_before(bytes: &[u8], end: usize) -> Range<usize> {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let length = bytes.get(..end).unwrap_or_default().iter().rev().take(24).take_while(is_part).count();
    // The digits of an escaped `&` before it are a part of that.
    let start = end - length;
    let escaped = bytes[start..end].strip_prefix(b"u0026").filter(|_| bytes[..start].ends_with(b"\\"));
    escaped.map_or(start..end, |rest| end - rest.len()..end)
}

/// What stands before a parameter whose name begins at `at`: the rest of an address, of a form, or the begin of a text that
/// a program joins to one.
fn address_before(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let before = &bytes[at.saturating_sub(REACH)..at];
    let separators: [&[u8]; 5] = [b"?", b"&amp;", b"&", b"\\u0026", b"#"];
    let separator = separators.into_iter().find(|separator| before.ends_with(separator))?;
    let rest = &before[..before.len() - separator.len()];
    let ends = |byte: &u8| byte.is_ascii_whitespace() || byte.is_ascii_control() || b"\"'`<>(".contains(byte);
    let start = rest.iter().rposition(ends).map_or(0, |at| at + 1);
    let address = &rest[start..];
    if address.is_empty() {
        return rest.last().is_some_and(|byte| b"\"'`".contains(byte)).then_some(address);
    }
    let is_form = || {
        let name =
            address.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte)).count();
        name > 0 && address.get(name) == Some(&b'=')
    };
    let is_path_before =
        matches!(address.last(), Some(byte) if byte.is_ascii_alphanumeric() || b"/_-.}])%".contains(byte));
    let is_address = match separator {
        b"?" => is_path_before,
        b"#" => address.contains_str("://"),
        _ => address.contains(&b'?') || is_form(),
    };
    is_address.then_some(address)
}

fn value_after(bytes: &[u8], start: usize) -> Range<usize> {
    let rest = &bytes[start.min(bytes.len())..];
    let rest = &rest[..rest.len().min(LONGEST + 1)];
    let ends = |byte: u8| {
        byte.is_ascii_whitespace() || byte.is_ascii_control() || b"\"'`<>&#)],;|\\".contains(&byte)
    };
    let mut length = 0;
    while let Some(&byte) = rest.get(length) {
        length += match sign_at(&rest[length..]) {
            Some((sign, escape)) if !ends(sign) => escape,
            _ if ends(byte) => break,
            _ => 1,
        };
    }
    start..start + length
}

fn hit(
    text: &Text<'_>,
    address: &[u8],
    name: Range<usize>,
    at: &Range<usize>,
    promise: &Promise,
) -> Option<Hit> {
    let unescaped = unescaped(&text.bytes[at.clone()]);
    let value = percent_decoded(&unescaped);
    if at.len() > LONGEST || has_hole(&unescaped) || is_no_secret(&value, promise) || is_public(address) {
        return None;
    }
    let host = host_of(address);
    // What a program of a developer's own machine gives is made anew with each start.
    let is_nowhere = host.is_some_and(|host| is_shown(host) || is_local(host) && !host.contains_str("{"));
    let doubtful = text.hints.is_test || text.hints.kind == FileKind::Prose || is_nowhere;
    Some(Hit {
        rule: Arc::clone(&RULE),
        span: name.start..at.end,
        secret_spans: vec![at.clone()],
        values: vec![Secret::new(&value)],
        identifier: Some(String::from_utf8_lossy(&text.bytes[name]).into_owned()),
        confidence: if doubtful { Confidence::Low } else { Confidence::Medium },
        guessable: entropy_bits(&value) < UNGUESSABLE_BITS,
        is_shown: false,
        note: None,
    })
}

/// Whether a program or a reader fills something in. Signs of a value itself are percent-encoded.
fn has_hole(value: &[u8]) -> bool {
    value.iter().any(|byte| b"{}$<>*()[]".contains(byte))
}

fn is_no_secret(value: &[u8], promise: &Promise) -> bool {
    // Made to stand in pages: of Stripe, Mapbox and PostHog, by their documentation.
    const PUBLISHABLE: [&[u8]; 3] = [b"pk_", b"pk.", b"phc_"];
    value.len() < promise.least
        || !value.iter().all(u8::is_ascii_graphic)
        || placeholder::is_example_password(value)
        || placeholder::is_example_token(value)
        || PUBLISHABLE.iter().any(|start| value.starts_with(start))
        || (is_uuid(value) && !promise.may_be_uuid)
        || !is_random(value)
        || generic::reads_like_words(value)
        || generic::is_dotted_name(value)
}

/// 8-4-4-4-12 hexadecimal digits.
fn is_uuid(value: &[u8]) -> bool {
    let lengths = value.split(|&byte| byte == b'-').map(<[u8]>::len);
    lengths.eq([8, 4, 4, 4, 12]) && value.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
}

/// The address of a badge or of another part of a page: its token shows that, and nothing else.
fn is_public(address: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 10] =
        [b".svg", b".png", b".gif", b".jpg", b".jpeg", b".webp", b".ico", b".woff", b".woff2", b".css"];
    let path = address.split(|&byte| byte == b'?').next().unwrap_or_default();
    ENDINGS.iter().any(|end| path.ends_with(end)) || path.contains_str("badge")
}

/// The host of an address that has one.
fn host_of(address: &[u8]) -> Option<&[u8]> {
    let authority = &address[address.find("://")? + 3..];
    let end = authority.iter().position(|byte| b"/?#\\".contains(byte)).unwrap_or(authority.len());
    authority[..end].rsplit(|&byte| byte == b'@').next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Candidates;
    use vetogate_rules::template::generate;
    use vetogate_syntax::path::PathHints;

    fn found(path: &str, template: &str) -> Option<Confidence> {
        let text = generate(template).unwrap();
        let candidates = Candidates::of(text.as_bytes());
        let hints = PathHints::of(path.as_bytes());
        let text =
            Text { bytes: text.as_bytes(), candidates: &candidates, is_start: true, is_binary: false, hints };
        let mut hits = Vec::new();
        UrlParameters.scan(&text, &mut Fuel::new(1 << 20), &mut hits);
        hits.first().map(|hit| hit.confidence)
    }

    #[test]
    fn keys_and_tokens_in_addresses() {
        for (path, template) in [
            ("src/a.py", "u = 'https://api.acme.io/v1?api_key={alnum:32}'"),
            ("src/a.js", "fetch(`${{BASE}}/v1?lang=en&token={hex:40}`)"),
            ("src/a.js", "fetch(url + '&apiKey={alnum:24}&x=1')"),
            ("src/a.go", "u := \"https://login.acme.io/t?client_id=a&client_secret={uuid}\""),
            ("src/A.java", "String u = \"/v1/x?access_token={base64url:43}\";"),
            (
                "app.json",
                "{{\"u\":\"https://api.acme.io/?a=1\\u0026access-token={alnum:20}\\u002b{alnum:9}\\u003d\"}}",
            ),
            ("web/a.xml", "<a href=\"https://api.acme.io/x?a=1&amp;secret_key={alnum:24}&amp;b=2\"/>"),
            ("a.sh", "curl -d grant_type=password&client_secret={alnum:30} https://api.acme.io"),
            ("a.yml", "hook: https://prod-1.acme.io/invoke?sp=%2Frun&sv=1.0&sig={base64url:43}"),
            ("a.py", "u = 'https://api.acme.io/login?user=app&password={alnum:10}%24{alnum:4}'"),
            ("a.py", "# https://api.acme.io/x?key={hex:32}"),
            ("a.py", "u = 'https://app.acme.io/#access_token={alnum:32}'"),
        ] {
            assert_eq!(found(path, template), Some(Confidence::Medium), "{path}: {template}");
        }
    }

    #[test]
    fn where_a_reader_is_shown_one() {
        for (path, template) in [
            ("README.md", "https://api.acme.io/v1?api_key={alnum:32}"),
            ("tests/a.py", "u = 'https://api.acme.io/v1?api_key={alnum:32}'"),
            ("src/a.py", "u = 'https://api.example.com/v1?api_key={alnum:32}'"),
            ("a.ipynb", "http://localhost:8888/?token={hex:48}"),
        ] {
            assert_eq!(found(path, template), Some(Confidence::Low), "{path}: {template}");
        }
    }

    #[test]
    fn near_misses() {
        for template in [
            "u = 'https://api.acme.io/v1?api_key=YOUR_API_KEY'",
            "u = 'https://api.acme.io/v1?api_key=%7Bapi_key%7D'",
            "u = 'https://api.acme.io/v1?api_key={{key}}{alnum:20}'",
            "u = 'https://api.acme.io/v1?api_key=$API_KEY_{alnum:20}'",
            "u = 'https://api.acme.io/v1?api_key=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'",
            "u = 'https://api.acme.io/v1?token=%3Cyour-token%3E'",
            "u = 'https://api.acme.io/v1?token=%24ACME_TOKEN_OF_CI_2'",
            "u = 'https://api.acme.io/v1?token=' + token + '{alnum:32}'",
            "u = 'https://api.acme.io/v1?page_token={alnum:32}'",
            "u = 'https://codecov.io/gh/acme/x/branch/main/graph/badge.svg?token={alnum:24}'",
            "u = 'https://acme.io/badge/build?token={alnum:24}'",
            "a {{ src: url(https://acme.io/a.woff2?key={hex:32}) }}",
            "u = 'https://files.acme.io/o/x?alt=media&token={uuid}'",
            "u = 'https://acme.io/x?token={alnum:10}'",
            "u = 'https://acme.io/x?key=settings.profile.display_name.long'",
            "u = 'https://acme.io/x?key=refresh-token-of-the-first-user'",
            "u = 'https://js.acme.io/x?access_token=pk.{alnum:40}'",
            "is_key = a ? key={alnum:32} : b",
            "run x &token={alnum:32}",
            "f(int &key={alnum:32})",
            "x&&token={alnum:32}",
            "token={alnum:32}&x=1",
            "u = 'https://acme.io/x?monkey={alnum:32}'",
        ] {
            assert_eq!(found("src/a.py", template), None, "{template}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "[?&#=a\\\\u0026 \"']{0,12}(key|token)=[a-c%2\\\\&]{0,20}") {
            let _ = found("a.py", &text);
        }
    }
}
