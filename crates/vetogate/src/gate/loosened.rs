//! Whether a push loosens the gate itself: the settings below `.veto/` on the branch that is trusted.

use crate::baseline::{self, Baseline};
use crate::policies;
use crate::sign::signers::Signers;
use crate::sign::{Namespace, change, sshsig};
use crate::trust;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use vetogate_core::digest::{sha256, state_fingerprint};
use vetogate_core::text::escape;
use vetogate_core::triage::{self, FOLDER, Status};
use vetogate_core::view::{Entry, EntryKind};
use vetogate_core::{Finding, Gap, GapCause, Location, Novelty, Place, Policy, Scope, Span, Tree};
use vetogate_detect::{own_settings, registry};

/// The settings before and after a push, and who could sign the change.
pub struct Change<'a> {
    /// What the trusted branch has.
    pub old: &'a dyn Tree,
    /// What it gets.
    pub new: &'a dyn Tree,
    /// Whose signature counts, by what the trusted branch has.
    pub signers: &'a dyn Fn() -> Result<Signers, String>,
    /// The last policy that this clone understood, or all that the branch had.
    pub last_good: &'a dyn Fn() -> Vec<Policy>,
    /// Whether `old` is what the trusted branch has; else nothing is known of it here.
    pub is_known: bool,
    /// A digest of the changes that a file has seen on the trusted branch; `None` where that can't be said.
    pub since: &'a dyn Fn(&str) -> Option<String>,
    /// Every version of a file that the trusted branch had; `None` where that can't be said.
    pub versions: &'a dyn Fn(&str) -> Option<Vec<Vec<u8>>>,
    /// Today, by which what has ended is told.
    pub today: Date,
    /// Which repository this is; `None` where that can't be said.
    pub repository: &'a dyn Fn() -> Option<String>,
}

/// Of the trusted branch nothing is known: whatever pardons is new.
pub struct Unknown;

impl Tree for Unknown {
    fn get(&self, _: &[u8]) -> Result<Option<Vec<u8>>, Gap> {
        Ok(None)
    }

    fn list(&self, _: &[u8]) -> Result<Vec<Entry>, Gap> {
        Ok(Vec::new())
    }
}

/// A file before and after.
type Versions = (Vec<u8>, Vec<u8>);

/// What is loosened, and what is wrong with the new settings.
pub fn findings(change: &Change<'_>) -> (Vec<Finding>, Vec<Gap>) {
    let (mut found, mut gaps) = (Vec::new(), Vec::new());
    let mut add = |path: &str, look: &dyn Fn() -> Result<Loosened, Gap>| match change.strange(path, look) {
        Ok(loosened) if loosened.lines.is_empty() => {}
        Ok(loosened) => found.push(finding(path, &loosened, &(change.since)(path).unwrap_or_default())),
        Err(gap) => gaps.push(gap),
    };
    add(policies::FILE, &|| change.policy());
    add(trust::FILE, &|| change.trusted_signers());
    add(baseline::FILE, &|| change.baseline());
    add(FOLDER, &|| change.entries());
    (found, gaps)
}

/// What is loosened of a file, for people, and the very texts that do it: whoever accepts this step accepts no other one
/// that is said in the same words.
#[derive(Default)]
struct Loosened {
    lines: Vec<String>,
    texts: Vec<Vec<u8>>,
}

impl Loosened {
    fn of(lines: Vec<String>, (old, new): Versions) -> Self {
        Self { lines, texts: vec![old, new] }
    }
}

