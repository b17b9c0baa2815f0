//! The format of data rules and their compiler.
//!
//! A rule is written in TOML ([`format`]) and becomes a [`RuleSpec`]: the same for a built-in rule, when the program
//! is built (`emit` turns it into Rust tables, so that nothing is parsed at start), and for a project's own rule, at
//! run time. Its examples are templates ([`template`]) from which secrets are generated when a test runs.

#![forbid(unsafe_code)]

pub mod emit;
pub mod format;
pub mod template;
pub mod trigram;
pub mod verify;

use vetogate_core::Rule;

/// What kind of value a rule finds, which decides how the context changes the confidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Machine-made, with a vendor's shape.
    Token,
    /// Chosen by people: of low confidence under test, fixture and example paths.
    Password,
    /// Chosen by people, and standing where nothing but a password can stand: a word of a dictionary is of low
    /// confidence.
    Login,
    /// A password in a list of logins that a file holds for programs: in a manual or a program's own text it is shown
    /// to readers.
    Listed,
    /// A private key: of low confidence there, too.
    PrivateKey,
    /// A URI with a password in it.
    Uri,
    /// A connection string with a password in it, where servers have names of a single label.
    Connection,
}

/// A compiled rule.
#[derive(Debug, Clone)]
pub struct RuleSpec {
    /// What is reported.
    pub rule: Rule,
    /// Literals of three bytes or more, compared without ASCII case: one stands in every match. A rule of a pack has
    /// none.
    pub anchors: Vec<String>,
    /// The expression, linear-time, over bytes. Group `secret` is the value (else the whole match is, which in a pack may
    /// be shown), group `identifier` what it is assigned to.
    pub regex: String,
    /// How far before an anchor a match can begin, in bytes.
    pub before: usize,
    /// How far after the start of an anchor a match can end, in bytes.
    pub after: usize,
    /// Whether what it finds is so much its own that in compiled code, databases and archives a letter beside it says
    /// nothing: there only the value itself is looked for.
    pub glued: bool,
    /// Whether a match may be rejected or confirmed by its structure.
    pub verify: Option<verify::Verifier>,
    /// Kind of the value.
    pub class: Class,
    /// Least empirical entropy of the value, in bits per character.
    pub min_entropy: f64,
    /// The rule whose finding nearby is the other half of this one.
    pub pair: Option<String>,
    /// The rule in whose place this one reports, where both find the same value: what stands around it says more.
    pub instead_of: Option<String>,
    /// The environment variable that its users read.
    pub env: Option<String>,
    /// Templates of texts that must be found.
    pub positive: Vec<String>,
    /// Templates of texts that must not be found.
    pub negative: Vec<String>,
    /// The file that the rule stands in, from `rules/`.
    pub file: String,
}

pub use vetogate_core::digest::sha256 as digest;

impl RuleSpec {
    /// The expression without what has to stand around the group `secret`. A border of a rule's own before it stays:
    /// dictionaries of words in capitals without anything between them are in programs, too.
    pub fn bare(&self) -> &str {
        let start = if self.regex.starts_with(START) { START.len() } else { 0 };
        let end = self.regex.rfind(BORDER).map_or(self.regex.len(), |at| at + 1);
        &self.regex[start..end]
    }
}

/// What stands before a token that is a word.
const START: &str = r"(?:\b|_|\\[nrt]|%[0-9A-Fa-f]{2})";
/// How the group of the value begins.
const SECRET: &str = "(?P<secret>";
/// The end of a group, and the border behind it.
const BORDER: &str = ")(?:[^";
