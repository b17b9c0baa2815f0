//! The security guide to the letter: the rules of `rules/guide-literal/`, which only `preset = "guide"` switches on.
//!
//! Each expression is tried on the whole text, and nothing is weighed: no placeholder, no checksum, no kind of file.
//! The one thing that is let through is what the guide itself tells to write instead of a secret.

use crate::matching::PACK_BUILDERS;
use crate::secrets::Taken;
use crate::{BlobDetector, Hit, Text};
use bstr::ByteSlice;
use regex::bytes::{Captures, Regex, RegexBuilder};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use vetogate_core::digest::UNGUESSABLE_BITS;
use vetogate_core::secret::entropy_bits;
use vetogate_core::text::shorten;
use vetogate_core::{Category, Fuel, Rule, Secret};
use vetogate_rules::{Class, RuleSpec};

/// The detector of the pack. Its fuel is burnt by hits alone: the rest is linear in the text.
pub struct GuideLiteral;

/// So many hits are taken of one content. They are enough for a veto, and what comes after them is a gap.
pub const MOST: u64 = 1 << 16;

/// The worst first, so that they are not crowded out.
static LOADED: LazyLock<Vec<(RuleSpec, Arc<Rule>)>> = LazyLock::new(|| {
    let load = |(_, build): &(&str, fn() -> RuleSpec)| {
        let spec = build();
        let rule = Arc::new(spec.rule.clone());
        (spec, rule)
    };
    let mut loaded: Vec<_> = PACK_BUILDERS.iter().map(load).collect();
    loaded.sort_by_key(|(_, rule)| Reverse(rule.severity));
    loaded
});

/// The expressions, compiled when the pack first looks at something. `build.rs` has compiled them before.
static EXPRESSIONS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the same expression compiled when the program was built")]
    let compile = |(spec, _): &(RuleSpec, Arc<Rule>)| {
        RegexBuilder::new(&spec.regex).unicode(false).build().expect("a rule that compiled before")
    };
    LOADED.iter().map(compile).collect()
});

/// How a program reads a secret from the environment, as the guide tells it to.
const WAYS_OUT: &[&str] = &[
    "process.env",
    "os.environ",
    "environ[",
    "environ.get",
    "os.getenv",
    "getenv(",
    concat!("std::", "env::var"),
    "env::var",
    "os.Getenv",
    "System.getenv",
    "System.Environment.GetEnvironmentVariable",
    "Environment.GetEnvironmentVariable",
    "GetEnvironmentVariable(",
    "__import__(\"os\").environ",
    "ENV.fetch",
    "ENV[",
    "${",
];

/// The rules of the pack.
pub fn specs() -> impl Iterator<Item = &'static RuleSpec> {
    LOADED.iter().map(|(spec, _)| spec)
}

impl BlobDetector for GuideLiteral {
    fn rules(&self) -> Vec<Arc<Rule>> {
        LOADED.iter().map(|(_, rule)| Arc::clone(rule)).collect()
    }

    fn scan(&self, text: &Text<'_>, fuel: &mut Fuel, hits: &mut Vec<Hit>) {
        // The guide is about code and configuration files.
        if text.is_binary {
            return;
        }
        let mut found = Vec::new();
        'rules: for ((spec, rule), expression) in LOADED.iter().zip(EXPRESSIONS.iter()) {
            for captures in expression.captures_iter(text.bytes) {
                if !fuel.burn(1) {
                    break 'rules;
                }
                found.extend(hit(spec, rule, text, &captures));
            }
        }
        hits.extend(one_for_a_value(found));
    }
}

