//! Lists of pairs in one text: the connection strings of ADO.NET and ODBC (`Server=x;User Id=y;Password=z`) and of
//! libpq (`host=x user=y password=z`), in any order.

use crate::path::FileKind;
use std::ops::Range;

/// What a list says. Ranges are bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pairs {
    /// The password.
    pub password: Range<usize>,
    /// Who logs in.
    pub user: Option<Range<usize>>,
    /// Where to.
    pub host: Option<Range<usize>>,
}

/// How far a list is followed to either side.
const REACH: usize = 400;

/// Most pairs of a list: what has more is no connection.
const MOST: usize = 32;

const HOSTS: &[&[u8]] = &[
    b"server",
    b"data source",
    b"datasource",
    b"host",
    b"hostname",
    b"hostaddr",
    b"address",
    b"addr",
    b"network address",
    b"servername",
    b"dsn",
];
const USERS: &[&[u8]] = &[b"user id", b"userid", b"uid", b"user", b"username", b"user name"];
const PASSWORDS: &[&[u8]] = &[b"password", b"pwd", b"passwd"];
const OTHERS: &[&[u8]] = &[
    b"database",
    b"initial catalog",
    b"dbname",
    b"port",
    b"sslmode",
    b"driver",
    b"provider",
    b"dbq",
    b"protocol",
];

/// The list in which `word` is the name of the password, if it is one.
pub fn around(text: &[u8], word: &Range<usize>, kind: FileKind) -> Option<Pairs> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$');
    let equals = super::assign::blanks(text, word.end);
    let joined = text[..word.start].last().is_some_and(is_name);
    if joined || text.get(equals) != Some(&b'=') || text.get(equals + 1) == Some(&b'=') {
        return None;
    }
    let list = bounds(text, word.start);
    let is_quoted = is_quote(text[..list.start].last()) && is_quote(text.get(list.end));
    // In a program that is no text, they are statements.
    if !is_quoted && matches!(kind, FileKind::Python | FileKind::JavaScript | FileKind::Code | FileKind::Json)
    {
        return None;
    }
    let by_semicolon = text[list.clone()].contains(&b';');
    let pairs = read(text, &list, word.start, by_semicolon)?;
    let others = pairs.1;
    let enough = match (by_semicolon, is_quoted) {
        (true, _) => pairs.0.host.is_some() || pairs.0.user.is_some(),
        (false, true) => others >= 1,
        (false, false) => others >= 2,
    };
    enough.then_some(pairs.0)
}

fn is_quote(byte: Option<&u8>) -> bool {
    matches!(byte, Some(b'"' | b'\'' | b'`'))
}

/// The text around `at` up to quotes, tags and the ends of its line.
fn bounds(text: &[u8], at: usize) -> Range<usize> {
    let ends = |byte: &u8| matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\n' | b'\r' | 0);
    let before = text[..at].iter().rev().take(REACH).take_while(|byte| !ends(byte)).count();
    let after = text[at..].iter().take(REACH).take_while(|byte| !ends(byte)).count();
    at - before..at + after
}

/// The pairs of a list, and how many there are that a connection has beside its password, which begins at `password`.
fn read(text: &[u8], list: &Range<usize>, password: usize, by_semicolon: bool) -> Option<(Pairs, usize)> {
    let separates =
        |byte: &u8| if by_semicolon { *byte == b';' } else { matches!(byte, b' ' | b'\t' | b'\\') };
    let mut found = Pairs { password: 0..0, user: None, host: None };
    let (mut start, mut others) = (list.start, 0);
    for (index, piece) in text[list.clone()].split(separates).enumerate() {
        let range = start..start + piece.len();
        start = range.end + 1;
        let Some(equals) = equals(piece, index == 0) else { continue };
        let name = name_of(&piece[..equals]);
        let value = trimmed(text, range.start + equals + 1..range.end);
        if range.start <= password && password < range.start + equals {
            found.password = value;
        } else if index >= MOST {
            return None;
        } else if value.is_empty() {
        } else if is_one_of(name, HOSTS) {
            others += 1;
            found.host = found.host.or(Some(value));
        } else if is_one_of(name, USERS) {
            others += 1;
            found.user = found.user.or(Some(value));
        } else if is_one_of(name, OTHERS) {
            others += 1;
        }
    }
    let value = &text[found.password.clone()];
    // An expression of a program, or text that goes on.
    let is_code = value.iter().any(|byte| b"(),".contains(byte)) && !by_semicolon;
    (!value.is_empty() && !is_code).then_some((found, others))
}

