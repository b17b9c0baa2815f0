//! How sure it is that an assignment holds a secret.

use super::anchors::Promise;
use super::around::says_other;
use super::comments::is_documentation;
use super::encrypted::is_encrypted;
use super::escapes::unescaped;
use super::files::is_named_by_file;
use super::labels::{Foreign, foreign};
use super::names;
use super::objects::{is_object_of_password, is_variable_of_psql, names_an_object};
use super::strength::{is_weak, key, password, unmistakable};
use super::values::{is_behind_a_text, is_hashed, is_no_secret, is_prose, is_search_key};
use crate::{Text, placeholder};
use vetogate_core::Confidence;
use vetogate_syntax::assign::{Assignment, Form, Quote};
use vetogate_syntax::path::FileKind;
use vetogate_syntax::words;

/// How sure it is that the assignment holds a secret; `None` where it does not.
pub(super) fn judge(text: &Text<'_>, assignment: &Assignment, promise: Promise) -> Option<Confidence> {
    let name = &text.bytes[assignment.identifier.clone()];
    let identifier = words::split(name);
    let value = &text.bytes[assignment.value.clone()];
    if !is_named(text, assignment, &identifier)
        || !(5..=longest(promise)).contains(&value.len())
        || is_no_secret(value, assignment, &identifier, text.hints.kind)
        || is_other(text, assignment, &identifier)
    {
        return None;
    }
    let plain = match promise {
        Promise::Key if is_search_key(text.bytes, assignment) => return None,
        Promise::Key => key(value, names::is_sure_of_key(&identifier))?,
        Promise::Password | Promise::Login => of_password(text, assignment, &identifier)?,
    };
    // Lists of what many people take are checked against, and slots of a program have brackets.
    let is_known = assignment.form == Form::List && promise == Promise::Password && is_weak(value);
    if is_known || (assignment.form == Form::Login && value.ends_with(b"()")) {
        return None;
    }
    // What else is given so is a label, the name of a field, a rule.
    if matches!(assignment.form, Form::Setter | Form::Inside | Form::List | Form::Login)
        && plain == Confidence::Low
    {
        return None;
    }
    let doubtful = text.hints.is_test
        || text.hints.kind == FileKind::Prose
        || is_documentation(text.bytes, assignment.identifier.start, text.hints.kind)
        || (assignment.quote == Quote::Bare
            && text.hints.kind == FileKind::Other
            && !(is_variable_of_shell(text.bytes, assignment) && (promise == Promise::Key || unmistakable(value))))
        // Django says so of the keys that it makes for a machine of a developer.
        || value.starts_with(b"django-insecure-");
    // Rows are data of examples more often than of what is in use, and most of these hold no password but its digest.
    let doubtful = doubtful || (assignment.form == Form::Column && !unmistakable(value));
    Some(if doubtful { Confidence::Low } else { plain })
}

/// Whether a variable of the environment is set as shells do, whatever the file is: `export NAME=`, or `NAME=` in
/// capitals, where a line begins.
fn is_variable_of_shell(text: &[u8], assignment: &Assignment) -> bool {
    const REACH: usize = 40;
    let (name, start) = (&text[assignment.identifier.clone()], assignment.identifier.start);
    let line =
        text[start.saturating_sub(REACH)..start].rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_export = line.trim_ascii() == b"export";
    let is_variable = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
    assignment.form == Form::Plain
        && assignment.value.start == assignment.identifier.end + 1
        && text[assignment.identifier.end] == b'='
        && (is_export || (line.trim_ascii().is_empty() && name.iter().all(is_variable)))
}

/// Whether the identifier is the name of a secret, or of several that are given as a list.
fn is_named(text: &Text<'_>, assignment: &Assignment, identifier: &[String]) -> bool {
    let name = &text.bytes[assignment.identifier.clone()];
    let is_secret = match assignment.form {
        Form::List => names::secrets(identifier),
        Form::Login => true,
        _ => names::a_secret(identifier),
    };
    is_secret
        && (assignment.form == Form::Login
            || names::is_pass(identifier)
            || is_beside_user(text, name, assignment))
}

/// What is no secret by what stands around it.
fn is_other(text: &Text<'_>, assignment: &Assignment, identifier: &[String]) -> bool {
    let (name, value) = (&text.bytes[assignment.identifier.clone()], &text.bytes[assignment.value.clone()]);
    let kind = text.hints.kind;
    // "the options --user and --password can be given".
    let is_of_sentence = assignment.form == Form::Flag
        && assignment.quote == Quote::Bare
        && value.iter().all(u8::is_ascii_lowercase);
    // The working directory of a shell.
    let is_directory = matches!(kind, FileKind::Shell | FileKind::Env) && name == b"PWD";
    is_of_sentence
        || is_directory
        || is_named_by_file(text.bytes, &assignment.identifier, value)
        || is_between_two_texts(text.bytes, assignment)
        || (names::is_key_of_app(identifier) && !value.starts_with(b"base64:") && !is_hex_of_40(value))
        || (assignment.form != Form::Inside && is_behind_a_text(text.bytes, assignment))
        || is_variable_of_psql(text.bytes, assignment, kind)
        || names::is_public_key(identifier, value)
        || names::is_of_request(identifier, value)
        || is_encrypted(text.bytes, assignment)
        || says_other(text.bytes, assignment, kind)
        || (assignment.form == Form::Column && is_hashed(text.bytes, assignment))
}

