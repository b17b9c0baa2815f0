//! A policy over another one that may only tighten it: that of the machine, of the user, of another remote.

use super::{Key, Policy, RuleSetting};
use crate::digest::sha256;
use crate::suppress::Subject;

impl Policy {
    /// This policy, with everything that `floor` states and that is stricter. What `floor` leaves unsaid, and its
    /// exclusions, change nothing. A rule gets at least the severity that `floor` gives it; one that `floor` switches
    /// on can't be switched off, and no path is excluded from it.
    #[must_use]
    pub fn tighten(mut self, floor: &Self) -> Self {
        for (&key, source) in &floor.stated {
            if key.tightens(&self, floor) {
                key.copy(floor, &mut self);
                self.stated.insert(key, source.clone());
            }
        }
        self.floors.extend(
            std::iter::once(&floor.rules).chain(&floor.floors).filter(|rules| !rules.is_empty()).cloned(),
        );
        let kept = floor.rules.iter().filter(|setting| setting.enabled == Some(true));
        let kept: Vec<String> = kept.map(|setting| setting.pattern.clone()).collect();
        for exclusion in &mut self.exclusions {
            if let Subject::Paths { except, .. } = &mut exclusion.subject {
                except.extend(kept.iter().cloned());
            }
        }
        for url in &floor.public {
            if !self.public.contains(url) {
                self.public.push(url.clone());
            }
        }
        self.source = format!("{}, {}", self.source, floor.source);
        self.digest = sha256("vetogate/policies/v1", &[self.digest.as_bytes(), floor.digest.as_bytes()]);
        self
    }

    /// What of the floor's keys has no effect on this policy, which it tightened, for it would let more through.
    pub fn without_effect<'a>(&'a self, floor: &'a Self) -> impl Iterator<Item = (Key, &'a str)> {
        let is_idle = |key: Key, source: &String| {
            key != Key::Seconds
                && self.stated.get(&key) != Some(source)
                && key.loosened(self, floor).is_some()
        };
        let idle = floor.stated.iter().filter(move |(key, source)| is_idle(**key, source));
        idle.map(|(key, source)| (*key, source.as_str()))
    }
}

