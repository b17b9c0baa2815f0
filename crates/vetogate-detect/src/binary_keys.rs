//! Private keys and key stores in binary form: DER (PKCS#1, PKCS#8, SEC1), OpenPGP, PKCS#12, JKS and JCEKS.
//!
//! The start of a blob says what it is. Certificates, public keys and trust stores are none.

use crate::{BlobDetector, Hit, Text};
use std::sync::{Arc, LazyLock};
use vetogate_core::{Category, Confidence, Cwe, Detects, Fuel, Rule, Secret, Severity};

/// The detector of keys in binary form.
pub struct BinaryKeys;

static KEY: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    rule(
        "secret/binary-private-key",
        "Private key in binary form",
        "A private key in DER that no passphrase protects, or an OpenPGP key, which only its passphrase protects.",
        Severity::Critical,
    )
});

static STORE: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    rule(
        "secret/keystore",
        "Key store",
        "A key store (PKCS#12, JKS, JCEKS or encrypted PKCS#8): only its password protects the private keys in it.",
        Severity::Medium,
    )
});

fn rule(id: &str, title: &str, description: &str, severity: Severity) -> Arc<Rule> {
    Arc::new(Rule {
        id: id.into(),
        title: title.into(),
        description: description.into(),
        category: Category::Secrets,
        detects: Detects::Leak,
        severity,
        confidence: Confidence::High,
        cwe: vec![Cwe(321)],
        pattern: "the first bytes of the file".into(),
        recommendation: "Keep keys out of the repository: mount them, or read them from a secret manager."
            .into(),
        steps: vec![
            "Make a new key, put its public half where the old one is trusted, and remove the old one there."
                .into(),
            "Take the file out and name it in .gitignore.".into(),
            "Take it out of the commits that are not pushed yet: git commit --amend, or git rebase -i."
                .into(),
        ],
        references: vec![
            "https://www.rfc-editor.org/rfc/rfc5958".into(),
            "https://www.rfc-editor.org/rfc/rfc7292".into(),
            "https://www.rfc-editor.org/rfc/rfc9580".into(),
        ],
        bits: 256,
    })
}

impl BlobDetector for BinaryKeys {
    fn rules(&self) -> Vec<Arc<Rule>> {
        vec![Arc::clone(&KEY), Arc::clone(&STORE)]
    }

    fn scan(&self, text: &Text<'_>, _: &mut Fuel, hits: &mut Vec<Hit>) {
        if !text.is_start {
            return;
        }
        let rule = match kind(text.bytes) {
            Some(Kind::Plain) => &KEY,
            Some(Kind::Store) => &STORE,
            None => return,
        };
        let span = 0..text.bytes.len().min(16_384);
        hits.push(Hit {
            rule: Arc::clone(rule),
            span: span.clone(),
            secret_spans: vec![span.clone()],
            values: vec![Secret::new(&text.bytes[span])],
            identifier: None,
            confidence: if text.hints.is_test { Confidence::Low } else { Confidence::High },
            guessable: false,
            note: None,
        });
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Store,
}

fn kind(bytes: &[u8]) -> Option<Kind> {
    match bytes {
        [0x30, ..] => der(bytes),
        [0x94..=0x96 | 0xc5, ..] => openpgp(bytes),
        [0xfe, 0xed, 0xfe, 0xed, rest @ ..] | [0xce, 0xce, 0xce, 0xce, rest @ ..] => java(rest),
        _ => None,
    }
}

/// Tag, content and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit)), rest)
        }
        _ => return None,
    };
    // A chunk may end before the element does.
    let end = length.min(rest.len());
    Some((tag, &rest[..end], &rest[end..]))
}

