//! What a policy file may say, and what is said of one that is wrong.

use super::*;

fn error(text: &str) -> String {
    parse(text, "policy.toml").unwrap_err().to_string()
}

#[test]
fn reads_everything() {
    let policy = parse(
        "preset = \"strict\"\nposture = \"high\"\nmin_confidence = \"high\"\n[limits]\nseconds = 5\n\
         [rules.\"secret/*\"]\nseverity = \"high\"\n[rules.\"secret/jwt\"]\nenabled = false\nreason = \"demo\"\n\
         [[exclude]]\npath = \"tests/data/\"\nreason = \"made up\"\nuntil = \"2027-01-31\"\n",
        "p",
    )
    .unwrap();
    assert_eq!((policy.posture, policy.min_confidence), (Posture::High, Confidence::High));
    assert_eq!(policy.time_limit, Duration::from_secs(5));
    assert_eq!(policy.severity("secret/x", Severity::Critical), Severity::High);
    assert!(policy.disabled("secret/jwt").is_some() && policy.disabled("secret/x").is_none());
    assert_eq!(policy.exclusions[0].source, "p:11");
}

#[test]
fn only_the_guide_switches_its_pack_on() {
    for (text, is_on) in [("preset = \"guide\"", true), ("preset = \"strict\"", false), ("", false)] {
        let policy = parse(text, "p").unwrap();
        assert_eq!(policy.packs.guide_literal, is_on, "{text}");
        assert_eq!(policy.runs("guide-literal/assert"), is_on, "{text}");
        assert!(policy.runs("secret/x"));
    }
    let off = "preset = \"guide\"\n[rules.\"guide-literal/assert\"]\nenabled = false\nreason = \"r\"\n";
    let policy = parse(off, "p").unwrap();
    assert!(!policy.runs("guide-literal/assert") && policy.runs("guide-literal/email"));
    assert!(!policy.medium_vetoes && policy.min_confidence == Confidence::Low);
}

#[test]
fn a_severity_does_not_switch_a_rule_on() {
    let off = "[rules.\"secret/*\"]\nenabled = false\nreason = \"demo\"\n";
    let severity = format!("{off}[rules.\"secret/jwt\"]\nseverity = \"low\"\n");
    assert!(parse(&severity, "p").unwrap().disabled("secret/jwt").is_some());
    let on = format!("{off}[rules.\"secret/jwt\"]\nenabled = true\n");
    assert!(parse(&on, "p").unwrap().disabled("secret/jwt").is_none());
}

#[test]
fn each_mistake_has_a_place_and_a_remedy() {
    assert_eq!(
        error("posture = \"medum\""),
        "policy.toml:1:11: unknown variant `medum`, expected `medium` or `high`"
    );
    assert!(error("\nextra = 1").starts_with("policy.toml:2:1: unknown field `extra`, expected one of"));
    assert!(error("[rules.jwt]\nenabled = true").contains("`jwt` names no rule"));
    assert!(error("[rules.\"secret/jwt\"]\nenabled = false").contains("without a reason"));
    let bad_date = "[[exclude]]\npath = \"a\"\nreason = \"b\"\nuntil = \"tomorrow\"";
    assert_eq!(
        error(bad_date),
        "policy.toml:4:9: `tomorrow` is no date; expected one such as \"2027-01-31\""
    );
    for (missing, text) in [
        ("path", "reason = \"b\"\nuntil = \"2027-01-31\""),
        ("reason", "path = \"a\"\nuntil = \"2027-01-31\""),
        ("until", "path = \"a\"\nreason = \"b\""),
    ] {
        let said = error(&format!("\n\n[[exclude]]\n{text}\n"));
        assert!(said.starts_with("policy.toml:3:1: "), "{said}");
        assert!(said.contains(&format!("has no `{missing}`; expected")), "{said}");
    }
    for wrong in ["0", "3601", "-1", "\"a\"", "1.5"] {
        let said = error(&format!("[limits]\nseconds = {wrong}"));
        assert_eq!(said, "policy.toml:2:11: expected a whole number of seconds between 1 and 3600");
    }
    assert!(error("posture = ").starts_with("policy.toml:1:"));
}

