//! Entries of triage that are about the findings of a run, each with what its word is worth.

use super::repository;
use super::values::{self, Values};
use crate::git::command::Git;
use crate::git::past;
use crate::run::Outcome;
use crate::sign::signers::Signers;
use crate::sign::{Namespace, sshsig};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use vetogate_core::policy::TriageRules;
use vetogate_core::suppress::{Standing, Suppression};
use vetogate_core::text::escape;
use vetogate_core::triage::{Entry, FOLDER, Status};
use vetogate_core::view::EntryKind;
use vetogate_core::{ObjectId, Tree};

/// What a run knows of triage.
#[derive(Debug, Clone, Default)]
pub struct Triage {
    /// What takes findings out.
    pub suppressions: Vec<Suppression>,
    /// Blobs for which somebody answers though they were not looked at whole, each with whose word it is.
    pub accepted: Vec<(ObjectId, Suppression)>,
    /// What is to be said: an entry that counts for nothing, and why; a finding that came back.
    pub notes: Vec<String>,
    blobs: BTreeMap<String, ObjectId>,
    compared: usize,
}

/// At most so many values are compared with hashes, each in some hundredths of a second.
const MOST_COMPARED: usize = 100;

/// Where entries are read from.
pub struct Sources<'a> {
    /// What the remote's trusted branch has (of a scan, the work tree); its name for people.
    pub trusted: Option<(&'a dyn Tree, String)>,
    /// What the push itself brings, by its tips.
    pub brought: Vec<(&'a dyn Tree, String)>,
    /// The commits of these.
    pub tips: Vec<String>,
    /// Where nothing is trusted of the place itself: what is trusted elsewhere, and may take a decision back. `None` where
    /// something is, or should be, and is not here.
    pub elsewhere: Option<Vec<&'a dyn Tree>>,
    /// The commit of the trusted branch, where there is one.
    pub base: Option<String>,
    /// What entries are worth.
    pub rules: TriageRules,
    /// Who may sign; asked only when an entry is signed.
    pub signers: &'a dyn Fn() -> Result<Signers, String>,
    /// Git, and what the repository's id is taken from.
    pub git: &'a Git,
    /// What the policy calls the repository.
    pub repository: Option<String>,
    /// Which repository this is, once that was asked.
    pub id: OnceCell<Option<String>>,
    /// A commit of the trusted branch, or of what is pushed.
    pub tip: String,
    /// Whether everything was looked at: only then does it say something that an entry is about nothing.
    pub is_whole: bool,
}

impl Sources<'_> {
    /// Whether the history that is pushed takes an entry back that it holds in the end.
    fn take_back(&self, entry: &Entry) -> bool {
        let (base, path) = (self.base.as_deref(), Entry::path_of(&entry.fingerprint));
        let has_it = |tip: &&String| {
            let there = format!("{tip}:{path}");
            self.git.read(["cat-file", "-e", &there]).is_ok()
        };
        let is_later = |tip: &String| {
            let versions = past::Versions::below(self.git, base, tip, &path).and_then(|all| all.of(&path));
            let later =
                |text: &Vec<u8>| Entry::parse(text, &path).is_ok_and(|other| other.serial > entry.serial);
            // Where history is cut off, what was taken back is told by the blob alone.
            versions.is_some_and(|texts| texts.iter().any(later))
        };
        let is_back = |tip: &String| past::takes_back(self.git, base, tip, &path) || is_later(tip);
        self.tips.iter().filter(has_it).any(is_back)
    }
}

/// Whether anything was found that an entry can be about.
pub fn is_asked(outcome: &Outcome) -> bool {
    !outcome.findings.is_empty() || outcome.gaps.iter().any(|gap| gap.object.is_some())
}

