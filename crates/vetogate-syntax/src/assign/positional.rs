//! Passwords by their place among the arguments of a call: `connect("host", "user", "value")`.

use super::value::{self, Value};
use super::{argument, blanks, spaces, wrap};
use std::ops::Range;

/// Calls that log in, in lower case, and the places where they may take the password.
const LOGINS: &[(&[u8], &[usize])] = &[
    (b"basicauth", &[1]),
    (b"httpbasicauth", &[1]),
    (b"setbasicauth", &[1]),
    (b"basic_auth", &[1]),
    (b"networkcredential", &[1]),
    (b"passwordcredential", &[1]),
    (b"usernamepasswordcredentials", &[1]),
    (b"passwordauthentication", &[1]),
    (b"plainauth", &[2]),
    (b"mysql_connect", &[2]),
    (b"mysqli_connect", &[2]),
    (b"mysql_real_connect", &[3]),
    (b"mysqli_real_connect", &[3]),
    (b"oci_connect", &[1]),
    (b"mysqli", &[2]),
    (b"pdo", &[2]),
    // With the address of the server, or of a source that knows it.
    (b"getconnection", &[2, 1]),
    (b"ftp_login", &[2]),
    (b"ldap_bind", &[2]),
    (b"ssh2_auth_password", &[2]),
];

/// The same as methods: a function of such a name may be anything.
const METHODS: &[(&[u8], &[usize])] = &[(b"connect", &[2]), (b"real_connect", &[2]), (b"login", &[1])];

/// The password in a call of what `identifier` names, or in the pair that it is given (`auth=("user", "value")`).
pub(super) fn around(text: &[u8], identifier: &Range<usize>) -> Option<Value> {
    let name = text[identifier.clone()].to_ascii_lowercase();
    let last = name.rsplit(|byte| b".$-".contains(byte)).next()?;
    if last == b"auth" {
        let equals = blanks(text, identifier.end);
        (text.get(equals) == Some(&b'=')).then_some(())?;
        let open = blanks(text, equals + 1);
        (text.get(open) == Some(&b'(')).then_some(())?;
        return argument_at(text, open + 1, 1);
    }
    (text.get(identifier.end) == Some(&b'(')).then_some(())?;
    let is_member = last.len() < name.len()
        || text[..identifier.start].ends_with(b"->")
        || text[..identifier.start].ends_with(b"::");
    let methods = if is_member { METHODS } else { &[] };
    let (_, places) = LOGINS.iter().chain(methods).find(|(login, _)| *login == last)?;
    places.iter().find_map(|&place| argument_at(text, identifier.end + 1, place))
}

/// The text that is the argument at a place, where a call opens before `at`.
fn argument_at(text: &[u8], mut at: usize, place: usize) -> Option<Value> {
    for _ in 0..place {
        at = argument::end_of_argument(text, at)? + 1;
    }
    let start = spaces(text, at);
    match value::quoted(text, start) {
        Some(value) => {
            (argument::ends_argument(text, &value) || wrap::is_converted(text, &value)).then_some(value)
        }
        None => wrap::around(text, start),
    }
}
