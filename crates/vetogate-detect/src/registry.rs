//! Every detector, on one screen.

use crate::{BlobDetector, TreeDetector, binary_keys, env_file, generic, own_settings, secrets, uri};
use std::sync::Arc;
use vetogate_core::Rule;

/// Detectors of leaks, in the order in which they look; a later one knows what an earlier one found.
pub const BLOB: &[&dyn BlobDetector] =
    &[&secrets::DataRules, &binary_keys::BinaryKeys, &uri::UrlPasswords, &generic::Generic];

/// Detectors of state.
pub const TREE: &[&dyn TreeDetector] = &[&env_file::EnvFile];

/// The rules of leaks.
pub fn leaks() -> Vec<Arc<Rule>> {
    BLOB.iter().flat_map(|detector| detector.rules()).collect()
}

/// Every rule, by id.
pub fn rules() -> Vec<Arc<Rule>> {
    let mut rules = leaks();
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
