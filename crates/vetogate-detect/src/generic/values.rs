//! Values that are no secret: placeholders, code, expressions, words.

use super::classes::{is_class_name, is_identifier};
use super::encrypted::opens_nothing;
use super::files::{is_module_of, is_source};
use super::labels::is_label;
use super::names;
use super::objects::{is_address, is_package};
use super::public::names_something_public;
use super::settings::{is_algorithm, is_digest, is_of_provider, is_rate, is_relative_path};
use super::shapes::{dotted, is_code, is_lookup, is_path, is_regex, is_variable};
use super::strength::unmistakable;
use crate::placeholder;
use bstr::ByteSlice;
use std::ops::Range;
use vetogate_syntax::assign::{Assignment, Form, Quote};
use vetogate_syntax::path::FileKind;
use vetogate_syntax::words;

pub(super) fn is_no_secret(
    value: &[u8],
    assignment: &Assignment,
    identifier: &[String],
    kind: FileKind,
) -> bool {
    let has = |byte: u8| value.contains(&byte);
    let as_text = String::from_utf8_lossy(value).to_ascii_lowercase();
    let words = words::split(value);
    is_path(value)
        || refers(value, assignment, kind)
        || placeholder::is_example_password(value)
        || value.strip_prefix(b"$").is_some_and(placeholder::is_example_password)
        || (assignment.is_template && (has(b'{') || value.find("${").is_some()))
        || (has(b' ') && !is_passphrase(value, assignment, kind))
        || has(b'\t')
        || (value.starts_with(b"--") && !unmistakable(value))
        // Between two texts inside a text: `"a" + call("b")`.
        || (value.starts_with(b"+") && value.trim_end_with(|sign| sign == '\\').ends_with(b"("))
        || value.windows(3).any(|three| three == b"://")
        || is_expression(value, assignment, kind)
        || is_regex(value)
        || (is_uuid(value) && !names::may_be_uuid(identifier))
        || is_address(value, identifier)
        || is_date(value)
        || is_version(value.strip_prefix(b"=").unwrap_or(value))
        || is_name_of_variable(value, &words, identifier)
        || is_class_name(value)
        || is_package(value)
        || names_something_public(value, identifier)
        || opens_nothing(value)
        || is_label(value)
        || names_a_thing(value, identifier)
        || is_rate(value)
        || is_algorithm(value)
        || is_digest(value, identifier)
        || is_of_provider(value)
        || is_relative_path(value)
        || is_source(value)
        || ((kind == FileKind::Python || identifier.len() > 2) && is_module_of(value, identifier))
        || is_publishable(value)
        || is_lookup(value)
        || is_of_terminal(value)
        || is_validation(value)
        || matches!(value, [drive, b':', b'\\', ..] if drive.is_ascii_alphabetic())
        || names_another(value, &words, identifier)
        || is_import_path(value)
        || says_its_name(&words, identifier)
        || spells_its_name(value, identifier)
        || matches!(
            as_text.as_str(),
            "true"
                | "false"
                | "string"
                | "number"
                | "boolean"
                | "object"
                | "required"
                | "optional"
                | "hidden"
                | "disabled"
                | "enabled"
        )
}

/// A value of its key's words alone, with a number that tells one example from the next: `refresh-token-1234`.
fn says_its_name(words: &[String], identifier: &[String]) -> bool {
    let is_number = |word: &str| word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let (numbers, words): (Vec<_>, Vec<_>) = words.iter().partition(|word| is_number(word));
    words.iter().all(|word| identifier.contains(word)) && (numbers.is_empty() || !words.is_empty())
}

