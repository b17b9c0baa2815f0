//! Where in an address its user, its password and its host stand.
//!
//! What people write is not always what RFC 3986 allows: a password may hold the signs that end one, slashes are
//! escaped in JSON, and an address may be percent-encoded as a whole.

use crate::escapes::sign_at;
use memchr::{memchr, memchr_iter};
use std::ops::Range;

/// As much of an address as is read.
const MOST: usize = 400;
/// The longest password.
const LONGEST: usize = 128;
/// How many signs are tried that may end a password which holds others.
const TRIES: usize = 4;

/// How the signs between the parts of an address are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// `://`, with escaped slashes or without.
    Plain,
    /// `%3A%2F%2F`.
    Percent,
}

/// The parts of an address.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    pub(crate) user: Range<usize>,
    pub(crate) password: Range<usize>,
    pub(crate) host: Range<usize>,
    /// Whether the password holds a sign that should end it, so that it may be none.
    pub(crate) is_doubtful: bool,
}

/// What stands between a scheme and the rest of an address: its form and its length.
pub(crate) fn separator(bytes: &[u8]) -> Option<(Form, usize)> {
    if bytes.starts_with(b"://") {
        return Some((Form::Plain, 3));
    }
    if bytes.get(..9).is_some_and(|nine| nine.eq_ignore_ascii_case(b"%3a%2f%2f")) {
        return Some((Form::Percent, 9));
    }
    let mut at = 1;
    bytes.starts_with(b":").then_some(())?;
    for _ in 0..2 {
        // JSON in JSON has more than one.
        if let Some((b'/', length)) = sign_at(&bytes[at..]) {
            at += length;
            continue;
        }
        at += bytes[at..].iter().take(4).take_while(|&&byte| byte == b'\\').count();
        (bytes.get(at) == Some(&b'/')).then_some(())?;
        at += 1;
    }
    Some((Form::Plain, at))
}

/// The parts of the address whose user begins at `start`, if it has a password. What is read twice of many addresses
/// in a row is bounded: an authority ends where the next address has its slashes.
pub(crate) fn address(bytes: &[u8], start: usize, form: Form) -> Option<Address> {
    let text = &bytes[start..bytes.len().min(start + MOST)];
    let parts = match form {
        Form::Plain => plain(text),
        Form::Percent => percent(text),
    }?;
    Some(Address {
        user: start + parts.user.start..start + parts.user.end,
        password: start + parts.password.start..start + parts.password.end,
        host: start + parts.host.start..start + parts.host.end,
        is_doubtful: parts.is_doubtful,
    })
}

/// What no address holds: a blank, a quote.
fn ends(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_control() || b"\"'`<>".contains(&byte)
}

/// How long the beginning of a text is that holds none of these, as a sign or as its escape.
fn until(text: &[u8], stops: &[u8]) -> usize {
    let stop = |byte: u8| ends(byte) || stops.contains(&byte);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        at += match sign_at(&text[at..]) {
            Some((sign, length)) if !stop(sign) => length,
            None if !stop(byte) => 1,
            _ => return at,
        };
    }
    at
}

/// What may not stand between an `@` and the one that ends the password.
fn separates(byte: &u8) -> bool {
    b",;|&()[]".contains(byte)
}

/// As the standard has it: the authority ends at a slash, a question mark or a hash.
fn plain(text: &[u8]) -> Option<Address> {
    let end = until(text, b"/?#\\");
    let authority = &text[..end];
    let Some(mut sign) = memchr(b'@', authority) else { return beyond(text, end) };
    let colon = memchr(b':', &authority[..sign])?;
    // An `@` of the password, unless another address begins.
    while let Some(next) = memchr(b'@', &authority[sign + 1..]) {
        if authority[sign + 1..sign + 1 + next].iter().any(separates) {
            break;
        }
        sign += 1 + next;
    }
    let host = sign + 1..sign + 1 + until(&authority[sign + 1..], b",;|)&");
    Some(Address { user: 0..colon, password: colon + 1..sign, host, is_doubtful: false })
}

/// Where a password holds a slash, a question mark or a hash, the first of which stands at `end`.
fn beyond(text: &[u8], end: usize) -> Option<Address> {
    let colon = memchr(b':', &text[..end])?;
    let first = &text[colon + 1..end];
    // A port, and a path behind it; nor is there a password where the text ends.
    if first.len() <= 5 && first.iter().all(u8::is_ascii_digit) || !b"/?#".contains(text.get(end)?) {
        return None;
    }
    let rest = &text[colon + 1..text.len().min(colon + 1 + LONGEST)];
    memchr(b'@', rest)?;
    let rest = &rest[..until(rest, b"\\")];
    let sign = memchr_iter(b'@', rest).take(TRIES).find(|&at| is_host(&text[colon + 2 + at..]))?;
    let start = colon + 2 + sign;
    let host = start..start + until(&text[start..], b"/?#,;|)&\\");
    Some(Address { user: 0..colon, password: colon + 1..start - 1, host, is_doubtful: true })
}

