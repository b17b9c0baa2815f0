//! Files that hold nothing but a key: their name says what it opens.

use crate::{BlobDetector, Hit, Text, placeholder};
use std::sync::{Arc, LazyLock};
use vetogate_core::{Category, Confidence, Cwe, Detects, Fuel, Rule, Secret, Severity};
use vetogate_syntax::path::FileKind;

/// The detector of key files.
pub struct KeyFile;

static RULE: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(Rule {
        id: "secret/rails-master-key".into(),
        title: "Master key of Rails".into(),
        description:
            "The key of encrypted credentials of Rails: whoever has it reads all secrets of the application."
                .into(),
        category: Category::Secrets,
        detects: Detects::Leak,
        severity: Severity::Critical,
        confidence: Confidence::High,
        cwe: vec![Cwe(321)],
        pattern: "config/master.key or config/credentials/*.key with 32 hexadecimal digits".into(),
        recommendation: "Give the key to the application in RAILS_MASTER_KEY.".into(),
        steps: vec![
            "Make a new key and encrypt the credentials with it; change the secrets that are in them.".into(),
            "Take the file out, name it in .gitignore, and read the key with {env}.".into(),
            "Take it out of the commits that are not pushed yet: git commit --amend, or git rebase -i."
                .into(),
        ],
        references: vec!["https://guides.rubyonrails.org/security.html#custom-credentials".into()],
        bits: 128,
    })
});

/// As `ActiveSupport::EncryptedFile` makes it: a key of AES-128 in hexadecimal digits; of AES-256 where an application says so.
const LENGTHS: [usize; 2] = [32, 64];

impl BlobDetector for KeyFile {
    fn rules(&self) -> Vec<Arc<Rule>> {
        vec![Arc::clone(&RULE)]
    }

    fn scan(&self, text: &Text<'_>, _: &mut Fuel, hits: &mut Vec<Hit>) {
        if text.hints.kind != FileKind::KeyFile || !text.is_start || text.bytes.len() > 128 {
            return;
        }
        let key = text.bytes.trim_ascii();
        if !LENGTHS.contains(&key.len())
            || !key.iter().all(u8::is_ascii_hexdigit)
            || placeholder::is_example_token(key)
        {
            return;
        }
        let start = text.bytes.len() - text.bytes.trim_ascii_start().len();
        let span = start..start + key.len();
        hits.push(Hit {
            rule: Arc::clone(&RULE),
            span: span.clone(),
            secret_spans: vec![span],
            values: vec![Secret::new(key)],
            identifier: Some("RAILS_MASTER_KEY".into()),
            confidence: if text.hints.is_test { Confidence::Low } else { Confidence::High },
            guessable: false,
            is_shown: false,
            note: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::Candidates;
    use vetogate_rules::template::generate;
    use vetogate_syntax::path::PathHints;

    fn found(path: &str, template: &str) -> Option<Confidence> {
        let text = generate(template).unwrap();
        let text = Text {
            bytes: text.as_bytes(),
            candidates: &Candidates::of(text.as_bytes()),
            is_start: true,
            is_binary: false,
            hints: PathHints::of(path.as_bytes()),
        };
        let mut hits = Vec::new();
        KeyFile.scan(&text, &mut Fuel::new(1000), &mut hits);
        hits.first().map(|hit| hit.confidence)
    }

    #[test]
    fn keys_of_rails() {
        for (path, template, says) in [
            ("config/master.key", "{hex:32}", Some(Confidence::High)),
            ("shop/config/master.key", "{hex:32}\n", Some(Confidence::High)),
            ("config/credentials/production.key", "{hex:32}\r\n", Some(Confidence::High)),
            ("config/credentials/staging.key", "{hex:64}", Some(Confidence::High)),
            ("config/secrets.yml.key", "{hex:32}", Some(Confidence::High)),
            ("test/dummy/config/master.key", "{hex:32}", Some(Confidence::Low)),
            ("config/master.key", "00000000000000000000000000000000", None),
            ("config/master.key", "{hex:31}", None),
            ("config/master.key", "{base64:32}", None),
            ("config/master.key", "{hex:32} {hex:32}", None),
            ("config/master.key.md", "{hex:32}", None),
            ("checksums/master.key", "{hex:32}", None),
            ("credentials/production.key", "{hex:32}", None),
        ] {
            assert_eq!(found(path, template), says, "{path}: {template}");
        }
    }
}
