//! Assignments in any language: an identifier, an operator, a value; and the other ways in which a name gets a value.
//!
//! Not a parser: it starts from a word inside an identifier and reads outwards, in bounded steps.

mod argument;
mod entry;
mod fallback;
mod flag;
mod insert;
mod inside;
mod list;
mod markup;
mod operator;
mod positional;
mod value;
mod wrap;

use crate::path::FileKind;
use std::ops::Range;
use value::Value;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quote {
    /// Between `'`, `"` or a backtick.
    Quoted(u8),
    /// Bare, up to a blank or a separator.
    Bare,
    /// Between tags.
    Element,
}

/// How the identifier gets its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `name = value`.
    Plain,
    /// What is taken where the environment says nothing: `getenv("NAME", "value")`, `name || "value"`, `${NAME:-value}`.
    Fallback,
    /// `set("name", "value")`.
    Argument,
    /// `setName("value")`, `.name("value")`.
    Setter,
    /// An element or an attribute: `<name>value</name>`, `<x key="name" value="value"/>`.
    Markup,
    /// An option of a command: `--name value`.
    Flag,
    /// A variable of the environment in a text: `"NAME=value"`.
    Inside,
    /// An element of a list: `names = ["value", ..]`.
    List,
    /// A column of a row: `INSERT INTO x (name) VALUES ('value')`.
    Column,
    /// An argument of a call that logs in: `connect("host", "user", "value")`.
    Login,
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
    /// How the identifier gets it.
    pub form: Form,
}

const LONGEST_IDENTIFIER: usize = 100;

/// The assignment whose identifier holds `word`, if it is one.
pub fn around(text: &[u8], word: Range<usize>, kind: FileKind) -> Option<Assignment> {
    let identifier = identifier(text, word)?;
    let (value, form) = given(text, &identifier, kind)?;
    let Value { range, quote, is_template } = value;
    Some(Assignment { identifier, value: range, quote, is_template, form })
}

/// The password in a call that logs in, where `word` is a part of its name.
pub fn login(text: &[u8], word: Range<usize>) -> Option<Assignment> {
    let identifier = identifier(text, word)?;
    let Value { range, quote, is_template } = positional::around(text, &identifier)?;
    Some(Assignment { identifier, value: range, quote, is_template, form: Form::Login })
}

/// The next element of a list, where `last` is one.
pub fn next_element(text: &[u8], last: &Assignment, kind: FileKind) -> Option<Assignment> {
    (last.form == Form::List).then_some(())?;
    let Value { range, quote, is_template } = list::next(text, &last.value, kind)?;
    Some(Assignment {
        identifier: last.identifier.clone(),
        value: range,
        quote,
        is_template,
        form: Form::List,
    })
}

fn given(text: &[u8], identifier: &Range<usize>, kind: FileKind) -> Option<(Value, Form)> {
    if text[..identifier.start].ends_with(b"${") && matches!(text.get(identifier.end), Some(b':' | b'}')) {
        return Some((fallback::expansion(text, identifier.end, kind)?, Form::Fallback));
    }
    let is_text = matches!(kind, FileKind::Python | FileKind::JavaScript | FileKind::Code | FileKind::Json);
    if is_text && let Some(value) = inside::around(text, identifier) {
        return Some((value, Form::Inside));
    }
    if let Some(value) = list::first(text, identifier, kind) {
        return Some((value, Form::List));
    }
    plain(text, identifier, kind)
        .or_else(|| Some((fallback::behind_name(text, identifier.end, kind)?, Form::Fallback)))
        .or_else(|| argument::around(text, identifier))
        .or_else(|| Some((argument::setter(text, identifier, kind)?, Form::Setter)))
        .or_else(|| Some((apart(text, identifier, kind)?, Form::Plain)))
        .or_else(|| Some((markup::around(text, identifier)?, Form::Markup)))
        .or_else(|| Some((flag::around(text, identifier)?, Form::Flag)))
        .or_else(|| Some((argument::of_token(text, identifier)?, Form::Argument)))
        .or_else(|| Some((insert::around(text, identifier)?, Form::Column)))
}

/// A value that stands apart from its name.
fn apart(text: &[u8], identifier: &Range<usize>, kind: FileKind) -> Option<Value> {
    entry::around(text, identifier, kind)
        .or_else(|| entry::variable(text, identifier))
        .or_else(|| entry::instruction(text, identifier, kind))
        .or_else(|| entry::statement(text, identifier, kind))
        .or_else(|| entry::declaration(text, identifier, kind))
        .or_else(|| entry::member(text, identifier, kind))
}

