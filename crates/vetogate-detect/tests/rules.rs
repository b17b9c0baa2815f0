//! Every data rule finds its true examples and none of its near misses.

use vetogate_core::Packs;
use vetogate_detect::{examples, literal, registry};
use vetogate_rules::template::generate;

#[test]
fn every_example_behaves() {
    let wrong: Vec<String> = registry::specs().flat_map(examples::misbehaving).collect();
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

#[test]
fn a_pack_that_is_off_finds_nothing() {
    for spec in literal::specs() {
        assert!(spec.anchors.is_empty() && Packs::of(&spec.rule.id).is_some(), "{}", spec.rule.id);
        for template in &spec.positive {
            let hits = examples::scan(&generate(template).unwrap());
            assert!(hits.iter().all(|hit| Packs::of(&hit.rule.id).is_none()), "{template}");
        }
    }
    assert!(registry::literal(Packs::default()).is_none());
}
