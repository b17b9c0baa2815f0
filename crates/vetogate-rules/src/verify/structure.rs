//! Tokens that hold something readable.

use super::Check;
use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// Base64 in either alphabet, padded or not.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let bare = text.iter().rposition(|&byte| byte != b'=').map_or(&text[..0], |end| &text[..=end]);
    BASE64_NOPAD.decode(bare).or_else(|_| BASE64URL_NOPAD.decode(bare)).ok()
}

/// Takes the fields of a version 2 macaroon apart: <https://github.com/rescrv/libmacaroons>, doc/format.txt.
fn macaroon_location(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [2, 1, length, rest @ ..] => rest.get(..usize::from(*length)),
        _ => None,
    }
}

pub(crate) fn pypi(value: &[u8]) -> Check {
    let Some(body) = value.strip_prefix(b"pypi-") else { return Check::Unknown };
    let Some(bytes) = decode(body) else { return Check::Unknown };
    let ours = macaroon_location(&bytes).is_some_and(|at| at == b"pypi.org" || at == b"test.pypi.org");
    // A field of type 6 with 32 bytes ends it: the signature.
    let signed = bytes.len() > 48 && bytes[bytes.len() - 34..bytes.len() - 32] == [6, 32];
    Check::when(ours && signed, Check::Unknown)
}

/// `sntrys_`, base64 JSON, `_`, 43 characters.
pub(crate) fn sentry(value: &[u8]) -> Check {
    let Some(body) = value.strip_prefix(b"sntrys_") else { return Check::Unknown };
    let json = body.split(|&byte| byte == b'_').next().and_then(decode);
    let known = json.is_some_and(|json| holds(&json, b"\"url\"") && holds(&json, b"\"org\""));
    Check::when(known, Check::Unknown)
}

/// After the last `_` or `.` before `eyJ`, base64 JSON.
pub(crate) fn base64_json(value: &[u8]) -> Check {
    let Some(at) = value.windows(3).position(|three| three == b"eyJ") else { return Check::Unknown };
    let json = value[at..].split(|&byte| byte == b'.').next().and_then(decode);
    let read = |json: Vec<u8>| json.starts_with(b"{\"") && std::str::from_utf8(&json).is_ok();
    Check::when(json.is_some_and(read), Check::Unknown)
}

/// RFC 7519, section 5; RFC 7515, section 4.1.1.
pub(crate) fn jwt(value: &[u8]) -> Check {
    let mut parts = value.split(|&byte| byte == b'.').map(|part| BASE64URL_NOPAD.decode(part));
    let (Some(Ok(header)), Some(payload)) = (parts.next(), parts.next()) else { return Check::Invalid };
    if !(header.starts_with(b"{") && holds(&header, b"\"alg\"")) {
        return Check::Invalid;
    }
    match payload {
        Ok(claims) if is_public(&claims) => Check::Invalid,
        Ok(claims) if claims.starts_with(b"{") => Check::Valid,
        _ => Check::Unknown,
    }
}

/// Keys that every visitor of a page gets, and the example of the standard and of jwt.io.
fn is_public(claims: &[u8]) -> bool {
    let compact: Vec<u8> = claims.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    const PARTS: [&[u8]; 5] = [
        b"\"role\":\"anon\"",
        b"\"sub\":\"1234567890\"",
        b"\"iss\":\"joe\"",
        b"\"name\":\"JohnDoe\"",
        b"{\"some\":\"payload\"}",
    ];
    PARTS.iter().any(|part| holds(&compact, part))
}

pub(crate) fn supabase(value: &[u8]) -> Check {
    let claims = value.split(|&byte| byte == b'.').nth(1).and_then(|part| BASE64URL_NOPAD.decode(part).ok());
    let known = claims.is_some_and(|claims| holds(&claims, b"service_role") && holds(&claims, b"supabase"));
    Check::when(known, Check::Invalid)
}

/// RFC 7617: a user, a colon, a password.
pub(crate) fn basic_auth(value: &[u8]) -> Check {
    let Some(text) = decode(value) else { return Check::Invalid };
    let printable = text.iter().all(|byte| (b' '..0x7f).contains(byte));
    let Some(colon) = text.iter().position(|&byte| byte == b':') else { return Check::Invalid };
    let (user, password) = (&text[..colon], &text[colon + 1..]);
    const WORDS: &[&[u8]] =
        &[b"pass", b"password", b"passwd", b"secret", b"test", b"changeme", b"open sesame"];
    let is_example = user.eq_ignore_ascii_case(password)
        || password.len() < 4
        || WORDS.iter().any(|word| password.eq_ignore_ascii_case(word))
        || text.windows(2).any(|two| two == b"${" || two == b"{{");
    if !printable || is_example { Check::Invalid } else { Check::Unknown }
}

