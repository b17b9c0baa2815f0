//! What is written in a rule file, and its checks.

use crate::verify::Verifier;
use crate::{Class, RuleSpec};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;
use vetogate_core::{Category, Confidence, Cwe, Detects, Packs, Rule, Severity};

/// What is wrong with a rule file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct RuleError {
    /// The file.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// What is wrong and what was expected.
    pub message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rule: Vec<Spanned<RuleSyntax>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleSyntax {
    id: Spanned<String>,
    title: String,
    description: String,
    #[serde(default = "secrets")]
    category: Category,
    severity: Option<Severity>,
    #[serde(default = "high")]
    confidence: Confidence,
    cwe: Spanned<Vec<u16>>,
    anchors: Option<Spanned<Vec<String>>>,
    regex: Spanned<String>,
    #[serde(default = "before")]
    before: usize,
    #[serde(default = "after")]
    after: usize,
    #[serde(default)]
    glued: bool,
    verify: Option<Verifier>,
    #[serde(default = "token")]
    class: Class,
    #[serde(default)]
    min_entropy: f64,
    #[serde(default)]
    bits: u32,
    pair: Option<String>,
    instead_of: Option<String>,
    env: Option<String>,
    recommendation: Option<String>,
    steps: Spanned<Vec<String>>,
    references: Spanned<Vec<String>>,
    positive: Spanned<Vec<String>>,
    negative: Spanned<Vec<String>>,
}

fn secrets() -> Category {
    Category::Secrets
}
fn high() -> Confidence {
    Confidence::High
}
fn before() -> usize {
    64
}
fn after() -> usize {
    512
}
fn token() -> Class {
    Class::Token
}

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
}

impl Reader<'_> {
    fn error(&self, span: &Range<usize>, message: impl Into<String>) -> RuleError {
        let before = &self.text[..self.text.floor_char_boundary(span.start)];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        RuleError {
            file: self.file.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
        }
    }

    fn filled(&self, list: &Spanned<Vec<String>>, what: &str) -> Result<(), RuleError> {
        let empty = list.get_ref().is_empty() || list.get_ref().iter().any(|item| item.trim().is_empty());
        if empty { Err(self.error(&list.span(), format!("expected at least one {what}"))) } else { Ok(()) }
    }

    fn spec(&self, rule: RuleSyntax) -> Result<RuleSpec, RuleError> {
        self.check_id(&rule.id)?;
        self.filled(&rule.positive, "text that is found")?;
        self.filled(&rule.negative, "near miss")?;
        self.filled(&rule.steps, "step out")?;
        self.filled(&rule.references, "page of the vendor or of a standard")?;
        let anchors = self.anchors(&rule)?;
        let regex = regex::bytes::RegexBuilder::new(rule.regex.get_ref()).unicode(false).build();
        regex
            .map_err(|error| self.error(&rule.regex.span(), format!("not a regular expression: {error}")))?;
        let is_bordered =
            [crate::SECRET, crate::BORDER].iter().all(|part| rule.regex.get_ref().contains(part));
        if rule.glued && !is_bordered {
            return Err(self.error(&rule.regex.span(), "expected a group `secret` with a border behind it"));
        }
        let cwe: Vec<Cwe> = rule.cwe.get_ref().iter().copied().map(Cwe).collect();
        let rows: Option<Vec<_>> = cwe.iter().map(|cwe| cwe.row()).collect();
        let own = rows.and_then(|rows| rows.iter().map(|row| row.severity).max());
        let Some(own) = own else {
            return Err(self.error(&rule.cwe.span(), "expected at least one CWE, each with a row in cwe.rs"));
        };
        let default = "Read it from the environment or a secret manager, and rotate it.";
        Ok(RuleSpec {
            rule: Rule {
                id: rule.id.into_inner(),
                title: rule.title,
                description: rule.description,
                category: rule.category,
                detects: Detects::Leak,
                severity: rule.severity.unwrap_or(own),
                confidence: rule.confidence,
                cwe,
                pattern: rule.regex.get_ref().clone(),
                recommendation: rule.recommendation.unwrap_or_else(|| default.into()),
                steps: rule.steps.into_inner(),
                references: rule.references.into_inner(),
                bits: rule.bits,
            },
            anchors,
            regex: rule.regex.into_inner(),
            before: rule.before,
            after: rule.after,
            glued: rule.glued,
            verify: rule.verify,
            class: rule.class,
            min_entropy: rule.min_entropy,
            pair: rule.pair,
            instead_of: rule.instead_of,
            env: rule.env,
            positive: rule.positive.into_inner(),
            negative: rule.negative.into_inner(),
            file: self.file.to_owned(),
        })
    }

    /// In lower case. A rule of a pack has none: it is tried on every text, where its pack is on.
    fn anchors(&self, rule: &RuleSyntax) -> Result<Vec<String>, RuleError> {
        match (&rule.anchors, Packs::of(rule.id.get_ref())) {
            (None, Some(_)) => Ok(Vec::new()),
            (None, None) => Err(self.error(&rule.id.span(), "expected `anchors`, at least one")),
            (Some(anchors), Some(pack)) => {
                Err(self.error(&anchors.span(), format!("a rule of the pack {pack} has no anchors")))
            }
            (Some(anchors), None) => {
                self.filled(anchors, "anchor")?;
                if let Some(short) = anchors.get_ref().iter().find(|anchor| anchor.len() < 3) {
                    let message = format!("anchor `{short}` is shorter than three bytes");
                    return Err(self.error(&anchors.span(), message));
                }
                Ok(anchors.get_ref().iter().map(|anchor| anchor.to_ascii_lowercase()).collect())
            }
        }
    }

    fn check_id(&self, id: &Spanned<String>) -> Result<(), RuleError> {
        let kebab = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let good = id.get_ref().split_once('/').is_some_and(|(family, name)| kebab(family) && kebab(name));
        if good {
            Ok(())
        } else {
            Err(self.error(&id.span(), "expected an id such as `secret/aws-access-key`"))
        }
    }
}