/// Where the name of a pair ends. What the whole list is assigned to stands before the first: `CONNECTION=Server=x`.
fn equals(piece: &[u8], is_first: bool) -> Option<usize> {
    let mut signs = piece.iter().enumerate().filter(|(_, byte)| **byte == b'=').map(|(at, _)| at);
    let first = signs.next()?;
    let second = signs.next().filter(|&second| {
        let name = name_of(&piece[first + 1..second]);
        is_first && [HOSTS, USERS, OTHERS, PASSWORDS].iter().any(|names| is_one_of(name, names))
    });
    second.or(Some(first))
}

fn is_one_of(name: &[u8], names: &[&[u8]]) -> bool {
    names.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// A name, without what stands before the first one: `dsn: `, `jdbc:x?`, `CONNECTION=`.
fn name_of(piece: &[u8]) -> &[u8] {
    piece.rsplit(|byte| b":?(=".contains(byte)).next().unwrap_or_default().trim_ascii()
}

fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let value = &text[range.clone()];
    let start = range.start + value.len() - value.trim_ascii_start().len();
    start..start + value.trim_ascii().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, kind: FileKind) -> Option<(String, String)> {
        let start = text.to_ascii_lowercase().find("pwd")?;
        let pairs = around(text.as_bytes(), &(start..start + 3), kind)?;
        let of = |range: Range<usize>| text[range].to_owned();
        Some((of(pairs.password), pairs.host.map(of).unwrap_or_default()))
    }

    #[test]
    fn lists_in_any_order() {
        for (text, kind, host) in [
            ("c = \"Server=db1;Uid=app;Pwd=x1;\"", FileKind::Code, "db1"),
            ("c = \"Pwd=x1;Data Source=db1\"", FileKind::Code, "db1"),
            ("<add connectionString=\"server = db1; pwd = x1; database=a\" />", FileKind::Config, "db1"),
            ("CONN=Server=db1;UID=app;PWD=x1", FileKind::Shell, "db1"),
            ("CONN=PWD=x1;UID=app;Server=db1", FileKind::Shell, "db1"),
            ("CONN=Driver={x};Server=db1;UID=app;PWD=x1", FileKind::Shell, "db1"),
            ("'host=db1 user=app pwd=x1'", FileKind::Python, "db1"),
            ("mysql_user: name=app pwd=x1 host=db1", FileKind::Config, ""),
            ("dsn: host=db1 user=app pwd=x1", FileKind::Config, "db1"),
        ] {
            let expected = (!host.is_empty()).then(|| ("x1".to_owned(), host.to_owned()));
            assert_eq!(found(text, kind), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_list() {
        for (text, kind) in [
            ("server = a; pwd = b;", FileKind::JavaScript),
            ("\"pwd=x1;\"", FileKind::Code),
            ("connect(host=h, user=u, pwd=p)", FileKind::Other),
            ("\"Server=\" + s + \";Pwd=\" + p", FileKind::Code),
            ("opt.pwd=x1;server=db1", FileKind::Other),
        ] {
            assert_eq!(found(text, kind), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "[pwd=; a-c\"\n'\\\\<]{0,60}", at in 0_usize..60) {
            let start = at.min(text.len());
            let end = (start + 3).min(text.len());
            let _ = around(text.as_bytes(), &(start..end), FileKind::Other);
        }
    }
}
