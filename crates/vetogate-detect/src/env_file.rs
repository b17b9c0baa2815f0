//! An environment file with values in it, where no `.gitignore` names it.

use crate::{Fault, TreeDetector};
use std::sync::{Arc, LazyLock};
use vetogate_core::text::escape;
use vetogate_core::{
    Category, Confidence, Cwe, Detects, EntryKind, Fuel, Gap, Location, Place, Rule, Scope, Severity, Span,
    Tree, TreePair,
};
use vetogate_syntax::path::PathHints;
use vetogate_syntax::words;

/// The detector of `config/env-file-not-ignored`.
pub struct EnvFile;

static RULE: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(Rule {
        id: "config/env-file-not-ignored".into(),
        title: "Environment file is not ignored".into(),
        description: "An environment file that sets secrets is part of the project, and no .gitignore names it: whatever is put into it later is published, too.".into(),
        category: Category::Configuration,
        detects: Detects::State,
        severity: Severity::Medium,
        confidence: Confidence::High,
        cwe: vec![Cwe(538)],
        pattern: "a file named .env or .env.* that sets a name like a secret's, and no line of .gitignore above it that matches".into(),
        recommendation: "Name it in .gitignore, and keep a .env.example without values.".into(),
        steps: vec![
            "Add the file's name to .gitignore.".into(),
            "Take it out of the index and keep it on disk: git rm --cached FILE.".into(),
            "Commit a .env.example that names the variables and sets none.".into(),
        ],
        references: vec!["https://git-scm.com/docs/gitignore".into()],
        bits: 0,
    })
});

/// Steps for one file.
const STEPS_PER_FILE: u64 = 64;

impl TreeDetector for EnvFile {
    fn rules(&self) -> Vec<Arc<Rule>> {
        vec![Arc::clone(&RULE)]
    }

    fn scan(&self, pair: TreePair<'_>, fuel: &mut Fuel) -> (Vec<Fault>, Vec<Gap>) {
        let (mut faults, mut gaps) = (Vec::new(), Vec::new());
        for change in pair.changes {
            if change.kind != Some(EntryKind::File)
                || !is_env_file(&change.path)
                || !fuel.burn(STEPS_PER_FILE)
            {
                continue;
            }
            match is_fault(pair.new, &change.path) {
                Ok(true) => faults.push(fault(&change.path)),
                Ok(false) => {}
                Err(gap) => gaps.push(gap),
            }
        }
        (faults, gaps)
    }
}

fn fault(path: &[u8]) -> Fault {
    let confidence = if PathHints::of(path).is_test { Confidence::Low } else { Confidence::High };
    let path = escape(path);
    Fault {
        rule: Arc::clone(&RULE),
        location: Location {
            place: Place::File(path.clone()),
            scope: Scope::Absent,
            span: Span::START,
            commit: None,
            at_tip: true,
        },
        subject: path,
        confidence,
        note: None,
    }
}

fn name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

fn is_env_file(path: &[u8]) -> bool {
    const TEMPLATES: &[&[u8]] = &[
        b"example",
        b"sample",
        b"template",
        b"dist",
        b"defaults",
        b"schema",
        b"test",
        b"testing",
        b"ci",
        b"vault",
    ];
    let name = name(path);
    let ending = name.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    (name == b".env" || name.starts_with(b".env.")) && !TEMPLATES.contains(&ending)
}

fn is_fault(tree: &dyn Tree, path: &[u8]) -> Result<bool, Gap> {
    let Some(content) = tree.get(path)? else { return Ok(false) };
    Ok(sets_a_secret(&content) && !is_ignored(tree, path)?)
}

/// Whether a line sets a name like a secret's to something.
fn sets_a_secret(content: &[u8]) -> bool {
    const WORDS: &[&str] = &["password", "passwd", "secret", "token", "key", "credentials", "dsn"];
    content.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii_start().starts_with(b"#")).any(
        |line| {
            let Some(equals) = line.iter().position(|&byte| byte == b'=') else { return false };
            let value: Vec<u8> =
                line[equals + 1..].iter().copied().filter(|byte| !b"\"' \t\r".contains(byte)).collect();
            let public = line.trim_ascii_start().starts_with(b"VITE_")
                || line.trim_ascii_start().starts_with(b"NEXT_PUBLIC_")
                || line.trim_ascii_start().starts_with(b"REACT_APP_");
            !public
                && !value.is_empty()
                && !crate::placeholder::is_example_password(&value)
                && words::split(&line[..equals]).iter().any(|word| WORDS.contains(&word.as_str()))
        },
    )
}

