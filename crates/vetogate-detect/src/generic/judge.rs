//! How sure it is that an assignment holds a secret.

use super::anchors::Promise;
use super::comments::is_documentation;
use super::names;
use super::strength::{key, password, unmistakable};
use super::values::{is_behind_a_text, is_no_secret, is_prose, is_search_key};
use crate::Text;
use vetogate_core::Confidence;
use vetogate_syntax::assign::{Assignment, Form, Quote};
use vetogate_syntax::path::FileKind;
use vetogate_syntax::words;

/// How sure it is that the assignment holds a secret; `None` where it does not.
pub(super) fn judge(text: &Text<'_>, assignment: &Assignment, promise: Promise) -> Option<Confidence> {
    let name = &text.bytes[assignment.identifier.clone()];
    let identifier = words::split(name);
    let value = &text.bytes[assignment.value.clone()];
    if !names::a_secret(&identifier)
        || !(names::is_pass(&identifier) || is_beside_user(text, name, assignment))
    {
        return None;
    }
    if value.len() < 5
        || value.len() > longest(promise)
        || !value.is_ascii()
        || is_no_secret(value, assignment, &identifier, text.hints.kind)
    {
        return None;
    }
    if names::is_key_of_app(&identifier) && !value.starts_with(b"base64:") {
        return None;
    }
    // The working directory of a shell.
    if matches!(text.hints.kind, FileKind::Shell | FileKind::Env) && name == b"PWD" {
        return None;
    }
    if is_behind_a_text(text.bytes, assignment) {
        return None;
    }
    // "the options --user and --password can be given".
    if assignment.form == Form::Flag
        && assignment.quote == Quote::Bare
        && value.iter().all(u8::is_ascii_lowercase)
    {
        return None;
    }
    let plain = match promise {
        Promise::Password if !names::is_pw(&identifier) => return None,
        Promise::Password if is_prose(text.bytes, assignment) => return None,
        Promise::Password => password(text.bytes, assignment, text.hints.kind)?,
        Promise::Key if is_search_key(text.bytes, assignment) => return None,
        Promise::Key => key(value)?,
    };
    // What else is set by such a call is a label, the name of a field, a rule.
    if assignment.form == Form::Setter && plain == Confidence::Low {
        return None;
    }
    let doubtful = text.hints.is_test
        || text.hints.kind == FileKind::Prose
        || is_documentation(text.bytes, assignment.identifier.start, text.hints.kind)
        || (assignment.quote == Quote::Bare && text.hints.kind == FileKind::Other);
    // Django says so of the keys that it makes for a machine of a developer.
    let doubtful = doubtful || value.starts_with(b"django-insecure-");
    Some(if doubtful { Confidence::Low } else { plain })
}

/// What is longer is no secret of this kind, and is not read any further.
fn longest(promise: Promise) -> usize {
    match promise {
        Promise::Password => 128,
        Promise::Key => 512,
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
