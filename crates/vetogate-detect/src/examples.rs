//! Runs the examples of data rules through the detectors; and shows them with every value masked.
//!
//! The examples are templates: the values are generated in memory when they are run, and never shown.

use crate::matching::Candidates;
use crate::{Hit, Text, registry};
use vetogate_core::{Fuel, Packs};
use vetogate_rules::RuleSpec;
use vetogate_rules::template::generate;
use vetogate_syntax::path::PathHints;

/// More than any example needs.
const STEPS: u64 = 1 << 24;

/// Everything that the blob detectors find in a text, as if it stood in a source file; without packs.
pub fn scan(text: &str) -> Vec<Hit> {
    scan_with(text, Packs::default())
}

/// [`scan`], with the packs that are on.
pub fn scan_with(text: &str, packs: Packs) -> Vec<Hit> {
    let text = Text {
        bytes: text.as_bytes(),
        candidates: &Candidates::of(text.as_bytes()),
        is_start: true,
        is_binary: false,
        hints: PathHints::of(b"src/settings.conf"),
    };
    let mut hits = Vec::new();
    for detector in registry::BLOB.iter().copied().chain(registry::literal(packs)) {
        detector.scan(&text, &mut Fuel::new(STEPS), &mut hits);
    }
    hits
}

/// The data rule with this id.
pub fn spec(id: &str) -> Option<&'static RuleSpec> {
    registry::specs().find(|spec| spec.rule.id == id)
}

/// One line for each example of a rule that does not behave.
pub fn misbehaving(spec: &RuleSpec) -> Vec<String> {
    let positives = spec.positive.iter().filter_map(|template| missed(spec, template));
    let negatives = spec.negative.iter().filter_map(|template| found(spec, template));
    positives.chain(negatives).collect()
}

fn missed(spec: &RuleSpec, template: &str) -> Option<String> {
    let (file, id) = (&spec.file, &spec.rule.id);
    let hits = match generate(template) {
        Ok(text) => scan_with(&text, Packs::needed_by(id)),
        Err(error) => return Some(format!("{file}: {id}: {error}")),
    };
    if hits.iter().any(|hit| hit.rule.id == *id) {
        return None;
    }
    let others: Vec<&str> = hits.iter().map(|hit| hit.rule.id.as_str()).collect();
    Some(format!("{file}: {id} does not find `{template}` (found: {others:?})"))
}

fn found(spec: &RuleSpec, template: &str) -> Option<String> {
    let (file, id) = (&spec.file, &spec.rule.id);
    match generate(template) {
        Ok(text) if scan_with(&text, Packs::needed_by(id)).iter().all(|hit| hit.rule.id != *id) => None,
        Ok(_) => Some(format!("{file}: {id} finds the near miss `{template}`")),
        Err(error) => Some(format!("{file}: {id}: {error}")),
    }
}

/// A template with words in the place of every value that a rule of these packs finds: what may be printed.
pub fn masked(template: &str, packs: Packs) -> String {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        out.push_str(&rest[..at]);
        let brace = &rest[at..];
        if brace.starts_with("{{") || brace.starts_with("}}") {
            out.push_str(&brace[..1]);
            rest = &brace[2..];
        } else {
            let Some(end) = brace.find('}') else { break };
            out.push_str(&hole(&brace[1..end]));
            rest = &brace[end + 1..];
        }
    }
    out.push_str(rest);
    without_hits(out, packs)
}

/// What is said of a hole: `[16 base32]`, or how its value begins, `ghp_...`.
fn hole(hole: &str) -> String {
    let (name, argument) = hole.split_once(':').unwrap_or((hole, ""));
    match argument.parse::<usize>() {
        Ok(length) => format!("[{length} {name}]"),
        Err(_) if !argument.is_empty() && argument.len() <= 8 => format!("{argument}..."),
        Err(_) => format!("[{name}]"),
    }
}

/// Masks what a detector still finds: values that the template spells out, such as a password.
fn without_hits(mut text: String, packs: Packs) -> String {
    let hits = scan_with(&text, packs).into_iter().filter(|hit| !hit.is_shown);
    let mut spans: Vec<_> = hits.flat_map(|hit| hit.secret_spans).collect();
    spans.sort_by_key(|span| std::cmp::Reverse(span.start));
    let mut limit = text.len();
    for span in spans {
        if span.end <= limit && text.is_char_boundary(span.start) && text.is_char_boundary(span.end) {
            limit = span.start;
            text.replace_range(span, "...");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_template_shows_no_value() {
        let masked = |template: &str| masked(template, Packs::default());
        assert_eq!(masked("k = \"AKIA{base32:16}\" {{x}}"), "k = \"AKIA[16 base32]\" {x}");
        assert_eq!(masked("https://{crc32-base62:gho_}@x"), "https://gho_...@x");
        assert_eq!(masked(&["password = \"", "tRiv1al-but-r3al", "\""].concat()), "password = \"...\"");
    }

    #[test]
    fn a_rule_whose_examples_are_swapped_misbehaves() {
        let mut swapped = registry::specs().next().unwrap().clone();
        std::mem::swap(&mut swapped.positive, &mut swapped.negative);
        assert_eq!(misbehaving(&swapped).len(), swapped.positive.len() + swapped.negative.len());
    }
}
