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

/// Every sign that a keyboard has (ASCII, without the blank).
fn printable(seed: u64, length: usize) -> String {
    // SplitMix64, as the templates have it.
    let mut state = (seed + 1).wrapping_mul(0xd134_2543_de82_ef95);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed ^ (mixed >> 27)
    };
    (0..length).map(|_| char::from(b'!' + (next() % 94) as u8)).collect()
}

/// Whether a value of any sign may stand between what is before and behind it, and means itself there.
fn stands(path: &str, before: &str, value: &str) -> bool {
    let quote = before.chars().next_back().filter(|c| "\"'".contains(*c));
    let is_program =
        [".py", ".js", ".java", ".json", ".toml", ".tfvars"].iter().any(|end| path.ends_with(end));
    let is_shell = path == "run.sh";
    let ends = match quote {
        Some(quote) => value.contains([quote, '\\']) || (quote == '"' && value.contains(['`', '$'])),
        None => is_shell && value.contains(|c: char| "\"'`\\$&|;<>()*?[]{}!#~".contains(c)),
    };
    let is_yaml = path.ends_with(".yml") && quote.is_none();
    let is_read =
        is_yaml && (value.starts_with(|c: char| "!&*@%#-?:,[]{}|>'\"`".contains(c)) || value.ends_with(':'));
    // The rest of such a line is a comment, or what it sets is quoted.
    let is_line = quote.is_none() && !is_program && value.starts_with(['#', '"', '\'', '`']);
    !(ends || is_read || is_line)
}

#[test]
fn passwords_of_every_sign() {
    for (path, before, after) in FORMS {
        let before = before.replace("NAME", "DB_PASSWORD");
        let mut missed = Vec::new();
        let tries = (0..4 * TRIES as u64)
            .map(|seed| printable(seed, 16))
            .filter(|value| stands(path, &before, value));
        let mut count = 0;
        for value in tries {
            count += 1;
            let escaped = value.replace('{', "{{").replace('}', "}}");
            if !matches!(
                found(path, &format!("{before}{escaped}{after}\n")),
                Some(Confidence::Medium | Confidence::High)
            ) {
                missed.push(value);
            }
        }
        // What is cut off is read as a hole or as the next of a list.
        assert!(missed.len() * 200 <= count, "{path}: {} of {count}: {missed:#?}", missed.len());
    }
}
