//! Secrets without a vendor's shape: a password or a key that is assigned to an identifier which says so.
//!
//! The identifier is split into words; the value is told from placeholders, references, type names, words and paths.
//! What is left is of medium confidence where it looks made by a machine or chosen by a person, and of low confidence
//! under test paths, in prose, and where it is weak.

mod anchors;
mod around;
mod classes;
mod comments;
mod connection;
mod encrypted;
mod escapes;
mod files;
mod judge;
mod labels;
mod names;
mod objects;
mod public;
mod settings;
mod shapes;
mod spoken;
mod strength;
mod values;
mod zeros;

use crate::secrets::{self, Taken};
use crate::{BlobDetector, Hit, Text, placeholder};
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use vetogate_core::digest::UNGUESSABLE_BITS;
use vetogate_core::secret::entropy_bits;
use vetogate_core::{Category, Confidence, Cwe, Detects, Fuel, Rule, Secret, Severity};
use vetogate_syntax::assign::{self, Assignment};
use vetogate_syntax::path::FileKind;
use vetogate_syntax::words;

pub(crate) use anchors::BITMAP;
pub(crate) use classes::is_identifier;
pub(crate) use comments::{is_documentation, is_in_comment};
pub(crate) use shapes::{is_code, is_dotted_name, is_member, is_variable};
pub(crate) use spoken::reads_like_words;
pub(crate) use strength::chosen;

use anchors::{Promise, words_in};
use judge::judge;

/// The detector of assigned passwords and keys.
pub struct Generic;

static PASSWORD: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(rule(
        "secret/assigned-password",
        "Hard-coded password",
        "A password is assigned in the text. Everyone who can read the repository can use it.",
    ))
});

static KEY: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(rule(
        "secret/assigned-key",
        "Hard-coded key or token",
        "A key, token or secret without a known vendor's shape is assigned in the text.",
    ))
});

fn rule(id: &str, title: &str, description: &str) -> Rule {
    Rule {
        id: id.into(),
        title: title.into(),
        description: description.into(),
        category: Category::Secrets,
        detects: Detects::Leak,
        severity: Severity::Critical,
        confidence: Confidence::Medium,
        cwe: vec![Cwe(798)],
        pattern: "an identifier that names a secret, assigned a literal value".into(),
        recommendation: "Read it from the environment or a secret manager, and rotate it.".into(),
        steps: vec![
            "Change it where it is used: what was pushed, or stood on a shared machine, is known.".into(),
            "Take it out of the file and read it with {env}.".into(),
            "Take it out of the commits that are not pushed yet: git commit --amend, or git rebase -i."
                .into(),
        ],
        references: vec![
            "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html".into(),
        ],
        bits: 0,
    }
}

impl BlobDetector for Generic {
    fn rules(&self) -> Vec<Arc<Rule>> {
        vec![Arc::clone(&PASSWORD), Arc::clone(&KEY), Arc::clone(&connection::RULE)]
    }

    fn scan(&self, text: &Text<'_>, fuel: &mut Fuel, hits: &mut Vec<Hit>) {
        if text.hints.kind == FileKind::Lock {
            return;
        }
        let (taken, before, mut done) = (Taken::of(hits), hits.len(), 0);
        let mut places = zeros::Places::of(text);
        for (word, promise) in words_in(text) {
            if word.start < done {
                continue;
            }
            if !fuel.burn(256) {
                return;
            }
            let (seen, found) = look(text, word, promise, &taken);
            done = seen.unwrap_or(done);
            // A default has two names, the one that it is assigned to and the one of the environment.
            let again = |hit: &Hit| {
                let overlaps = |last: &Hit| last.secret_spans[0].end > hit.secret_spans[0].start;
                hits[before..].last().is_some_and(overlaps)
            };
            let is_new = |hit: &Hit| !again(hit) && places.is_text(hit.span.start);
            let found: Vec<Hit> = found.into_iter().filter(is_new).collect();
            hits.extend(found);
        }
    }
}