/// The name of something in a program. People choose words for passwords: under the name of one it has to name itself,
/// and end as no password does.
fn names_a_thing(value: &[u8], identifier: &[String]) -> bool {
    let is_of_password =
        identifier.iter().any(|word| ["pass", "pw"].iter().any(|start| word.starts_with(start)));
    let names_itself = || {
        let words = words::split(value);
        // Nobody chooses so many words with capitals: it is the name of a type.
        (value[0].is_ascii_lowercase() || words.len() > 4)
            && value.last().is_some_and(u8::is_ascii_alphabetic)
            && words[1..].iter().any(|word| word.starts_with("pass"))
    };
    is_identifier(value) && (!is_of_password || names_itself())
}

/// A value that is its own key in another spelling, as labels are: `OnePassword: "1Password"`.
fn spells_its_name(value: &[u8], identifier: &[String]) -> bool {
    const DIGITS: [&str; 10] =
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
    let spelled = |text: String| {
        let digits = DIGITS.iter().enumerate();
        digits.fold(text, |text, (digit, word)| text.replace(word, &digit.to_string()))
    };
    let value = spelled(words::split(value).concat());
    value.len() > 4 && spelled(identifier.concat()).ends_with(&value)
}

/// Colours of a terminal (ECMA-48, CSI), written in one of the ways of programs, also inside a text of a program.
fn is_of_terminal(value: &[u8]) -> bool {
    let rest = value.trim_start_with(|c| "\\\"'".contains(c));
    let is_escaped = rest.len() < value.len()
        && [&b"e["[..], b"033[", b"x1b[", b"x1B[", b"u001b[", b"u001B["]
            .iter()
            .any(|sign| rest.starts_with(sign));
    is_escaped || value.starts_with(b"\x1b[")
}

/// Rules of a form, as Laravel writes them: words between bars, some with arguments (`nullable|min:8`).
fn is_validation(value: &[u8]) -> bool {
    let is_rule = |rule: &[u8]| {
        let word = rule.split(|&byte| byte == b':').next().unwrap_or_default();
        word.len() > 1 && word.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_')
    };
    value.contains(&b'|') && value.split(|&byte| byte == b'|').all(is_rule)
}

/// `get_secret("x")`, `settings.X`, `a[0]`, `Foo::bar`: code, not text. In a file of settings it takes more than a sign.
fn is_expression(value: &[u8], assignment: &Assignment, kind: FileKind) -> bool {
    if assignment.quote != Quote::Bare {
        return false;
    }
    if kind.is_data() {
        return is_code(value);
    }
    value.iter().any(|byte| b"([{$*".contains(byte))
        || value.ends_with(b",")
        || value.ends_with(b":")
        || value.windows(2).any(|two| two == b"::" || two == b"->")
        || dotted(value)
}

/// Words in quotes that are no sentence: most of them have digits inside, or, in a file of settings, some sign or digit
/// stands among few. In `.env` words alone are one, too.
fn is_passphrase(value: &[u8], assignment: &Assignment, kind: FileKind) -> bool {
    let words: Vec<&[u8]> = value.split(|&byte| byte == b' ').collect();
    let has = |word: &[u8], test: fn(&u8) -> bool| word.iter().any(test);
    let is_odd = |word: &&&[u8]| {
        let classes =
            [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit, u8::is_ascii_punctuation];
        has(word, u8::is_ascii_digit) && classes.into_iter().filter(|class| has(word, *class)).count() > 1
    };
    let odd = words.iter().filter(is_odd).count();
    let of_words = words.iter().all(|word| word.len() > 2 && word.iter().all(u8::is_ascii_lowercase));
    let is_quoted = matches!(assignment.quote, Quote::Quoted(_)) && !assignment.is_template;
    let is_short =
        value.len() >= 8 && (2..=8).contains(&words.len()) && words.iter().all(|word| !word.is_empty());
    is_quoted
        && is_short
        && match kind {
            FileKind::Env => odd > 0 || (of_words && words.len() > 3),
            FileKind::Config => odd > 0 && odd * 3 >= words.len(),
            _ => odd > 1 && odd * 2 > words.len(),
        }
}