/// The bytes of a PEM body, whatever stands around its lines: quotes, escapes of line ends however often they were
/// escaped, escaped slashes, comment signs, the signs of a patch.
pub(super) fn pem_bytes(body: &[u8]) -> Vec<u8> {
    let mut digits: Vec<u8> = Vec::with_capacity(body.len());
    let mut lead: Option<Vec<u8>> = None;
    for line in pem_lines(body) {
        // No key begins with `+` or `/`: what does so stands before every line.
        let lead = lead.get_or_insert_with(|| {
            line.iter().copied().take_while(|byte| matches!(byte, b'+' | b'/')).collect()
        });
        let line = line.strip_prefix(lead.as_slice()).unwrap_or(&line);
        // A lone `+` joins strings; a single word is a comment or a header.
        if line.len() >= 4 && !line.starts_with(b"//") {
            digits.extend_from_slice(line);
        }
    }
    digits.truncate(digits.len() / 4 * 4);
    BASE64_NOPAD.decode(&digits).unwrap_or_default()
}

/// The runs of base64 digits, with those that join strings.
fn pem_lines(body: &[u8]) -> Vec<Vec<u8>> {
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < body.len() {
        let escapes = body[at..].iter().take_while(|&&byte| byte == b'\\').count();
        match body.get(at + escapes) {
            // `\/`, as PHP writes it.
            Some(&byte) if byte.is_ascii_alphanumeric() && escapes == 0 || matches!(byte, b'+' | b'/') => {
                line.push(byte);
            }
            Some(b'\r') => {}
            _ => {
                // A sign that joins strings is no part of a line, and says nothing of what stands before them.
                if line.len() > 2 {
                    lines.push(std::mem::take(&mut line));
                }
                line.clear();
            }
        }
        at += escapes + 1;
    }
    if line.len() > 2 {
        lines.push(line);
    }
    lines
}

/// The length that a sequence of DER declares, and what is there of it.
fn sequence(bytes: &[u8]) -> Option<(usize, &[u8])> {
    match bytes {
        [0x30, short, rest @ ..] if *short < 0x80 => Some((usize::from(*short), rest)),
        [0x30, 0x81, length, rest @ ..] => Some((usize::from(*length), rest)),
        [0x30, 0x82, high, low, rest @ ..] => Some((usize::from(*high) << 8 | usize::from(*low), rest)),
        _ => None,
    }
}

/// PKCS#1, PKCS#8 and SEC1 are DER: a sequence that begins with a small number.
pub(crate) fn pem(value: &[u8]) -> Check {
    let bytes = pem_bytes(value);
    let Some((length, content)) = sequence(&bytes) else { return Check::Unknown };
    // A manual shows the first line and the last.
    if content.len() * 2 < length {
        return Check::Invalid;
    }
    Check::when(content.starts_with(&[2, 1]), Check::Unknown)
}

/// A key whose end line is not there: long enough to hold most of it, or short and whole.
pub(crate) fn pem_cut(value: &[u8]) -> Check {
    const LONG: usize = 90;
    let bytes = pem_bytes(value);
    let is_whole = sequence(&bytes).is_some_and(|(length, content)| {
        // The last digits may be fewer than make a byte.
        length >= 32 && content.len() + 2 >= length && content.starts_with(&[2, 1])
    });
    match openssh(value, true) {
        Check::Unknown if is_whole => Check::Valid,
        Check::Invalid => Check::Invalid,
        _ if bytes.len() < LONG => Check::Invalid,
        check => check,
    }
}

/// The digits of a whole PEM key; how they begin says which third of four digits is missing before them.
pub(crate) fn pem_base64(value: &[u8]) -> Check {
    let missing: &[u8] = match value.get(..2) {
        Some(b"0t") => b"AA",
        Some(b"tL") => b"AAA",
        _ => b"",
    };
    // In lines, or in those of a program's text, in which an `n` follows the sign of an escape.
    let is_digit = |at: usize| {
        let is_escaped = value[at] == b'n' && at > 0 && value[at - 1] == b'\\';
        !is_escaped && !b"\\\r\n\t ".contains(&value[at])
    };
    let mut digits = missing.to_vec();
    digits.extend((0..value.len()).filter(|&at| is_digit(at)).map(|at| value[at]));
    // What stands behind the key may be cut off where a digit of it is no more than a part of a byte.
    let bare = digits.iter().rposition(|&byte| byte != b'=').map_or(0, |end| end + 1);
    digits.truncate(if bare < digits.len() { bare } else { bare / 4 * 4 });
    let Some(text) = decode(&digits) else { return Check::Unknown };
    const HEAD: &[u8] = b"PRIVATE KEY-----";
    let Some(at) = text.windows(HEAD.len()).position(|window| window == HEAD) else { return Check::Unknown };
    let body = &text[at + HEAD.len()..];
    let end = body.windows(4).position(|four| four == b"----").unwrap_or(body.len());
    if holds(&body[..end.min(80)], b"ENCRYPTED") {
        return Check::Invalid;
    }
    match openssh(&body[..end], true) {
        Check::Unknown => pem(&body[..end]),
        check => check,
    }
}

/// <https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key>
pub(crate) fn openssh(value: &[u8], want_plain: bool) -> Check {
    let bytes = pem_bytes(value);
    let Some(rest) = bytes.strip_prefix(b"openssh-key-v1\0") else {
        // What can't be read is not called encrypted.
        return if want_plain { Check::Unknown } else { Check::Invalid };
    };
    let is_plain = rest.starts_with(b"\0\0\0\x04none");
    Check::when(is_plain == want_plain, Check::Invalid)
}