/// The length of the keys of applications that are kept secret, as Datadog makes them; public ones are shorter.
fn is_hex_of_40(value: &[u8]) -> bool {
    value.len() == 40 && value.iter().all(u8::is_ascii_hexdigit)
}

/// Whether a value is no text but what a program puts between two, by the quotes of both: `'".$given."'`. The inner ones
/// may have been taken for a part of it.
fn is_between_two_texts(text: &[u8], assignment: &Assignment) -> bool {
    let Quote::Quoted(outer) = assignment.quote else { return false };
    let (start, end) = (assignment.value.start, assignment.value.end);
    let is_quote = |byte: &&u8| b"\"'".contains(byte) && **byte != outer;
    let is_unquoted =
        start > 1 && text[start - 2] == outer && Some(&text[start - 1]).filter(is_quote).is_some();
    let whole = if is_unquoted { start - 1..(end + 1).min(text.len()) } else { start..end };
    placeholder::is_between_texts(&text[whole])
}

/// How sure it is that a value which is called a password is one.
fn of_password(text: &Text<'_>, assignment: &Assignment, identifier: &[String]) -> Option<Confidence> {
    let value = &text.bytes[assignment.value.clone()];
    if !names::is_pw(identifier) || is_prose(text.bytes, assignment) {
        return None;
    }
    if is_object_of_password(identifier) && names_an_object(value).is_some() {
        return None;
    }
    let unescaped = unescaped(value);
    if !unescaped.is_ascii() {
        return match foreign(&unescaped) {
            Foreign::Prose => None,
            Foreign::Weak => Some(Confidence::Low),
            Foreign::Chosen => Some(Confidence::Medium),
        };
    }
    let plain = password(text.bytes, assignment, text.hints.kind)?;
    let is_thrown_away =
        || text.hints.is_ci && is_weak(value) && is_of_service(text.bytes, assignment, identifier);
    Some(if plain > Confidence::Low && is_thrown_away() { Confidence::Low } else { plain })
}

/// Whether a password is that of a service which a build starts and throws away: a database, or what is on this machine.
fn is_of_service(text: &[u8], assignment: &Assignment, identifier: &[String]) -> bool {
    const REACH: usize = 200;
    const SERVICES: &[&str] = &[
        "mysql",
        "mariadb",
        "postgres",
        "postgresql",
        "pg",
        "pgpassword",
        "mssql",
        "sa",
        "redis",
        "mongo",
        "mongodb",
        "mongo",
        "rabbitmq",
        "db",
        "database",
        "oracle",
        "elastic",
        "elasticsearch",
        "clickhouse",
        "neo4j",
        "minio",
        "cassandra",
        "ldap",
    ];
    let start = assignment.identifier.start;
    let end = text.len().min(assignment.value.end + REACH);
    let before =
        text[start.saturating_sub(REACH)..start].rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let after = text[start..end].split(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_local = |line: &[u8]| {
        [&b"127.0.0.1"[..], b"localhost"].iter().any(|host| memchr::memmem::find(line, host).is_some())
    };
    identifier.iter().any(|word| SERVICES.contains(&word.as_str())) || is_local(before) || is_local(after)
}

/// What is longer is no secret of this kind, and is not read any further.
fn longest(promise: Promise) -> usize {
    match promise {
        Promise::Password | Promise::Login => 128,
        Promise::Key => 4096,
    }
}

/// Whether a key that is called `pass` stands beside the one of a user: `auth: { user: "x", pass: "y" }`.
fn is_beside_user(text: &Text<'_>, name: &[u8], assignment: &Assignment) -> bool {
    const REACH: usize = 160;
    const USERS: &[&[u8]] = &[b"user", b"username", b"login"];
    let (text, kind) = (text.bytes, text.hints.kind);
    let (start, end) = (assignment.identifier.start, assignment.value.end);
    let near = || {
        let (before, after) =
            (&text[start.saturating_sub(REACH)..start], &text[end..text.len().min(end + REACH)]);
        let is_user = |part: &[u8]| USERS.iter().any(|user| user.eq_ignore_ascii_case(part));
        [before, after].into_iter().any(|side| side.split(|byte| !byte.is_ascii_alphanumeric()).any(is_user))
    };
    // In prose it is said of many things.
    let is_key = assignment.quote != Quote::Bare || kind.is_data();
    names::is_bare_pass(name) && ((is_key && near()) || unmistakable(&text[assignment.value.clone()]))
}
