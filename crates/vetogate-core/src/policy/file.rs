//! What is written in a policy file, and how it becomes a [`Policy`].

use super::{GUIDE, Key, Policy, PolicyError, RuleSetting, STRICT, TriageRules};
use crate::digest::sha256;
use crate::level::one_of;
use crate::{Confidence, Posture, Proof, Severity};
use globset::{GlobBuilder, GlobMatcher};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyFile {
    preset: Option<Spanned<Preset>>,
    posture: Option<Spanned<Posture>>,
    min_confidence: Option<Spanned<Confidence>>,
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
    #[serde(default)]
    public: Vec<Spanned<PublicEntry>>,
}

#[derive(Clone, Copy)]
enum Preset {
    Default,
    Strict,
    Guide,
}

impl<'de> Deserialize<'de> for Preset {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        one_of(from, &["default", "strict", "guide"], &[Self::Default, Self::Strict, Self::Guide])
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Limits {
    seconds: Option<Spanned<toml::Value>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct TriageEntry {
    signed: Option<Spanned<bool>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct InlineEntry {
    allowed: Option<Spanned<bool>>,
}

/// Read first: a newer file may have keys that this version does not know.
#[derive(Deserialize)]
struct Versioned {
    min_version: Option<Spanned<toml::Value>>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct OverrideEntry {
    allowed: Option<Spanned<bool>>,
    proof: Option<Spanned<Proof>>,
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PublicEntry {
    url: Option<Spanned<String>>,
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

    /// File and line.
    fn at(&self, span: &Range<usize>) -> String {
        format!("{}:{}", self.source, self.place(span.start).0)
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
        let source = self.at(&span);
        Ok(RuleSetting { pattern, severity: entry.severity, enabled: entry.enabled, reason, source })
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
        let source = self.at(&span);
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

    fn minutes(&self, minutes: &Spanned<toml::Value>) -> Result<u8, PolicyError> {
        let number = minutes.get_ref().as_integer().filter(|number| (1..=60).contains(number));
        let number = number.and_then(|number| u8::try_from(number).ok());
        let error = || self.error(&minutes.span(), "expected a whole number of minutes between 1 and 60");
        number.ok_or_else(error)
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

    fn public(&self, entry: Spanned<PublicEntry>) -> Result<String, PolicyError> {
        let span = entry.span();
        let expected = "expected the URL of a remote, such as \"https://example.org/team/app\"";
        let url = entry.into_inner().url;
        let url = url.ok_or_else(|| self.error(&span, format!("this upstream has no `url`; {expected}")))?;
        let is_url = |text: &str| text.contains([':', '/']) && !text.contains(char::is_whitespace);
        if !is_url(url.get_ref()) {
            return Err(self.error(&url.span(), expected));
        }
        // What lies on this machine is whatever its user wants it to be. A test has no other place.
        if is_local(url.get_ref()) && !cfg!(debug_assertions) {
            let message = format!("a folder of this machine is no public place; {expected}");
            return Err(self.error(&url.span(), message));
        }
        Ok(url.into_inner())
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

/// Whether a URL names a folder of this machine (git-clone, "GIT URLS").
fn is_local(url: &str) -> bool {
    let authority = match url.split_once("://") {
        Some((scheme, rest)) => {
            let authority = rest.split('/').next().unwrap_or_default();
            let port =
                authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
            if scheme == "file" { "" } else { port.map_or(authority, |(host, _)| host) }
        }
        // As scp writes it.
        None => url.split_once(":/").or_else(|| url.split_once(':')).map_or("", |(host, _)| host),
    };
    let host = authority.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    host.contains('/') || matches!(host.as_str(), "" | "localhost" | "127.0.0.1" | "[::1]")
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
        ("struct PublicEntry", "a table"),
    ];
    let message = elided(&message.trim_end().replace('\n', ", "));
    words.iter().fold(message, |message, (rust, toml)| message.replace(rust, toml))
}

/// The largest file: more than anybody writes by hand.
const LARGEST: usize = 1 << 20;

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
    let file = reader.file()?;
    if let Some(entry) = file.public.first() {
        let message = "a repository does not say which remotes are public; expected it in the file of the user or of the machine";
        return Err(reader.error(&entry.span(), message));
    }
    reader.policy(file)
}

pub(super) fn parse_floor(text: &str, source: &str) -> Result<Policy, PolicyError> {
    let reader = Reader { text, source };
    let file = reader.file()?;
    let refused = |span: Range<usize>, what: &str| {
        let message = format!(
            "{what} only by the file of a repository; that of the user or of the machine may only tighten; take it out"
        );
        Err(reader.error(&span, message))
    };
    if let Some(entry) = file.exclude.first() {
        return refused(entry.span(), "paths are excluded");
    }
    if let Some(name) = &file.repository {
        return refused(name.span(), "a repository is named");
    }
    let off = file.rules.iter().find(|(_, entry)| entry.get_ref().enabled == Some(false));
    if let Some((name, _)) = off {
        return refused(name.span(), "a rule is switched off");
    }
    reader.policy(file)
}

impl Reader<'_> {
    fn file(&self) -> Result<PolicyFile, PolicyError> {
        if self.text.len() > LARGEST {
            return Err(self.error(&(0..0), format!("larger than {LARGEST} bytes, which is no policy")));
        }
        self.version()?;
        toml::from_str(self.text)
            .map_err(|error| self.error(&error.span().unwrap_or(0..0), in_toml(error.message())))
    }

    fn policy(&self, file: PolicyFile) -> Result<Policy, PolicyError> {
        let mut policy = self.values(&file)?;
        policy.repository = file.repository.as_ref().map(|name| self.repository(name)).transpose()?;
        let mut rules: Vec<_> = file.rules.into_iter().collect();
        rules.sort_by_key(|(key, _)| key.span().start);
        policy.rules =
            rules.into_iter().map(|(key, entry)| self.rule_setting(key, entry)).collect::<Result<_, _>>()?;
        policy.exclusions =
            file.exclude.into_iter().map(|entry| self.exclusion(entry)).collect::<Result<_, _>>()?;
        policy.public = file.public.into_iter().map(|entry| self.public(entry)).collect::<Result<_, _>>()?;
        policy.source = self.source.to_owned();
        policy.digest = sha256("vetogate/policy/v1", &[self.text.as_bytes()]);
        Ok(policy)
    }

    /// The keys that have one value, each with where it is stated.
    fn values(&self, file: &PolicyFile) -> Result<Policy, PolicyError> {
        let mut policy = Policy::default();
        let mut stated = BTreeMap::new();
        if let Some(preset) = &file.preset {
            let (whole, keys): (Policy, &[Key]) = match preset.get_ref() {
                Preset::Default => (Policy::default(), &[]),
                Preset::Strict => (Policy::strict(), &STRICT),
                Preset::Guide => (Policy::guide(), &GUIDE),
            };
            policy = whole;
            stated.extend(keys.iter().map(|&key| (key, preset.span())));
        }
        let mut state = |key, span| {
            stated.insert(key, span);
        };
        if let Some(posture) = &file.posture {
            policy.posture = *posture.get_ref();
            state(Key::Posture, posture.span());
        }
        if let Some(confidence) = &file.min_confidence {
            policy.min_confidence = *confidence.get_ref();
            state(Key::MinConfidence, confidence.span());
        }
        if let Some(seconds) = &file.limits.seconds {
            policy.time_limit = self.seconds(seconds)?;
            state(Key::Seconds, seconds.span());
        }
        if let Some(allowed) = &file.overrides.allowed {
            policy.overrides.allowed = *allowed.get_ref();
            state(Key::OverrideAllowed, allowed.span());
        }
        if let Some(proof) = &file.overrides.proof {
            policy.overrides.proof = *proof.get_ref();
            state(Key::OverrideProof, proof.span());
        }
        if let Some(minutes) = &file.overrides.minutes {
            policy.overrides.minutes = self.minutes(minutes)?;
            state(Key::OverrideMinutes, minutes.span());
        }
        if let Some(signed) = &file.triage.signed {
            policy.triage = if *signed.get_ref() { TriageRules::Signed } else { TriageRules::Trusted };
            state(Key::TriageSigned, signed.span());
        }
        if let Some(allowed) = &file.inline.allowed {
            policy.inline_allowed = *allowed.get_ref();
            state(Key::InlineAllowed, allowed.span());
        }
        if let Some(name) = &file.repository {
            state(Key::Repository, name.span());
        }
        policy.stated = stated.into_iter().map(|(key, span)| (key, self.at(&span))).collect();
        Ok(policy)
    }
}

#[cfg(test)]
mod tests;
