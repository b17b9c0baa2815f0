//! Private keys and key stores in binary form: DER (PKCS#1, PKCS#8, SEC1), OpenPGP, PKCS#12, JKS and JCEKS.
//!
//! The start of a blob says what it is; keys of OpenPGP, of RSA and of P-256 are found behind other bytes, too, by what
//! stands in every one of their kind. Certificates, public keys and trust stores are none.

use crate::{BlobDetector, Hit, Text};
use memchr::memmem;
use std::sync::{Arc, LazyLock};
use vetogate_core::{Category, Confidence, Cwe, Detects, Fuel, Rule, Secret, Severity};
use vetogate_rules::trigram;
use vetogate_rules::verify::openpgp::{Protection, secret_key};

/// The detector of keys in binary form.
pub struct BinaryKeys;

static KEY: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    rule(
        "secret/binary-private-key",
        "Private key in binary form",
        "A private key in DER, of OpenPGP or in a key store (PKCS#12) that no passphrase protects.",
        Severity::Critical,
    )
});

static LOCKED: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    rule(
        "secret/binary-encrypted-private-key",
        "Encrypted private key in binary form",
        "A private key of OpenPGP that only its passphrase protects: it can be guessed offline.",
        Severity::Medium,
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
        vec![Arc::clone(&KEY), Arc::clone(&LOCKED), Arc::clone(&STORE)]
    }

    fn scan(&self, text: &Text<'_>, fuel: &mut Fuel, hits: &mut Vec<Hit>) {
        let mut done = 0;
        if text.is_start
            && let Some(kind) = kind(text.bytes)
        {
            hits.push(hit(text, 0, &kind));
            done = LONGEST;
        }
        for (at, _) in text.candidates.of_bitmap(&BITMAP) {
            if at < done || !fuel.burn(16) {
                continue;
            }
            if let Some((start, kind)) = around(text.bytes, at) {
                let mut hit = hit(text, start, &kind);
                if is_collection(text.bytes, start) {
                    hit.confidence = Confidence::Low;
                }
                hits.push(hit);
                done = start + LONGEST;
            }
        }
    }
}

/// As much of a key as is kept.
const LONGEST: usize = 16_384;

fn hit(text: &Text<'_>, start: usize, kind: &Kind) -> Hit {
    let rule = match kind {
        Kind::Plain => &KEY,
        Kind::Locked => &LOCKED,
        Kind::Store => &STORE,
    };
    let span = start..text.bytes.len().min(start + LONGEST);
    Hit {
        rule: Arc::clone(rule),
        span: span.clone(),
        secret_spans: vec![span.clone()],
        values: vec![Secret::new(&text.bytes[span])],
        identifier: None,
        confidence: if text.hints.is_test { Confidence::Low } else { Confidence::High },
        guessable: false,
        is_shown: false,
        note: None,
    }
}

/// What stands in the public part of keys of OpenPGP, with the offset of its three rare bytes: the exponent of RSA, and
/// the names of curves; the first is the exponent in DER, with a number behind it as only private keys have one.
const MARKS: &[(&[u8], usize)] = &[
    (EXPONENT, 1),
    (&[0, 17, 1, 0, 1], 1),
    (&[9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1], 6),
    (P256, 4),
    (&[5, 0x2b, 0x81, 4, 0], 2),
];

/// The hashes of the rare bytes of [`MARKS`].
pub(crate) static BITMAP: [u64; trigram::WORDS] = {
    let mut bits = [0; trigram::WORDS];
    let mut at = 0;
    while at < MARKS.len() {
        let (mark, offset) = MARKS[at];
        let hash = trigram::hash_of([mark[offset], mark[offset + 1], mark[offset + 2]]);
        bits[hash / 64] |= 1 << (hash % 64);
        at += 1;
    }
    bits
};