/// RFC 8017 (PKCS#1), RFC 5958 (PKCS#8), RFC 5915 (SEC1), RFC 7292 (PKCS#12).
fn der(bytes: &[u8]) -> Option<Kind> {
    let (_, body, _) = element(bytes)?;
    // A template of a key ends before the key does.
    if bytes.len() < CHUNK && declared(bytes)? > body.len() {
        return None;
    }
    let (tag, version, rest) = element(body)?;
    let (next, content, after) = element(rest)?;
    match (tag, version, next) {
        // n, and then e.
        (2, [0], 2) if content.len() >= 64 && after.first() == Some(&2) => Some(Kind::Plain),
        (2, [0 | 1], 0x30) if content.first() == Some(&6) && after.first() == Some(&4) => Some(Kind::Plain),
        (2, [1], 4) if (20..=66).contains(&content.len()) && matches!(after.first(), Some(0xa0 | 0xa1)) => {
            Some(Kind::Plain)
        }
        (2, [3], 0x30) if content.starts_with(PKCS7) => Some(Kind::Store),
        // EncryptedPrivateKeyInfo: the algorithm is PKCS#5 or PKCS#12.
        (0x30, algorithm, 4) if algorithm.starts_with(PKCS5) || algorithm.starts_with(PKCS12_PBE) => {
            Some(Kind::Store)
        }
        _ => None,
    }
}

/// The length that the header of an element declares.
fn declared(bytes: &[u8]) -> Option<usize> {
    let first = *bytes.get(1)?;
    let digits = bytes.iter().skip(2).take(usize::from(first & 0x7f));
    Some(if first < 0x80 {
        usize::from(first)
    } else {
        digits.fold(0, |length, &digit| length << 8 | usize::from(digit))
    })
}

/// A text as long as this may be the first chunk of a blob.
const CHUNK: usize = 32_768;

/// 1.2.840.113549.1.7, any kind of content.
const PKCS7: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7];
/// 1.2.840.113549.1.5, any scheme.
const PKCS5: &[u8] = &[6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5];
/// 1.2.840.113549.1.12.1, any scheme.
const PKCS12_PBE: &[u8] = &[6, 10, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 1];

/// RFC 9580, section 4.2: a packet's tag, its content and what follows; of the old form and of the new, whole lengths only.
fn packet(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, &byte| number << 8 | usize::from(byte));
    let (tag, digits, length) = if first & 0x40 == 0 {
        let digits = 1 << (first & 3);
        (first >> 2 & 0x0f, digits, number(rest.get(..digits)?))
    } else {
        match *rest {
            [one @ 0..=191, ..] => (first & 0x3f, 1, usize::from(one)),
            [one @ 192..=223, two, ..] => {
                (first & 0x3f, 2, ((usize::from(one) - 192) << 8) + usize::from(two) + 192)
            }
            [255, ..] => (first & 0x3f, 5, number(rest.get(1..5)?)),
            _ => return None,
        }
    };
    rest.get(digits..)?.split_at_checked(length).map(|(content, after)| (tag, content, after))
}

/// A secret key (RFC 9580, section 5.5.3), and then a signature, a user id or a subkey of it.
fn openpgp(bytes: &[u8]) -> Option<Kind> {
    let (tag, content, after) = packet(bytes)?;
    let is_key = matches!(content, [3 | 4 | 6, _, _, _, _, 1..=3 | 16..=19 | 22 | 25..=28, ..]);
    let next = packet(after).map(|(tag, ..)| tag);
    (tag == 5 && is_key && content.len() > 40 && matches!(next, Some(2 | 7 | 13 | 17))).then_some(Kind::Plain)
}

