//! Checksums that stand in the token itself.

use super::Check;
use data_encoding::{BASE32_NOPAD, BASE64, BASE64_NOPAD};
use sha2::{Digest, Sha256};

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Digits of a number in the base of an alphabet, zero-padded.
fn digits<const N: usize>(number: u32, alphabet: &[u8]) -> [u8; N] {
    let mut rest = number as usize;
    let mut digits = [b'0'; N];
    for digit in digits.iter_mut().rev() {
        *digit = alphabet[rest % alphabet.len()];
        rest /= alphabet.len();
    }
    digits
}

/// Six base62 digits of a CRC-32, zero-padded.
pub fn base62_crc32(body: &[u8]) -> [u8; 6] {
    digits(crc32fast::hash(body), BASE62)
}

/// Seven base36 digits of a CRC-32, zero-padded.
pub(crate) fn base36_crc32(body: &[u8]) -> [u8; 7] {
    digits(crc32fast::hash(body), BASE36)
}

/// The eight hexadecimal digits of a CRC-32, its lowest byte first.
pub(crate) fn little_endian_hex(body: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&crc32fast::hash(body).to_le_bytes())
}

fn body_of(value: &[u8]) -> Option<&[u8]> {
    let underscore = value.iter().position(|&byte| byte == b'_')?;
    Some(&value[underscore + 1..])
}

fn ends_in_base62_crc32(body: &[u8]) -> bool {
    let (body, sum) = body.split_at(body.len().saturating_sub(6));
    base62_crc32(body) == sum
}

/// <https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/>
pub(crate) fn crc32_base62(value: &[u8]) -> Check {
    match body_of(value) {
        // `ghr_` is longer.
        Some(body) if matches!(body.len(), 36 | 76) => {
            Check::when(ends_in_base62_crc32(body), Check::Invalid)
        }
        _ => Check::Unknown,
    }
}

pub(crate) fn vercel(value: &[u8]) -> Check {
    let right = body_of(value).is_some_and(|body| body.len() == 56 && ends_in_base62_crc32(body));
    Check::when(right, Check::Unknown)
}

/// Base32 of the SHA-256 of everything before the last sixteen characters.
pub(crate) fn github_fine_grained(value: &[u8]) -> Check {
    let Some(at) = value.len().checked_sub(16).filter(|_| value.len() == 93) else { return Check::Unknown };
    let sum = BASE32_NOPAD.encode(&Sha256::digest(&value[..at]));
    Check::when(value[at..at + 8].eq_ignore_ascii_case(&sum.as_bytes()[..8]), Check::Unknown)
}

/// `PREFIX-PAYLOAD.01.LLCCCCCCC`.
pub(crate) fn gitlab_routable(value: &[u8]) -> Check {
    let Some(at) = value.len().checked_sub(7) else { return Check::Unknown };
    let is_version_1 = value.len() > 13 && &value[at - 6..at - 2] == b".01.";
    if !is_version_1 {
        return Check::Unknown;
    }
    Check::when(base36_crc32(&value[..at]) == value[at..], Check::Invalid)
}

/// `glsa_` and 32 characters, `_`, the checksum.
pub(crate) fn grafana(value: &[u8]) -> Check {
    if value.len() != 46 || value[37] != b'_' {
        return Check::Unknown;
    }
    Check::when(little_endian_hex(&value[..37]).as_bytes() == &value[38..], Check::Invalid)
}

pub(crate) fn confluent(value: &[u8]) -> Check {
    if value.len() != 64 {
        return Check::Unknown;
    }
    let sum = BASE64_NOPAD.encode(&crc32fast::hash(&value[4..58]).to_le_bytes());
    Check::when(sum.as_bytes() == &value[58..], Check::Invalid)
}

