//! What stands under the name of a secret and is a setting of one: how often, by which algorithm, from where.

use super::spoken::is_noise;
use bstr::ByteSlice;

/// How often something may be done: `5/m/user`, `20/m/ip,5/15m/key`, `100/day`.
pub(super) fn is_rate(value: &[u8]) -> bool {
    value.split(|byte| b",;".contains(byte)).all(is_one_rate)
}

fn is_one_rate(rate: &[u8]) -> bool {
    const UNITS: &[&str] =
        &["s", "m", "h", "d", "w", "sec", "second", "min", "minute", "hour", "day", "week", "month", "year"];
    let mut parts = rate.trim_ascii().split(|&byte| byte == b'/');
    let is_count = |part: &[u8]| (1..=7).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    let is_unit = |part: &[u8]| {
        let unit = String::from_utf8_lossy(part.trim_start_with(|c| c.is_ascii_digit())).to_ascii_lowercase();
        part.len() < unit.len() + 5
            && UNITS.iter().any(|known| unit == *known || unit.strip_suffix('s') == Some(known))
    };
    let is_who =
        |part: &[u8]| !part.is_empty() && part.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
    parts.next().is_some_and(is_count) && parts.next().is_some_and(is_unit) && parts.all(is_who)
}

/// The parts of names of algorithms, as providers of cryptography and JOSE have them; the longer stands before its
/// beginning.
const ALGORITHMS: &[&str] = &[
    "pbkdf2",
    "aws4",
    "pbewith",
    "pbes2",
    "pbe",
    "withrsa",
    "withecdsa",
    "withdsa",
    "with",
    "andmgf1",
    "and",
    "hmac",
    "sha3",
    "sha512",
    "sha384",
    "sha256",
    "sha224",
    "sha1",
    "sha",
    "md5",
    "md4",
    "md2",
    "tripledes",
    "desede",
    "3des",
    "des",
    "aes",
    "rc2",
    "rc4",
    "arcfour",
    "blowfish",
    "twofish",
    "camellia",
    "chacha20",
    "poly1305",
    "cbc",
    "ecb",
    "gcm",
    "ccm",
    "ctr",
    "cfb",
    "ofb",
    "kw",
    "pkcs5",
    "pkcs7",
    "pkcs1",
    "no",
    "padding",
    "oaep",
    "mgf1",
    "rsassa",
    "rsa",
    "ecdsa",
    "ecdh",
    "es",
    "ecies",
    "dsa",
    "eddsa",
    "ed25519",
    "x25519",
    "dh",
    "scrypt",
    "bcrypt",
    "argon2id",
    "argon2i",
    "argon2d",
    "bc",
    "prf",
    "kdf",
    "hkdf",
    "bit",
    "ssl",
    "pss",
];

/// The name of an algorithm: `PBKDF2WithHmacSHA512`, `PBEWithMD5AndTripleDES`. Nothing but such parts stands in it, with
/// the lengths of keys and blocks.
pub(super) fn is_algorithm(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let (mut rest, mut parts) = (&lower[..], 0);
    while let Some(&byte) = rest.first() {
        let part = ALGORITHMS.iter().find(|part| rest.starts_with(part.as_bytes()));
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let length = match part {
            Some(part) => part.len(),
            None if (1..=5).contains(&digits) => digits,
            None if b"-_/.+".contains(&byte) => 1,
            None => return false,
        };
        parts += usize::from(part.is_some());
        rest = &rest[length..];
    }
    parts > 1 && value.len() < 60
}

/// The digest of a secret, by its name and its length: `hashed_token`, `password_md5`, `secret_sha256`.
pub(super) fn is_digest(value: &[u8], identifier: &[String]) -> bool {
    const DIGESTS: &[(&str, usize)] =
        &[("md5", 32), ("sha1", 40), ("sha224", 56), ("sha256", 64), ("sha384", 96), ("sha512", 128)];
    const WORDS: &[&str] =
        &["hashed", "hash", "digest", "checksum", "fingerprint", "sha", "sha2", "sha3", "blake2", "blake3"];
    let says = |word: &String| {
        WORDS.contains(&word.as_str()) && DIGESTS.iter().any(|digest| digest.1 == value.len())
            || DIGESTS.contains(&(word.as_str(), value.len()))
    };
    value.iter().all(u8::is_ascii_hexdigit) && identifier.iter().any(says)
}

/// Where a provider reads it: `$__file{/etc/app/key}` (Grafana), `bao:kv/app/db1#password` (OpenBao, Vault and their
/// operators: a scheme, a path, a field of it).
pub(super) fn is_of_provider(value: &[u8]) -> bool {
    let of_path = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./".contains(byte);
    let is_scheme =
        |scheme: &[u8]| (2..=16).contains(&scheme.len()) && scheme.iter().all(u8::is_ascii_lowercase);
    let is_path = |path: &[u8]| {
        path.contains(&b'/')
            && path.iter().all(of_path)
            && !path.split(|byte| b"/.-_".contains(byte)).any(is_noise)
    };
    let is_field = |field: &[u8]| !field.is_empty() && field.iter().all(of_path) && !is_noise(field);
    let in_braces = value.strip_prefix(b"$__").and_then(|rest| rest.strip_suffix(b"}"));
    let is_expanded =
        in_braces.is_some_and(|rest| rest.split_once_str("{").is_some_and(|(scheme, _)| is_scheme(scheme)));
    let of_field = || {
        let (scheme, rest) = value.split_once_str(":")?;
        let (path, field) = rest.split_once_str("#")?;
        Some(is_scheme(scheme) && is_path(path) && is_field(field))
    };
    is_expanded || of_field() == Some(true)
}

