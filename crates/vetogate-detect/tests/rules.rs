//! Every data rule finds its true examples and none of its near misses.
#![allow(clippy::unwrap_used, reason = "a test that can not be set up has failed")]

use vetogate_core::Fuel;
use vetogate_detect::{Hit, Text, registry, secrets};
use vetogate_rules::template::generate;
use vetogate_syntax::path::PathHints;

fn scan(text: &str) -> Vec<Hit> {
    let text = Text {
        bytes: text.as_bytes(),
        is_start: true,
        is_binary: false,
        hints: PathHints::of(b"src/settings.conf"),
    };
    let mut hits = Vec::new();
    for detector in registry::BLOB {
        detector.scan(&text, &mut Fuel::new(1 << 24), &mut hits);
    }
    hits
}

#[test]
fn every_example_behaves() {
    let mut wrong = Vec::new();
    for spec in secrets::specs() {
        let id = &spec.rule.id;
        for template in &spec.positive {
            let hits = scan(&generate(template).unwrap());
            if !hits.iter().any(|hit| hit.rule.id == *id) {
                let others: Vec<&str> = hits.iter().map(|hit| hit.rule.id.as_str()).collect();
                wrong.push(format!("{}: {id} does not find `{template}` (found: {others:?})", spec.file));
            }
        }
        for template in &spec.negative {
            if scan(&generate(template).unwrap()).iter().any(|hit| hit.rule.id == *id) {
                wrong.push(format!("{}: {id} finds the near miss `{template}`", spec.file));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn ids_are_unique_and_every_cwe_has_a_row() {
    let rules = registry::rules();
    assert!(rules.windows(2).all(|pair| pair[0].id < pair[1].id));
    for rule in rules {
        assert!(!rule.cwe.is_empty() && rule.cwe.iter().all(|cwe| cwe.row().is_some()), "{}", rule.id);
        assert!(!rule.steps.is_empty() && !rule.references.is_empty(), "{}", rule.id);
    }
}