/// Reads the entries about what was found and what was not looked at whole.
pub fn read(sources: &Sources<'_>, outcome: &Outcome) -> Triage {
    let (findings, seen) = (&outcome.findings, &outcome.values);
    let blobs: BTreeMap<String, ObjectId> =
        outcome.gaps.iter().filter_map(|gap| gap.object).map(|blob| (blob.to_string(), blob)).collect();
    let found = findings.iter().map(|finding| finding.fingerprint.as_str());
    let wanted: BTreeSet<&str> = found.chain(blobs.keys().map(String::as_str)).collect();
    let mut triage = Triage { blobs: blobs.clone(), ..Triage::default() };
    if sources.rules == TriageRules::None {
        return triage;
    }
    let mut trusted: BTreeMap<String, Entry> = BTreeMap::new();
    let brought: Vec<(Entry, String)> =
        sources.brought.iter().flat_map(|(tree, name)| triage.entries(*tree, name, &wanted)).collect();
    // Whoever takes a decision back needs no signature for it.
    let is_withdrawn = |known: &Entry| {
        brought.iter().any(|(entry, _)| {
            entry.status == Status::Withdrawn
                && entry.fingerprint == known.fingerprint
                && entry.serial > known.serial
        })
    };
    if let Some((tree, name)) = &sources.trusted {
        if sources.is_whole {
            triage.unused(*tree, &wanted);
        }
        for (entry, source) in triage.entries(*tree, name, &wanted) {
            if !is_withdrawn(&entry) {
                triage.take(sources, &entry, source, true, seen);
            }
            trusted.insert(entry.fingerprint.clone(), entry);
        }
    }
    let elsewhere: Vec<Entry> = sources
        .elsewhere
        .iter()
        .flatten()
        .flat_map(|tree| Triage::default().entries(*tree, "", &wanted))
        .map(|(entry, _)| entry)
        .collect();
    let is_outdone = |entry: &Entry| {
        let others = brought.iter().map(|(other, _)| other).chain(&elsewhere);
        others.into_iter().any(|other| other.fingerprint == entry.fingerprint && other.serial > entry.serial)
    };
    for (entry, source) in &brought {
        // What the trusted branch has counts by its own standing; an older version of it counts no more.
        if trusted.get(&entry.fingerprint).is_some_and(|known| known.serial >= entry.serial)
            || is_outdone(entry)
        {
            continue;
        }
        if entry.signature.is_some() && sources.elsewhere.is_none() && sources.trusted.is_none() {
            triage.notes.push(format!(
                "{source}: the trusted branch of a remote is not here, which may have taken this decision back; run \
                 `git fetch`; it counts for nothing"
            ));
            continue;
        }
        if entry.signature.is_some() && sources.take_back(entry) {
            triage.notes.push(format!(
                "{source}: what is pushed took this decision back before it brings it again; it counts for nothing"
            ));
            continue;
        }
        triage.take(sources, entry, source.clone(), false, seen);
    }
    triage.notes.sort();
    triage.notes.dedup();
    triage
}

impl Triage {
    /// The entries of a tree about findings that there are. A broken one is said, and counts for nothing.
    fn entries(&mut self, tree: &dyn Tree, name: &str, wanted: &BTreeSet<&str>) -> Vec<(Entry, String)> {
        let listed = match tree.list(FOLDER.as_bytes()) {
            Ok(listed) => listed,
            Err(gap) => {
                self.notes.push(format!("{name}:{FOLDER} can't be read: {}", gap.detail));
                return Vec::new();
            }
        };
        // The target of a link is no text of an entry.
        let files = listed.into_iter().filter(|entry| entry.kind == EntryKind::File);
        let there: BTreeSet<Vec<u8>> = files.map(|entry| entry.name).collect();
        let mut found = Vec::new();
        for fingerprint in wanted {
            if !there.contains(Entry::file_name(fingerprint).as_bytes()) {
                continue;
            }
            let path = Entry::path_of(fingerprint);
            let source = if name.is_empty() { path.clone() } else { format!("{name}:{path}") };
            match tree.get(path.as_bytes()) {
                Ok(Some(text)) => match Entry::parse(&text, &source) {
                    Ok(entry) => found.push((entry, source)),
                    Err(error) => self.notes.push(format!("{error}; the entry counts for nothing")),
                },
                Ok(None) => {}
                Err(gap) => self.notes.push(format!("{source} can't be read: {}", gap.detail)),
            }
        }
        found
    }

    /// Says which entries of a tree are about nothing that was found.
    fn unused(&mut self, tree: &dyn Tree, wanted: &BTreeSet<&str>) {
        let files: BTreeSet<String> =
            wanted.iter().map(|fingerprint| Entry::file_name(fingerprint)).collect();
        let listed = tree.list(FOLDER.as_bytes()).unwrap_or_default();
        let names = listed.iter().map(|entry| escape(&entry.name)).filter(|name| name.ends_with(".toml"));
        for name in names.filter(|name| !files.contains(name)) {
            let path = format!("{FOLDER}/{name}");
            let text = tree.get(path.as_bytes()).ok().flatten().unwrap_or_default();
            if Entry::parse(&text, &path).is_ok_and(|entry| entry.suppresses()) {
                self.notes.push(format!("{path}: this entry matched nothing in this run"));
            }
        }
    }

