//! Values whose checksum or structure is right, made from random numbers.

use super::{ALNUM, BASE64URL, DIGITS, LOWER_ALNUM, Random};
use crate::verify::base62_crc32;
use crate::verify::checksum::{age_key, base36_crc32, crc16, little_endian_hex};
use data_encoding::{BASE32_NOPAD, BASE64, BASE64_NOPAD, BASE64URL_NOPAD};

/// The value of a hole with this name and argument, if there is such a hole.
pub(super) fn made(name: &str, argument: &str, random: &mut Random) -> Option<String> {
    let (prefix, length) = argument.split_once(',').unwrap_or((argument, ""));
    let length = |default: usize| length.parse().unwrap_or(default);
    Some(match name {
        "word" => word(argument.parse().ok()?, random),
        "uuid" => [8, 4, 4, 4, 12].map(|length| random.text(b"0123456789abcdef", length)).join("-"),
        "crc32-base62" => crc32_base62(prefix, length(30), random),
        "gitlab-routable" => gitlab_routable(prefix, random),
        "grafana-service-account" => {
            let body = format!("glsa_{}", random.text(ALNUM, 32));
            format!("{body}_{}", little_endian_hex(body.as_bytes()))
        }
        "confluent" => {
            let body = random.text(ALNUM, 54);
            format!("cflt{body}{}", BASE64_NOPAD.encode(&crc32fast::hash(body.as_bytes()).to_le_bytes()))
        }
        "atlassian" => {
            let body = format!("{prefix}{}", random.text(ALNUM, length(24)));
            let joint = if prefix == "ATBB" { "" } else { "=" };
            format!("{body}{joint}{:08X}", crc32fast::hash(body.as_bytes()))
        }
        "zuplo" => {
            let body = random.text(LOWER_ALNUM, 32);
            format!("zpka_{body}_{:08x}", crc32fast::hash(body.as_bytes()))
        }
        "age" => age_key(&random.bytes(52).iter().map(|byte| byte & 31).collect::<Vec<u8>>()),
        "nkey" => with_crc16(&[0x95, 0x00], random),
        "stellar" => with_crc16(&[0x90], random),
        "wireguard" => wireguard(random),
        "pypi" => pypi(random),
        "sentry" => {
            let json = "{\"iat\":1700000000.0,\"url\":\"https://sentry.io\",\"region_url\":\"https://us.sentry.io\",\"org\":\"acme\"}";
            format!("sntrys_{}_{}", BASE64.encode(json.as_bytes()), random.text(ALNUM, 43))
        }
        "json64" => json64(argument, random),
        "basic" => BASE64.encode(format!("{argument}:{}", random.text(ALNUM, 14)).as_bytes()),
        "jwt" => jwt(argument, random),
        "pem" => pem(argument, &der(random), "\n"),
        "pem-escaped" => pem(argument, &der(random), "\\n"),
        // Behind so many bytes.
        "pem-base64" => BASE64.encode(pem(argument, &der(random), "\n").as_bytes()),
        "pem-base64-1" => BASE64.encode(format!("\n{}", pem(argument, &der(random), "\n")).as_bytes()),
        "pem-base64-2" => BASE64.encode(format!(">\n{}", pem(argument, &der(random), "\n")).as_bytes()),
        "pem-base64-lines" => lines(pem(argument, &der(random), "\n").as_bytes(), "\n    "),
        "pem-base64-escaped" => lines(pem(argument, &der(random), "\n").as_bytes(), "\\n"),
        "pem-random" => pem(argument, &random.bytes(600), "\n"),
        "openssh" => pem("OPENSSH PRIVATE KEY", &openssh(argument, random), "\n"),
        "openssh-cut" => {
            let body = lines(&openssh(argument, random), "\n");
            format!("-----BEGIN OPENSSH PRIVATE KEY-----\n{}", &body[..300])
        }
        // In a patch, and in JSON that stands in JSON.
        "openssh-added" => patch('+', "OPENSSH PRIVATE KEY", &openssh(argument, random)),
        "openssh-removed" => patch('-', "OPENSSH PRIVATE KEY", &openssh(argument, random)),
        "openssh-escaped-twice" => pem("OPENSSH PRIVATE KEY", &openssh(argument, random), "\\\\n"),
        "pem-removed" => patch('-', argument, &der(random)),
        "pem-escaped-slashes" => pem(argument, &der(random), "\\n").replace('/', "\\/"),
        "pem-cut" => {
            let (label, head) = short_key(argument)?;
            let body = lines(&[head, &random.bytes(32)].concat(), "\n");
            format!("-----BEGIN {label}-----\n{body}\n")
        }
        "openpgp" => pem("PGP PRIVATE KEY BLOCK", &openpgp(argument == "encrypted", random), "\n"),
        "lines" => lines(&random.bytes(argument.parse().ok()?), "\n"),
        _ => return None,
    })
}

/// What can be spoken, as the words are that people choose.
fn word(length: usize, random: &mut Random) -> String {
    let alphabets = [&b"bdfgklmnprstvz"[..], b"aeiou"];
    (0..length).map(|at| random.text(alphabets[at % 2], 1)).collect()
}

