//! What a changed policy lets through that the one before it did not.

use super::{Key, Policy};
use crate::Severity;
use crate::suppress::{GUARD, Subject, Suppression, rule_matches};

impl Policy {
    /// A line for each thing that `new` lets through and this policy does not. `rules` are the ids of all rules, with
    /// their own severities.
    pub fn loosened_by<'a>(
        &self,
        new: &Self,
        rules: impl Iterator<Item = (&'a str, Severity)>,
    ) -> Vec<String> {
        let general = Key::ALL.into_iter().filter_map(|key| key.loosened(self, new));
        let mut lines: Vec<String> = general.map(str::to_owned).collect();
        // A rule that does not run before or after has nothing to say; that its pack goes is said once.
        for (id, own) in rules.filter(|(id, _)| self.packs.allow(id) && new.packs.allow(id)) {
            if new.disabled(id).is_some() && self.disabled(id).is_none() {
                lines.push(format!("{id} is switched off"));
            } else if new.severity(id, own) < self.severity(id, own) {
                lines.push(format!(
                    "{id} is {} instead of {}",
                    new.severity(id, own),
                    self.severity(id, own)
                ));
            }
        }
        let is_known =
            |exclusion: &&Suppression| !self.exclusions.iter().any(|known| reaches(known, exclusion));
        let more = new.exclusions.iter().filter(is_known);
        lines.extend(more.map(excluded));
        lines
    }
}

/// Whether one exclusion takes out what another does, for as long.
fn reaches(known: &Suppression, other: &Suppression) -> bool {
    let parts = |suppression: &Suppression| match &suppression.subject {
        Subject::Paths { glob, rules, .. } => Some((glob.glob().glob().to_owned(), rules.clone())),
        _ => None,
    };
    let (Some((path, rules)), Some((other_path, other_rules))) = (parts(known), parts(other)) else {
        return false;
    };
    let holds = |rule: &String| rules.iter().any(|pattern| rule_matches(pattern, rule));
    let are_all = |rules: &[String]| rules.is_empty() || rules.iter().any(|rule| rule == "*");
    let all_rules = if are_all(&other_rules) { are_all(&rules) } else { other_rules.iter().all(holds) };
    let all_rules = all_rules || (rules.is_empty() && !other_rules.iter().any(|rule| rule == GUARD));
    lies_in(&other_path, &path) && all_rules && known.until >= other.until
}

/// Whether all that a glob matches lies in what another one does: the same, or below its folder.
fn lies_in(glob: &str, other: &str) -> bool {
    let folder = other.strip_suffix("**").filter(|folder| folder.ends_with('/'));
    let folder = folder.filter(|folder| !folder.contains(['*', '?', '[', '{', '\\']));
    glob == other || folder.is_some_and(|folder| glob.starts_with(folder))
}

fn excluded(exclusion: &Suppression) -> String {
    match &exclusion.subject {
        Subject::Paths { rules, .. } if !rules.is_empty() => {
            format!("{} is excluded for {}", path(exclusion), rules.join(", "))
        }
        _ => format!("{} is excluded", path(exclusion)),
    }
}

