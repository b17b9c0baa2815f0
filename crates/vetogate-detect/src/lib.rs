//! Detectors and their rules.
//!
//! Two kinds of detector answer two questions. A [`BlobDetector`] looks at the bytes of one published object and is a
//! pure function of them and of what their path says. A [`TreeDetector`] looks at a pair of states of the project.
//! Neither reads a file, a clock or the environment, and neither can fail.

#![forbid(unsafe_code)]

pub mod binary_keys;
pub mod env_file;
mod escapes;
pub mod examples;
pub mod generic;
pub mod key_file;
pub mod literal;
pub mod matching;
pub mod own_settings;
pub mod placeholder;
pub mod registry;
pub mod secrets;
mod test_module;
pub mod uri;

use matching::Candidates;
use std::ops::Range;
use std::sync::Arc;
use vetogate_core::{Confidence, Fuel, Gap, Location, Rule, Secret, TreePair};
use vetogate_syntax::path::PathHints;

/// A text to look at: a whole blob when it is small, else a chunk of it.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Where in them something may stand.
    pub candidates: &'a Candidates,
    /// Whether they are the beginning of the blob.
    pub is_start: bool,
    /// Whether zeros stand in it: compiled code, media, an archive.
    pub is_binary: bool,
    /// What the path says.
    pub hints: PathHints,
}

/// Something found in a text. It holds the secret itself, in memory, for comparing; a [`vetogate_core::Finding`] is
/// made from it that does not.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Which rule.
    pub rule: Arc<Rule>,
    /// The whole match, in bytes of the text.
    pub span: Range<usize>,
    /// Where the value stands; of a pair, each part.
    pub secret_spans: Vec<Range<usize>>,
    /// The complete value; of a pair, each part.
    pub values: Vec<Secret>,
    /// What it is assigned to.
    pub identifier: Option<String>,
    /// How sure, in this place.
    pub confidence: Confidence,
    /// Whether the value could be guessed.
    pub guessable: bool,
    /// Whether the value is code, or a name, that may be shown; else it is masked everywhere.
    pub is_shown: bool,
    /// What is said of this very hit.
    pub note: Option<String>,
}

/// Looks at the bytes of one object.
pub trait BlobDetector: Sync {
    /// The rules that it may report.
    fn rules(&self) -> Vec<Arc<Rule>>;

    /// Adds what it finds. `hits` holds what the detectors before it found.
    fn scan(&self, text: &Text<'_>, fuel: &mut Fuel, hits: &mut Vec<Hit>);
}

/// A fault of a state.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Which rule.
    pub rule: Arc<Rule>,
    /// Where.
    pub location: Location,
    /// What tells it from another fault of the same rule in the same file; part of its fingerprint.
    pub subject: String,
    /// How sure.
    pub confidence: Confidence,
    /// What is said of this very fault.
    pub note: Option<String>,
}

/// Looks at the state that would be published, beside the state before.
pub trait TreeDetector: Sync {
    /// The rules that it may report.
    fn rules(&self) -> Vec<Arc<Rule>>;

    /// What it finds in `pair.new`, in the files that changed and what they touch, with what it could not look at.
    fn scan(&self, pair: TreePair<'_>, fuel: &mut Fuel) -> (Vec<Fault>, Vec<Gap>);
}