/// After the magic number: version, count, entries. A trusted certificate is tagged 2; a key comes with another tag.
fn java(bytes: &[u8]) -> Option<Kind> {
    let number = |at: usize| {
        let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_be_bytes(four)).ok()
    };
    let short = |at: usize| bytes.get(at..at + 2).map(|two| usize::from(two[0]) << 8 | usize::from(two[1]));
    let mut at = 8;
    matches!(number(0)?, 1 | 2).then_some(())?;
    for _ in 0..number(4)?.min(1000) {
        match number(at)? {
            1 | 3 => return Some(Kind::Store),
            2 => {}
            _ => return None,
        }
        // Alias, date, kind of certificate, certificate.
        at += 4 + 2 + short(at + 4)? + 8;
        at += 2 + short(at)?;
        at += 4 + number(at)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A DER element.
    fn tagged(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
        let content = parts.concat();
        let length = content.len();
        [&[tag, 0x82, (length >> 8) as u8, length as u8][..], &content].concat()
    }

    #[test]
    fn keys_in_der() {
        let big = tagged(2, &[&[0x5a; 128]]);
        let algorithm = tagged(0x30, &[&[6, 1, 0x2a]]);
        let octets = tagged(4, &[&[7; 32]]);
        let pbes = tagged(0x30, &[PKCS5, &[13]]);
        for (der, says) in [
            (tagged(0x30, &[&[2, 1, 0], &big, &[2, 1, 3]]), Some(Kind::Plain)),
            (tagged(0x30, &[&[2, 1, 0], &algorithm, &octets]), Some(Kind::Plain)),
            (tagged(0x30, &[&[2, 1, 1], &octets, &[0xa0, 0]]), Some(Kind::Plain)),
            (tagged(0x30, &[&[2, 1, 3], &tagged(0x30, &[PKCS7, &[1]])]), Some(Kind::Store)),
            (tagged(0x30, &[&pbes, &octets]), Some(Kind::Store)),
            // A public key, and a certificate.
            (tagged(0x30, &[&big, &[2, 1, 3]]), None),
            (tagged(0x30, &[&tagged(0x30, &[&[0xa0, 3, 2, 1, 2]]), &algorithm, &octets]), None),
            // A template of a key that a program completes.
            (vec![0x30, 0x51, 2, 1, 1, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20], None),
            (b"0123456789".to_vec(), None),
        ] {
            assert_eq!(kind(&der), says, "{der:02x?}");
        }
    }

    #[test]
    fn openpgp_keys() {
        let key = [&[4, 0x65, 0, 0, 0, 22][..], &[7; 60]].concat();
        let old = |tag: u8, content: &[u8]| [&[0x80 | tag << 2, content.len() as u8][..], content].concat();
        let new = |tag: u8, content: &[u8]| [&[0xc0 | tag, content.len() as u8][..], content].concat();
        let user = b"Ann <ann@example.org>";
        assert_eq!(kind(&[old(5, &key), old(13, user)].concat()), Some(Kind::Plain));
        assert_eq!(kind(&[new(5, &key), new(2, user)].concat()), Some(Kind::Plain));
        // A public key, a key that ends too early, and what only begins like one.
        assert_eq!(kind(&[old(6, &key), old(13, user)].concat()), None);
        assert_eq!(kind(&old(5, &key)[..50]), None);
        assert_eq!(kind(&[old(5, user), old(13, user)].concat()), None);
        assert_eq!(kind(&[old(5, &key), b"text that follows".to_vec()].concat()), None);
    }

    #[test]
    fn java_key_stores() {
        let head = [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1];
        let certificate = [&[0, 0, 0, 2, 0, 1, b'a'][..], &[0; 8], &[0, 1, b'X', 0, 0, 0, 1, 9]].concat();
        assert_eq!(kind(&[&head[..], &[0, 0, 0, 1, 0, 1, b'a']].concat()), Some(Kind::Store));
        assert_eq!(kind(&[&head[..], &certificate].concat()), None);
        assert_eq!(kind(&[0xca, 0xfe, 0xba, 0xbe, 0, 0]), None);
    }

    proptest::proptest! {
        #[test]
        fn never_panics(tail in proptest::collection::vec(0_u8..=255, 0..80)) {
            for head in [&[0x30][..], &[0x95], &[0xc5], &[0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2], &[0x30, 0x82, 1, 0, 2, 1, 0]] {
                let _ = kind(&[head, &tail].concat());
            }
        }
    }
}