fn hit(spec: &RuleSpec, rule: &Arc<Rule>, text: &Text<'_>, captures: &Captures<'_>) -> Option<Hit> {
    let group = |name| captures.name(name).filter(|group| !group.as_bytes().trim().is_empty());
    let whole = group("place").or_else(|| captures.get(0))?;
    let secret = group("secret").or_else(|| group("other")).map(|secret| secret.range());
    let secret = if spec.class == Class::PrivateKey { body(text.bytes, whole.end()) } else { secret };
    let range = secret.clone().unwrap_or(whole.range());
    let value = &text.bytes[range.clone()];
    if spec.class == Class::Password && is_way_out(text.bytes, range.start, secret.is_none()) {
        return None;
    }
    let identifier = group("identifier").map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned());
    let is_strong = f64::from(rule.bits) >= UNGUESSABLE_BITS || entropy_bits(value) >= UNGUESSABLE_BITS;
    Some(Hit {
        rule: Arc::clone(rule),
        span: whole.start()..whole.end().max(range.end),
        secret_spans: vec![range],
        values: vec![Secret::new(value)],
        identifier: identifier.or_else(|| secret.is_none().then(|| skeleton(value))),
        confidence: rule.confidence,
        // An address is long, and can be looked up all the same.
        guessable: secret.is_none() || rule.category == Category::Pii || !is_strong,
        is_shown: secret.is_none(),
        note: None,
    })
}

/// Whether the value is read from the environment; of a name, whether it is what is read.
fn is_way_out(text: &[u8], start: usize, is_name: bool) -> bool {
    if !is_name {
        return leads_out(&text[start..]);
    }
    let before = &text[start.saturating_sub(32)..start];
    let before = before.trim_end_with(|c| "([{.\"' ".contains(c));
    WAYS_OUT.iter().any(|way| before.ends_with(way.trim_end_matches(['(', '[', '{']).as_bytes()))
}

/// Whether it begins with a reference to the environment, or is what `veto purge` leaves.
fn leads_out(value: &[u8]) -> bool {
    let is_name = |byte: &&u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b'_';
    let word = value.strip_prefix(b"$").unwrap_or(value);
    let word = &word[..word.iter().take_while(is_name).count()];
    let ends = value.get(word.len() + usize::from(value.starts_with(b"$")));
    let is_whole = ends.is_none_or(|byte| b" \t\r\n\"'`;,)}]<".contains(byte));
    let is_variable = value.starts_with(b"$") && !word.is_empty() && is_whole;
    is_variable
        || word == b"REDACTED" && is_whole
        || WAYS_OUT.iter().any(|way| value.starts_with(way.as_bytes()))
}

/// The bounds of a body of a key: shorter is none, and more is not kept.
const BODY: Range<usize> = 16..16_384;

/// What stands behind the head of a key, as far as it can be one, with what says how it is encrypted.
fn body(text: &[u8], start: usize) -> Option<Range<usize>> {
    let is_body = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=\\\r\n\t :,-".contains(byte);
    let rest = &text[start..text.len().min(start + BODY.end)];
    // The next line of dashes comes first, so that heads in a row are not read over and over.
    let rest = &rest[..rest.find("-----").unwrap_or(rest.len())];
    let rest = &rest[..rest.iter().take_while(is_body).count()];
    (rest.trim().len() >= BODY.start).then(|| start..start + rest.len())
}

/// What tells code from other code of the same rule in a file, without what stands in strings.
fn skeleton(code: &[u8]) -> String {
    let end = code.find_byteset(b"\"'`\n").unwrap_or(code.len());
    let words: Vec<&[u8]> = code[..end].fields().collect();
    shorten(&String::from_utf8_lossy(&words.join(&b' ')), 80)
}

/// Of rules that find the same secret or the same person's data, the surest says it. Code can be wrong in two ways.
fn one_for_a_value(mut found: Vec<Hit>) -> Vec<Hit> {
    let rank = |hit: &Hit| {
        let length = hit.secret_spans[0].len();
        (Reverse(hit.rule.severity), hit.is_shown, Reverse(hit.rule.bits), Reverse(length))
    };
    found.sort_by(|a, b| rank(a).cmp(&rank(b)).then(a.rule.id.cmp(&b.rule.id)));
    let mut taken: BTreeMap<Category, Taken> = BTreeMap::new();
    found.retain(|hit| {
        let category = hit.rule.category;
        let is_free =
            |taken: &mut BTreeMap<Category, Taken>| taken.entry(category).or_default().take(&hit.span);
        !matches!(category, Category::Secrets | Category::Pii) || is_free(&mut taken)
    });
    found.sort_by_key(|hit| hit.span.start);
    found
}

#[cfg(test)]
mod tests;
