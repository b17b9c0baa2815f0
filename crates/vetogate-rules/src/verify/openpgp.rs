//! Secret keys of OpenPGP: whether a passphrase protects them (RFC 9580, section 5.5.3; RFC 4880 before it).

use super::Check;
use super::structure::pem_bytes;

/// How the secret part of a key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// As it is.
    Plain,
    /// Encrypted, or on a card.
    Passphrase,
}

/// Most packets of a key that are looked at.
const MOST: usize = 256;

/// A packet, as far as it is there.
struct Packet<'a> {
    tag: u8,
    content: &'a [u8],
    after: &'a [u8],
    is_whole: bool,
}

/// RFC 9580, section 4.2: of the old form and of the new, whole lengths only.
fn packet(bytes: &[u8]) -> Option<Packet<'_>> {
    let (&first, rest) = bytes.split_first()?;
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, &byte| number << 8 | usize::from(byte));
    let (tag, digits, length) = if first & 0xc0 == 0x80 {
        let digits = 1 << (first & 3);
        (first >> 2 & 0x0f, digits, number(rest.get(..digits).filter(|_| digits < 8)?))
    } else if first & 0xc0 == 0xc0 {
        match *rest {
            [one @ 0..=191, ..] => (first & 0x3f, 1, usize::from(one)),
            [one @ 192..=223, two, ..] => {
                (first & 0x3f, 2, ((usize::from(one) - 192) << 8) + usize::from(two) + 192)
            }
            [255, ..] => (first & 0x3f, 5, number(rest.get(1..5)?)),
            _ => return None,
        }
    } else {
        return None;
    };
    let rest = &rest[digits..];
    let (content, after) = rest.split_at(length.min(rest.len()));
    Some(Packet { tag, content, after, is_whole: content.len() == length })
}

/// How the secret key that begins with these bytes is kept; `None` where they are none. What is cut off is told by
/// what is left; what follows a whole key must be a part of it.
pub fn secret_key(bytes: &[u8]) -> Option<Protection> {
    let first = packet(bytes).filter(|packet| packet.tag == 5)?;
    let next = packet(first.after).map(|packet| packet.tag);
    let goes_on = matches!(next, Some(2 | 7 | 12 | 13 | 17)) || first.after.len() < 2;
    (!first.is_whole || goes_on).then_some(())?;
    let mut found = protection(first.content)?;
    let mut rest = first.after;
    for _ in 0..MOST {
        let Some(packet) = packet(rest) else { break };
        if packet.tag == 7 && protection(packet.content) == Some(Protection::Plain) {
            found = Protection::Plain;
        }
        rest = packet.after;
    }
    Some(found)
}

/// What the octet behind the public part of a secret key says.
fn protection(key: &[u8]) -> Option<Protection> {
    let usage = *key.get(public_part(key)?)?;
    Some(if usage == 0 { Protection::Plain } else { Protection::Passphrase })
}

/// Where the public part of a key ends, if it is one: version, time, algorithm, numbers.
fn public_part(key: &[u8]) -> Option<usize> {
    let algorithm = |at: usize| key.get(at).copied();
    // Before the first version of the standard, and far ahead, there are no keys.
    matches!(key.get(1)?, 0x1f..=0xbf).then_some(())?;
    match key.first()? {
        2 | 3 => fields(key, algorithm(7)?, 8),
        4 => fields(key, algorithm(5)?, 6),
        5 | 6 => {
            let length: [u8; 4] = key.get(6..10)?.try_into().ok()?;
            let length = usize::try_from(u32::from_be_bytes(length)).ok().filter(|length| *length < 4096)?;
            fields(key, algorithm(5)?, 10).filter(|end| *end == 10 + length)
        }
        _ => None,
    }
}

/// Where the numbers of an algorithm end that begin at `at` (RFC 9580, section 5.5.5).
fn fields(key: &[u8], algorithm: u8, at: usize) -> Option<usize> {
    let numbers = |count: usize, at: usize| (0..count).try_fold(at, |at, _| number(key, at));
    match algorithm {
        1..=3 => numbers(2, at),
        16 => numbers(3, at),
        17 => numbers(4, at),
        18 => kdf(key, number(key, curve(key, at)?)?),
        19 | 22 => number(key, curve(key, at)?),
        25 | 27 => Some(at + 32),
        26 => Some(at + 56),
        28 => Some(at + 57),
        _ => None,
    }
}

/// Behind a number: its bits are counted, and the first is one.
fn number(key: &[u8], at: usize) -> Option<usize> {
    let &[high, low, first] = key.get(at..at + 3)? else { return None };
    let bits = usize::from(high) << 8 | usize::from(low);
    let top = bits.checked_sub(1)? % 8;
    (bits <= 16_384 && u32::from(first).checked_ilog2() == u32::try_from(top).ok()).then_some(())?;
    Some(at + 2 + bits.div_ceil(8))
}

/// Behind the object identifier of a curve.
fn curve(key: &[u8], at: usize) -> Option<usize> {
    let length = usize::from(*key.get(at)?);
    let begins = matches!(key.get(at + 1)?, 0x2a | 0x2b);
    (begins && (3..=20).contains(&length)).then_some(at + 1 + length)
}

/// Behind the parameters of a key derivation.
fn kdf(key: &[u8], at: usize) -> Option<usize> {
    (key.get(at..at + 2)? == [3, 1]).then_some(at + 4)
}

/// The body of an armored key.
pub(crate) fn armored(value: &[u8], want: Protection) -> Check {
    const LINE: usize = 40;
    let of_line = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    // Its headers have no lines as long. What stands behind a backslash is an escape of a text's.
    let is_line = |at: usize| (at == 0 || value[at - 1] != b'\\') && value[at..at + LINE].iter().all(of_line);
    let Some(start) = (0..(value.len() + 1).saturating_sub(LINE)).find(|at| is_line(*at)) else {
        return Check::Unknown;
    };
    let end = value[start..].iter().position(|&byte| byte == b'=').map_or(value.len(), |end| start + end);
    match secret_key(&pem_bytes(&value[start..end])) {
        Some(protection) => Check::when(protection == want, Check::Invalid),
        None if want == Protection::Plain => Check::Unknown,
        None => Check::Invalid,
    }
}
