//! Random passwords and keys, in each form in which they are written: nearly none may be silent.

use super::tests::found;
use vetogate_core::Confidence;

/// How many of each kind are tried in each form.
const TRIES: usize = 800;
/// How many of them may be missed, or doubted.
const MISSED: usize = TRIES / 400;

/// Path, what stands before the value, what stands behind it.
const FORMS: &[(&str, &str, &str)] = &[
    ("prod.env", "NAME=", ""),
    ("prod.env", "export NAME='", "'"),
    ("prod.env", "NAME=\"", "\""),
    ("run.sh", "export NAME=", ""),
    ("run.sh", "export NAME='", "'"),
    ("src/a.py", "NAME = \"", "\""),
    ("src/a.js", "const NAME = '", "';"),
    ("src/A.java", "String NAME = \"", "\";"),
    ("a.json", "{{\"NAME\": \"", "\"}}"),
    ("conf/a.yml", "  NAME: \"", "\""),
    ("conf/a.yml", "  NAME: ", ""),
    ("compose.yml", "      - NAME=", ""),
    ("Dockerfile", "ENV NAME=", ""),
    ("a.properties", "app.NAME=", ""),
    ("a.ini", "NAME = ", ""),
    ("a.toml", "NAME = \"", "\""),
    ("a.tfvars", "NAME = \"", "\""),
];

/// Whether a value may stand there at all: YAML reads its first sign, and a shell puts in what it has by a name.
fn fits(path: &str, before: &str, text: &str) -> bool {
    let value = &text[before.len()..];
    let is_bare = !before.ends_with(['\'', '"']);
    let is_yaml = path == "conf/a.yml" && is_bare;
    let is_shell = path == "run.sh" && is_bare;
    !(is_yaml && value.starts_with(['!', '&', '*', '@', '%', '#', '-'])
        || is_shell && value.contains(['&', '(', ')', '$']))
}

fn check(names: &[&str], hole: &str) {
    let mut faults = Vec::new();
    for (path, before, after) in FORMS {
        for name in names {
            let before = before.replace("NAME", name);
            let (mut tried, mut silent, mut doubted) = (0, Vec::new(), Vec::new());
            for number in 0..TRIES {
                let template = format!("{before}{hole}{after}\n# {number}\n");
                let text = vetogate_rules::template::generate(&template).unwrap();
                let line = text.lines().next().unwrap().to_owned();
                let shown = vetogate_rules::template::generate(&before).unwrap();
                if !fits(path, &shown, &line) {
                    continue;
                }
                tried += 1;
                match found(path, &template) {
                    Some(Confidence::Medium | Confidence::High) => {}
                    Some(Confidence::Low) => doubted.push(line),
                    None => silent.push(line),
                }
            }
            println!("{hole} {path} {before} silent {} doubted {} of {tried}", silent.len(), doubted.len());
            if silent.len() + doubted.len() > MISSED {
                faults.push((
                    path,
                    before,
                    silent.into_iter().take(5).collect::<Vec<_>>(),
                    doubted.into_iter().take(3).collect::<Vec<_>>(),
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn passwords() {
    check(&["DB_PASSWORD"], "{password:16}");
}

#[test]
fn keys_of_base64() {
    check(&["ENCRYPTION_KEY"], "{base64:43}=");
}

#[test]
fn keys_of_django() {
    check(&["SECRET_KEY"], "{django:50}");
}

#[test]
fn keys_of_any_sign() {
    check(&["API_KEY"], "{password:40}");
}
