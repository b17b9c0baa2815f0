//! Every data rule finds its true examples and none of its near misses.

use vetogate_detect::{examples, registry, secrets};

#[test]
fn every_example_behaves() {
    let wrong: Vec<String> = secrets::specs().flat_map(examples::misbehaving).collect();
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
