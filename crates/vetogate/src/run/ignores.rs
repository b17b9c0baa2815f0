//! What is to be said of ignores in the text: one that matches nothing, one that can't match, one without a reason.
//!
//! A scan of files reads every ignore in them. Of a push only those beside a finding are read, for looking for more
//! would cost every push something. What a file of documentation shows is an example, and nothing is said of it.

use super::Outcome;
use crate::engine::findings::{Candidate, Redactor};
use crate::engine::inline::marks::Mark;
use crate::engine::{Looked, RawHit};
use std::collections::{BTreeSet, HashMap, HashSet};
use vetogate_core::policy::RuleSetting;
use vetogate_core::suppress::rule_matches;
use vetogate_core::text::shorten;
use vetogate_core::{Novelty, Packs, Place, Policy};
use vetogate_detect::registry;

/// So many are named in a report; the rest is counted.
const MOST_NAMED: usize = 20;

/// So many are kept until then.
const MOST_KEPT: usize = 1000;

/// Files that show how something is written.
const DOCUMENTATION: &[&str] = &[".md", ".rst", ".adoc", ".txt"];

/// How an ignore is written, for people.
const FORM: &str = "`veto: ignore[RULE] reason`";

/// What is wrong with an ignore.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Wrong {
    /// It is spelt otherwise.
    Spelling,
    /// It has no brackets.
    NoRule,
    /// It names all rules.
    All,
    /// No rule is called so, and none is of that family.
    Unknown(String),
    /// No finding that it is about is beside it.
    Nothing,
    /// It counts, and does not say why.
    NoReason,
}

/// Remarks on the ignores of a run, each with its place.
#[derive(Debug, Clone, Default)]
pub struct Remarks {
    said: BTreeSet<(Place, u64, Wrong)>,
    more: usize,
    /// How many ignores of large files were not compared.
    unread: Vec<(Place, usize)>,
}

impl Remarks {
    /// On all ignores of a content that was looked at whole, with the rules of these packs.
    pub fn whole(&mut self, looked: &Looked, place: &Place, packs: Packs) {
        if looked.marks.kept.is_empty() || !is_source(place) || looked.gap.is_some() || looked.out_of_time {
            return;
        }
        let used: HashSet<_> = looked.hits.iter().filter_map(used).collect();
        let mut names = Names::default();
        for mark in &looked.marks.kept {
            let is_used = used.contains(&(mark.line, mark.named.as_deref()));
            let wrong = names.wrong(mark);
            // What does not run here may find something elsewhere.
            let is_idle = wrong.is_empty() && !is_used && names.run(mark, packs);
            self.add(place, mark.line, wrong.into_iter().chain(is_idle.then_some(Wrong::Nothing)));
            self.add(place, mark.line, (is_used && !mark.has_reason).then_some(Wrong::NoReason));
        }
        if looked.marks.more > 0 {
            self.unread.push((place.clone(), looked.marks.more));
        }
    }

    /// On the ignores beside what is found new, where it can still be changed.
    pub fn beside(&mut self, candidates: &[Candidate]) {
        let counts = |candidate: &&Candidate| {
            !candidate.hit.marks.is_empty()
                && is_source(&candidate.place)
                && candidate.at_tip
                && candidate.novelty != Novelty::Old
        };
        let mut names = Names::default();
        for candidate in candidates.iter().filter(counts) {
            let used = used(&candidate.hit);
            for mark in &candidate.hit.marks {
                self.add(&candidate.place, mark.line, names.wrong(mark));
                let is_used = used == Some((mark.line, mark.named.as_deref()));
                self.add(
                    &candidate.place,
                    mark.line,
                    (is_used && !mark.has_reason).then_some(Wrong::NoReason),
                );
            }
        }
    }

    fn add(&mut self, place: &Place, line: u64, wrong: impl IntoIterator<Item = Wrong>) {
        for wrong in wrong {
            if self.said.len() < MOST_KEPT {
                self.said.insert((place.clone(), line, wrong));
            } else {
                self.more += usize::from(!self.said.contains(&(place.clone(), line, wrong)));
            }
        }
    }

    /// Masks known values in what is shown.
    pub fn mask(&mut self, redactor: &Redactor) {
        let masked = |(place, line, wrong)| {
            let wrong = match wrong {
                Wrong::Unknown(name) => Wrong::Unknown(redactor.mask(&name)),
                other => other,
            };
            (redactor.place(&place), line, wrong)
        };
        self.said = std::mem::take(&mut self.said).into_iter().map(masked).collect();
        self.unread.iter_mut().for_each(|(place, _)| *place = redactor.place(place));
    }