/// The key of OpenPGP, and where it begins, in whose public part the rare bytes at `at` stand.
fn around(bytes: &[u8], at: usize) -> Option<(usize, Kind)> {
    let (mark, start) = MARKS.iter().find_map(|(mark, offset)| {
        let start = at.checked_sub(*offset)?;
        bytes[start..].starts_with(mark).then_some((mark, start))
    })?;
    if *mark == EXPONENT {
        return rsa(bytes, start).map(|begin| (begin, Kind::Plain));
    }
    if *mark == P256
        && let Some(begin) = sec1(bytes, start).or_else(|| pkcs8(bytes, start))
    {
        return Some((begin, Kind::Plain));
    }
    let numbers = if mark[0] == 0 { modulus(bytes, start)? } else { start };
    // Version, time and algorithm; and before them the header of the packet.
    let content = numbers.checked_sub(6).filter(|&content| bytes[content] == 4)?;
    let header = [(3, 0x95), (2, 0xc5), (3, 0xc5), (2, 0x94), (6, 0xc5)];
    header.iter().find_map(|(length, tag)| {
        let begin = content.checked_sub(*length).filter(|&begin| bytes[begin] == *tag)?;
        secret_key(&bytes[begin..]).map(|protection| (begin, protection.into()))
    })
}

/// 65537 in DER, and the tag of the number behind it.
const EXPONENT: &[u8] = &[2, 3, 1, 0, 1, 2];
/// The name of the curve P-256, behind its length.
const P256: &[u8] = &[8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7];

/// Where a key of PKCS#1 begins whose exponent stands at `exponent` (RFC 8017, appendix A.1.2). What holds one, such as
/// PKCS#8, begins before it.
fn rsa(bytes: &[u8], exponent: usize) -> Option<usize> {
    matches!(bytes.get(exponent + 6), Some(0x81 | 0x82)).then_some(())?;
    [128, 192, 256, 384, 512].into_iter().find_map(|length: usize| {
        let length = length + 1;
        let header = match u8::try_from(length) {
            Ok(short) => vec![2, 1, 0, 2, 0x81, short, 0],
            Err(_) => vec![2, 1, 0, 2, 0x82, (length >> 8) as u8, length as u8, 0],
        };
        let start = exponent.checked_sub(length + header.len() - 1)?;
        bytes[start..].starts_with(&header).then(|| start.saturating_sub(4))
    })
}

/// Whether three keys of RSA or more stand in a row: a program that measures how fast they are has one of each size.
fn is_collection(bytes: &[u8], start: usize) -> bool {
    let near = &bytes[start..bytes.len().min(start + LONGEST)];
    memmem::find_iter(near, EXPONENT).filter(|&at| rsa(near, at).is_some()).take(3).count() == 3
}

/// Where a key of SEC1 begins whose curve stands at `curve` (RFC 5915). In a template of a program the number is left
/// out.
fn sec1(bytes: &[u8], curve: usize) -> Option<usize> {
    let start = curve.checked_sub(3 + 32 + 7)?;
    let number = &bytes[start..curve];
    (number.starts_with(&[0x30, 0x77, 2, 1, 1, 4, 32]) && number.ends_with(&[0xa0, 10, 6])).then_some(start)
}

/// Where a key of PKCS#8 begins whose curve stands at `curve` (RFC 5958): its number is between two known parts.
fn pkcs8(bytes: &[u8], curve: usize) -> Option<usize> {
    let key = bytes.get(curve + P256.len()..)?;
    let is_key = key.starts_with(&[4, 0x6d, 0x30, 0x6b, 2, 1, 1, 4, 32])
        && key.get(9 + 32..)?.starts_with(&[0xa1, 0x44, 3, 0x42, 0, 4]);
    is_key.then(|| curve.checked_sub(18)).flatten()
}

