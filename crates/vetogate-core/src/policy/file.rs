//! What is written in a policy file, and how it becomes a [`Policy`].

use super::{Overrides, Policy, PolicyError, RuleSetting, TriageRules};
use crate::digest::sha256;
use crate::{Confidence, Posture, Proof, Severity};
use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    preset: Option<Preset>,
    posture: Option<Posture>,
    min_confidence: Option<Confidence>,
    #[serde(default)]
    limits: Limits,
    #[serde(default, rename = "override")]
    overrides: OverrideEntry,
    #[serde(default)]
    triage: TriageEntry,
    #[serde(default)]
    inline: InlineEntry,
    repository: Option<Spanned<String>>,
    #[expect(dead_code, reason = "it is read before the rest, see `Versioned`")]
    min_version: Option<toml::Value>,
    #[serde(default)]
    rules: BTreeMap<Spanned<String>, Spanned<RuleEntry>>,
    #[serde(default)]
    exclude: Vec<Spanned<ExcludeEntry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Preset {
    Default,
    Strict,
    Guide,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Limits {
    seconds: Option<Spanned<toml::Value>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct TriageEntry {
    signed: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct InlineEntry {
    allowed: Option<bool>,
}

/// Read first: a newer file may have keys that this version does not know.
#[derive(Deserialize)]
struct Versioned {
    min_version: Option<Spanned<toml::Value>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct OverrideEntry {
    allowed: Option<bool>,
    proof: Option<Proof>,
    minutes: Option<Spanned<toml::Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleEntry {
    severity: Option<Severity>,
    enabled: Option<bool>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExcludeEntry {
    path: Option<Spanned<String>>,
    rules: Option<Spanned<Vec<Spanned<String>>>>,
    reason: Option<Spanned<String>>,
    until: Option<Spanned<toml::Value>>,
}

/// Turns byte offsets into the place of an error.
struct Reader<'a> {
    text: &'a str,
    source: &'a str,
}

impl Reader<'_> {
    fn error(&self, span: &Range<usize>, message: impl Into<String>) -> PolicyError {
        let (line, column) = self.place(span.start);
        PolicyError { source_name: self.source.to_owned(), line, column, message: message.into() }
    }

    fn place(&self, offset: usize) -> (usize, usize) {
        let before = &self.text[..self.text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    fn rule_setting(
        &self,
        pattern: Spanned<String>,
        entry: Spanned<RuleEntry>,
    ) -> Result<RuleSetting, PolicyError> {
        let span = pattern.span();
        let pattern = self.rule_pattern(pattern)?;
        let entry = entry.into_inner();
        let reason = entry.reason.filter(|reason| !reason.trim().is_empty());
        if entry.enabled == Some(false) && reason.is_none() {
            let message = format!("rule `{pattern}` is disabled without a reason; add `reason = \"...\"`");
            return Err(self.error(&span, message));
        }
        let line = self.place(span.start).0;
        Ok(RuleSetting { pattern, severity: entry.severity, enabled: entry.enabled, reason, line })
    }

    fn rule_pattern(&self, pattern: Spanned<String>) -> Result<String, PolicyError> {
        let span = pattern.span();
        let pattern = pattern.into_inner();
        let is_rule = pattern == "*"
            || pattern.split_once('/').is_some_and(|(family, name)| !family.is_empty() && !name.is_empty());
        if !is_rule {
            let pattern = elided(&pattern);
            let message = format!(
                "`{pattern}` names no rule; expected a rule id such as `secret/aws-access-key`, a family such as `secret/*`, or `*`"
            );
            return Err(self.error(&span, message));
        }
        Ok(pattern)
    }

    fn exclusion(&self, entry: Spanned<ExcludeEntry>) -> Result<crate::Suppression, PolicyError> {
        let span = entry.span();
        let source = format!("{}:{}", self.source, self.place(span.start).0);
        let entry = entry.into_inner();
        let needs = |key: &str, expected: &str| {
            self.error(&span, format!("this exclusion has no `{key}`; expected {expected}"))
        };
        let path = entry.path.ok_or_else(|| needs("path", "one such as \"tests/fixtures/**\""))?;
        let reason = entry.reason.ok_or_else(|| needs("reason", "a sentence"))?;
        let until = entry.until.ok_or_else(|| needs("until", "its last day, such as \"2027-01-31\""))?;
        let glob = self.glob(&path)?;
        if reason.get_ref().trim().is_empty() {
            return Err(self.error(&reason.span(), "an exclusion needs a reason; expected a sentence"));
        }
        let date = self.date(&until)?;
        let rules = self.rules(entry.rules)?;
        Ok(super::exclusion(glob, rules, source, reason.into_inner(), date))
    }

    /// The rules of an exclusion; none for all. An empty list could mean either, so it is no answer.
    fn rules(&self, rules: Option<Spanned<Vec<Spanned<String>>>>) -> Result<Vec<String>, PolicyError> {
        let Some(rules) = rules else { return Ok(Vec::new()) };
        if rules.get_ref().is_empty() {
            let message = "`rules` is empty; name the rules, or leave it out to mean every rule";
            return Err(self.error(&rules.span(), message));
        }
        rules.into_inner().into_iter().map(|rule| self.rule_pattern(rule)).collect()
    }

    /// A date of TOML, or the same in quotes.
    fn date(&self, until: &Spanned<toml::Value>) -> Result<Date, PolicyError> {
        let text = match until.get_ref() {
            toml::Value::String(text) => text.clone(),
            toml::Value::Datetime(date) => date.to_string(),
            // A word is no date either.
            other => other.type_str().to_owned(),
        };
        text.parse().map_err(|_| {
            let message = format!("`{}` is no date; expected one such as \"2027-01-31\"", elided(&text));
            self.error(&until.span(), message)
        })
    }

    fn seconds(&self, seconds: &Spanned<toml::Value>) -> Result<Duration, PolicyError> {
        let number = seconds.get_ref().as_integer().filter(|number| (1..=3600).contains(number));
        let number = number.and_then(|number| u64::try_from(number).ok());
        let error = || self.error(&seconds.span(), "expected a whole number of seconds between 1 and 3600");
        number.map(Duration::from_secs).ok_or_else(error)
    }

    fn overrides(&self, entry: &OverrideEntry) -> Result<Overrides, PolicyError> {
        let default = Overrides::default();
        let minutes = match &entry.minutes {
            Some(value) => {
                let number = value.get_ref().as_integer().filter(|number| (1..=60).contains(number));
                let number = number.and_then(|number| u8::try_from(number).ok());
                let error =
                    || self.error(&value.span(), "expected a whole number of minutes between 1 and 60");
                number.ok_or_else(error)?
            }
            None => default.minutes,
        };
        let allowed = entry.allowed.unwrap_or(default.allowed);
        Ok(Overrides { allowed, proof: entry.proof.unwrap_or(default.proof), minutes })
    }

    /// An error where the file asks for a newer version than this.
    fn version(&self) -> Result<(), PolicyError> {
        let Ok(Versioned { min_version: Some(asked) }) = toml::from_str::<Versioned>(self.text) else {
            return Ok(());
        };
        let parts = |text: &str| {
            let parts: Option<Vec<u64>> = text.split('.').map(|part| part.parse().ok()).collect();
            parts.filter(|parts| (1..=3).contains(&parts.len()))
        };
        let ours = env!("CARGO_PKG_VERSION");
        let text = asked.get_ref().as_str().unwrap_or_default();
        let Some(needed) = parts(text) else {
            return Err(self.error(&asked.span(), "expected a version, such as \"0.2.0\""));
        };
        if parts(ours).is_some_and(|ours| ours < needed) {
            let message =
                format!("this policy needs veto {text} or newer, and this is {ours}; install a newer one");
            return Err(self.error(&asked.span(), message));
        }
        Ok(())
    }

    fn repository(&self, name: &Spanned<String>) -> Result<String, PolicyError> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:".contains(c);
        let text = name.get_ref();
        if text.is_empty() || text.len() > 200 || !text.chars().all(is_plain) {
            return Err(self.error(
                &name.span(),
                "expected a name of letters, digits and -_./: such as \"example.org/app\"",
            ));
        }
        Ok(text.clone())
    }

    fn glob(&self, path: &Spanned<String>) -> Result<GlobMatcher, PolicyError> {
        let pattern = path.get_ref().trim_start_matches("./");
        if pattern.is_empty() || pattern.starts_with('/') || pattern.starts_with("..") {
            return Err(self.error(
                &path.span(),
                "expected a path or glob below the root of the repository, such as \"tests/fixtures/**\"",
            ));
        }
        // As in .gitignore, a path that ends in `/` means all below it.
        let below = if pattern.ends_with('/') { format!("{pattern}**") } else { pattern.to_owned() };
        let glob = GlobBuilder::new(&below).literal_separator(true).build();
        glob.map(|glob| glob.compile_matcher())
            .map_err(|error| self.error(&path.span(), format!("not a glob: {}", error.kind())))
    }
}

/// An error of the parser in words of TOML instead of words of Rust.
fn in_toml(message: &str) -> String {
    let words = [
        ("a sequence", "a list"),
        ("expected a map", "expected a table"),
        ("invalid type: map", "invalid type: table"),
        ("invalid type: sequence", "invalid type: list"),
        ("struct PolicyFile", "a table"),
        ("struct RuleEntry", "a table"),
        ("struct ExcludeEntry", "a table"),
        ("struct Limits", "a table"),
        ("struct OverrideEntry", "a table"),
        ("struct TriageEntry", "a table"),
        ("struct InlineEntry", "a table"),
    ];
    let message = elided(&message.trim_end().replace('\n', ", "));
    words.iter().fold(message, |message, (rust, toml)| message.replace(rust, toml))
}

/// The longest word that is shown whole.
const LONGEST: usize = 30;

/// A message in which what stands in backticks or quotes is shown in part where it is long: it may be a secret that was
/// pasted to the wrong place.
fn elided(message: &str) -> String {
    let parts = message.split_inclusive(['`', '"']).map(|part| {
        let end = part.len() - usize::from(part.ends_with(['`', '"']));
        let (word, end) = part.split_at(end);
        if word.len() <= LONGEST || word.contains(' ') {
            return part.to_owned();
        }
        word.chars().take(4).chain("...".chars()).collect::<String>() + end
    });
    parts.collect()
}

pub(super) fn parse(text: &str, source: &str) -> Result<Policy, PolicyError> {
    let reader = Reader { text, source };
    reader.version()?;
    let file: PolicyFile = toml::from_str(text)
        .map_err(|error| reader.error(&error.span().unwrap_or(0..0), in_toml(error.message())))?;
    let mut policy = match file.preset {
        Some(Preset::Strict) => Policy::strict(),
        Some(Preset::Guide) => Policy::guide(),
        Some(Preset::Default) | None => Policy::default(),
    };
    policy.posture = file.posture.unwrap_or(policy.posture);
    policy.min_confidence = file.min_confidence.unwrap_or(policy.min_confidence);
    if let Some(seconds) = &file.limits.seconds {
        policy.time_limit = reader.seconds(seconds)?;
    }
    policy.overrides = reader.overrides(&file.overrides)?;
    match file.triage.signed {
        Some(true) => policy.triage = TriageRules::Signed,
        Some(false) => policy.triage = TriageRules::Trusted,
        None => {}
    }
    policy.inline_allowed = file.inline.allowed.unwrap_or(policy.inline_allowed);
    policy.repository = file.repository.as_ref().map(|name| reader.repository(name)).transpose()?;
    policy.rules = file
        .rules
        .into_iter()
        .map(|(key, entry)| reader.rule_setting(key, entry))
        .collect::<Result<_, _>>()?;
    policy.rules.sort_by_key(|setting| setting.line);
    policy.exclusions =
        file.exclude.into_iter().map(|entry| reader.exclusion(entry)).collect::<Result<_, _>>()?;
    policy.source = source.to_owned();
    policy.digest = sha256("vetogate/policy/v1", &[text.as_bytes()]);
    Ok(policy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        parse(text, "policy.toml").unwrap_err().to_string()
    }

    #[test]
    fn reads_everything() {
        let policy = parse(
            "preset = \"strict\"\nposture = \"high\"\nmin_confidence = \"high\"\n[limits]\nseconds = 5\n\
             [rules.\"secret/*\"]\nseverity = \"high\"\n[rules.\"secret/jwt\"]\nenabled = false\nreason = \"demo\"\n\
             [[exclude]]\npath = \"tests/data/\"\nreason = \"made up\"\nuntil = \"2027-01-31\"\n",
            "p",
        )
        .unwrap();
        assert_eq!((policy.posture, policy.min_confidence), (Posture::High, Confidence::High));
        assert_eq!(policy.time_limit, Duration::from_secs(5));
        assert_eq!(policy.severity("secret/x", Severity::Critical), Severity::High);
        assert!(policy.disabled("secret/jwt").is_some() && policy.disabled("secret/x").is_none());
        assert_eq!(policy.exclusions[0].source, "p:11");
    }

    #[test]
    fn only_the_guide_switches_its_pack_on() {
        for (text, is_on) in [("preset = \"guide\"", true), ("preset = \"strict\"", false), ("", false)] {
            let policy = parse(text, "p").unwrap();
            assert_eq!(policy.packs.guide_literal, is_on, "{text}");
            assert_eq!(policy.runs("guide-literal/assert"), is_on, "{text}");
            assert!(policy.runs("secret/x"));
        }
        let off = "preset = \"guide\"\n[rules.\"guide-literal/assert\"]\nenabled = false\nreason = \"r\"\n";
        let policy = parse(off, "p").unwrap();
        assert!(!policy.runs("guide-literal/assert") && policy.runs("guide-literal/email"));
        assert!(!policy.medium_vetoes && policy.min_confidence == Confidence::Low);
    }

    #[test]
    fn a_severity_does_not_switch_a_rule_on() {
        let off = "[rules.\"secret/*\"]\nenabled = false\nreason = \"demo\"\n";
        let severity = format!("{off}[rules.\"secret/jwt\"]\nseverity = \"low\"\n");
        assert!(parse(&severity, "p").unwrap().disabled("secret/jwt").is_some());
        let on = format!("{off}[rules.\"secret/jwt\"]\nenabled = true\n");
        assert!(parse(&on, "p").unwrap().disabled("secret/jwt").is_none());
    }

    #[test]
    fn each_mistake_has_a_place_and_a_remedy() {
        assert_eq!(
            error("posture = \"medum\""),
            "policy.toml:1:11: unknown variant `medum`, expected `medium` or `high`"
        );
        assert!(error("\nextra = 1").starts_with("policy.toml:2:1: unknown field `extra`, expected one of"));
        assert!(error("[rules.jwt]\nenabled = true").contains("`jwt` names no rule"));
        assert!(error("[rules.\"secret/jwt\"]\nenabled = false").contains("without a reason"));
        let bad_date = "[[exclude]]\npath = \"a\"\nreason = \"b\"\nuntil = \"tomorrow\"";
        assert_eq!(
            error(bad_date),
            "policy.toml:4:9: `tomorrow` is no date; expected one such as \"2027-01-31\""
        );
        for (missing, text) in [
            ("path", "reason = \"b\"\nuntil = \"2027-01-31\""),
            ("reason", "path = \"a\"\nuntil = \"2027-01-31\""),
            ("until", "path = \"a\"\nreason = \"b\""),
        ] {
            let said = error(&format!("\n\n[[exclude]]\n{text}\n"));
            assert!(said.starts_with("policy.toml:3:1: "), "{said}");
            assert!(said.contains(&format!("has no `{missing}`; expected")), "{said}");
        }
        for wrong in ["0", "3601", "-1", "\"a\"", "1.5"] {
            let said = error(&format!("[limits]\nseconds = {wrong}"));
            assert_eq!(said, "policy.toml:2:11: expected a whole number of seconds between 1 and 3600");
        }
        assert!(error("posture = ").starts_with("policy.toml:1:"));
    }

    #[test]
    fn a_date_may_stand_without_quotes_and_nothing_else_is_one() {
        let with = |until: &str| format!("[[exclude]]\npath = \"a\"\nreason = \"b\"\nuntil = {until}\n");
        let policy = parse(&with("2027-01-31"), "p").unwrap();
        assert_eq!(policy.exclusions[0].until, Some(jiff::civil::date(2027, 1, 31)));
        for wrong in ["2027", "true", "\"\"", "[2027-01-31]", "12:00:00", "{ a = 1 }"] {
            let said = error(&with(wrong));
            assert!(said.starts_with("policy.toml:4:9: ") && said.contains("expected one such as"), "{said}");
        }
    }

    #[test]
    fn an_empty_list_of_rules_is_no_answer() {
        let text = "[[exclude]]\npath = \"a\"\nreason = \"b\"\nuntil = 2027-01-31\nrules = []\n";
        assert!(error(text).starts_with("policy.toml:5:9: `rules` is empty"));
    }

    #[test]
    fn a_newer_version_is_named_before_anything_else() {
        let said = error("something = \"new\"\nmin_version = \"99.0\"\n");
        assert!(said.starts_with("policy.toml:2:15: this policy needs veto 99.0 or newer"), "{said}");
        assert!(parse("min_version = \"0.1.0\"", "p").is_ok());
        for wrong in ["\"soon\"", "1", "\"1.2.3.4\""] {
            let said = error(&format!("min_version = {wrong}"));
            assert!(said.ends_with("expected a version, such as \"0.2.0\""), "{said}");
        }
    }

    #[test]
    fn what_is_long_is_not_repeated() {
        let long: String = "q9Zt3LxW8vB2nM5kR7cD1fH4".repeat(3).chars().take(LONGEST + 1).collect();
        for text in [
            format!("preset = \"{long}\""),
            format!("{long} = 1"),
            format!("[rules.\"{long}\"]\nenabled = true"),
            format!("[[exclude]]\npath = \"a\"\nreason = \"b\"\nuntil = \"{long}\""),
        ] {
            let said = error(&text);
            assert!(!said.contains(&long[..8]) && said.contains("q9Zt..."), "{said}");
        }
    }

    #[test]
    fn wrong_types_are_said_in_words_of_toml() {
        assert!(error("exclude = 1").ends_with("expected a list"), "{}", error("exclude = 1"));
        for text in ["rules = 1", "limits = 1", "[rules]\n\"secret/x\" = 1", "exclude = [1]"] {
            let said = error(text);
            assert!(said.ends_with("expected a table"), "{said}");
        }
        let list = error("[[exclude]]\npath = \"a\"\nrules = \"secret/x\"");
        assert!(list.ends_with("expected a list"), "{list}");
    }
}