/// 192 characters of an API token, 36 of an app password; other lengths were not seen.
pub(crate) fn atlassian(value: &[u8]) -> Check {
    let Some(at) = value.len().checked_sub(8).filter(|_| matches!(value.len(), 36 | 192)) else {
        return Check::Unknown;
    };
    let before = &value[..at];
    let bare = before.strip_suffix(b"=").unwrap_or(before);
    let right = [before, bare]
        .iter()
        .any(|body| value[at..].eq_ignore_ascii_case(format!("{:08x}", crc32fast::hash(body)).as_bytes()));
    Check::when(right, Check::Invalid)
}

pub(crate) fn zuplo(value: &[u8]) -> Check {
    if value.len() != 46 {
        return Check::Unknown;
    }
    let sum = &value[38..];
    let right = [&value[5..37], &value[..37], &value[..38]].iter().any(|body| {
        sum.eq_ignore_ascii_case(format!("{:08x}", crc32fast::hash(body)).as_bytes())
            || sum.eq_ignore_ascii_case(little_endian_hex(body).as_bytes())
    });
    Check::when(right, Check::Unknown)
}

/// <https://github.com/bitcoin/bips/blob/master/bip-0173.mediawiki>
pub(crate) fn age(value: &[u8]) -> Check {
    let lower = value.to_ascii_lowercase();
    let Some(data) = lower.strip_prefix(b"age-secret-key-1") else { return Check::Unknown };
    if data.len() != 58 {
        return Check::Unknown;
    }
    let data: Option<Vec<u8>> =
        data.iter().map(|byte| BECH32.iter().position(|digit| digit == byte).map(|at| at as u8)).collect();
    let right = data.is_some_and(|data| bech32_polymod(b"age-secret-key-", &data) == 1);
    Check::when(right, Check::Invalid)
}

fn bech32_polymod(prefix: &[u8], data: &[u8]) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    let high = prefix.iter().map(|byte| byte >> 5);
    let low = prefix.iter().map(|byte| byte & 31);
    high.chain([0]).chain(low).chain(data.iter().copied()).fold(1_u32, |sum, value| {
        let top = sum >> 25;
        let shifted = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        let applied = GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1);
        applied.fold(shifted, |sum, (_, generator)| sum ^ generator)
    })
}

/// The text of an age key whose data are these 52 digits of five bits.
pub(crate) fn age_key(data: &[u8]) -> String {
    let zeros = [data, &[0; 6]].concat();
    let sum = bech32_polymod(b"age-secret-key-", &zeros) ^ 1;
    let checksum = (0..6).map(|at| (sum >> (5 * (5 - at)) & 31) as u8);
    let all = data.iter().copied().chain(checksum);
    let text: String = all.map(|digit| char::from(BECH32[usize::from(digit)])).collect();
    format!("AGE-SECRET-KEY-1{}", text.to_ascii_uppercase())
}

/// CRC-16/XMODEM, as NATS and Stellar use it.
pub(crate) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0_u16, |sum, &byte| {
        (0..8).fold(
            sum ^ u16::from(byte) << 8,
            |sum, _| {
                if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 }
            },
        )
    })
}

fn base32_with_crc16(value: &[u8]) -> bool {
    let Ok(bytes) = BASE32_NOPAD.decode(value) else { return false };
    let Some((body, sum)) = bytes.split_last_chunk::<2>() else { return false };
    crc16(body).to_le_bytes() == *sum
}

/// <https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/nkey_auth>
pub(crate) fn nkey(value: &[u8]) -> Check {
    if value.len() == 58 { Check::when(base32_with_crc16(value), Check::Invalid) } else { Check::Unknown }
}

/// <https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md>
pub(crate) fn stellar(value: &[u8]) -> Check {
    if value.len() == 56 { Check::when(base32_with_crc16(value), Check::Invalid) } else { Check::Unknown }
}

/// `wg genkey` clamps; a key of another source may not be.
pub(crate) fn wireguard(value: &[u8]) -> Check {
    let clamped = BASE64
        .decode(value)
        .is_ok_and(|key| key.len() == 32 && key[0] & 7 == 0 && key[31] & 0x80 == 0 && key[31] & 0x40 != 0);
    Check::when(clamped, Check::Unknown)
}
