//! Assignments in any language: an identifier, an operator, a value.
//!
//! Not a parser: it starts from a word inside an identifier and reads outwards, in bounded steps.

use crate::path::FileKind;
use std::ops::Range;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// Between `'`, `"` or a backtick.
    Quoted(u8),
    /// Bare, up to a blank or a separator.
    Bare,
}

/// An identifier that gets a value. Ranges are bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The identifier, without quotes.
    pub identifier: Range<usize>,
    /// The value, without quotes.
    pub value: Range<usize>,
    /// How it is written.
    pub quote: Quote,
    /// Whether a letter stands before the quote that makes it a template (`f"..."`), or it is in backticks.
    pub is_template: bool,
}

const LONGEST_IDENTIFIER: usize = 100;
const LONGEST_VALUE: usize = 4096;

/// The assignment whose identifier holds `word`, if it is one.
pub fn around(text: &[u8], word: Range<usize>, kind: FileKind) -> Option<Assignment> {
    let identifier = identifier(text, word)?;
    let mut at = identifier.end;
    at = skip(text, at, |byte| matches!(byte, b'"' | b'\'' | b'`' | b']' | b'\\' | b')'), 3);
    at = skip(text, at, |byte| matches!(byte, b' ' | b'\t'), 40);
    let (after, is_colon) = operator(text, at)?;
    at = skip(text, after, |byte| matches!(byte, b' ' | b'\t'), 40);
    // `name: type = value`, as in Python, TypeScript, Rust, Kotlin.
    if is_colon
        && !matches!(kind, FileKind::Json | FileKind::Config)
        && let Some(typed) = typed(text, at)
    {
        at = typed;
    }
    value(text, at, kind, is_colon).map(|(value, quote, is_template)| Assignment {
        identifier,
        value,
        quote,
        is_template,
    })
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$')
}

fn identifier(text: &[u8], word: Range<usize>) -> Option<Range<usize>> {
    let before = text[..word.start]
        .iter()
        .rev()
        .take(LONGEST_IDENTIFIER)
        .take_while(|&&byte| is_identifier(byte))
        .count();
    let after =
        text[word.end..].iter().take(LONGEST_IDENTIFIER).take_while(|&&byte| is_identifier(byte)).count();
    let short = before + after < LONGEST_IDENTIFIER;
    short.then_some(word.start - before..word.end + after)
}

fn skip(text: &[u8], at: usize, what: fn(u8) -> bool, most: usize) -> usize {
    at + text[at..].iter().take(most).take_while(|&&byte| what(byte)).count()
}

/// The end of an assignment operator at `at`, and whether it is a colon.
fn operator(text: &[u8], at: usize) -> Option<(usize, bool)> {
    let rest = &text[at..];
    for (operator, is_colon) in
        [(&b":="[..], false), (b"=>", false), (b"||=", false), (b"?=", false), (b"+=", false)]
    {
        if rest.starts_with(operator) {
            return Some((at + operator.len(), is_colon));
        }
    }
    match rest {
        [b'=', b'=' | b'~', ..] => None,
        [b'=', ..] => Some((at + 1, false)),
        [b':', b':', ..] => None,
        [b':', ..] => Some((at + 1, true)),
        _ => None,
    }
}

/// After `type =`, where a type is made of identifiers, dots, brackets, `|`, `?`, `&`.
fn typed(text: &[u8], at: usize) -> Option<usize> {
    let is_type = |byte: u8| byte.is_ascii_alphanumeric() || b"_.[]<>|?&: '*".contains(&byte);
    let length = text[at..].iter().take(60).take_while(|&&byte| is_type(byte)).count();
    let equals = at + length;
    let begins = text.get(at).is_some_and(|byte| byte.is_ascii_alphabetic() || *byte == b'&');
    let assigns = text.get(equals) == Some(&b'=') && !matches!(text.get(equals + 1), Some(b'=' | b'>'));
    (begins && assigns).then(|| skip(text, equals + 1, |byte| matches!(byte, b' ' | b'\t'), 40))
}