/// Where the modulus of RSA begins that ends at `end`.
fn modulus(bytes: &[u8], end: usize) -> Option<usize> {
    [128, 192, 256, 384, 512, 1024].into_iter().find_map(|length| {
        let start = end.checked_sub(length + 2)?;
        let bits = usize::from(bytes[start]) << 8 | usize::from(bytes[start + 1]);
        (bits.div_ceil(8) == length).then_some(start)
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Plain,
    Locked,
    Store,
}

impl From<Protection> for Kind {
    fn from(protection: Protection) -> Self {
        match protection {
            Protection::Plain => Self::Plain,
            Protection::Passphrase => Self::Locked,
        }
    }
}

fn kind(bytes: &[u8]) -> Option<Kind> {
    match bytes {
        [0x30, ..] => der(bytes),
        [0x94..=0x96 | 0xc5, ..] => secret_key(bytes).map(Kind::from),
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
        (2, [3], 0x30) if content.starts_with(PKCS7) => {
            Some(if holds_key(content) { Kind::Plain } else { Kind::Store })
        }
        // EncryptedPrivateKeyInfo: the algorithm is PKCS#5 or PKCS#12.
        (0x30, algorithm, 4) if algorithm.starts_with(PKCS5) || algorithm.starts_with(PKCS12_PBE) => {
            Some(Kind::Store)
        }
        _ => None,
    }
}

/// Whether a store of PKCS#12 shows the bag of a key that nothing encrypts.
fn holds_key(content: &[u8]) -> bool {
    memmem::find(&content[..content.len().min(LONGEST)], KEY_BAG).is_some()
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

/// 1.2.840.113549.1.12.10.1.1, a bag with a key in it (RFC 7292, section 4.2.1); one that is encrypted has another name.
const KEY_BAG: &[u8] = &[6, 11, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 12, 10, 1, 1];

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
    use crate::matching::Candidates;
    use vetogate_syntax::path::PathHints;

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
            // Its key is shown, or in a bag that is encrypted.
            (tagged(0x30, &[&[2, 1, 3], &tagged(0x30, &[PKCS7, &[1], &octets, KEY_BAG])]), Some(Kind::Plain)),
            (
                tagged(0x30, &[&[2, 1, 3], &tagged(0x30, &[PKCS7, &[1], &KEY_BAG[..12], &[2]])]),
                Some(Kind::Store),
            ),
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

    /// The content of a secret key of RSA, of EdDSA.
    fn openpgp(usage: u8) -> [Vec<u8>; 2] {
        let head = |algorithm: u8| vec![4, 0x65, 0, 0, 0, algorithm];
        let rsa = [&[8, 0, 0x81][..], &[7; 255], &[0, 17, 1, 0, 1, usage], &[7; 400]].concat();
        let curve =
            [&[9, 0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1, 1, 7, 0x40][..], &[7; 32], &[usage], &[7; 36]];
        [[head(1), rsa].concat(), [head(22), curve.concat()].concat()]
    }

    fn old(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        [&[0x81 | tag << 2, (length >> 8) as u8, length as u8][..], content].concat()
    }

    #[test]
    fn openpgp_keys() {
        let user: &[u8] = b"Ann <ann@example.org>";
        for (usage, says) in [(0, Kind::Plain), (254, Kind::Locked), (255, Kind::Locked)] {
            for key in openpgp(usage) {
                let says = || {
                    Some(match says {
                        Kind::Plain => Kind::Plain,
                        _ => Kind::Locked,
                    })
                };
                let whole = old(5, &key);
                let new = [&[0xc5, 255][..], &(key.len() as u32).to_be_bytes(), &key].concat();
                let subkey = old(7, &openpgp(0)[0]);
                assert_eq!(kind(&[&whole[..], &old(13, user)].concat()), says());
                assert_eq!(kind(&[&new[..], &old(2, user)].concat()), says());
                // The end of the file, and a key that is cut off.
                assert_eq!(kind(&whole), says());
                assert_eq!(kind(&whole[..whole.len() - 20]), says());
                assert_eq!(kind(&[&whole[..], &old(13, user), &subkey].concat()), Some(Kind::Plain));
                // A public key, a key that ends before it says how it is kept, and what only begins like one.
                assert_eq!(kind(&[&old(6, &key)[..], &old(13, user)].concat()), None);
                assert_eq!(kind(&whole[..40]), None);
                assert_eq!(kind(&[&whole[..], b"text that follows"].concat()), None);
            }
        }
        assert_eq!(kind(&[old(5, user), old(13, user)].concat()), None);
    }

    #[test]
    fn openpgp_keys_behind_other_bytes() {
        let found = |bytes: &[u8], is_start: bool| {
            let candidates = Candidates::of(bytes);
            let hints = PathHints::of(b"data.bin");
            let text = Text { bytes, candidates: &candidates, is_start, is_binary: true, hints };
            let mut hits = Vec::new();
            BinaryKeys.scan(&text, &mut Fuel::new(1 << 20), &mut hits);
            hits.iter().map(|hit| (hit.rule.id.clone(), hit.span.start)).collect::<Vec<_>>()
        };
        for (usage, id) in [(0, "secret/binary-private-key"), (254, "secret/binary-encrypted-private-key")] {
            for key in openpgp(usage) {
                let whole = [&old(5, &key)[..], &old(13, b"Ann")].concat();
                let behind = [b"\0\x01 some other bytes \x95".as_slice(), &whole].concat();
                assert_eq!(found(&whole, true), [(id.into(), 0)]);
                assert_eq!(found(&behind, true), [(id.into(), behind.len() - whole.len())]);
                assert_eq!(found(&behind[..behind.len() - 20], false).len(), 1);
                assert!(found(&[b"\0", &old(6, &key)[..]].concat(), true).is_empty());
            }
        }
    }

    #[test]
    fn keys_in_der_behind_other_bytes() {
        let found = |key: &[u8]| {
            let bytes =
                [&b"\x7fELF\0 other bytes 0123456789 0123456789 0123456789"[..], key, &[7; 90]].concat();
            let candidates = Candidates::of(&bytes);
            let hints = PathHints::of(b"data.bin");
            let text =
                Text { bytes: &bytes, candidates: &candidates, is_start: true, is_binary: true, hints };
            let mut hits = Vec::new();
            BinaryKeys.scan(&text, &mut Fuel::new(1 << 20), &mut hits);
            hits.first().filter(|hit| hit.confidence == Confidence::High).map(|hit| hit.span.start)
        };
        let public = [&[0xa1, 0x44, 3, 0x42, 0, 4][..], &[9; 64]].concat();
        let rsa = |size: usize, end: &[u8]| {
            let length = size + 1;
            [
                &[0x30, 0x82, 4, 0xa4, 2, 1, 0, 2, 0x82, (length >> 8) as u8, length as u8, 0][..],
                &vec![0xc7; size],
                end,
            ]
            .concat()
        };
        let of_sec1 =
            |number: &[u8]| [&[0x30, 0x77, 2, 1, 1, 4, 32], number, &[0xa0, 10, 6], P256, &public].concat();
        let head = [0x30, 0x81, 0x87, 2, 1, 0, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6];
        let of_pkcs8 = |number: &[u8]| {
            [&head[..], P256, &[4, 0x6d, 0x30, 0x6b, 2, 1, 1, 4, 32], number, &public].concat()
        };
        let private: &[u8] = &[2, 3, 1, 0, 1, 2, 0x82, 1, 0, 5];
        for key in [rsa(256, private), rsa(512, private), of_sec1(&[5; 32]), of_pkcs8(&[5; 32])] {
            assert!(found(&key).is_some_and(|at| (4..=60).contains(&at)), "{key:02x?}");
        }
        let of_each_size = [256, 384, 512].map(|size| rsa(size, private)).concat();
        assert_eq!(found(&of_each_size), None);
        // A public key, and the templates of keys that a program completes.
        for none in [rsa(256, &[2, 3, 1, 0, 1, 0x30, 0x82]), rsa(200, private), of_sec1(&[]), of_pkcs8(&[])] {
            assert_eq!(found(&none), None, "{none:02x?}");
        }
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
