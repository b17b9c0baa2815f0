//! Turns compiled rules into Rust source: tables that need no work at start, and one function per rule that builds
//! its cold data when something asks for it.

use crate::RuleSpec;
use crate::trigram::{WORDS, hash_of, rarest_window};
use std::fmt::Write;
use vetogate_core::Packs;

/// The source of the tables `BITMAP`, `ANCHORS`, `BUILDERS` and, for the rules of packs, which no anchor leads to,
/// `PACK_BUILDERS`.
pub fn rust_source(specs: &[RuleSpec], digest: &str) -> String {
    let mut specs: Vec<&RuleSpec> = specs.iter().collect();
    // An anchor names its rule by its place among those that have any.
    specs.sort_by_key(|spec| Packs::of(&spec.rule.id).is_some());
    let mut anchors: Vec<(usize, usize, &str, usize)> = Vec::new();
    for (rule, spec) in specs.iter().enumerate() {
        for text in &spec.anchors {
            let offset = rarest_window(text);
            let window: [u8; 3] = text.as_bytes()[offset..offset + 3].try_into().unwrap_or_default();
            anchors.push((hash_of(window), offset, text, rule));
        }
    }
    anchors.sort_unstable();
    let mut bitmap = vec![0_u64; WORDS];
    for (hash, ..) in &anchors {
        bitmap[hash / 64] |= 1 << (hash % 64);
    }
    let mut out = String::new();
    let _ = writeln!(out, "pub(crate) const DIGEST: &str = {digest:?};");
    let _ = writeln!(out, "pub(crate) static BITMAP: [u64; {WORDS}] = {bitmap:?};");
    let _ = writeln!(out, "pub(crate) static ANCHORS: &[(u32, Anchor)] = &[");
    for (hash, offset, text, rule) in &anchors {
        let _ = writeln!(out, "({hash}, Anchor {{ text: {text:?}, offset: {offset}, rule: {rule} }}),");
    }
    let _ = writeln!(out, "];\ntype Builder = fn() -> RuleSpec;");
    for (name, of_a_pack) in [("BUILDERS", false), ("PACK_BUILDERS", true)] {
        let _ = writeln!(out, "pub(crate) static {name}: &[(&str, Builder)] = &[");
        let own =
            specs.iter().enumerate().filter(|(_, spec)| Packs::of(&spec.rule.id).is_some() == of_a_pack);
        for (index, spec) in own {
            let _ = writeln!(out, "({:?}, rule_{index}),", spec.rule.id);
        }
        let _ = writeln!(out, "];");
    }
    for (index, spec) in specs.iter().enumerate() {
        let _ = writeln!(out, "fn rule_{index}() -> RuleSpec {{ {} }}", literal(spec));
    }
    out
}

fn literal(spec: &RuleSpec) -> String {
    let rule = &spec.rule;
    let cwe: Vec<String> = rule.cwe.iter().map(|cwe| format!("Cwe({})", cwe.0)).collect();
    format!(
        "RuleSpec {{ rule: Rule {{ id: {:?}.into(), title: {:?}.into(), description: {:?}.into(), \
         category: Category::{:?}, detects: Detects::{:?}, severity: Severity::{:?}, confidence: Confidence::{:?}, \
         cwe: vec![{}], pattern: {:?}.into(), recommendation: {:?}.into(), steps: {}, references: {}, bits: {} }}, \
         anchors: {}, regex: {:?}.into(), before: {}, after: {}, glued: {}, verify: {}, class: Class::{:?}, \
         min_entropy: {:?}, pair: {}, instead_of: {}, env: {}, positive: {}, negative: {}, file: {:?}.into() }}",
        rule.id,
        rule.title,
        rule.description,
        rule.category,
        rule.detects,
        rule.severity,
        rule.confidence,
        cwe.join(", "),
        rule.pattern,
        rule.recommendation,
        strings(&rule.steps),
        strings(&rule.references),
        rule.bits,
        strings(&spec.anchors),
        spec.regex,
        spec.before,
        spec.after,
        spec.glued,
        spec.verify.map_or_else(|| "None".into(), |verifier| format!("Some(Verifier::{verifier:?})")),
        spec.class,
        spec.min_entropy,
        option(spec.pair.as_deref()),
        option(spec.instead_of.as_deref()),
        option(spec.env.as_deref()),
        strings(&spec.positive),
        strings(&spec.negative),
        spec.file,
    )
}

fn strings(list: &[String]) -> String {
    let items: Vec<String> = list.iter().map(|item| format!("{item:?}.into()")).collect();
    format!("vec![{}]", items.join(", "))
}

fn option(text: Option<&str>) -> String {
    text.map_or_else(|| "None".into(), |text| format!("Some({text:?}.into())"))
}