/// A variable. Python and JavaScript put none into a text in quotes, but others read what is a variable as a whole.
fn refers(value: &[u8], assignment: &Assignment, kind: FileKind) -> bool {
    let is_literal = matches!(kind, FileKind::Python | FileKind::JavaScript)
        && matches!(assignment.quote, Quote::Quoted(b'"' | b'\''));
    is_variable(value) && (value.starts_with(b"$") || !is_literal)
}

pub(super) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Keys that are made to stand in pages: of Stripe, Mapbox and PostHog, by their documentation.
fn is_publishable(value: &[u8]) -> bool {
    [&b"pk_live_"[..], b"pk_test_", b"pk.eyJ", b"phc_"].iter().any(|prefix| value.starts_with(prefix))
}

/// The name of another variable: `RELAY_PASSWORD=smtp_password`.
fn names_another(value: &[u8], words: &[String], identifier: &[String]) -> bool {
    let is_name = value.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
    is_name && words.len() > 1 && words.last() == identifier.last()
}

/// The name of a variable of the environment, as programs keep it: `EnvPassword = "ACME_DB_PASSWORD"`.
fn is_name_of_variable(value: &[u8], words: &[String], identifier: &[String]) -> bool {
    let is_name =
        value.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_');
    let last = |words: &[String]| {
        words.last().map(|last| last.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned())
    };
    is_name && words.len() > 1 && value[0].is_ascii_uppercase() && last(words) == last(identifier)
}

/// A version, as images and packages have behind their name: `1.0.8-debian-12`.
fn is_version(value: &[u8]) -> bool {
    let of_version = |byte: &u8| byte.is_ascii_alphanumeric() || b".+-_".contains(byte);
    let mut parts = value.strip_prefix(b"v").unwrap_or(value).split(|byte| b".+-_".contains(byte));
    let is_number = |part: &[u8]| (1..=4).contains(&part.len()) && part.iter().all(u8::is_ascii_digit);
    value.len() < 40
        && value.iter().all(of_version)
        && parts.next().is_some_and(is_number)
        && parts.next().is_some_and(is_number)
        && parts.next().is_some_and(|part| !part.is_empty())
}