fn path(exclusion: &Suppression) -> String {
    match &exclusion.subject {
        Subject::Paths { glob, .. } => glob.glob().glob().to_owned(),
        _ => exclusion.source.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(old: &str, new: &str) -> Vec<String> {
        let parse = |text| Policy::parse(text, "p").unwrap();
        let rules = [
            ("secret/x", Severity::Critical),
            ("config/y", Severity::Medium),
            ("guide-literal/z", Severity::High),
        ];
        parse(old).loosened_by(&parse(new), rules.into_iter())
    }

    fn exclude(path: &str, until: &str, rules: &str) -> String {
        format!("[[exclude]]\npath = \"{path}\"\nreason = \"r\"\nuntil = \"{until}\"\n{rules}")
    }

    #[test]
    fn what_lets_more_through_is_said() {
        assert_eq!(lines("posture = \"high\"", ""), ["the posture is lower"]);
        assert_eq!(lines("preset = \"strict\"", "").len(), 3);
        let guide = ["the least confidence is higher", "the patterns of the guide are off"];
        assert_eq!(lines("preset = \"guide\"", ""), guide);
        assert_eq!(lines("", "min_confidence = \"high\""), ["the least confidence is higher"]);
        assert_eq!(lines("[override]\nproof = \"signed\"", ""), ["an override takes a weaker proof"]);
        assert_eq!(lines("", "[override]\nminutes = 60"), ["an override holds longer"]);
        assert_eq!(lines("[override]\nallowed = false", ""), ["overrides are allowed"]);
        let off = "[rules.\"secret/*\"]\nenabled = false\nreason = \"r\"";
        assert_eq!(lines("", off), ["secret/x is switched off"]);
        let lower = "[rules.\"secret/x\"]\nseverity = \"high\"";
        assert_eq!(lines("", lower), ["secret/x is high instead of critical"]);
        assert_eq!(lines("", &exclude("a/", "2027-01-01", "")), ["a/** is excluded"]);
        assert_eq!(
            lines(&exclude("a", "2027-01-01", ""), &exclude("a", "2028-01-01", "")),
            ["a is excluded"]
        );
        let one = "rules = [\"secret/x\"]\n";
        assert_eq!(
            lines(&exclude("a", "2027-01-01", one), &exclude("a", "2027-01-01", "")),
            ["a is excluded"]
        );
    }

    #[test]
    fn what_counts_as_a_word_is_part_of_it() {
        assert_eq!(lines("[triage]\nsigned = true", ""), ["triage counts unsigned"]);
        assert_eq!(lines("[inline]\nallowed = false", ""), ["ignores in the text count"]);
        assert_eq!(lines("repository = \"a\"", "repository = \"b\""), ["the repository is called otherwise"]);
    }

    #[test]
    fn what_tightens_or_stays_is_not() {
        let nothing: [String; 0] = [];
        assert_eq!(
            lines("", "preset = \"strict\"\nposture = \"high\"\n[override]\nproof = \"hardware\""),
            nothing
        );
        assert_eq!(lines("", "[rules.\"config/y\"]\nseverity = \"high\""), nothing);
        let lower = "[rules.\"guide-literal/z\"]\nseverity = \"low\"";
        assert_eq!(lines("", lower), nothing);
        assert_eq!(lines("preset = \"guide\"", &format!("preset = \"guide\"\n{lower}")).len(), 1);
        assert_eq!(lines(&exclude("a", "2027-01-01", ""), ""), nothing);
        let (long, short) =
            (exclude("a", "2027-01-01", ""), exclude("a", "2026-12-01", "rules = [\"secret/x\"]\n"));
        assert_eq!(lines(&long, &short), nothing);
        let of = |path, rules| exclude(path, "2027-01-01", rules);
        let (all, family) = ("rules = [\"*\"]\n", "rules = [\"secret/*\"]\n");
        let one = "rules = [\"secret/x\"]\n";
        for (old, new) in [
            (of("a/", ""), of("a/b/", "")),
            (of("a/", ""), of("a/b/", "") + &of("a/c/*.py", one)),
            (of("a", family), of("a", one)),
            (of("a", all), of("a", "")),
            (of("a", ""), of("a", all)),
            (of("a", ""), of("a", family)),
        ] {
            assert_eq!(lines(&old, &new), nothing, "{old}{new}");
        }
        let guard = "rules = [\"config/veto-loosened\"]\n";
        for (old, new) in [
            (of("a/b/", ""), of("a/", "")),
            (of("a*/", ""), of("a*/b/", "")),
            (of("a/", ""), of("ab/", "")),
            (of("a", one), of("a", family)),
            (of("a", family), of("a", all)),
            (of("a", ""), of("a", guard)),
            (of("a", all), of("a", guard)),
        ] {
            assert_eq!(lines(&old, &new).len(), 1, "{old}{new}");
        }
    }
}
