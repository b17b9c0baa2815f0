//! Tests of the data rules: compiled code, test modules, documentation.

use super::*;
use crate::matching::Candidates;
use vetogate_rules::template::generate;

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
    DataRules.scan(&text, &mut Fuel::new(1 << 20), &mut hits);
    hits.first().map(|hit| hit.confidence)
}

#[test]
fn tokens_in_compiled_code_stand_between_letters() {
    let found = |template: &str, is_binary: bool| {
        let text = generate(template).unwrap();
        let candidates = Candidates::of(text.as_bytes());
        let hints = PathHints::of(b"a.pyc");
        let text = Text { bytes: text.as_bytes(), candidates: &candidates, is_start: true, is_binary, hints };
        let mut hits = Vec::new();
        DataRules.scan(&text, &mut Fuel::new(1 << 20), &mut hits);
        hits.len()
    };
    for template in [
        "z\x14AKIA{base32:16}N",
        "\0AKIA{base32:16}Q{base64:40}",
        "\0ksk_live_{alnum:24}P",
        "Zxoxb-{digits:12}-{digits:12}-{alnum:24}",
        "xglpat-{base64url:20}\0",
    ] {
        assert_eq!((found(template, true), found(template, false)), (1, 0), "{template:?}");
    }
    for template in ["z(crc{crc32-base62:ghp_}N", "z{crc32-base62:npm_}Z\x03abc"] {
        assert_eq!((found(template, true), found(template, false)), (1, 1), "{template:?}");
    }
    // Words in a dictionary.
    assert_eq!(found("\0ARTSARTYASIA{upper:40}", true), 0);
    assert_eq!(found("\0INSIDEISAKIA{upper:40}", true), 0);
    // What has nothing of its own but a short prefix keeps its borders: a symbol of a program.
    assert_eq!(found("\0_ZN4core7xrnd_{alnum:30}E", true), 0);
    specs().filter(|spec| spec.glued).for_each(|spec| drop(compile(spec.bare())));
}

#[test]
fn what_an_encoder_of_json_escaped() {
    // The padding of base64 is what Gson escapes.
    let header = generate("{{\"Authorization\": \"Basic {basic:ab}\"}}").unwrap();
    assert!(header.contains('='));
    assert_eq!(
        found("a.json", &header.replace('=', "\\u003d").replace('{', "{{").replace('}', "}}")),
        Some(Confidence::Medium)
    );
}

#[test]
fn chains_of_names_are_no_keys() {
    for chain in ["llvm_some_token_definitions_2", "APP_CTX_KEY_3", "qt-rsrc.xml-tkn"] {
        assert!(is_chain_of_names(chain.as_bytes()), "{chain}");
    }
    for template in
        ["{base64url:43}", "{alnum:8}-{alnum:8}-{alnum:8}", "{uuid}", "{lower:20}", "{hex:8}_{hex:8}_{hex:8}"]
    {
        assert!(!is_chain_of_names(generate(template).unwrap().as_bytes()), "{template}");
    }
}

#[test]
fn keys_in_tests_and_in_documentation_of_rust() {
    let key = "const KEY: &str = \"{pem:RSA PRIVATE KEY}\";\n";
    let shown = "//! let key = parse(b\"\n//! {pem:PRIVATE KEY}";
    for (path, template, says) in [
        ("src/a.rs", key.into(), Confidence::High),
        (
            "src/a.rs",
            format!("fn a() {{{{}}}}\n\n#[cfg(test)]\nmod tests {{{{\n    {key}}}}}\n"),
            Confidence::Low,
        ),
        ("src/a.rs", format!("#[cfg(test)]\nmod tests {{{{\n}}}}\n{key}"), Confidence::High),
        ("src/a.rs", shown.into(), Confidence::Low),
        ("src/a.rs", shown.replace("//!", "//"), Confidence::High),
        ("conf/a.yml", shown.replace("//!", "#"), Confidence::High),
    ] {
        assert_eq!(found(path, &template), Some(says), "{path}: {template}");
    }
}

/// Whoever writes a test makes one with the command that makes true ones: its form says nothing of that.
#[test]
fn a_key_of_laravel_in_a_test() {
    let attribute = "#[WithConfig('app.key', 'base64:{base64:43}=')]";
    for (path, template, says) in [
        ("tests/Feature/A.php", attribute, Confidence::Low),
        ("app/A.php", attribute, Confidence::High),
        ("tests/a.php", "'key' => 'base64:{base64:43}=',", Confidence::Low),
        ("config/app.php", "'key' => 'base64:{base64:43}=',", Confidence::High),
        (".env", "APP_KEY=base64:{base64:43}=", Confidence::High),
    ] {
        assert_eq!(found(path, template), Some(says), "{path}: {template}");
    }
}

#[test]
fn a_login_that_a_manual_or_a_help_text_shows() {
    let login = "machine git.acme.io login deploy password {alnum:14}";
    let spoken = "machine git.acme.io login deploy password {word:9}";
    for (path, template, says) in [
        (".netrc", login.into(), Confidence::High),
        (".netrc", spoken.into(), Confidence::High),
        ("src/a.py", format!("NETRC = '{login}'"), Confidence::High),
        ("src/a.py", format!("HELP = '{spoken}'"), Confidence::Low),
        ("src/a.c", format!(" * {login}"), Confidence::Low),
        ("src/a.sh", format!("# {login}"), Confidence::Low),
        ("docs/manual.md", format!("    {login}"), Confidence::Low),
        ("docs/manual.md", format!("    {spoken}"), Confidence::Low),
        (".netrc", login.replace("git.acme.io", "git.acme.example"), Confidence::Low),
    ] {
        assert_eq!(found(path, &template), Some(says), "{path}: {template}");
    }
}
