//! Whether a push loosens the gate itself: the settings below `.veto/` on the branch that is trusted.

use crate::baseline::{self, Baseline};
use crate::policies;
use crate::sign::signers::Signers;
use crate::sign::{Namespace, change, sshsig};
use crate::trust;
use std::collections::BTreeSet;
use vetogate_core::digest::{sha256, state_fingerprint};
use vetogate_core::text::escape;
use vetogate_core::triage::{self, FOLDER, Status};
use vetogate_core::view::Entry;
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
    /// The last policy that this clone understood, or what those of the branch asked for.
    pub last_good: &'a dyn Fn() -> Option<Policy>,
    /// Whether `old` is what the trusted branch has; else nothing is known of it here.
    pub is_known: bool,
    /// The commit of the trusted branch that made its version of a file.
    pub since: &'a dyn Fn(&str) -> String,
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
    let mut add = |path: &str, result: Result<Vec<String>, Gap>| match result {
        Ok(lines) if lines.is_empty() => {}
        Ok(lines) => found.push(finding(path, &lines)),
        Err(gap) => gaps.push(gap),
    };
    add(policies::FILE, change.policy());
    add(trust::FILE, change.trusted_signers());
    add(baseline::FILE, change.baseline());
    add(FOLDER, change.entries());
    (found, gaps)
}

impl Change<'_> {
    /// Both versions of a file, where they differ.
    fn versions(&self, path: &str) -> Result<Option<Versions>, Gap> {
        let old = self.old.get(path.as_bytes())?.unwrap_or_default();
        let new = policies::file(self.new, path)?.unwrap_or_default();
        Ok((old != new).then_some((old, new)))
    }

    /// Whether a signer of before signed the step to the new version of a file, beside it.
    fn is_signed(&self, path: &str, (old, new): (&[u8], &[u8])) -> Result<bool, Gap> {
        let signature = self.new.get(change::signature_path(path).as_bytes())?;
        let Some(signature) = signature.and_then(|text| String::from_utf8(text).ok()) else {
            return Ok(false);
        };
        let Some(repository) = (self.repository)() else { return Ok(false) };
        let signers = (self.signers)().unwrap_or_default();
        let since = (self.since)(path);
        let step = change::Change::new(&repository, path, &since, (old, new));
        Ok(step.verify(&signature, &signers).is_ok())
    }

    fn policy(&self) -> Result<Vec<String>, Gap> {
        let Some((old, new)) = self.versions(policies::FILE)? else { return Ok(Vec::new()) };
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
        let known = parse(&old).ok().filter(|_| self.is_known);
        let old_policy = known.unwrap_or_else(|| (self.last_good)().unwrap_or_default());
        let rules = registry::rules();
        let rules = rules.iter().map(|rule| (rule.id.as_str(), rule.severity));
        let lines = old_policy.loosened_by(&new_policy, rules);
        let signed = !lines.is_empty() && self.is_signed(policies::FILE, (&old, &new))?;
        Ok(if signed { Vec::new() } else { lines })
    }

    fn trusted_signers(&self) -> Result<Vec<String>, Gap> {
        let Some((old, new)) = self.versions(trust::FILE)? else { return Ok(Vec::new()) };
        let new_signers = Signers::parse(&new, trust::FILE).map_err(|error| {
            let detail = format!("{error}; nobody's signature would count");
            Gap::partial(GapCause::Policy, Place::Run("signers".into()), detail)
        })?;
        // Of a broken list nobody is known.
        let old_signers = Signers::parse(&old, trust::FILE).unwrap_or_default();
        let mut lines = old_signers.loosened_by(&new_signers);
        if !old.is_empty() && new_signers.is_empty() {
            lines.push(
                "nobody is listed any more, so that keys count which were enrolled on a machine".into(),
            );
        }
        let signed = !lines.is_empty() && self.is_signed(trust::FILE, (&old, &new))?;
        Ok(if signed { Vec::new() } else { lines })
    }

    /// Debt is recorded once, by whoever answers for it, and only shrinks.
    fn baseline(&self) -> Result<Vec<String>, Gap> {
        let Some((old, new)) = self.versions(baseline::FILE)? else { return Ok(Vec::new()) };
        let (Ok(old), Ok(new)) = (Baseline::parse(&old), Baseline::parse(&new)) else {
            return Ok(Vec::new());
        };
        let more = new.beyond(&old);
        Ok(if more == 0 { Vec::new() } else { vec![format!("{more} more recorded as debt")] })
    }

    /// Entries that are new or changed, take findings out, and that no signer has signed; withdrawals that are gone.
    fn entries(&self) -> Result<Vec<String>, Gap> {
        let names = |tree: &dyn Tree| -> Result<BTreeSet<Vec<u8>>, Gap> {
            Ok(tree.list(FOLDER.as_bytes())?.into_iter().map(|entry| entry.name).collect())
        };
        let mut found = Vec::new();
        for name in names(self.new)?.union(&names(self.old)?) {
            let path = format!("{FOLDER}/{}", escape(name));
            let Some((old, new)) = self.versions(&path)? else { continue };
            let (old, new) = (triage::Entry::parse(&old, &path).ok(), triage::Entry::parse(&new, &path).ok());
            match (old, new) {
                (Some(old), None) if old.status == Status::Withdrawn => {
                    found.push(format!("{} in {}: its withdrawal is gone", old.rule, old.path));
                }
                (old, Some(new)) if self.pardons(old.as_ref(), &new) => {
                    found.push(format!("{} in {} is taken for {}", new.rule, new.path, new.status.as_str()));
                }
                _ => {}
            }
        }
        Ok(found)
    }

    /// Whether an entry takes a finding out that it did not before, by nobody's word. An older version that was signed
    /// once is no decision of today.
    fn pardons(&self, old: Option<&triage::Entry>, new: &triage::Entry) -> bool {
        let is_older = old.is_some_and(|old| old.serial >= new.serial);
        new.suppresses() && (is_older || !self.is_signed_entry(new))
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

/// Lines that are said of one file.
const MOST_LINES: usize = 8;

fn finding(path: &str, lines: &[String]) -> Finding {
    let rule = own_settings::rule();
    let subject = sha256("vetogate/loosened/v1", &lines.iter().map(String::as_bytes).collect::<Vec<_>>());
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
