//! How sure it is that an assignment holds a secret.

use super::anchors::Promise;
use super::comments::is_documentation;
use super::names;
use super::strength::{key, password};
use super::values::{is_behind_a_text, is_no_secret, is_prose, is_search_key};
use crate::Text;
use vetogate_core::Confidence;
use vetogate_syntax::assign::{Assignment, Form, Quote};
use vetogate_syntax::path::FileKind;
use vetogate_syntax::words;

/// How sure it is that the assignment holds a secret; `None` where it does not.
pub(super) fn judge(text: &Text<'_>, assignment: &Assignment, promise: Promise) -> Option<Confidence> {
    let identifier = words::split(&text.bytes[assignment.identifier.clone()]);
    let value = &text.bytes[assignment.value.clone()];
    if !names::a_secret(&identifier) || !names::is_pass(&identifier) {
        return None;
    }
    if value.len() < 5 || !value.is_ascii() || is_no_secret(value, assignment, &identifier) {
        return None;
    }
    // The working directory of a shell.
    if text.hints.kind == FileKind::Shell && &text.bytes[assignment.identifier.clone()] == b"PWD" {
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
    Some(if doubtful { Confidence::Low } else { plain })
}