    fn take(
        &mut self,
        sources: &Sources<'_>,
        entry: &Entry,
        source: String,
        is_trusted: bool,
        seen: &BTreeMap<String, Vec<Values>>,
    ) {
        match entry.status {
            Status::Fixed => {
                self.notes.push(format!("{source}: this was said to be fixed, and is there again"));
                return;
            }
            Status::Withdrawn => return,
            Status::FalsePositive | Status::AcceptedRisk => {}
        }
        let signer = match proof(sources, entry) {
            Ok(signer) => signer,
            Err(why) => {
                self.notes.push(format!("{source}: {why}; the entry counts as unsigned"));
                None
            }
        };
        if let Some(&blob) = self.blobs.get(&entry.fingerprint) {
            if signer.is_none() {
                self.notes.push(format!(
                    "{source}: what was not looked at whole takes a signature; the entry counts for nothing"
                ));
                return;
            }
            self.accepted.push((blob, entry.suppression(Standing::Trusted, source, signer)));
            return;
        }
        let standing = match (&signer, is_trusted && sources.rules == TriageRules::Trusted) {
            (Some(_), _) | (None, true) => Standing::Trusted,
            (None, false) => Standing::Brought,
        };
        if let Some(values) = seen.get(&entry.fingerprint) {
            // Each comparison costs what a guess is to cost.
            self.compared += values.len() * entry.values.len();
            if self.compared > MOST_COMPARED {
                let note = format!("{source}: too many values to compare; the entry counts for nothing");
                self.notes.push(note);
                return;
            }
            let bound = |seen: &Values| entry.values.iter().any(|hash| values::fits(hash, seen));
            if !values.iter().all(bound) {
                self.notes.push(format!("{source}: it is about another value; the entry counts for nothing"));
                return;
            }
        }
        if standing == Standing::Brought {
            let why = if is_trusted {
                "the policy asks for a signature"
            } else {
                "the push itself brings it, unsigned"
            };
            self.notes.push(format!("{source}: {why}, so it counts for medium and low findings alone"));
        }
        self.suppressions.push(entry.suppression(standing, source, signer));
    }
}