/// Begins as a date does (RFC 3339).
fn is_date(value: &[u8]) -> bool {
    value.len() >= 10
        && value.iter().take(10).enumerate().all(|(index, byte)| match index {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

/// Words joined by slashes, as packages are named: `net/url`.
fn is_import_path(value: &[u8]) -> bool {
    let parts = value.split(|&byte| byte == b'/');
    value.contains(&b'/')
        && parts.into_iter().all(|part| part.len() > 1 && part.iter().all(u8::is_ascii_lowercase))
}

/// Whether the quote before the value closes the text in which the identifier stands: `"Password: " + given`.
pub(super) fn is_behind_a_text(text: &[u8], assignment: &Assignment) -> bool {
    const REACH: usize = 400;
    let Quote::Quoted(quote) = assignment.quote else { return false };
    let Range { start, end } = assignment.identifier;
    // The settings of .NET have the sections before the name: `"Db:Password": "x"`. With two colons it is a type's.
    let of_sections = |byte: &&u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(byte);
    let sections = match text[..start].last() {
        Some(b':') if !text[..start].ends_with(b"::") => {
            text[..start].iter().rev().take(100).take_while(of_sections).count()
        }
        _ => 0,
    };
    let opens = text[..start - sections].last() == Some(&quote);
    let is_key = opens && text.get(end) == Some(&quote);
    let is_escaped = assignment.value.start > 1 && text[assignment.value.start - 2] == b'\\';
    let line =
        text[start.saturating_sub(REACH)..start].rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    // Of a line that begins out of reach, the nearest quote tells more than their count.
    let is_whole = line.len() < REACH;
    let is_inside = if is_whole { open_quote(line) == Some(quote) } else { ends_inside(line, quote) };
    !is_key && !is_escaped && is_inside
}

/// Whether the last quote in a text opens one: it stands behind what may be followed by a text, and before what is none
/// of the signs that follow one.
fn ends_inside(text: &[u8], quote: u8) -> bool {
    let Some(at) = text.iter().rposition(|&byte| byte == quote) else {
        // A parameter of an address that begins out of reach.
        return text.ends_with(b"?") || (text.ends_with(b"&") && !text.ends_with(b"&&"));
    };
    let before = text[..at].trim_end_with(|c| c == '\\').last();
    let is_behind = |byte: &u8| byte.is_ascii_whitespace() || b"([{,:=+?!&|<>;".contains(byte);
    before.is_some_and(is_behind)
        && !matches!(text.get(at + 1), Some(b',' | b':' | b';' | b')' | b']' | b'}'))
}

/// The quote that is open at the end of a line.
fn open_quote(line: &[u8]) -> Option<u8> {
    let (mut open, mut is_escaped) = (None, false);
    for &byte in line {
        if is_escaped {
            is_escaped = false;
        } else if byte == b'\\' {
            is_escaped = true;
        } else if open == Some(byte) {
            open = None;
        } else if open.is_none() && b"\"'`".contains(&byte) {
            open = Some(byte);
        }
    }
    open
}

/// A search-only key of Algolia beside the index that it opens: made to stand in pages
/// (<https://www.algolia.com/doc/guides/security/api-keys/>). An admin key has no index beside it.
pub(super) fn is_search_key(text: &[u8], assignment: &Assignment) -> bool {
    const REACH: usize = 400;
    let value = &assignment.value;
    let near = &text[value.start.saturating_sub(REACH)..(value.end + REACH).min(text.len())];
    let beside =
        |word: &str| near.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()));
    value.len() == 32
        && text[value.clone()].iter().all(u8::is_ascii_hexdigit)
        && (beside("indexName") || beside("index_name"))
        && !beside("admin")
}

/// A hash of a password: written with its scheme (`pbkdf2_sha256$..`), or of a digest's length in the record of a user
/// (`<user name="x" password="..">`). Elsewhere so many hexadecimal digits are a password that a machine made.
pub(super) fn is_hashed(text: &[u8], assignment: &Assignment) -> bool {
    const SCHEMES: &[&[u8]] = &[b"pbkdf2", b"bcrypt", b"scrypt", b"argon2", b"sha", b"md5"];
    let value = &text[assignment.value.clone()];
    let lower = value.to_ascii_lowercase();
    let has_scheme = value.contains(&b'$') && SCHEMES.iter().any(|scheme| lower.starts_with(scheme));
    let is_digest =
        matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.iter().all(u8::is_ascii_hexdigit);
    has_scheme
        || (is_digest
            && (assignment.form == Form::Column || is_in_tag_of_user(text, assignment.identifier.start)))
}

/// Whether `at` stands among the attributes of an element that is a user.
fn is_in_tag_of_user(text: &[u8], at: usize) -> bool {
    const REACH: usize = 300;
    let before = &text[at.saturating_sub(REACH)..at];
    let Some(back) = before.iter().rposition(|&byte| matches!(byte, b'<' | b'>')) else { return false };
    let tag = before[back + 1..].split(u8::is_ascii_whitespace).next().unwrap_or_default();
    let is_user = |word: &String| matches!(word.as_str(), "user" | "account" | "login");
    before[back] == b'<' && words::split(tag).iter().any(is_user)
}

/// A bare word with more words behind it: "a password: whoever has it".
pub(super) fn is_prose(text: &[u8], assignment: &Assignment) -> bool {
    let value = &text[assignment.value.clone()];
    let after = &text[assignment.value.end..];
    let goes_on = matches!(after, [b' ', next, ..] if next.is_ascii_alphabetic());
    assignment.quote == Quote::Bare
        && goes_on
        && value.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b',')
}