fn crc32_base62(prefix: &str, length: usize, random: &mut Random) -> String {
    let body = random.text(ALNUM, length);
    let sum = base62_crc32(body.as_bytes());
    format!("{prefix}{body}{}", String::from_utf8_lossy(&sum))
}

fn gitlab_routable(prefix: &str, random: &mut Random) -> String {
    let body = format!("{prefix}{}.01.0{}", random.text(BASE64URL, 40), random.text(LOWER_ALNUM, 1));
    let sum = base36_crc32(body.as_bytes());
    format!("{body}{}", String::from_utf8_lossy(&sum))
}

/// A prefix, 32 bytes, their checksum; in base32.
fn with_crc16(prefix: &[u8], random: &mut Random) -> String {
    let body = [prefix, &random.bytes(32)].concat();
    BASE32_NOPAD.encode(&[body.as_slice(), &crc16(&body).to_le_bytes()].concat())
}

fn wireguard(random: &mut Random) -> String {
    let mut key = random.bytes(32);
    key[0] &= 248;
    key[31] = key[31] & 127 | 64;
    BASE64.encode(&key)
}

fn pypi(random: &mut Random) -> String {
    let head = b"\x02\x01\x08pypi.org\x02\x24";
    let identifier = made("uuid", "", random).unwrap_or_default();
    let caveat = format!("[1,\"{}\"]", made("uuid", "", random).unwrap_or_default());
    let caveat_head = [0, 2, caveat.len() as u8];
    let signature = random.bytes(32);
    let parts: [&[u8]; 6] =
        [head, identifier.as_bytes(), &caveat_head, caveat.as_bytes(), b"\0\0\x06\x20", &signature];
    format!("pypi-{}", BASE64URL_NOPAD.encode(&parts.concat()))
}

fn json64(keys: &str, random: &mut Random) -> String {
    let pairs: Vec<String> =
        keys.split(',').map(|key| format!("\"{key}\":\"{}\"", random.text(ALNUM, 24))).collect();
    BASE64.encode(format!("{{{}}}", pairs.join(",")).as_bytes())
}

fn jwt(role: &str, random: &mut Random) -> String {
    let encode = |json: &str| BASE64URL_NOPAD.encode(json.as_bytes());
    let subject = random.text(DIGITS, 8);
    let payload = match role {
        "" => format!("{{\"sub\":\"{subject}\",\"iat\":1700000000}}"),
        role => {
            format!("{{\"iss\":\"supabase\",\"ref\":\"{subject}\",\"role\":\"{role}\",\"iat\":1700000000}}")
        }
    };
    let header = encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}");
    format!("{header}.{}.{}", encode(&payload), random.text(BASE64URL, 43))
}

/// The shape of a PKCS#1 key: a sequence that begins with version 0.
fn der(random: &mut Random) -> Vec<u8> {
    [&[0x30, 0x82, 0x02, 0x5c, 2, 1, 0, 2, 0x81, 0x81, 0][..], &random.bytes(597)].concat()
}

fn openssh(cipher: &str, random: &mut Random) -> Vec<u8> {
    let length = [0, 0, 0, cipher.len() as u8];
    [b"openssh-key-v1\0", &length[..], cipher.as_bytes(), &random.bytes(300)].concat()
}

/// The shape of an OpenPGP key: a secret key of RSA, its user.
fn openpgp(is_encrypted: bool, random: &mut Random) -> Vec<u8> {
    let usage = if is_encrypted { 254 } else { 0 };
    let head = [0x95, 3, 0x1e, 4, 0x65, 0, 0, 0, 1, 8, 0, 0x80];
    let exponent = [0, 17, 1, 0, 1, usage];
    [&head[..], &random.bytes(255), &exponent, &random.bytes(528), b"\xb4\x0bann@acme.io"].concat()
}

/// What stands before the 32 secret bytes of a short key, and its label.
fn short_key(curve: &str) -> Option<(&'static str, &'static [u8])> {
    Some(match curve {
        "ed25519" => {
            ("PRIVATE KEY", &[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20])
        }
        "x25519" => {
            ("PRIVATE KEY", &[0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20])
        }
        // With neither its curve nor its public half.
        "sec1" => ("EC PRIVATE KEY", &[0x30, 0x25, 2, 1, 1, 4, 0x20]),
        _ => return None,
    })
}

/// A key as a patch adds it or takes it away.
fn patch(sign: char, label: &str, bytes: &[u8]) -> String {
    pem(label, bytes, "\n").lines().map(|line| format!("{sign}{line}\n")).collect()
}

fn pem(label: &str, bytes: &[u8], newline: &str) -> String {
    let body = lines(bytes, newline);
    format!("-----BEGIN {label}-----{newline}{body}{newline}-----END {label}-----{newline}")
}

fn lines(bytes: &[u8], newline: &str) -> String {
    let text = BASE64.encode(bytes);
    let lines: Vec<&str> =
        (0..text.len()).step_by(64).map(|at| &text[at..(at + 64).min(text.len())]).collect();
    lines.join(newline)
}
