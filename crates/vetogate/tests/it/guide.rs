//! `preset = "guide"`: its patterns run where the policy in force says so, whatever the source, and nowhere else.

use crate::support::{Answer, Sandbox};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Stdio;
use vetogate_rules::template::generate;

const GUIDE: &str = "preset = \"guide\"\n";

/// Nothing of it is a finding but for the guide.
const LITERAL: &str =
    "assert user.is_authenticated()\ndigest = hashlib.md5(data)\ncontact = 'ann.developer@example.org'\n";

fn file(template: &str) -> String {
    generate(template).unwrap()
}

/// A clone whose remote has this policy, and that is guarded.
fn guarded(policy: &str) -> Sandbox {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/.veto/policy.toml", policy);
    sandbox.commit_all("work", "Policy");
    sandbox.git("work", &["push", "-q", "--no-verify", "origin", "main"]).ok();
    sandbox.veto("work", &["install"]).ok();
    sandbox
}

fn push(sandbox: &Sandbox) -> Answer {
    sandbox.git("work", &["push", "origin", "main"])
}

/// The rules of the findings, in the order of the report.
fn rules(answer: &Answer) -> Vec<String> {
    let report: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    let findings = report["findings"].as_array().unwrap().iter();
    findings.map(|finding| finding["rule_id"].as_str().unwrap().to_owned()).collect()
}

fn scan(sandbox: &Sandbox, arguments: &[&str]) -> Answer {
    sandbox.veto("work", &[&["scan", "--format", "json"], arguments].concat())
}

#[test]
fn every_source_goes_by_the_policy_in_force() {
    let expected = ["guide-literal/assert", "guide-literal/email", "guide-literal/md5"];
    for (policy, code) in [("", 0), ("preset = \"strict\"\n", 0), (GUIDE, 1)] {
        let sandbox = guarded(policy);
        sandbox.write("work/src/a.py", LITERAL);
        let check = |arguments: &[&str]| {
            let found = rules(&scan(&sandbox, arguments).exits(code));
            let mut found: Vec<&str> = found.iter().map(String::as_str).collect();
            found.sort_unstable();
            assert_eq!(found, if code == 1 { &expected[..] } else { &[] }, "{policy} {arguments:?}");
        };
        check(&[]);
        sandbox.git("work", &["add", "-A"]).ok();
        check(&["--staged"]);
        sandbox.commit_all("work", "Code of ann@example.org");
        check(&["--commits", "origin/main..HEAD"]);
        check(&["--history"]);
        let mut command = sandbox.command("work", crate::support::VETO);
        let input = std::fs::File::open(sandbox.path().join("work/src/a.py")).unwrap();
        command.args(["scan", "--format", "json", "--stdin", "--path", "a.py"]).stdin(Stdio::from(input));
        assert_eq!(
            rules(&crate::support::answer(&mut command).exits(code)).len(),
            if code == 1 { 3 } else { 0 }
        );
        let pushed = push(&sandbox).exits(code);
        assert_eq!(pushed.text().contains("Use of assert (guide, B101)"), code == 1, "{}", pushed.text());
    }
}

#[test]
fn the_base_of_a_scan_says_whether_the_guide_holds() {
    let sandbox = guarded(GUIDE);
    sandbox.write("work/.veto/policy.toml", "");
    sandbox.write("work/a.py", LITERAL);
    assert!(rules(&scan(&sandbox, &[]).exits(0)).is_empty());
    assert_eq!(rules(&scan(&sandbox, &["--base", "origin/main"]).exits(1)).len(), 3);
}

#[test]
fn a_rule_of_the_guide_can_be_set() {
    let off = "[rules.\"guide-literal/assert\"]\nenabled = false\nreason = \"Tests are full of them.\"\n";
    let low = "[rules.\"guide-literal/email\"]\nseverity = \"low\"\n[rules.\"guide-literal/md5\"]\nseverity = \"medium\"\n";
    let sandbox = guarded(&format!("{GUIDE}{off}{low}"));
    sandbox.write("work/a.py", LITERAL);
    let report = scan(&sandbox, &[]).ok();
    assert_eq!(rules(&report), ["guide-literal/md5", "guide-literal/email"]);
    sandbox.veto("work", &["policy", "check"]).ok();
    sandbox.commit_all("work", "Code");
    push(&sandbox).ok();
}

#[test]
fn what_the_remote_has_is_old_and_people_in_commits_are_none() {
    let sandbox = guarded("");
    sandbox.write("work/a.py", LITERAL);
    sandbox.write("work/.veto/policy.toml", GUIDE);
    sandbox.commit_all("work", "Write to bob@example.org");
    // A push is judged by what the remote has before it.
    push(&sandbox).ok();
    sandbox.write("work/a.py", format!("{LITERAL}x = 1\n"));
    sandbox.commit_all("work", "More");
    let passed = push(&sandbox).ok();
    assert!(!passed.text().contains("bob@example.org"), "{}", passed.text());
    sandbox.write("work/a.py", format!("{LITERAL}assert x\n"));
    sandbox.commit_all("work", "One more");
    let text = push(&sandbox).exits(1).text();
    assert!(text.contains("assert x") && text.contains("CRITICAL ISSUE"), "{text}");
    assert!(!text.contains("veto override"), "{text}");
}