impl Change<'_> {
    /// Whether a link, a folder or a submodule takes the place of a file, which is no way to change what it says; else
    /// what `look` says. (Of the folder of triage, each file is looked at by itself.)
    fn strange(&self, path: &str, look: &dyn Fn() -> Result<Loosened, Gap>) -> Result<Loosened, Gap> {
        let is_strange = |tree| Ok::<bool, Gap>(path != FOLDER && is_strange(kind(tree, path)?));
        if is_strange(self.new)? && !is_strange(self.old)? {
            let line = format!("{path} is no regular file any more");
            return Ok(Loosened::of(vec![line], Versions::default()));
        }
        look()
    }

    /// Both versions of a file, where they differ. What is no regular file says nothing.
    fn versions(&self, path: &str) -> Result<Option<Versions>, Gap> {
        let was_strange = is_strange(kind(self.old, path)?);
        let old = if was_strange { None } else { self.old.get(path.as_bytes())? }.unwrap_or_default();
        let new = policies::file(self.new, path)?.unwrap_or_default();
        Ok((was_strange || old != new).then_some((old, new)))
    }

    /// Whether a signer of before signed the step to the new version of a file, beside it.
    fn is_signed(&self, path: &str, (old, new): (&[u8], &[u8])) -> Result<bool, Gap> {
        let signature = self.new.get(change::signature_path(path).as_bytes())?;
        let Some(signature) = signature.and_then(|text| String::from_utf8(text).ok()) else {
            return Ok(false);
        };
        let Some(repository) = (self.repository)() else { return Ok(false) };
        let Some(since) = (self.since)(path) else { return Ok(false) };
        let signers = (self.signers)().unwrap_or_default();
        let step = change::Change::new(&repository, path, &since, (old, new));
        Ok(step.verify(&signature, &signers).is_ok())
    }

    fn policy(&self) -> Result<Loosened, Gap> {
        let Some((old, new)) = self.versions(policies::FILE)? else { return Ok(Loosened::default()) };
        let parse = |text: &[u8]| match std::str::from_utf8(text) {
            Ok(text) => Policy::parse(text, policies::FILE).map_err(|error| error.to_string()),
            Err(_) => Err(format!("{}: not UTF-8", policies::FILE)),
        };
        let new_policy = parse(&new).map_err(|error| {
            let detail =
                format!("{error}; mend it before it is on the remote, where preset strict would hold");
            Gap::partial(GapCause::Policy, Place::Run("policy".into()), detail)
        })?;
        // What mends a broken one may let through what the last good one did, and no more.
        let was_strange = is_strange(kind(self.old, policies::FILE)?);
        let known = parse(&old).ok().filter(|_| self.is_known && !was_strange);
        let mut old_policies = known.map_or_else(self.last_good, |known| vec![known]);
        if old_policies.is_empty() {
            old_policies.push(Policy::default());
        }
        let rules = registry::rules();
        let mut lines: Vec<String> = Vec::new();
        for old_policy in &old_policies {
            let rules = rules.iter().map(|rule| (rule.id.as_str(), rule.severity));
            let more = old_policy.loosened_by(&new_policy, rules);
            lines.extend(more.into_iter().filter(|line| !lines.contains(line)).collect::<Vec<_>>());
        }
        let is_named = old_policies.iter().any(|old_policy| old_policy.repository.is_some());
        if !is_named && new_policy.repository.is_some() && !self.begins(&old)? {
            lines.push("entries count that were signed for what the repository is called now".into());
        }
        let signed = !lines.is_empty() && self.is_signed(policies::FILE, (&old, &new))?;
        Ok(if signed { Loosened::default() } else { Loosened::of(lines, (old, new)) })
    }

    /// Whether a project begins, and may call itself what it likes: nobody is known who could have signed anything, and
    /// there never was a policy.
    fn begins(&self, old: &[u8]) -> Result<bool, Gap> {
        let was_none = || {
            (self.signers)().is_ok_and(|signers| signers.is_empty())
                && (self.versions)(policies::FILE).is_some_and(|versions| versions.is_empty())
        };
        Ok(old.is_empty()
            && policies::file(self.old, trust::FILE)?.is_none()
            && (!self.is_known || was_none()))
    }

    fn trusted_signers(&self) -> Result<Loosened, Gap> {
        let Some((old, new)) = self.versions(trust::FILE)? else { return Ok(Loosened::default()) };
        let new_signers = match Signers::parse(&new, trust::FILE) {
            Ok(signers) => signers,
            // Whoever mended it would be one whom nobody knows.
            Err(error) => {
                let line = format!("{error}; nobody's signature would count");
                return Ok(Loosened::of(vec![line], (old, new)));
            }
        };
        // Of a broken list nobody is known.
        let old_signers = Signers::parse(&old, trust::FILE).unwrap_or_default();
        let mut lines = old_signers.loosened_by(&new_signers);
        let was_strange = is_strange(kind(self.old, trust::FILE)?);
        if (was_strange || !old.is_empty()) && new_signers.is_empty() {
            lines.push(
                "nobody is listed any more, so that keys count which were enrolled on a machine".into(),
            );
        }
        let signed = !lines.is_empty() && self.is_signed(trust::FILE, (&old, &new))?;
        Ok(if signed { Loosened::default() } else { Loosened::of(lines, (old, new)) })
    }

    /// Debt is recorded once, by whoever answers for it, and only shrinks.
    fn baseline(&self) -> Result<Loosened, Gap> {
        let Some((old, new)) = self.versions(baseline::FILE)? else { return Ok(Loosened::default()) };
        let new_baseline = Baseline::parse(&new).map_err(|error| {
            let detail = format!("{error}; nothing that it records would count");
            Gap::partial(GapCause::Policy, Place::Run("baseline".into()), detail)
        })?;
        // A broken one records nothing.
        let more = new_baseline.beyond(&Baseline::parse(&old).unwrap_or_default());
        let lines = if more == 0 { Vec::new() } else { vec![format!("{more} more recorded as debt")] };
        Ok(Loosened::of(lines, (old, new)))
    }

    /// Entries that are new or changed, take findings out, and that no signer has signed; later decisions that are gone,
    /// so that an earlier one could come back. What is no regular file is no entry.
    fn entries(&self) -> Result<Loosened, Gap> {
        let listed = |tree: &dyn Tree| -> Result<BTreeMap<Vec<u8>, EntryKind>, Gap> {
            Ok(tree.list(FOLDER.as_bytes())?.into_iter().map(|entry| (entry.name, entry.kind)).collect())
        };
        let (old, new) = (listed(self.old)?, listed(self.new)?);
        let mut found = Loosened::default();
        if new.len() > MOST_ENTRIES {
            let line = format!("{FOLDER} holds more than {MOST_ENTRIES} files, which nobody looks through");
            return Ok(Loosened::of(vec![line], Versions::default()));
        }
        let names: BTreeSet<&Vec<u8>> = new.keys().chain(old.keys()).collect();
        for name in names {
            let path = format!("{FOLDER}/{}", escape(name));
            let text = |tree: &dyn Tree, kinds: &BTreeMap<Vec<u8>, EntryKind>| match kinds.get(name) {
                Some(EntryKind::File) => Ok(tree.get(path.as_bytes())?.unwrap_or_default()),
                _ => Ok(Vec::new()),
            };
            let (old_text, new_text) = (text(self.old, &old)?, text(self.new, &new)?);
            let is_strange = |kinds: &BTreeMap<Vec<u8>, EntryKind>| is_strange(kinds.get(name).copied());
            let line = if is_strange(&new) && !is_strange(&old) {
                Some(format!("{path} is no regular file"))
            } else if old_text == new_text {
                None
            } else {
                self.entry(&path, (&old_text, &new_text))
            };
            if let Some(line) = line {
                found.lines.push(line);
                found.texts.extend([path.into_bytes(), old_text, new_text]);
            }
        }
        Ok(found)
    }

    /// What a changed entry loosens.
    fn entry(&self, path: &str, (old, new): (&[u8], &[u8])) -> Option<String> {
        let parsed = |text: &[u8]| triage::Entry::parse(text, path).ok();
        match (parsed(old), parsed(new)) {
            (old, Some(new)) if self.pardons(old.as_ref(), &new) => {
                let is_older = old.is_some_and(|old| old.serial >= new.serial);
                let why = if is_older && self.is_signed_entry(&new) {
                    ", by a decision that is no newer than the one before (its `serial`): decide anew with `veto triage`"
                } else {
                    ""
                };
                Some(format!("{} in {} is taken for {}{why}", new.rule, new.path, new.status.as_str()))
            }
            (Some(old), new) if self.is_undone(path, &old, new.as_ref()) => Some(format!(
                "{} in {}: its last decision, {}, is gone, and an older one that was signed could count again; keep \
                 it, or write one with the status `withdrawn` in its place",
                old.rule,
                old.path,
                old.status.as_str()
            )),
            _ => None,
        }
    }

    /// Whether an entry takes a finding out that it did not before, by nobody's word. An older version that was signed
    /// once is no decision of today.
    fn pardons(&self, old: Option<&triage::Entry>, new: &triage::Entry) -> bool {
        let is_older = old.is_some_and(|old| old.serial >= new.serial);
        let lasts = new.until.is_none_or(|until| until >= self.today);
        new.suppresses() && lasts && (is_older || !self.is_signed_entry(new))
    }

    /// Whether a decision is gone, and one that was signed before it would count again, and for more. One that took
    /// something back has to stay: what it took back may never have been on this branch.
    fn is_undone(&self, path: &str, old: &triage::Entry, new: Option<&triage::Entry>) -> bool {
        let is_later = old.serial > 1 || !old.suppresses();
        let took_back = |entry: &triage::Entry| !entry.suppresses();
        // What stands over a decision that took something back has to be one, or to be signed.
        let is_over = |new: &triage::Entry| took_back(old) && !took_back(new) && !self.is_signed_entry(new);
        let is_gone = new.is_none_or(|new| {
            new.serial < old.serial
                || (new.serial == old.serial && new.status != old.status && new.status != Status::Withdrawn)
                || is_over(new)
        });
        let counts_for_more = |older: &triage::Entry| {
            let lasts = older.until.is_some_and(|until| until >= self.today);
            let is_more =
                older.until > old.until || older.values.iter().any(|value| !old.values.contains(value));
            older.signature.is_some() && older.suppresses() && lasts && is_more
        };
        let would_count = |texts: Vec<Vec<u8>>| {
            let older = texts.iter().filter_map(|text| triage::Entry::parse(text, path).ok());
            let older: Vec<triage::Entry> = older.filter(|older| older.serial < old.serial).collect();
            // Before a signed one, what nobody signed fills no place.
            let fills = |older: &&triage::Entry| {
                older.signature.is_some() || took_back(older) || old.signature.is_none()
            };
            let serials: BTreeSet<u32> = older.iter().filter(fills).map(|older| older.serial).collect();
            // One that is not here was somewhere else, and nobody knows what it said.
            let is_missing = serials.len() as u64 + 1 < u64::from(old.serial);
            is_missing || older.iter().any(|older| took_back(older) || counts_for_more(older))
        };
        is_later && is_gone && (!old.suppresses() || (self.versions)(path).is_none_or(would_count))
    }

    fn is_signed_entry(&self, entry: &triage::Entry) -> bool {
        entry.signature.as_ref().is_some_and(|signature| {
            let signers = (self.signers)().unwrap_or_default();
            let here = (self.repository)();
            entry.until.is_some()
                && here.is_some()
                && here == entry.repository
                && sshsig::verify(signature, Namespace::Triage, &entry.signed_bytes(), &signers).is_ok()
        })
    }
}