/// Compiles one rule file; `file` names it in errors.
///
/// # Errors
/// The first mistake, with its place.
pub fn parse(text: &str, file: &str) -> Result<Vec<RuleSpec>, RuleError> {
    let reader = Reader { text, file };
    let parsed: RuleFile = toml::from_str(text).map_err(|error| {
        reader.error(&error.span().unwrap_or(0..0), error.message().trim_end().replace('\n', ", "))
    })?;
    parsed.rule.into_iter().map(|rule| reader.spec(rule.into_inner())).collect()
}

#[cfg(test)]
mod tests {
    use super::parse;

    const GOOD: &str = "[[rule]]\nid = \"secret/x\"\ntitle = \"X\"\ndescription = \"d\"\ncwe = [798]\nanchors = [\"XKey\"]\n\
        regex = 'xkey[0-9]{8}'\nsteps = [\"a\"]\nreferences = [\"https://x.example\"]\npositive = [\"p\"]\nnegative = [\"n\"]\n";

    fn error(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from));
        parse(&GOOD.replace(from, to), "x.toml").unwrap_err().to_string()
    }

    #[test]
    fn a_whole_rule_compiles_and_each_mistake_has_a_place() {
        assert_eq!(parse(GOOD, "x.toml").unwrap()[0].anchors, ["xkey"]);
        assert!(error("secret/x", "X").starts_with("x.toml:2:6: expected an id"));
        assert!(error("[798]", "[1]").starts_with("x.toml:5:7: expected at least one CWE"));
        assert!(error("XKey", "XK").starts_with("x.toml:6:11: anchor `XK`"));
        assert!(error("anchors = [\"XKey\"]\n", "").starts_with("x.toml:2:6: expected `anchors`"));
        assert!(error("secret/x", "guide-literal/x").contains("the pack guide-literal has no anchors"));
        let of_a_pack = GOOD.replace("secret/x", "guide-literal/x").replace("anchors = [\"XKey\"]\n", "");
        assert!(parse(&of_a_pack, "x.toml").unwrap()[0].anchors.is_empty());
        assert!(error("xkey[0-9]{8}", "xkey(").starts_with("x.toml:7:9: not a regular expression"));
        assert!(error("[\"n\"]", "[]").starts_with("x.toml:11:12: expected at least one near miss"));
        assert!(
            error("regex = ", "glued = true\nregex = ").contains("expected a group `secret` with a border")
        );
        assert!(error("title", "titel").contains("unknown field `titel`"));
    }
}