/// How many elements of a list are looked at.
const ELEMENTS: usize = 8;

/// What stands around a word: how far it was read, and what there is to report.
fn look(text: &Text<'_>, word: Range<usize>, promise: Promise, taken: &Taken) -> (Option<usize>, Vec<Hit>) {
    if let Some(pairs) = connection::around(text, &word, promise) {
        let hit = if taken.overlaps(&pairs.password) { None } else { connection::hit(text, &word, &pairs) };
        return (Some(word.end), hit.into_iter().collect());
    }
    if settings::is_in_name_of_aws(text.bytes, word.start) {
        return (Some(word.end), Vec::new());
    }
    let (assignment, promise) = match assign::login(text.bytes, word.clone()) {
        Some(login) => (login, Promise::Password),
        None if promise == Promise::Login => return (None, Vec::new()),
        None => match assign::around(text.bytes, word, text.hints.kind) {
            Some(assignment) => (assignment, promise),
            None => return (None, Vec::new()),
        },
    };
    let seen = assignment.identifier.end;
    let next = |last: &Assignment| assign::next_element(text.bytes, last, text.hints.kind);
    let hits = std::iter::successors(Some(assignment), next).take(ELEMENTS).filter_map(|assignment| {
        let is_taken = taken.overlaps(&assignment.value);
        let confidence = if is_taken { None } else { judge(text, &assignment, promise) };
        let confidence = confidence.map(|confidence| confidence.min(reach(text, &assignment)));
        // The rule of a vendor has said of it that the vendor never made it.
        let confidence = confidence.filter(|_| !secrets::is_refuted(&text.bytes[assignment.value.clone()]));
        confidence.map(|confidence| hit(text, &assignment, promise, confidence))
    });
    (Some(seen), hits.collect())
}

/// How sure a value can be at most by what its name says, and by what it holds in base64.
fn reach(text: &Text<'_>, assignment: &Assignment) -> Confidence {
    let name = words::split(&text.bytes[assignment.identifier.clone()]);
    let is_weak_inside = || {
        let held = placeholder::decoded(&text.bytes[assignment.value.clone()]);
        let is_weak = |held: &[u8]| strength::is_weak(held) || chosen(held) == Confidence::Low;
        text.hints.kind == FileKind::Config
            && held.is_some_and(|held| held.len() > 3 && is_weak(&held))
            && comments::is_in_manifest_of_secret(text.bytes, assignment.value.start)
    };
    if settings::says_fake(&name) || is_weak_inside() { Confidence::Low } else { Confidence::High }
}

fn hit(text: &Text<'_>, assignment: &Assignment, promise: Promise, confidence: Confidence) -> Hit {
    let value = &text.bytes[assignment.value.clone()];
    let identifier = String::from_utf8_lossy(&text.bytes[assignment.identifier.clone()]).into_owned();
    Hit {
        rule: Arc::clone(if promise == Promise::Password { &PASSWORD } else { &KEY }),
        // A value may stand before its name.
        span: assignment.identifier.start.min(assignment.value.start)
            ..assignment.identifier.end.max(assignment.value.end),
        secret_spans: vec![assignment.value.clone()],
        values: vec![Secret::new(value)],
        identifier: Some(identifier),
        confidence,
        guessable: promise == Promise::Password || entropy_bits(value) < UNGUESSABLE_BITS,
        is_shown: false,
        note: None,
    }
}

#[cfg(test)]
mod declared_tests;
#[cfg(test)]
mod given_tests;
#[cfg(test)]
mod key_tests;
#[cfg(test)]
mod name_tests;
#[cfg(test)]
mod public_tests;
#[cfg(test)]
mod random_tests;
#[cfg(test)]
mod shape_tests;
#[cfg(test)]
mod stand_in_tests;
#[cfg(test)]
mod tests;
