//! `veto explain`, `veto rules` and `veto init`.

use crate::support::Sandbox;
use std::io::Read as _;
use std::process::Stdio;

#[test]
fn explain_shows_the_page_and_no_value() {
    let shown = Sandbox::new().veto(".", &["explain", "secret/aws-access-key"]).ok();
    for part in
        ["AWS access key", "BLOCK, no override", "CWE-798", "A07:2021", "AKIA[16 base32]", "1. Deactivate"]
    {
        assert!(shown.stdout.contains(part), "{part}\n{}", shown.stdout);
    }
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.veto(".", &["rules", "show", "secret/aws-access-key"]).ok().stdout, shown.stdout);
}

#[test]
fn an_unknown_rule_gets_close_matches() {
    let answer = Sandbox::new().veto(".", &["explain", "aws-access-keys"]).exits(2);
    assert!(answer.stderr.contains("did you mean secret/aws-access-key"), "{}", answer.stderr);
}

#[test]
fn rules_are_listed_and_behave() {
    let sandbox = Sandbox::new();
    assert!(sandbox.veto(".", &["rules", "list"]).ok().stdout.contains("secret/aws-access-key "));
    let json = sandbox.veto(".", &["rules", "list", "--format", "json"]).ok().stdout;
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(rows.as_array().unwrap().iter().any(|row| row["id"] == "config/env-file-not-ignored"));
    assert!(sandbox.veto(".", &["rules", "test"]).ok().stdout.contains(" 0 misbehave"));
    sandbox.veto(".", &["rules", "test", "secret/aws-access-key"]).ok();
    sandbox.veto(".", &["rules", "test", "config/env-file-not-ignored"]).exits(2);
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(".", crate::support::VETO);
    let mut child = command
        .args(["rules", "list", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success() && said.is_empty(), "{said}");
}

#[test]
fn init_writes_to_the_root_once() {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/src/lib.rs", "");
    sandbox.veto("work/src", &["init"]).ok();
    assert!(sandbox.path().join("work/.veto/policy.toml").is_file());
    let again = sandbox.veto("work", &["init"]).exits(2);
    assert!(again.stderr.contains("--force"));
    sandbox.veto("work", &["init", "--force"]).ok();
    sandbox.veto("home", &["init"]).exits(2);
}