    /// A line for each, and one for those that are too many.
    pub fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> =
            self.said.iter().take(MOST_NAMED).map(|(place, line, wrong)| note(place, *line, wrong)).collect();
        let more = self.said.len().saturating_sub(MOST_NAMED) + self.more;
        if more > 0 {
            notes.push(format!("{more} more notes on ignores in the text are left out"));
        }
        let unread = self.unread.iter().take(MOST_NAMED);
        notes.extend(unread.map(|(place, more)| {
            format!("{place}: {more} more ignores in this file were not compared with what was found")
        }));
        notes
    }
}

impl Outcome {
    /// Whether the ignores in the text count, and what is to be said of them.
    pub(super) fn ignore_notes(&self, policy: &Policy) -> Vec<String> {
        if policy.inline_allowed {
            return self.remarks.notes();
        }
        let idle = self.ignores.len();
        let note = format!(
            "ignores in the text beside findings: {idle}; they count for nothing, for the policy says so"
        );
        if idle > 0 { vec![note] } else { Vec::new() }
    }
}

/// The ignore of ours that a hit took: its line, and what it names.
fn used(hit: &RawHit) -> Option<(u64, Option<&str>)> {
    let inline = hit.inline.as_ref()?;
    let named = inline.named.as_deref()?;
    Some((hit.span.line - u64::from(inline.is_above), Some(named)))
}

fn is_source(place: &Place) -> bool {
    let Place::File(path) = place else { return false };
    let path = path.to_ascii_lowercase();
    !DOCUMENTATION.iter().any(|ending| path.ends_with(ending))
}

fn note(place: &Place, line: u64, wrong: &Wrong) -> String {
    let at = format!("{place}:{line}");
    match wrong {
        Wrong::Spelling => format!("{at}: this ignore counts for nothing; it has to be written {FORM}"),
        Wrong::NoRule => {
            format!("{at}: this ignore names no rule and counts for nothing; it has to be written {FORM}")
        }
        Wrong::All => format!(
            "{at}: this ignore names all rules and counts for nothing; name the one, or a family such as `secret/*`"
        ),
        Wrong::Unknown(name) => unknown(at, name),
        Wrong::Nothing => format!("{at}: this ignore matches nothing; take it out"),
        Wrong::NoReason => format!("{at}: this ignore gives no reason; write it behind the brackets"),
    }
}

/// As the policy says it of its own names.
fn unknown(source: String, name: &str) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_/*".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(is_name) {
        let name = shorten(name, 64);
        return format!(
            "{source}: this ignore names `{name}`, which can't be a rule, and counts for nothing; expected one such as `secret/jwt`"
        );
    }
    let setting =
        RuleSetting { pattern: name.to_owned(), severity: None, enabled: None, reason: None, source };
    Policy { rules: vec![setting], ..Policy::default() }.unknown_rules(ids).concat()
}

fn ids() -> Vec<String> {
    registry::rules().iter().map(|rule| rule.id.clone()).collect()
}

/// The names of rules, each looked up once.
#[derive(Default)]
struct Names {
    ids: Vec<String>,
    known: HashMap<String, bool>,
    runs: HashMap<String, bool>,
}

impl Names {
    /// Why a mark can't match anything, whatever is found.
    fn wrong(&mut self, mark: &Mark) -> Vec<Wrong> {
        let Some(named) = mark.named.as_deref() else { return vec![Wrong::NoRule] };
        if !mark.is_exact {
            return vec![Wrong::Spelling];
        }
        let mut wrong = Vec::new();
        for name in named.split(',').map(str::trim) {
            match name {
                "*" => wrong.push(Wrong::All),
                name if !self.is_known(name) => wrong.push(Wrong::Unknown(name.to_owned())),
                _ => {}
            }
        }
        wrong
    }

    fn is_known(&mut self, name: &str) -> bool {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        if self.ids.is_empty() {
            self.ids = ids();
        }
        let known = self.ids.iter().any(|id| rule_matches(name, id));
        self.known.insert(name.to_owned(), known);
        known
    }

    /// Whether a rule that a mark names runs with these packs.
    fn run(&mut self, mark: &Mark, packs: Packs) -> bool {
        let named = mark.named.clone().unwrap_or_default();
        let Self { ids, runs, .. } = self;
        *runs.entry(named).or_insert_with_key(|named| {
            let is_named = |id: &String| named.split(',').any(|name| rule_matches(name.trim(), id));
            ids.iter().any(|id| packs.allow(id) && is_named(id))
        })
    }
}
