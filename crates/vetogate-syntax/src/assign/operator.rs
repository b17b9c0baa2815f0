//! What stands between an identifier and its value.

use super::blanks;
use crate::path::FileKind;

/// The end of an assignment operator at `at`, and whether it is a colon. In a file of settings nothing is compared: the
/// value may begin with a sign.
pub(super) fn at(text: &[u8], at: usize, kind: FileKind) -> Option<(usize, bool)> {
    let rest = &text[at..];
    for operator in [&b":="[..], b"=>", b"||=", b"??=", b"?=", b"+=", b"<-"] {
        if rest.starts_with(operator) {
            return Some((at + operator.len(), false));
        }
    }
    match rest {
        // A file of the environment has no program that could compare.
        [b'=', b'=' | b'~', next, ..] if kind == FileKind::Env && next.is_ascii_graphic() => {
            Some((at + 1, false))
        }
        [b'=', b'=' | b'~', next, ..]
            if kind.is_data() && next.is_ascii_graphic() && !b"=\"'`$".contains(next) =>
        {
            Some((at + 1, false))
        }
        [b'=', b'=' | b'~', ..] => None,
        [b'=', ..] => Some((at + 1, false)),
        [b':', b':', ..] => None,
        [b':', ..] => Some((at + 1, true)),
        _ => None,
    }
}

/// After `type =`, where a type is made of identifiers, dots, brackets, `|`, `?`, `&`.
pub(super) fn typed(text: &[u8], at: usize) -> Option<usize> {
    let is_type = |byte: u8| byte.is_ascii_alphanumeric() || b"_.[]<>|?&: '*".contains(&byte);
    let length = text[at..].iter().take(60).take_while(|&&byte| is_type(byte)).count();
    let equals = at + length;
    let begins = text.get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'&');
    let assigns = text.get(equals) == Some(&b'=') && !matches!(text.get(equals + 1), Some(b'=' | b'>'));
    (begins && assigns).then(|| blanks(text, equals + 1))
}
