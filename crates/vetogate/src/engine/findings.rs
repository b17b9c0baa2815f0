//! From hits to findings: one for each value and place, with everything that could show a secret masked.

use super::text::{RawHit, Scanner};
use super::workers::PROSE;
use std::collections::{BTreeSet, HashMap};
use vetogate_core::digest::LeakIdentity;
use vetogate_core::text::escape;
use vetogate_core::{Confidence, Finding, Location, Novelty, ObjectId, Place, Scope, Secret};
use zeroize::Zeroizing;

/// A hit at a place that is not masked yet.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The hit.
    pub hit: RawHit,
    /// Where, escaped, not masked.
    pub place: Place,
    /// The blob that holds it, where it is one.
    pub blob: Option<ObjectId>,
    /// The commits that hold it: indices into the listing, which is newest first. Empty where there are none.
    pub commits: Vec<usize>,
    /// Whether it stands at a tip.
    pub at_tip: bool,
    /// New, copied or old.
    pub novelty: Novelty,
}

impl Candidate {
    /// A hit of a source without commits.
    pub fn new(hit: RawHit, place: Place) -> Self {
        Self { hit, place, blob: None, commits: Vec::new(), at_tip: true, novelty: Novelty::Introduced }
    }

    /// The fingerprint.
    pub fn fingerprint(&self) -> String {
        let place = self.place.to_string();
        LeakIdentity {
            rule: &self.hit.rule.id,
            values: &self.hit.values,
            place: &place,
            identifier: self.hit.identifier.as_deref().unwrap_or_default(),
            guessable: self.hit.guessable,
        }
        .fingerprint()
    }
}

/// Of candidates with one value at one place, the one at the tip, else the first; it takes the others' commits. What
/// could be guessed has one fingerprint for several values, and each of them is to be taken out.
pub fn merge(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut index: HashMap<(String, Place, Vec<Secret>), usize> = HashMap::new();
    let mut merged: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        let values = if candidate.hit.guessable { candidate.hit.values.clone() } else { Vec::new() };
        let key = (candidate.fingerprint(), candidate.place.clone(), values);
        match index.get(&key) {
            Some(&at) => absorb(&mut merged[at], candidate),
            None => {
                index.insert(key, merged.len());
                merged.push(candidate);
            }
        }
    }
    merged
}

fn absorb(kept: &mut Candidate, other: Candidate) {
    // What is new is shown, where it stands.
    let is_new = |candidate: &Candidate| candidate.novelty == Novelty::Introduced;
    match (is_new(kept), is_new(&other)) {
        (true, false) => return,
        (false, true) => return *kept = other,
        _ => {}
    }
    // An ignore on one line is none of the same value on another.
    let inline = kept.hit.inline.take().filter(|_| other.hit.inline.is_some());
    let novelty = kept.novelty.clone().min(other.novelty.clone());
    let mut commits = std::mem::take(&mut kept.commits);
    commits.extend(&other.commits);
    if (other.at_tip && !kept.at_tip)
        || (other.at_tip == kept.at_tip && other.hit.confidence > kept.hit.confidence)
    {
        *kept = other;
    }
    kept.commits = commits;
    kept.novelty = novelty;
    kept.hit.inline = inline;
}

/// Masks every known value in a text that will be shown.
#[derive(Clone, Default)]
pub struct Redactor {
    /// In the order of their bytes.
    values: Vec<(Zeroizing<String>, String)>,
    /// How long the values are that begin with these bytes: there may be very many of one beginning.
    heads: HashMap<[u8; LEAST], BTreeSet<usize>>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Shorter values stand in ordinary words.
const LEAST: usize = 6;

impl Redactor {
    /// Knows the values of these candidates.
    pub fn new(candidates: &[Candidate]) -> Self {
        // A weak guess is often an ordinary word, which would make every place that holds it unreadable.
        let counts = |hit: &&RawHit| !hit.is_shown && (!hit.guessable || hit.confidence > Confidence::Low);
        let hits = candidates.iter().map(|candidate| &candidate.hit).filter(counts);
        let all = hits.flat_map(|hit| &hit.values);
        let long = all.filter(|value| value.expose().len() >= LEAST);
        let mut values: Vec<(Zeroizing<String>, String)> =
            long.map(|value| (Zeroizing::new(escape(value.expose())), value.masked())).collect();
        values.sort_by(|a, b| a.0.as_bytes().cmp(b.0.as_bytes()));
        values.dedup_by(|a, b| a.0.as_str() == b.0.as_str());
        let mut heads: HashMap<[u8; LEAST], BTreeSet<usize>> = HashMap::new();
        for (value, _) in &values {
            if let Some(head) = value.as_bytes().first_chunk() {
                heads.entry(*head).or_default().insert(value.len());
            }
        }
        Self { values, heads }
    }

