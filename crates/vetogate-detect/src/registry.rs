//! Every detector, on one screen.

use crate::{
    BlobDetector, TreeDetector, binary_keys, env_file, generic, key_file, literal, own_settings, secrets, uri,
};
use std::sync::Arc;
use vetogate_core::{Packs, Rule};
use vetogate_rules::RuleSpec;

/// Detectors of leaks, in the order in which they look; a later one knows what an earlier one found.
pub const BLOB: &[&dyn BlobDetector] = &[
    &secrets::DataRules,
    &binary_keys::BinaryKeys,
    &key_file::KeyFile,
    &uri::UrlPasswords,
    &uri::UrlParameters,
    &generic::Generic,
];

/// The detector of the pack `guide-literal`, where that is on. It looks after the others.
pub fn literal(packs: Packs) -> Option<&'static dyn BlobDetector> {
    packs.guide_literal.then_some(&literal::GuideLiteral)
}

/// Detectors of state.
pub const TREE: &[&dyn TreeDetector] = &[&env_file::EnvFile];

/// The rules of leaks, with those of the packs that are on.
pub fn leaks(packs: Packs) -> Vec<Arc<Rule>> {
    let detectors = BLOB.iter().copied().chain(literal(packs));
    detectors.flat_map(BlobDetector::rules).collect()
}

/// The rules that are data, with their examples; those of packs, too.
pub fn specs() -> impl Iterator<Item = &'static RuleSpec> {
    secrets::specs().chain(literal::specs())
}

/// Every rule, by id, whether or not its pack is on.
pub fn rules() -> Vec<Arc<Rule>> {
    let mut rules = leaks(Packs { guide_literal: true });
    rules.extend(TREE.iter().flat_map(|detector| detector.rules()));
    rules.push(own_settings::rule());
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    rules
}

/// SHA-256 over everything that an answer depends on: rule files, detectors, and the program's version.
pub fn digest() -> String {
    let version = env!("CARGO_PKG_VERSION").as_bytes();
    vetogate_core::digest::sha256("vetogate/detectors/v1", &[version, secrets::data_digest().as_bytes()])
}