/// The path of a file below a folder that is not named by a sign: `dist/credentials/AcmeApi.credentials.js`.
pub(super) fn is_relative_path(value: &[u8]) -> bool {
    let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let parts: Vec<&[u8]> = value.split(|&byte| byte == b'/').collect();
    let is_name = |part: &&[u8]| {
        !part.is_empty()
            && part.iter().all(of_name)
            && !part.split(|byte| b"._-".contains(byte)).any(is_noise)
    };
    let last = parts.last().copied().unwrap_or_default();
    let ending = last.rfind_byte(b'.').map(|at| &last[at + 1..]).unwrap_or_default();
    let is_ending = (1..=5).contains(&ending.len()) && ending.iter().all(u8::is_ascii_lowercase);
    parts.len() > 1 && is_ending && parts.iter().all(is_name)
}

/// A name of AWS is a chain of colons, of which no part is a name with a value: `{{resolve:secretsmanager:db:..}}`,
/// `arn:aws:secretsmanager:..:secret:..`.
pub(super) fn is_in_name_of_aws(text: &[u8], at: usize) -> bool {
    const REACH: usize = 160;
    let before = &text[at.saturating_sub(REACH)..at];
    let chain = before
        .rsplit(|byte| byte.is_ascii_whitespace() || b"\"'`,;=(".contains(byte))
        .next()
        .unwrap_or_default();
    chain.contains_str("{{resolve:") || chain.starts_with(b"arn:aws")
}

/// Whether somebody says by the name of a value that it is no true one: `FAKE_API_KEY`, `dummySecret`.
pub(super) fn says_fake(identifier: &[String]) -> bool {
    const WORDS: &[&str] = &[
        "fake",
        "dummy",
        "mock",
        "mocked",
        "example",
        "sample",
        "placeholder",
        "blank",
        "blanking",
        "redacted",
        "masked",
        "bogus",
    ];
    identifier.iter().any(|word| WORDS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_rules::template::generate;
    use vetogate_syntax::words;

    #[test]
    fn rates() {
        for rate in ["5/m/user", "20/m/ip,5/m/key", "5/15m/key", "10/min", "3/1h", "1000/hours"] {
            assert!(is_rate(rate.as_bytes()), "{rate}");
        }
        for other in ["5/x/user", "abc/m", "5/m/User9", "12345678/m", "5", "", "9/{letters:6}"] {
            assert!(!is_rate(generate(other).unwrap().as_bytes()), "{other}");
        }
    }

    #[test]
    fn algorithms() {
        for name in [
            "PBKDF2WithHmacSHA512",
            "PBEWithMD5AndTripleDES",
            "PBEWITHHMACSHA512ANDAES_256",
            "AES/CBC/PKCS5Padding",
            "SHA256withRSA",
            "RSA-OAEP-256",
        ] {
            assert!(is_algorithm(name.as_bytes()), "{name}");
        }
        for other in ["aes", "123456-789", "Aes256!kQ9xLm", "DesRosiers1984", "{alnum:20}", "sha{alnum:16}"] {
            assert!(!is_algorithm(generate(other).unwrap().as_bytes()), "{other}");
        }
    }

    #[test]
    fn digests() {
        let is = |name: &str, template: &str| {
            is_digest(generate(template).unwrap().as_bytes(), &words::split(name.as_bytes()))
        };
        for (name, template) in [
            ("hashed_token", "{hex:64}"),
            ("password_md5", "{hex:32}"),
            ("secret_sha256", "{hex:64}"),
            ("tokenDigest", "{hex:40}"),
        ] {
            assert!(is(name, template), "{name}");
        }
        for (name, template) in [
            ("token", "{hex:64}"),
            ("password_md5", "{hex:40}"),
            ("hashed_token", "{hex:50}"),
            ("hashed_token", "{letters:64}"),
            ("secret_sha256", "{hex:32}"),
        ] {
            assert!(!is(name, template), "{name}: {template}");
        }
    }

    #[test]
    fn places_to_read_from() {
        for place in [
            "$__file{/etc/secrets/key}",
            "$__env{GF_DB_PW}",
            "bao:kv/app/db1#password",
            "vault:secret/data/app#token2",
        ] {
            assert!(is_of_provider(place.as_bytes()), "{place}");
        }
        for other in [
            "$__{{x}}",
            "$__kQ9{{x}}",
            "ab:{alnum:16}",
            "user:{alnum:9}/{alnum:9}#{alnum:9}",
            "bao:kv#password",
            "kQ:a/b#c",
        ] {
            assert!(!is_of_provider(generate(other).unwrap().as_bytes()), "{other}");
        }
    }

    #[test]
    fn files_below_a_folder() {
        for path in
            ["dist/credentials/AcmeApi.credentials.js", "certs/db-key2.pem", "dist/Oauth2Api.credentials.js"]
        {
            assert!(is_relative_path(path.as_bytes()), "{path}");
        }
        for other in
            ["{alnum:12}/{alnum:12}.{lower:3}", "a.js", "certs/{alnum:16}", "certs/{alnum:16}.pem", "a//b.js"]
        {
            assert!(!is_relative_path(generate(other).unwrap().as_bytes()), "{other}");
        }
    }
}
