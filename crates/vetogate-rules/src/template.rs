//! Templates of example texts: secrets are generated, never written down.
//!
//! `{NAME:LENGTH}` is replaced by random characters of an alphabet, `{NAME:ARGUMENT}` by a value whose checksum is
//! right; `{{` and `}}` stand for braces. The same template gives the same text, so that a failure can be repeated.

mod made;

/// A small generator of random numbers (SplitMix64), seeded by the template's own text.
struct Random(u64);

impl Random {
    fn seeded(text: &str) -> Self {
        // FNV-1a.
        Self(text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        }))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[(self.next() % alphabet.len() as u64) as usize])).collect()
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| (self.next() >> 32) as u8).collect()
    }
}

const DIGITS: &[u8] = b"0123456789";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const ALNUM: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LOWER_ALNUM: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// What managers of passwords take by default.
const PASSWORD: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*-_=+";
/// What `django-admin startproject` takes for its `SECRET_KEY`.
const DJANGO: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789!@#$%^&*(-_=+)";
const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The alphabet of a name in a template.
fn alphabet(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "digits" => DIGITS,
        "hex" => b"0123456789abcdef",
        "HEX" => b"0123456789ABCDEF",
        "lower" => LOWER,
        "upper" => UPPER,
        "letters" => &ALNUM[..52],
        "alnum" => ALNUM,
        "lower-alnum" => LOWER_ALNUM,
        "upper-alnum" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
        "base32" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
        "base58" => b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
        "base64" => BASE64,
        "base64url" => BASE64URL,
        "password" => PASSWORD,
        "django" => DJANGO,
        _ => return None,
    })
}

/// Replaces the holes of a template.
///
/// # Errors
/// A hole that is unknown or not closed, in words.
pub fn generate(template: &str) -> Result<String, String> {
    let mut random = Random::seeded(template);
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..];
        if brace.starts_with("{{") || brace.starts_with("}}") {
            out.push_str(&brace[..1]);
            rest = &brace[2..];
            continue;
        }
        let hole = brace.strip_prefix('{').and_then(|brace| brace.split_once('}'));
        let Some((hole, after)) = hole else { return Err(format!("a lone brace in `{template}`")) };
        out.push_str(&fill(hole, &mut random)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn fill(hole: &str, random: &mut Random) -> Result<String, String> {
    let unknown = || format!("unknown hole `{{{hole}}}`");
    let (name, argument) = hole.split_once(':').unwrap_or((hole, ""));
    if let Some(alphabet) = alphabet(name) {
        let length: usize = argument.parse().map_err(|_| unknown())?;
        return Ok(random.text(alphabet, length));
    }
    made::made(name, argument, random).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::generate;
    use crate::verify::{Check, Verifier};

    #[test]
    fn the_same_template_gives_the_same_text() {
        let text = generate("k={hex:8} {{x}}").unwrap();
        assert_eq!(Ok(&text), generate("k={hex:8} {{x}}").as_ref());
        assert!(text.ends_with(" {x}") && text.len() == "k=".len() + 8 + " {x}".len());
        assert!(generate("{what:1}").is_err() && generate("{hex:8").is_err());
    }

    #[test]
    fn checksums_come_out_right() {
        let token = generate("{crc32-base62:ghp_}").unwrap();
        assert_eq!(Verifier::Crc32Base62.check(token.as_bytes()), Check::Valid);
        let broken = token.replace(char::from(token.as_bytes()[10]), "~");
        assert_eq!(Verifier::Crc32Base62.check(broken.as_bytes()), Check::Invalid);
        assert_eq!(Verifier::Jwt.check(generate("{jwt}").unwrap().as_bytes()), Check::Valid);
    }
}