fn is_strange(kind: Option<EntryKind>) -> bool {
    kind.is_some_and(|kind| kind != EntryKind::File)
}

/// What stands at a path; `None` where there is nothing.
fn kind(tree: &dyn Tree, path: &str) -> Result<Option<EntryKind>, Gap> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let entries = tree.list(folder.as_bytes())?;
    Ok(entries.into_iter().find(|entry| entry.name == name.as_bytes()).map(|entry| entry.kind))
}

/// Files of triage that are looked through.
const MOST_ENTRIES: usize = 10_000;

/// Lines that are said of one file.
const MOST_LINES: usize = 8;

/// `since` tells the changes that made the version of before: the same step is another one after it was taken back.
fn finding(path: &str, loosened: &Loosened, since: &str) -> Finding {
    let (rule, lines) = (own_settings::rule(), &loosened.lines);
    let texts = loosened.texts.iter().map(Vec::as_slice);
    let parts: Vec<&[u8]> =
        [since.as_bytes()].into_iter().chain(texts).chain(lines.iter().map(String::as_bytes)).collect();
    let subject = sha256("vetogate/loosened/v2", &parts);
    let more = lines.len().saturating_sub(MOST_LINES);
    let mut note = lines[..lines.len().min(MOST_LINES)].join("; ");
    if more > 0 {
        note += &format!("; and {more} more");
    }
    Finding {
        fingerprint: state_fingerprint(&rule.id, path, &subject),
        severity: rule.severity,
        confidence: rule.confidence,
        snippet: String::new(),
        identifier: None,
        note: Some(note),
        novelty: Novelty::Introduced,
        flow: Vec::new(),
        edits: Vec::new(),
        location: Location {
            place: Place::File(path.to_owned()),
            scope: Scope::File,
            span: Span::START,
            commit: None,
            at_tip: true,
        },
        rule,
    }
}