fn value(text: &[u8], at: usize, kind: FileKind, is_colon: bool) -> Option<(Range<usize>, Quote, bool)> {
    // Up to two letters of a prefix (`b"`, `rb"`, `f"`, `@"`), and escaped quotes of text inside text.
    let prefix =
        text[at..].iter().take(2).take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'@').count();
    let quote_at = skip(text, at + prefix, |byte| byte == b'\\', 3);
    if let Some(&quote @ (b'"' | b'\'' | b'`')) = text.get(quote_at) {
        let is_template =
            quote == b'`' || text[at..at + prefix].iter().any(|byte| matches!(byte, b'f' | b'F'));
        let start = skip(text, quote_at, |byte| matches!(byte, b'"' | b'\'' | b'`'), 3);
        // An empty text: it never takes what follows.
        if start - quote_at == 2 {
            return None;
        }
        let length = quoted_length(&text[start..], quote)?;
        return (length > 0).then_some((start..start + length, Quote::Quoted(quote), is_template));
    }
    if prefix > 0 && quote_at != at + prefix {
        return None;
    }
    let bare_allowed = matches!(kind, FileKind::Shell | FileKind::Config | FileKind::Other | FileKind::Prose)
        && !(is_colon && kind == FileKind::Shell);
    if !bare_allowed {
        return None;
    }
    let ends = |byte: u8| {
        byte.is_ascii_whitespace() || byte == 0 || matches!(byte, b'"' | b'\'' | b'`' | b';' | b'|' | b'<')
    };
    let length = text[at..].iter().take(LONGEST_VALUE).take_while(|&&byte| !ends(byte)).count();
    (length > 0 && length < LONGEST_VALUE).then_some((at..at + length, Quote::Bare, false))
}

/// Bytes up to the closing quote on the same line; a backslash escapes the next byte.
fn quoted_length(text: &[u8], quote: u8) -> Option<usize> {
    let mut at = 0;
    while at < text.len().min(LONGEST_VALUE) {
        match text[at] {
            byte if byte == quote => return Some(at),
            // The closing quote of text inside text is escaped, too.
            b'\\' if text.get(at + 1) == Some(&quote) => return Some(at),
            b'\\' => at += 1,
            b'\n' => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, kind: FileKind) -> Option<(String, String)> {
        let start = text.to_ascii_lowercase().find("password")?;
        let assignment = around(text.as_bytes(), start..start + 8, kind)?;
        Some((text[assignment.identifier].to_owned(), text[assignment.value].to_owned()))
    }

    #[test]
    fn assignments_of_many_languages() {
        let cases = [
            ("db_password = 'x1'", FileKind::Python, "db_password", "x1"),
            ("password: str = \"x1\"", FileKind::Python, "password", "x1"),
            ("const dbPassword: string = `x1`", FileKind::JavaScript, "dbPassword", "x1"),
            ("{\"password\": \"x1\"}", FileKind::Json, "password", "x1"),
            ("{\\\"password\\\": \\\"x1\\\"}", FileKind::Json, "password", "x1"),
            ("config['password'] = b\"x1\"", FileKind::Python, "password", "x1"),
            ("DB_PASSWORD=x1 # note", FileKind::Shell, "DB_PASSWORD", "x1"),
            ("  password: x1", FileKind::Config, "password", "x1"),
            ("password := \"x1\"", FileKind::Code, "password", "x1"),
            (":password => 'x1',", FileKind::Code, "password", "x1"),
            ("login(user, password=\"x1\")", FileKind::Python, "password", "x1"),
        ];
        for (text, kind, identifier, value) in cases {
            assert_eq!(found(text, kind), Some((identifier.into(), value.into())), "{text}");
        }
    }

    #[test]
    fn what_is_no_assignment() {
        let cases = [
            ("password == 'x1'", FileKind::Python),
            ("password = ''\nnext = 'x1'", FileKind::Python),
            ("password =\n", FileKind::Shell),
            ("password = get()", FileKind::Python),
            ("fn f(password: String) {}", FileKind::Code),
            ("password::new(\"x1\")", FileKind::Code),
            ("the password is 'x1'", FileKind::Prose),
            ("password = \"no end", FileKind::Python),
        ];
        for (text, kind) in cases {
            assert_eq!(found(text, kind), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in proptest::collection::vec(0_u8..=255, 0..200), at in 0_usize..200) {
            let start = at.min(text.len());
            let end = (start + 3).min(text.len());
            for kind in [FileKind::Python, FileKind::Shell, FileKind::Json] {
                let _ = around(&text, start..end, kind);
            }
        }
    }
}
