//! What a rule of a pack and another one both found is said once.

use super::Session;
use crate::engine::findings::Candidate;
use std::collections::HashMap;
use vetogate_core::{Category, Confidence, ObjectId, Packs, Place, Policy, Severity};

/// Where a value begins and ends, in lines and columns.
type Stretch = ((u64, u64), (u64, u64));

/// What has to be the same of two that are said once.
type Spot = (Place, Option<ObjectId>, Category);

impl Session<'_> {
    /// Of a place that a rule of a pack found too, our own rule says it: certain, and as severe as the severer of the
    /// two. A rule that is off says nothing.
    pub(super) fn say_once(&self, candidates: &mut Vec<Candidate>) {
        if self.packs() != Packs::default() {
            say_once(candidates, &self.policy.borrow());
        }
    }
}

fn is_of_a_pack(candidate: &Candidate) -> bool {
    Packs::of(&candidate.hit.rule.id).is_some()
}

fn stretch(candidate: &Candidate) -> Stretch {
    let span = &candidate.hit.span;
    ((span.line, span.column), (span.end_line, span.end_column))
}

/// Our own files: the fingerprints in them look like anything, and what is said of a finding would be one.
fn is_ours(candidate: &Candidate) -> bool {
    candidate.place.path().is_some_and(|path| path.starts_with(".veto/"))
}

fn say_once(candidates: &mut Vec<Candidate>, policy: &Policy) {
    candidates.retain(|candidate| !is_of_a_pack(candidate) || !is_ours(candidate));
    let runs = |candidate: &Candidate| policy.runs(&candidate.hit.rule.id);
    let ours = Ours::of(candidates, runs);
    let mut raised: HashMap<usize, Severity> = HashMap::new();
    let mut kept = vec![true; candidates.len()];
    for (index, candidate) in candidates.iter().enumerate().filter(|(_, one)| is_of_a_pack(one)) {
        let twin = if runs(candidate) { ours.twin(candidates, candidate) } else { None };
        if let Some(twin) = twin {
            let severity = raised.entry(twin).or_insert(candidate.hit.severity);
            *severity = candidate.hit.severity.max(*severity);
            kept[index] = false;
        }
    }
    for (index, severity) in raised {
        let hit = &mut candidates[index].hit;
        hit.severity = severity.max(hit.severity);
        hit.confidence = Confidence::High;
    }
    let mut kept = kept.into_iter();
    candidates.retain(|_| kept.next() == Some(true));
}

/// What our own rules found, by place and category, in the order in which it stands there.
struct Ours(HashMap<Spot, Vec<(Stretch, usize)>>);

impl Ours {
    fn of(candidates: &[Candidate], runs: impl Fn(&Candidate) -> bool) -> Self {
        let mut ours: HashMap<_, Vec<_>> = HashMap::new();
        for (index, candidate) in candidates.iter().enumerate() {
            if !is_of_a_pack(candidate) && runs(candidate) {
                ours.entry(spot(candidate)).or_default().push((stretch(candidate), index));
            }
        }
        ours.values_mut().for_each(|found| found.sort_unstable());
        Self(ours)
    }

    /// The one that stands where this does, or beside it with the same value, as the half of a pair.
    fn twin(&self, candidates: &[Candidate], candidate: &Candidate) -> Option<usize> {
        let found = self.0.get(&spot(candidate))?;
        let (start, end) = stretch(candidate);
        let after = found.partition_point(|((begin, _), _)| *begin < end);
        // Those of ours do not overlap but for a few, so that the nearest are enough.
        let near = found[after.saturating_sub(NEAR)..after].iter().rev();
        let overlaps = |(stretch, _): &&(Stretch, usize)| stretch.1 > start;
        let same =
            |(_, index): &&(Stretch, usize)| candidates[*index].hit.values.contains(&candidate.hit.values[0]);
        let around = &found[after.saturating_sub(NEAR)..(after + NEAR).min(found.len())];
        near.into_iter().find(overlaps).or_else(|| around.iter().find(same)).map(|(_, index)| *index)
    }
}

/// How many neighbours are looked at.
const NEAR: usize = 8;

fn spot(candidate: &Candidate) -> Spot {
    (candidate.place.clone(), candidate.blob, candidate.hit.rule.category)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::text::Scanner;
    use vetogate_rules::template::generate;
    use vetogate_syntax::path::PathHints;

    /// What is said of a text under this policy: rule, severity, confidence.
    fn said(template: &str, policy: &str) -> Vec<(String, Severity, Confidence)> {
        let policy = Policy::parse(&format!("preset = \"guide\"\n{policy}"), "p").unwrap();
        let mut scanner = Scanner::new(PathHints::of(b"tests/a.conf")).with(policy.packs);
        scanner.feed(generate(template).unwrap().as_bytes());
        let hits = scanner.finish().0.into_iter();
        let mut candidates: Vec<Candidate> =
            hits.map(|hit| Candidate::new(hit, Place::File("tests/a.conf".into()))).collect();
        say_once(&mut candidates, &policy);
        let hits = candidates.into_iter().map(|candidate| candidate.hit);
        hits.filter(|hit| policy.runs(&hit.rule.id))
            .map(|hit| (hit.rule.id.clone(), hit.severity, hit.confidence))
            .collect()
    }

    fn off(rule: &str) -> String {
        format!("[rules.\"{rule}\"]\nenabled = false\nreason = \"r\"\n")
    }

    #[test]
    fn one_place_is_said_once_by_our_own_rule_and_surely() {
        let (critical, high) = (Severity::Critical, Confidence::High);
        let key = "aws_access_key_id = AKIA{base32:16}";
        assert_eq!(said(key, ""), [("secret/aws-access-key".into(), critical, high)]);
        let pair = format!("{key}\naws_secret_access_key = {{base64:40}}");
        assert_eq!(said(&pair, ""), [("secret/aws-access-key".into(), critical, high)]);
        let token = "token: {crc32-base62:ghp_}";
        assert_eq!(said(token, ""), [("secret/github-token".into(), critical, high)]);
        // Of low confidence under a path of tests, but for the guide.
        let key = "{pem:RSA PRIVATE KEY}";
        assert_eq!(said(key, ""), [("secret/private-key".into(), critical, high)]);
    }

    #[test]
    fn the_higher_severity_is_kept() {
        let locked = "{pem-random:ENCRYPTED PRIVATE KEY}";
        let found = said(locked, "");
        assert_eq!(found, [("secret/encrypted-private-key".into(), Severity::Critical, Confidence::High)]);
    }

    #[test]
    fn a_rule_that_is_off_hides_no_other() {
        let token = "token: {crc32-base62:ghp_}";
        assert_eq!(said(token, &off("secret/*"))[0].0, "guide-literal/github-token");
        assert_eq!(said(token, &off("guide-literal/*"))[0].0, "secret/github-token");
        let locked = "{pem-random:ENCRYPTED PRIVATE KEY}";
        assert_eq!(said(locked, &off("guide-literal/*"))[0].1, Severity::Medium);
        assert_eq!(said(locked, &off("secret/*"))[0].0, "guide-literal/encrypted-private-key");
    }

    #[test]
    fn what_the_pack_alone_finds_stays() {
        assert_eq!(said("AKIAIOSFODNN7EXAMPLE", "")[0].0, "guide-literal/aws-access-key");
        assert_eq!(said("ghp_{alnum:36}", "")[0].0, "guide-literal/github-token");
        assert_eq!(said("assert x", "")[0].0, "guide-literal/assert");
    }
}