#[test]
fn a_date_may_stand_without_quotes_and_nothing_else_is_one() {
    let with = |until: &str| format!("[[exclude]]\npath = \"a\"\nreason = \"b\"\nuntil = {until}\n");
    let policy = parse(&with("2027-01-31"), "p").unwrap();
    assert_eq!(policy.exclusions[0].until, Some(jiff::civil::date(2027, 1, 31)));
    for wrong in ["2027", "true", "\"\"", "[2027-01-31]", "12:00:00", "{ a = 1 }"] {
        let said = error(&with(wrong));
        assert!(said.starts_with("policy.toml:4:9: ") && said.contains("expected one such as"), "{said}");
    }
}

#[test]
fn an_empty_list_of_rules_is_no_answer() {
    let text = "[[exclude]]\npath = \"a\"\nreason = \"b\"\nuntil = 2027-01-31\nrules = []\n";
    assert!(error(text).starts_with("policy.toml:5:9: `rules` is empty"));
}

#[test]
fn a_newer_version_is_named_before_anything_else() {
    let said = error("something = \"new\"\nmin_version = \"99.0\"\n");
    assert!(said.starts_with("policy.toml:2:15: this policy needs veto 99.0 or newer"), "{said}");
    assert!(parse("min_version = \"0.1.0\"", "p").is_ok());
    for wrong in ["\"soon\"", "1", "\"1.2.3.4\""] {
        let said = error(&format!("min_version = {wrong}"));
        assert!(said.ends_with("expected a version, such as \"0.2.0\""), "{said}");
    }
}

#[test]
fn what_is_long_is_not_repeated() {
    let long: String = "q9Zt3LxW8vB2nM5kR7cD1fH4".repeat(3).chars().take(LONGEST + 1).collect();
    for text in [
        format!("preset = \"{long}\""),
        format!("{long} = 1"),
        format!("[rules.\"{long}\"]\nenabled = true"),
        format!("[[exclude]]\npath = \"a\"\nreason = \"b\"\nuntil = \"{long}\""),
    ] {
        let said = error(&text);
        assert!(!said.contains(&long[..8]) && said.contains("q9Zt..."), "{said}");
    }
}

#[test]
fn wrong_types_are_said_in_words_of_toml() {
    assert!(error("exclude = 1").ends_with("expected a list"), "{}", error("exclude = 1"));
    for text in ["rules = 1", "limits = 1", "[rules]\n\"secret/x\" = 1", "exclude = [1]"] {
        let said = error(text);
        assert!(said.ends_with("expected a table"), "{said}");
    }
    let list = error("[[exclude]]\npath = \"a\"\nrules = \"secret/x\"");
    assert!(list.ends_with("expected a list"), "{list}");
}

#[test]
fn what_is_no_word_is_told_the_words() {
    for wrong in ["3", "true", "1.5", "[\"high\"]", "{ high = 1 }", "2027-01-31"] {
        for (key, words) in [
            ("posture", "\"medium\" or \"high\""),
            ("min_confidence", "\"low\", \"medium\" or \"high\""),
            ("preset", "\"default\", \"strict\" or \"guide\""),
        ] {
            let said = error(&format!("\n{key} = {wrong}\n"));
            let place = format!("policy.toml:2:{}: ", key.len() + 4);
            assert!(said.starts_with(&place) && said.ends_with(&format!(", expected {words}")), "{said}");
        }
    }
    let said = error("[rules.\"secret/x\"]\nseverity = 3");
    assert!(said.starts_with("policy.toml:2:12: ") && said.contains("\"high\" or \"critical\""), "{said}");
    let said = error("[override]\nproof = 3");
    assert!(said.contains("\"second-person\" or \"second-person-hardware\""), "{said}");
}

#[test]
fn what_lies_on_this_machine_is_no_public_place() {
    for local in [
        "/srv/a.git",
        "file:///srv/a",
        "../a.git",
        "http://localhost:8080/a",
        "ssh://me@127.0.0.1/a",
        "localhost:/srv/a.git",
        "me@LOCALHOST:a",
    ] {
        assert!(is_local(local), "{local}");
    }
    for public in ["https://github.com/a/b", "git@github.com:a/b.git", "ssh://git@h:22/a", "h.example:a"] {
        assert!(!is_local(public), "{public}");
    }
}

#[test]
fn what_is_far_too_large_is_no_policy() {
    let said = error(&"# More.\n".repeat(200_000));
    assert!(said.starts_with("policy.toml:1:1: larger than 1048576 bytes"), "{said}");
}