/// Whether a text begins with the name of a server that is known to be one: it has a dot or a port.
fn is_host(text: &[u8]) -> bool {
    let length = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b".-".contains(byte)).count();
    let (name, after) = text.split_at(length);
    let has_port = after.first() == Some(&b':') && after.get(1).is_some_and(u8::is_ascii_digit);
    let has_dot = name.iter().skip(1).rev().skip(1).any(|&byte| byte == b'.');
    name.first().is_some_and(u8::is_ascii_alphanumeric)
        && (has_port || has_dot && matches!(after.first(), None | Some(b'/' | b'?' | b'\\')))
}

/// The first of some escapes at or after a place, and its length. The sign itself counts, too.
fn find(text: &[u8], from: usize, sign: u8, escape: &[u8; 3]) -> Option<(usize, usize)> {
    (from..text.len()).find_map(|at| {
        let is_escape = text.get(at..at + 3).is_some_and(|three| three.eq_ignore_ascii_case(escape));
        match text[at] {
            byte if byte == sign => Some((at, 1)),
            _ if is_escape => Some((at, 3)),
            _ => None,
        }
    })
}

fn percent(text: &[u8]) -> Option<Address> {
    let text = &text[..until(text, b"&/\\?#")];
    let is_end = |three: &[u8]| [b"%2f", b"%3f", b"%23"].iter().any(|end| three.eq_ignore_ascii_case(*end));
    let authority = &text[..text.windows(3).position(is_end).unwrap_or(text.len())];
    let (colon, colon_length) = find(authority, 0, b':', b"%3a")?;
    let mut sign = find(authority, colon, b'@', b"%40")?;
    while let Some(next) = find(authority, sign.0 + sign.1, b'@', b"%40") {
        sign = next;
    }
    let host = sign.0 + sign.1..authority.len();
    Some(Address { user: 0..colon, password: colon + colon_length..sign.0, host, is_doubtful: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(String, String, String)> {
        let scheme = text.find([':', '%']).unwrap();
        let (form, length) = separator(&text.as_bytes()[scheme..])?;
        let address = address(text.as_bytes(), scheme + length, form)?;
        Some((text[address.user].into(), text[address.password].into(), text[address.host].into()))
    }

    #[test]
    fn the_parts_of_addresses() {
        for (text, says) in [
            ("a://u:p@h.io/x", Some(("u", "p", "h.io"))),
            ("a://:p@h:1 x@y", Some(("", "p", "h:1"))),
            ("a://u:p@q@h.io/x", Some(("u", "p@q", "h.io"))),
            ("a://u:p@h1,a://v:q@h2", Some(("u", "p", "h1"))),
            ("a://u:p#q@h.io:1/x", Some(("u", "p#q", "h.io:1"))),
            ("a://u:p/q@h.io", Some(("u", "p/q", "h.io"))),
            ("a://u:p?q@h:1", Some(("u", "p?q", "h:1"))),
            (r"a:\/\/u:p@h.io\/x", Some(("u", "p", "h.io"))),
            (r"a:\\/\\/u:p@h.io\\/x", Some(("u", "p", "h.io"))),
            ("a%3A%2F%2Fu%3Ap%40h.io%2Fx%40y", Some(("u", "p", "h.io"))),
            ("a%3a%2f%2fu%3ap%2540q%40h.io&b", Some(("u", "p%2540q", "h.io"))),
            ("a://u:p@\"", Some(("u", "p", ""))),
            ("a://h:8080/@scope/x", None),
            ("a://h:80/x@h.io", None),
            ("a://h/x:y@h.io", None),
            ("a://u@h:1/x", None),
            ("a://u:p\\n@h.io", None),
            ("a://u:p/q\\n@h.io", None),
            ("a://u:p/q r@h.io", None),
            ("a://u:p@h.io\\n", Some(("u", "p", "h.io"))),
            (r"a:\u002f\u002Fu:p@h.io\u002fx", Some(("u", "p", "h.io"))),
            (r"a://u:p\u0026q\\u003d@h.io\u0026x", Some(("u", r"p\u0026q\\u003d", "h.io"))),
            (r"a://u:\u003cp\u003e@h.io", None),
            (r"a://h.io\u003fx=u:p@q", None),
            ("a://h:/x@h.io", None),
            ("a:/u:p@h", None),
        ] {
            let says = says.map(|(user, password, host)| (user.into(), password.into(), host.into()));
            assert_eq!(parts(text), says, "{text}");
        }
    }
}
