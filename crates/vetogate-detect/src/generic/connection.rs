//! Passwords in connection strings: `Server=x;User Id=y;Password=z`, `host=x user=y password=z`.

use super::anchors::Promise;
use super::shapes::{is_code, is_dotted_name};
use super::spoken::{is_noise, spoken_letters};
use super::strength::{chosen, turns_of_case, unmistakable};
use crate::escapes::unescaped;
use crate::{Hit, Text, placeholder, uri};
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use vetogate_core::digest::UNGUESSABLE_BITS;
use vetogate_core::secret::entropy_bits;
use vetogate_core::{Confidence, Rule, Secret};
use vetogate_syntax::pairs::{self, Pairs};
use vetogate_syntax::path::FileKind;

pub(super) static RULE: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(Rule {
        confidence: Confidence::High,
        pattern: "password=value in a list with a server, a user or a database".into(),
        references: vec![
            "https://learn.microsoft.com/dotnet/framework/data/adonet/connection-string-syntax".into(),
        ],
        ..super::rule(
            "secret/connection-string",
            "Connection string with a password",
            "A connection string with a server, a user and a password: whoever has it opens the data.",
        )
    })
});

/// The list around a word, if it is one and the word the name of its password.
pub(super) fn around(text: &Text<'_>, word: &Range<usize>, promise: Promise) -> Option<Pairs> {
    (promise == Promise::Password).then(|| pairs::around(text.bytes, word, text.hints.kind))?
}

/// What there is to report of it.
pub(super) fn hit(text: &Text<'_>, word: &Range<usize>, pairs: &Pairs) -> Option<Hit> {
    let part = |range: &Option<Range<usize>>| range.clone().map_or(&b""[..], |range| &text.bytes[range]);
    let value = unescaped(&text.bytes[pairs.password.clone()]);
    let value = value.as_ref();
    let (user, host) = (part(&pairs.user), part(&pairs.host));
    if is_no_password(value) || placeholder::has_hole(host) {
        return None;
    }
    let doubtful = text.hints.is_test || text.hints.kind == FileKind::Prose;
    let context = if doubtful { Confidence::Low } else { Confidence::High };
    Some(Hit {
        rule: Arc::clone(&RULE),
        span: word.start..pairs.password.end,
        secret_spans: vec![pairs.password.clone()],
        values: vec![Secret::new(value)],
        identifier: None,
        confidence: context.min(chosen(value)).min(uri::reach_of_server(user, value, host)),
        guessable: entropy_bits(value) < UNGUESSABLE_BITS,
        is_shown: false,
        note: None,
    })
}

fn is_no_password(value: &[u8]) -> bool {
    value.len() < 4
        || value.len() > 128
        || placeholder::is_example_password(value)
        || value.iter().any(|byte| byte.is_ascii_whitespace() || *byte == b'"')
        || (value.iter().any(|byte| b"{}()[]".contains(byte)) && !is_random_with_brackets(value))
        || is_dotted_name(value)
}

/// A password that a machine made has brackets like any sign; what programs and templates write in them is a name, or
/// stands where the whole value does.
fn is_random_with_brackets(value: &[u8]) -> bool {
    const PAIRS: [(u8, u8); 3] = [(b'{', b'}'), (b'(', b')'), (b'[', b']')];
    let is_hole = |(open, close): (u8, u8)| {
        let begin = value.iter().position(|byte| *byte == open)?;
        let end = begin + value[begin..].iter().position(|byte| *byte == close)?;
        let inside = &value[begin + 1..end];
        let of_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(byte);
        Some(inside.iter().all(of_name) && !is_noise(inside))
    };
    (unmistakable(value) || (value.len() > 7 && spoken_letters(value) == 0 && turns_of_case(value) > 1))
        && !placeholder::has_hole(value)
        && !is_code(value)
        && !PAIRS.into_iter().any(|pair| is_hole(pair) == Some(true))
}