/// Whether a `.gitignore` of its folder or of one above names it. Patterns with wildcards count where `*` alone
/// separates them from the name; a later `!` pattern takes it back, as in git.
fn is_ignored(tree: &dyn Tree, path: &[u8]) -> Result<bool, Gap> {
    let mut ignored = false;
    for depth in 0..=path.iter().filter(|&&byte| byte == b'/').count() {
        let folder = path.splitn(depth + 1, |&byte| byte == b'/').take(depth).collect::<Vec<_>>().join(&b'/');
        let below = if folder.is_empty() { path } else { &path[folder.len() + 1..] };
        let file =
            if folder.is_empty() { b".gitignore".to_vec() } else { [&folder[..], b"/.gitignore"].concat() };
        if let Some(lines) = tree.get(&file)? {
            for line in lines.split(|&byte| byte == b'\n') {
                match verdict(line.trim_ascii(), below) {
                    Some(says) => ignored = says,
                    None => continue,
                }
            }
        }
    }
    Ok(ignored)
}

/// What one line says of a path below its folder.
fn verdict(line: &[u8], below: &[u8]) -> Option<bool> {
    let (line, says) = line.strip_prefix(b"!").map_or((line, true), |rest| (rest, false));
    if line.is_empty() || line.starts_with(b"#") {
        return None;
    }
    let pattern = line.strip_prefix(b"**/").or_else(|| line.strip_prefix(b"/")).unwrap_or(line);
    let anchored = line.starts_with(b"/") || pattern.contains(&b'/');
    let subject = if anchored { below } else { name(below) };
    glob(pattern, subject).then_some(says)
}

/// `*` matches anything but `/`; `?` one byte. Recursion is bounded by the length of the pattern.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'*'), _) => {
            glob(&pattern[1..], text)
                || text.first().is_some_and(|&byte| byte != b'/' && glob(pattern, &text[1..]))
        }
        (Some(b'?'), Some(&byte)) if byte != b'/' => glob(&pattern[1..], &text[1..]),
        (Some(a), Some(b)) if a == b => glob(&pattern[1..], &text[1..]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use vetogate_core::{Change, Entry};

    struct Files(BTreeMap<Vec<u8>, Vec<u8>>);

    impl Tree for Files {
        fn get(&self, path: &[u8]) -> Result<Option<Vec<u8>>, Gap> {
            Ok(self.0.get(path).cloned())
        }
        fn list(&self, _: &[u8]) -> Result<Vec<Entry>, Gap> {
            Ok(Vec::new())
        }
    }

    fn faults(files: &[(&str, &str)]) -> usize {
        let map =
            files.iter().map(|(path, text)| (path.as_bytes().to_vec(), text.as_bytes().to_vec())).collect();
        let changes: Vec<Change> = files
            .iter()
            .map(|(path, _)| Change { path: path.as_bytes().to_vec(), kind: Some(EntryKind::File) })
            .collect();
        let tree = Files(map);
        let pair = TreePair { new: &tree, base: None, changes: &changes };
        EnvFile.scan(pair, &mut Fuel::new(1000)).0.len()
    }

    #[test]
    fn an_env_file_with_a_secret_has_to_be_ignored() {
        let secret = "API_KEY=q9Zt3LxW8v\n";
        assert_eq!(faults(&[(".env", secret)]), 1);
        assert_eq!(faults(&[("web/.env.production", secret), (".gitignore", "node_modules\n")]), 1);
        assert_eq!(faults(&[(".env", secret), (".gitignore", ".env\n!.env\n")]), 1);
    }

    #[test]
    fn near_misses() {
        let secret = "API_KEY=q9Zt3LxW8v\n";
        assert_eq!(faults(&[(".env", secret), (".gitignore", "*.log\n.env\n")]), 0);
        assert_eq!(faults(&[("web/.env.local", secret), (".gitignore", ".env*\n")]), 0);
        assert_eq!(faults(&[("web/.env", secret), ("web/.gitignore", "/.env\n")]), 0);
        assert_eq!(faults(&[(".env.example", secret)]), 0);
        assert_eq!(faults(&[(".env", "PORT=3000\nDEBUG=true\n")]), 0);
        assert_eq!(faults(&[(".env", "API_KEY=\n# TOKEN=x1\nVITE_API_KEY=abc123\n")]), 0);
    }
}