/// What the last matching setting that says something of it says of a rule.
pub(super) fn last<T>(
    rules: &[RuleSetting],
    rule: &str,
    says: impl Fn(&RuleSetting) -> Option<T>,
) -> Option<T> {
    let matching = rules.iter().rev().filter(|setting| crate::suppress::rule_matches(&setting.pattern, rule));
    matching.filter_map(says).next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{PolicyError, TriageRules};
    use crate::{Posture, Severity};
    use proptest::prelude::*;

    fn policy(text: &str) -> Policy {
        Policy::parse(text, "repo").unwrap()
    }

    fn floor(text: &str) -> Policy {
        Policy::parse_floor(text, "machine").unwrap()
    }

    #[test]
    fn only_what_is_said_tightens() {
        let loose = "min_confidence = \"high\"\n[override]\nminutes = 60\n";
        let tight = policy(loose).tighten(&floor("posture = \"high\"\n[override]\nproof = \"signed\"\n"));
        assert_eq!(tight.posture, Posture::High);
        assert_eq!((tight.overrides.minutes, tight.overrides.proof), (60, crate::Proof::Signed));
        assert_eq!(tight.min_confidence, crate::Confidence::High);
        assert_eq!(tight.stated[&Key::Posture], "machine:1");
        assert_eq!(tight.stated[&Key::OverrideMinutes], "repo:3");
        assert_eq!(tight.source, "repo, machine");
        assert_ne!(tight.digest, policy(loose).digest);
    }

    #[test]
    fn what_would_loosen_has_no_effect_and_is_named() {
        let floor = floor("posture = \"medium\"\nmin_confidence = \"high\"\n[override]\nminutes = 60\n");
        let tight = policy("posture = \"high\"").tighten(&floor);
        assert_eq!((tight.posture, tight.overrides.minutes), (Posture::High, 15));
        let idle: Vec<Key> = tight.without_effect(&floor).map(|(key, _)| key).collect();
        assert_eq!(idle, [Key::Posture, Key::MinConfidence, Key::OverrideMinutes]);
    }

    #[test]
    fn a_preset_states_what_it_sets() {
        let tight = policy("[triage]\nsigned = false\n").tighten(&floor("preset = \"strict\"\n"));
        assert!(tight.medium_vetoes && tight.triage == TriageRules::Signed);
        assert_eq!(tight.stated[&Key::TriageSigned], "machine:1");
    }

    #[test]
    fn a_second_person_is_no_touch() {
        let proof = |proof: &str| format!("[override]\nproof = \"{proof}\"\n");
        for (one, other) in [("hardware", "second-person"), ("second-person", "hardware")] {
            let tight = policy(&proof(one)).tighten(&floor(&proof(other)));
            assert_eq!(tight.overrides.proof, crate::Proof::TouchedSecondPerson);
            assert_eq!(tight.without_effect(&floor(&proof(other))).count(), 0);
        }
        let rules = || std::iter::empty();
        let changed = policy(&proof("hardware")).loosened_by(&policy(&proof("second-person")), rules());
        assert_eq!(changed, ["an override takes a weaker proof"]);
    }

    #[test]
    fn rules_rise_and_stay_on() {
        let repo = policy(
            "[rules.\"secret/x\"]\nseverity = \"low\"\nenabled = false\nreason = \"r\"\n\
             [rules.\"config/y\"]\nenabled = false\nreason = \"r\"\n\
             [[exclude]]\npath = \"a\"\nreason = \"r\"\nuntil = \"2999-01-01\"\n",
        );
        let tight = repo.tighten(&floor("[rules.\"secret/*\"]\nseverity = \"high\"\nenabled = true\n"));
        assert_eq!(tight.severity("secret/x", Severity::Critical), Severity::High);
        assert_eq!(tight.severity("secret/z", Severity::Critical), Severity::Critical);
        assert_eq!(tight.severity("config/y", Severity::Low), Severity::Low);
        assert!(tight.disabled("secret/x").is_none() && tight.disabled("config/y").is_some());
        let Subject::Paths { except, .. } = &tight.exclusions[0].subject else { unreachable!() };
        assert_eq!(except, &["secret/*"]);
    }

    #[test]
    fn a_limit_gives_way_where_it_is_built_in_and_else_the_least_holds() {
        let seconds = |repo: &str, other: &str| policy(repo).tighten(&floor(other)).time_limit.as_secs();
        let limit = |seconds: u32| format!("[limits]\nseconds = {seconds}\n");
        assert_eq!(seconds("", &limit(300)), 300);
        assert_eq!(seconds(&limit(30), &limit(300)), 30);
        assert_eq!(seconds(&limit(300), &limit(30)), 30);
    }

    #[test]
    fn what_loosens_is_refused_in_a_floor_and_upstreams_are_refused_in_a_repository() {
        let said = |result: Result<Policy, PolicyError>| result.unwrap_err().to_string();
        let exclude = "[[exclude]]\npath = \"a\"\nreason = \"r\"\nuntil = \"2999-01-01\"\n";
        let off = "\n[rules.\"secret/x\"]\nenabled = false\nreason = \"r\"\n";
        for (text, place) in [(exclude, "m:1:1: "), (off, "m:2:8: "), ("repository = \"a\"", "m:1:14: ")] {
            let said = said(Policy::parse_floor(text, "m"));
            assert!(said.starts_with(place) && said.contains("take it out"), "{said}");
        }
        let public = "[[public]]\nurl = \"https://example.org/a\"\n";
        assert_eq!(floor(public).public, ["https://example.org/a"]);
        assert!(said(Policy::parse(public, "p")).starts_with("p:1:1: a repository does not say"));
        for wrong in ["[[public]]\n", "[[public]]\nurl = \"\"\n", "[[public]]\nurl = \"a b/c\"\n"] {
            assert!(
                said(Policy::parse_floor(wrong, "m")).contains("expected the URL of a remote"),
                "{wrong}"
            );
        }
    }

    /// A policy file of any content, exclusions apart.
    fn texts() -> impl Strategy<Value = String> {
        let one = |line: &'static str| prop_oneof![Just(""), Just(line)];
        let posture = prop_oneof![Just(""), Just("posture = \"high\"\n"), Just("posture = \"medium\"\n")];
        let confidence = prop_oneof![
            Just(""),
            Just("min_confidence = \"low\"\n"),
            Just("min_confidence = \"medium\"\n"),
            Just("min_confidence = \"high\"\n")
        ];
        let proof = prop_oneof![
            Just(""),
            Just("override.proof = \"signed\"\n"),
            Just("override.proof = \"hardware\"\n"),
            Just("override.proof = \"second-person\"\n")
        ];
        let minutes =
            prop_oneof![Just(String::new()), (1..=60u8).prop_map(|n| format!("override.minutes = {n}\n"))];
        let severity = prop_oneof![
            Just(""),
            Just("rules.\"secret/x\".severity = \"low\"\n"),
            Just("rules.\"secret/*\".severity = \"high\"\n")
        ];
        (
            one("preset = \"strict\"\n"),
            posture,
            confidence,
            proof,
            minutes,
            one("triage.signed = true\n"),
            one("inline.allowed = false\n"),
            severity,
        )
            .prop_map(|(a, b, c, d, e, f, g, h)| [a, b, c, d, &e, f, g, h].concat())
    }

    proptest! {
        /// Whatever a floor says, nothing passes that did not pass before.
        #[test]
        fn a_floor_never_loosens(repo in texts(), other in texts(), third in texts()) {
            let rules = || [("secret/x", Severity::Critical), ("config/y", Severity::Medium)].into_iter();
            let (repo, other, third) = (policy(&repo), floor(&other), floor(&third));
            let tight = repo.clone().tighten(&other).tighten(&third);
            let nothing: Vec<String> = Vec::new();
            prop_assert_eq!(repo.loosened_by(&tight, rules()), nothing.clone());
            let again = tight.clone().tighten(&other);
            prop_assert_eq!(tight.loosened_by(&again, rules()), nothing.clone());
            prop_assert_eq!(again.loosened_by(&tight, rules()), nothing);
        }
    }
}
