//! Names of rules in a policy that this version does not have. They are said and not refused, for versions differ.

use super::Policy;
use crate::suppress::{Subject, rule_matches};

/// How many names are offered instead.
const OFFERED: usize = 3;

impl Policy {
    /// A line for each name of a rule or of a family that no rule has, with the nearest ones. `known` gives the ids of
    /// all rules, and is asked only where the policy names any.
    pub fn unknown_rules(&self, known: impl FnOnce() -> Vec<String>) -> Vec<String> {
        let all = std::iter::once(&self.rules).chain(&self.floors).flatten();
        let settings = all.map(|setting| (setting.source.clone(), setting.pattern.as_str()));
        let excluded = self.exclusions.iter().flat_map(|exclusion| {
            let rules = match &exclusion.subject {
                Subject::Paths { rules, .. } => &rules[..],
                Subject::Fingerprint(_) | Subject::Line { .. } => &[],
            };
            rules.iter().map(|rule| (exclusion.source.clone(), rule.as_str()))
        });
        let named: Vec<(String, &str)> = settings.chain(excluded).collect();
        if named.is_empty() {
            return Vec::new();
        }
        let known = known();
        let is_unknown =
            |(_, pattern): &&(String, &str)| !known.iter().any(|rule| rule_matches(pattern, rule));
        let unknown = named.iter().filter(is_unknown).map(|(place, pattern)| note(place, pattern, &known));
        let off = named.iter().filter(|(_, pattern)| !self.packs.allow(pattern));
        unknown.chain(off.map(|(place, pattern)| off_note(place, pattern))).collect()
    }
}

fn off_note(place: &str, pattern: &str) -> String {
    format!("{place}: `{pattern}` says nothing, for its pack is off without `preset = \"guide\"`")
}

fn note(place: &str, pattern: &str, known: &[String]) -> String {
    let is_family = pattern.ends_with("/*");
    let what = if is_family { "no rule is of the family" } else { "no rule has the name" };
    let mut near: Vec<String> = if is_family {
        known.iter().filter_map(|rule| Some(format!("{}/*", rule.split('/').next()?))).collect()
    } else {
        known.to_vec()
    };
    near.sort_by_cached_key(|name| (distance(name, pattern), name.clone()));
    near.dedup();
    near.truncate(OFFERED);
    format!("{place}: {what} `{pattern}` in this version; the nearest: {}", near.join(", "))
}

/// Least number of letters that are to be put in, taken out or changed (Levenshtein 1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut before = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = before + usize::from(x != *y);
            before = row[j + 1];
            row[j + 1] = changed.min(before + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!((distance("", "ab"), distance("ab", ""), distance("a", "a")), (2, 2, 0));
    }

    #[test]
    fn what_is_said_of_a_pack_that_is_off_is_said_to_be_nothing() {
        let text = "[rules.\"guide-literal/email\"]\nseverity = \"low\"\n";
        let said = |text: &str| {
            Policy::parse(text, "p").unwrap().unknown_rules(|| vec!["guide-literal/email".to_owned()])
        };
        let expected =
            "p:1: `guide-literal/email` says nothing, for its pack is off without `preset = \"guide\"`";
        assert_eq!(said(text), [expected]);
        assert!(said(&format!("preset = \"guide\"\n{text}")).is_empty());
    }

    #[test]
    fn unknown_names_are_said_with_the_nearest() {
        let known = || ["secret/jwt", "secret/npm-token", "config/env-file"].map(String::from).to_vec();
        let policy = Policy::parse(
            "[rules.\"secret/nmp-token\"]\nseverity = \"low\"\n[rules.\"secret/jwt\"]\nseverity = \"low\"\n\
             [[exclude]]\npath = \"a\"\nreason = \"b\"\nuntil = 2027-01-31\nrules = [\"sekret/*\", \"secret/*\", \"*\"]\n",
            "p",
        )
        .unwrap();
        assert_eq!(
            policy.unknown_rules(known),
            [
                "p:1: no rule has the name `secret/nmp-token` in this version; the nearest: secret/npm-token, secret/jwt, config/env-file",
                "p:5: no rule is of the family `sekret/*` in this version; the nearest: secret/*, config/*"
            ]
        );
        assert!(Policy::default().unknown_rules(|| unreachable!()).is_empty());
    }
}
