//! What the pack finds, how it is shown, and that no text can wear it out.

use super::*;
use crate::examples::scan_with;
use crate::matching::Candidates;
use vetogate_core::{Confidence, Packs, Severity};
use vetogate_rules::template::generate;
use vetogate_syntax::path::PathHints;

const ON: Packs = Packs { guide_literal: true };

fn found(text: &[u8], fuel: &mut Fuel) -> Vec<Hit> {
    let text = Text {
        bytes: text,
        candidates: &Candidates::default(),
        is_start: true,
        is_binary: false,
        hints: PathHints::of(b"tests/a.py"),
    };
    let mut hits = Vec::new();
    GuideLiteral.scan(&text, fuel, &mut hits);
    hits
}

fn ids(template: &str) -> Vec<String> {
    let hits = found(generate(template).unwrap().as_bytes(), &mut Fuel::new(MOST));
    hits.iter().map(|hit| hit.rule.id["guide-literal/".len()..].to_owned()).collect()
}

#[test]
fn one_value_is_said_once_and_code_in_every_way() {
    assert_eq!(ids("aws_access_key_id = AKIA{upper-alnum:16}"), ["aws-access-key"]);
    assert_eq!(ids("access_token = 'ghp_{alnum:36}'"), ["github-token"]);
    assert_eq!(ids("db_password = \"{alnum:12}\""), ["password"]);
    assert_eq!(ids("db_password = \"{alnum:5}\""), ["string-password"]);
    assert_eq!(ids("api_key: {alnum:20}"), ["api-key"]);
    assert_eq!(ids("card {digits:16}"), ["credit-card"]);
    assert_eq!(ids("assert eval(x)\nassert y"), ["assert", "eval", "assert"]);
    assert_eq!(ids("exec('ls ' + md5(x))"), ["shell-injection", "exec", "md5"]);
}

#[test]
fn what_the_guide_says_is_certain_and_as_severe_as_it_says() {
    for (_, rule) in LOADED.iter() {
        assert_eq!(rule.confidence, Confidence::High, "{}", rule.id);
        let expected = match rule.category {
            Category::Secrets | Category::Database => Severity::Critical,
            Category::Pii | Category::Dependencies => Severity::High,
            _ => continue,
        };
        assert_eq!(rule.severity, expected, "{}", rule.id);
    }
}

#[test]
fn values_are_masked_and_code_is_shown() {
    for (template, is_shown, guessable) in [
        ("password = {alnum:8}", false, true),
        ("ghp_{alnum:36}", false, false),
        ("mail {lower:20}.{lower:20}@{lower:12}.io", false, true),
        ("assert x == 'abcdefgh{alnum:4}'", true, true),
        ("{pem-random:CERTIFICATE}", false, false),
        ("-----BEGIN CERTIFICATE-----", true, true),
    ] {
        let hits = found(generate(template).unwrap().as_bytes(), &mut Fuel::new(MOST));
        assert_eq!((hits[0].is_shown, hits[0].guessable), (is_shown, guessable), "{template}");
    }
    let hits = found(b"  assert x  == 'secretword'", &mut Fuel::new(MOST));
    assert_eq!(hits[0].identifier.as_deref(), Some("assert x =="));
}

#[test]
fn the_ways_out_of_the_guide_are_no_findings() {
    for text in [
        "accessKeyId: process.env.AWS_ACCESS_KEY_ID,",
        "key=os.getenv('MEM0AI_API_KEY', '')",
        "password = os.environ[\"DB_PASSWORD\"]",
        "password = __import__(\"os\").environ[\"DB_PASSWORD\"]",
        "var password = Environment.GetEnvironmentVariable(\"DB_PASSWORD\");",
        "var password = System.Environment.GetEnvironmentVariable(\"DB_PASSWORD\");",
        "echo ${DB_PASSWORD}",
        "api_key = \"REDACTED\"",
        "password=$DB_PASS_WORD;",
        "client_secret: $CLIENT_SECRET",
    ] {
        let hits = scan_with(text, ON);
        assert!(hits.is_empty(), "{text}: {:?}", hits[0].rule.id);
    }
}

#[test]
fn what_only_looks_like_a_way_out_is_found() {
    for template in [
        "password = \"$ecret{alnum:6}\"",
        "pwd=$A{lower:9}",
        "api_key = REDACTED{alnum:9}",
        "key = env{alnum:9}",
        "password = Environment{alnum:9}",
        "password = __import__(\"ms\").a{lower:9}",
    ] {
        assert_eq!(ids(template).len(), 1, "{template}");
    }
}

#[test]
fn hostile_texts_are_linear_and_end_with_an_empty_tank() {
    let line = |part: &[u8]| part.repeat((1 << 20) / part.len());
    for part in [
        &b"a"[..],
        b"key",
        b"key ",
        b"password=",
        b"select ",
        b"\"select ",
        b"f\"select {",
        b"a@b.cc ",
        b"-----BEGIN CERTIFICATE-----",
        b"RegExp('(+",
        b"exec('",
        b"1",
        b"\\n",
        b"assert ",
        b"\xff\n",
    ] {
        let text = line(part);
        let mut fuel = Fuel::new(MOST);
        let hits = found(&text, &mut fuel);
        assert!(hits.len() as u64 <= MOST);
        let has_many = [&b"1"[..], b"a@b.cc ", b"exec('"].contains(&part);
        assert_eq!(fuel.is_exhausted(), has_many, "{}", part.as_bstr());
    }
}
