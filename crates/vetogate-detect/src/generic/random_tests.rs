//! Random passwords and keys, in each form in which they are written: nearly none may be silent.

use super::tests::found;
use vetogate_core::Confidence;
use vetogate_rules::template::generate;

/// How many of each kind are tried in each form.
const TRIES: usize = 400;

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

/// One of `most` may be missed or doubted, no more.
fn check(name: &str, hole: &str, most: usize) {
    for (path, before, after) in FORMS {
        let before = before.replace("NAME", name);
        let (mut silent, mut doubted) = (Vec::new(), Vec::new());
        for number in 0..TRIES {
            let template = format!("{before}{hole}{after}\n# {number}\n");
            let line = generate(&template).unwrap().lines().next().unwrap().to_owned();
            if !fits(path, &generate(&before).unwrap(), &line) {
                continue;
            }
            match found(path, &template) {
                Some(Confidence::Medium | Confidence::High) => {}
                Some(Confidence::Low) => doubted.push(line),
                None => silent.push(line),
            }
        }
        let missed = silent.len() + doubted.len();
        assert!(missed <= TRIES / most, "{path}: {silent:#?} are silent and {doubted:#?} doubted");
    }
}

#[test]
fn passwords() {
    check("DB_PASSWORD", "{password:16}", 400);
}

#[test]
fn short_passwords() {
    check("DB_PASSWORD", "{alnum:8}", 30);
}

#[test]
fn keys_of_base64() {
    check("ENCRYPTION_KEY", "{base64:43}=", 400);
}

#[test]
fn keys_of_django() {
    check("SECRET_KEY", "{django:50}", 400);
}

#[test]
fn keys_of_any_sign() {
    check("API_KEY", "{password:40}", 400);
}