/// Who signed the entry, for this repository and not for ever; `None` where it is not signed.
fn proof(sources: &Sources<'_>, entry: &Entry) -> Result<Option<String>, String> {
    let Some(signature) = &entry.signature else { return Ok(None) };
    let signers = (sources.signers)()?;
    let proof = sshsig::verify(signature, Namespace::Triage, &entry.signed_bytes(), &signers)
        .map_err(|refusal| refusal.to_string())?;
    if entry.until.is_none() {
        return Err("a signed entry needs an end, `until`".into());
    }
    // A walk through all of history, for all entries at once.
    let id =
        sources.id.get_or_init(|| repository::id(sources.git, sources.repository.as_deref(), &sources.tip));
    match (id, &entry.repository) {
        (Some(here), Some(signed)) if here == signed => Ok(Some(format!("signed by {}", proof.name))),
        (Some(_), _) => Err("it was signed for another repository".into()),
        (None, _) => Err(
            "which repository this is can't be said in a shallow clone without `repository` in the policy"
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::write::text;
    use super::*;
    use crate::report::sample;
    use crate::sign::altered::altered;
    use ssh_key::private::{Ed25519Keypair, KeypairData};
    use ssh_key::{HashAlg, LineEnding, PrivateKey};
    use vetogate_core::{EntryKind, Gap};

    /// A tree with one entry of triage.
    struct OneEntry<'a>(&'a str, &'a [u8]);

    impl Tree for OneEntry<'_> {
        fn get(&self, path: &[u8]) -> Result<Option<Vec<u8>>, Gap> {
            Ok((path == Entry::path_of(self.0).as_bytes()).then(|| self.1.to_vec()))
        }

        fn list(&self, _: &[u8]) -> Result<Vec<vetogate_core::Entry>, Gap> {
            let name = Entry::file_name(self.0).into_bytes();
            Ok(vec![vetogate_core::Entry { name, kind: EntryKind::File }])
        }
    }

    fn key() -> PrivateKey {
        PrivateKey::new(KeypairData::from(Ed25519Keypair::from_seed(&[1; 32])), "").unwrap()
    }

    fn signers() -> Result<Signers, String> {
        let key = key().public_key().to_openssh().unwrap();
        Signers::parse(format!("ann namespaces=\"veto-triage@v1\" {key}\n").as_bytes(), "f")
            .map_err(|error| error.to_string())
    }

    fn signed() -> Entry {
        let mut entry = Entry {
            fingerprint: sample::finding("a").fingerprint,
            rule: "secret/aws-access-key".into(),
            path: "a".into(),
            status: Status::FalsePositive,
            reason: "It is \"made\" up.".into(),
            who: "Ann <ann@example.org>".into(),
            created: jiff::civil::date(2026, 11, 30),
            until: Some(jiff::civil::date(2027, 11, 30)),
            repository: Some("r".into()),
            serial: 12,
            values: Vec::new(),
            signature: None,
        };
        let signature = key().sign("veto-triage@v1", HashAlg::Sha512, &entry.signed_bytes()).unwrap();
        entry.signature = Some(signature.to_pem(LineEnding::LF).unwrap());
        entry
    }

    /// What a push suppresses that brings this file.
    fn brought(file: &[u8]) -> Vec<Suppression> {
        let finding = sample::finding("a");
        let fingerprint = finding.fingerprint.clone();
        let tree = OneEntry(&fingerprint, file);
        let git = Git::at(".");
        let sources = Sources {
            trusted: None,
            brought: vec![(&tree, "tip".into())],
            tips: Vec::new(),
            elsewhere: Some(Vec::new()),
            base: None,
            rules: TriageRules::Trusted,
            signers: &signers,
            git: &git,
            repository: Some("r".into()),
            id: OnceCell::new(),
            tip: String::new(),
            is_whole: false,
        };
        read(&sources, &Outcome { findings: vec![finding], ..Outcome::default() }).suppressions
    }

    /// Whether the file counts as signed; and then it has to say what was signed.
    fn counts(file: &[u8]) -> bool {
        let is_trusted = |one: &Suppression| one.standing == Standing::Trusted;
        let counts = brought(file).iter().any(is_trusted);
        let entry = signed();
        let says = || Entry::parse(file, &Entry::path_of(&entry.fingerprint)).unwrap().signed_bytes();
        assert!(!counts || says() == entry.signed_bytes(), "{}", String::from_utf8_lossy(file));
        counts
    }

    /// Wherever the file is changed: it counts no more than an unsigned one, or says the same.
    #[test]
    fn any_change_of_a_signed_entry_is_refused() {
        let file = text(&signed());
        assert!(counts(file.as_bytes()));
        let same = altered(file.as_bytes()).filter(|changed| counts(changed)).count();
        // The comment, blanks and ends of lines are no part of it.
        assert!(same < file.len() * 3, "{same}");
    }

    #[test]
    fn what_is_no_part_of_it_may_change() {
        let file = text(&signed());
        let lines: Vec<&str> = file.lines().collect();
        let (fields, signature) =
            lines.split_at(lines.iter().position(|line| line.starts_with("signature")).unwrap());
        let backwards: Vec<&str> = fields.iter().rev().chain(signature).copied().collect();
        for other in [
            file.replace('\n', "\r\n"),
            file.replace("# A decision", "# Another word on a decision"),
            file.replace(" = ", "  =  "),
            file.replace("\"r\"", "'r'"),
            backwards.join("\n"),
        ] {
            assert!(other != file && counts(other.as_bytes()), "{other}");
        }
        for other in [
            file.replace("serial = 12", "serial = 13"),
            file.replace("2027-11-30", "2028-11-30"),
            file.replace("false-positive", "accepted-risk"),
            file.replace("\"r\"", "\"s\""),
            file.replace("secret/aws-access-key", "secret/*"),
            format!("values = [\"$argon2id$\"]\n{file}"),
            format!("{file}reason = \"twice\"\n"),
        ] {
            assert!(other != file && !counts(other.as_bytes()), "{other}");
        }
    }

    /// Of a file that was cut off, the rest is refused or counts for less.
    #[test]
    fn a_part_of_an_entry_never_counts_as_signed() {
        let file = text(&signed());
        let end = file.trim_end().len();
        assert!((0..end).all(|cut| !counts(&file.as_bytes()[..cut])));
    }
}