/// `name = value`, where the value may be what an expression falls back on.
fn plain(text: &[u8], identifier: &Range<usize>, kind: FileKind) -> Option<(Value, Form)> {
    let closed = closed(text, identifier.end, kind);
    let (after, mut is_colon) = operator::at(text, blanks(text, closed), kind)?;
    let mut at = blanks(text, after);
    // `name: type = value`, as in Python, TypeScript, Rust, Kotlin.
    if is_colon
        && !matches!(kind, FileKind::Json | FileKind::Config)
        && let Some(typed) = operator::typed(text, at)
    {
        (at, is_colon) = (typed, false);
    }
    if is_colon && let Some(value) = entry::block(text, at, kind) {
        return Some((value, Form::Plain));
    }
    if let Some(value) = value::literal(text, at, kind, is_colon) {
        return Some(match fallback::whole(text, &value.range, kind) {
            Some(inner) => (Value { range: inner, ..value }, Form::Fallback),
            None => (value, Form::Plain),
        });
    }
    let expression = if is_colon || !value::of_expressions(kind) { at } else { spaces(text, at) };
    if let Some(value) = fallback::of_expression(text, expression, kind) {
        return Some((value, Form::Fallback));
    }
    // Behind a colon the next line is a value only where the name is a key: `class Token:` has a docstring there.
    let is_key = matches!(text.get(identifier.end), Some(b'"' | b'\''));
    let goes_on = !is_colon || is_key || kind == FileKind::JavaScript;
    let is_call = text[identifier.end..closed].contains(&b')');
    (goes_on && !is_call).then_some(())?;
    Some((value::continued(text, at, kind)?, Form::Plain))
}

/// Behind what closes an identifier: quotes, brackets, and the length of an array of C.
fn closed(text: &[u8], at: usize, kind: FileKind) -> usize {
    if kind == FileKind::Code && text.get(at) == Some(&b'[') {
        let length = skip(text, at + 1, |byte| byte.is_ascii_alphanumeric() || byte == b'_', 20);
        if text.get(length) == Some(&b']') {
            return length + 1;
        }
    }
    skip(text, at, |byte| b"\"'`]\\)".contains(&byte), 3)
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

pub(crate) fn blanks(text: &[u8], at: usize) -> usize {
    skip(text, at, |byte| matches!(byte, b' ' | b'\t'), 40)
}

/// Blanks and the ends of lines.
fn spaces(text: &[u8], at: usize) -> usize {
    skip(text, at, |byte| byte.is_ascii_whitespace(), 100)
}

/// Where a text in quotes opens whose content reaches up to `at`, if it opens shortly before.
fn opening_quote(text: &[u8], at: usize, quote: u8) -> Option<usize> {
    const REACH: usize = 60;
    let before = &text[at.saturating_sub(REACH)..at];
    let back = before.iter().rev().position(|&byte| byte == quote || b"\n<>\"'`".contains(&byte))?;
    let open = at - back - 1;
    (text[open] == quote).then_some(open)
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
            ("DB_PASSWORD==x|1;<a", FileKind::Env, "DB_PASSWORD", "=x|1;<a"),
            ("DB_PASSWORD=~1;2;", FileKind::Env, "DB_PASSWORD", "~1;2"),
            ("db.password=;x1", FileKind::Config, "db.password", ";x1"),
            ("db: {user: x, password: x1, id: 1}", FileKind::Config, "password", "x1"),
            ("db: {user: x, password: x1}", FileKind::Config, "password", "x1"),
            ("x=1;password=x1;db=a", FileKind::Config, "password", "x1"),
            ("<a b='x'>password=x1</a>", FileKind::Config, "password", "x1"),
            ("x) PASSWORD=x1;;", FileKind::Shell, "PASSWORD", "x1"),
            ("password = \"x\\\"1\"", FileKind::Python, "password", "x\\\"1"),
            ("char password[] = \"x1\";", FileKind::Code, "password", "x1"),
            ("static char password[LENGTH] = \"x1\";", FileKind::Code, "password", "x1"),
            ("#define PASSWORD \"x1\"", FileKind::Code, "PASSWORD", "x1"),
            ("int a;\n#  define PASSWORD \"x1\" // note", FileKind::Code, "PASSWORD", "x1"),
            ("redis: addr=:6379,password=x1,db=0,pool=9", FileKind::Config, "password", "x1"),
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
            ("password == x1", FileKind::Config),
            ("if: password=='x1'", FileKind::Config),
            ("password[at] == \"x1\";", FileKind::Code),
            ("passwords[0] = 'x1'", FileKind::Python),
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