    /// The text with every known value masked. However many values there are, it is read once.
    pub fn mask(&self, text: &str) -> String {
        let (mut out, mut kept, mut at) = (String::new(), 0, 0);
        while let Some(head) = text.as_bytes().get(at..).and_then(<[u8]>::first_chunk::<LEAST>) {
            match self.known_at(head, &text.as_bytes()[at..]) {
                Some((value, masked)) => {
                    out.push_str(&text[kept..at]);
                    out.push_str(masked);
                    at += value.len();
                    kept = at;
                }
                None => at += 1,
            }
        }
        out.push_str(&text[kept..]);
        out
    }

    /// The longest value that `text` begins with.
    fn known_at(&self, head: &[u8; LEAST], text: &[u8]) -> Option<&(Zeroizing<String>, String)> {
        self.heads.get(head)?.iter().rev().find_map(|&length| {
            let part = text.get(..length)?;
            let found = self.values.binary_search_by(|(value, _)| value.as_bytes().cmp(part));
            found.ok().map(|index| &self.values[index])
        })
    }

    /// The place with every known value masked.
    pub fn place(&self, place: &Place) -> Place {
        match place {
            Place::File(path) => Place::File(self.mask(path)),
            Place::FileName(path) => Place::FileName(self.mask(path)),
            Place::Tag(name) => Place::Tag(self.mask(name)),
            Place::Note(name) => Place::Note(self.mask(name)),
            Place::Blob(name) => Place::Blob(self.mask(name)),
            Place::RefName(name) => Place::RefName(self.mask(name)),
            Place::Run(name) => Place::Run(self.mask(name)),
            Place::Message(_) | Place::Author(_) | Place::Object(_) => place.clone(),
        }
    }
}

/// A text of ours that quotes what was typed, with every secret in it masked.
pub fn masked(text: &str) -> String {
    let mut scanner = Scanner::new(PROSE);
    scanner.feed(text.as_bytes());
    let hits = scanner.finish().0.into_iter();
    let candidates: Vec<Candidate> = hits.map(|hit| Candidate::new(hit, Place::Run(String::new()))).collect();
    Redactor::new(&candidates).mask(text)
}

/// Findings from candidates; `commits` are the ids of the listing.
pub fn findings(candidates: Vec<Candidate>, commits: &dyn Fn(usize) -> Option<ObjectId>) -> Vec<Finding> {
    let redactor = Redactor::new(&candidates);
    candidates.into_iter().map(|candidate| finding(candidate, &redactor, commits)).collect()
}

fn finding(
    candidate: Candidate,
    redactor: &Redactor,
    commits: &dyn Fn(usize) -> Option<ObjectId>,
) -> Finding {
    let fingerprint = candidate.fingerprint();
    let commit = candidate.commits.iter().max().and_then(|&index| commits(index));
    let scope = if matches!(candidate.place, Place::File(_)) { Scope::Span } else { Scope::Git };
    let hit = candidate.hit;
    Finding {
        location: Location {
            place: redactor.place(&candidate.place),
            scope,
            span: hit.span,
            commit,
            at_tip: candidate.at_tip,
        },
        confidence: hit.confidence,
        severity: hit.severity,
        fingerprint,
        snippet: redactor.mask(&hit.snippet),
        identifier: hit.identifier.map(|name| redactor.mask(&name)),
        note: hit.note.map(|note| redactor.mask(&note)),
        novelty: candidate.novelty,
        flow: Vec::new(),
        edits: Vec::new(),
        rule: hit.rule,
    }
}