#[test]
fn values_are_masked_and_code_is_shown() {
    let sandbox = guarded(GUIDE);
    let (mail, password, card) = (file("{lower:9}@{lower:7}.io"), file("{alnum:11}"), file("{digits:16}"));
    let text = format!("exec(user_input)\nmail {mail}\npassword = {password}\ncard {card}\n");
    sandbox.write("work/a.py", text);
    for format in ["text", "json"] {
        let said = sandbox.veto("work", &["scan", "--format", format]).exits(1).text();
        for value in [&mail, &password, &card] {
            assert!(!said.contains(value.as_str()) && !said.contains(&value[4..]), "{said}");
        }
        assert!(said.contains("exec(user_input"), "{said}");
    }
}

#[test]
fn a_place_that_another_rule_finds_too_is_one_finding() {
    let sandbox = guarded(GUIDE);
    sandbox.write("work/tests/a.py", file("token = '{crc32-base62:ghp_}'\n"));
    sandbox.write("work/tests/b.pem", file("{pem-random:ENCRYPTED PRIVATE KEY}"));
    let report = scan(&sandbox, &[]).exits(1);
    let mut found = rules(&report);
    found.sort_unstable();
    assert_eq!(found, ["secret/encrypted-private-key", "secret/github-token"]);
    // The guide's severity, and its certainty.
    assert_eq!(report.stdout.matches("\"severity\": \"critical\"").count(), 2, "{}", report.stdout);
    assert!(!report.stdout.contains("\"confidence\": \"low\""), "{}", report.stdout);
}

#[test]
fn a_push_that_leaves_the_guide_is_loosened() {
    let sandbox = guarded(GUIDE);
    sandbox.write("work/.veto/policy.toml", "");
    sandbox.commit_all("work", "No guide");
    let text = push(&sandbox).exits(1).text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("the patterns of the guide are off"), "{text}");
}

#[test]
fn the_rules_are_listed_and_explained_with_their_pack() {
    let sandbox = Sandbox::new();
    let listed = sandbox.veto(".", &["rules", "list"]).ok().stdout;
    let line = listed.lines().find(|line| line.starts_with("guide-literal/assert ")).unwrap();
    assert!(line.ends_with("[off unless preset = \"guide\"]") && line.contains("critical"), "{line}");
    let json = sandbox.veto(".", &["rules", "list", "--format", "json"]).ok().stdout;
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    let pack =
        |id: &str| rows.as_array().unwrap().iter().find(|row| row["id"] == id).unwrap()["pack"].clone();
    assert!(pack("guide-literal/email") == "guide-literal" && pack("secret/jwt").is_null());
    for arguments in
        [["explain", "guide-literal/email"].as_slice(), &["rules", "show", "guide-literal/email"]]
    {
        let page = sandbox.veto(".", arguments).ok().stdout;
        assert!(page.contains("of the pack guide-literal: off unless preset = \"guide\""), "{page}");
    }
    sandbox.veto(".", &["rules", "test", "guide-literal/email"]).ok();
}

/// One line without an end, in which everything is a hit, or might become one.
#[test]
fn a_hostile_text_is_a_gap_and_no_hang() {
    let sandbox = guarded(GUIDE);
    let mut text = "select \"select key 1234567890".repeat(200_000);
    let _ = write!(text, "{}", "a@b.cc ".repeat(200_000));
    sandbox.write("work/a.txt", text);
    let begun = std::time::Instant::now();
    let said = sandbox.veto("work", &["scan"]).exits(1).text();
    assert!(said.contains("too many candidates"), "{said}");
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
}

#[test]
fn what_is_purged_is_no_finding_of_the_guide() {
    let sandbox = guarded(GUIDE);
    sandbox.write("work/a.conf", file("service_pwd = {alnum:12}\n"));
    sandbox.write("work/b.py", "eval(x)\n");
    sandbox.commit_all("work", "Dirty");
    let said = sandbox.veto("work", &["purge", "--apply"]).text();
    assert!(said.contains("No value that could be taken out"), "{said}");
    let found = rules(&scan(&sandbox, &["--commits", "origin/main..HEAD"]).exits(1));
    assert_eq!(found, ["guide-literal/eval"]);
    assert!(std::fs::read_to_string(sandbox.path().join("work/b.py")).unwrap().contains("eval(x)"));
}

/// What a signer of before signed counts for the very push that brings it: what it says of packs, too.
#[test]
fn a_signed_policy_switches_the_guide_on_and_off_at_once() {
    let sandbox = guarded(GUIDE);
    sandbox.run("home", "ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "ann", "-f", "ann"]).ok();
    let key = sandbox.path().join("home/ann");
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let public: Vec<&str> = public.split_whitespace().take(2).collect();
    let signers = format!("ann namespaces=\"veto-policy@v1\" {}\n", public.join(" "));
    sandbox.write("work/.veto/allowed_signers", signers);
    sandbox.commit_all("work", "Signers");
    sandbox.git("work", &["push", "-q", "--no-verify", "origin", "main"]).ok();
    let push_with = |policy: &str, path: &str, code: i32| {
        sandbox.write("work/.veto/policy.toml", policy);
        sandbox.write(Path::new("work").join(path), LITERAL);
        sandbox.veto("work", &["policy", "sign", "--sign", key.to_str().unwrap()]).ok();
        sandbox.commit_all("work", "A signed step");
        push(&sandbox).exits(code).text()
    };
    let passed = push_with("preset = \"default\"\n", "a.py", 0);
    assert!(!passed.contains("(guide"), "{passed}");
    // It is read where anything was found, here a password of a test, that warns.
    sandbox.write("work/tests/a.conf", file("db_password = \"{lower:2}{digits:3}-{lower:2}{digits:2}X\"\n"));
    let vetoed = push_with(GUIDE, "b.py", 1);
    assert!(vetoed.contains("Use of assert (guide, B101)") && vetoed.contains("b.py"), "{vetoed}");
}
