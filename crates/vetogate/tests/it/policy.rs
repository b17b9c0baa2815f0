//! `veto policy`: what is in force, and whether a file is right.

use crate::support::Sandbox;

#[test]
fn each_value_is_shown_with_where_it_comes_from() {
    let sandbox = Sandbox::with_clone();
    sandbox.veto("work", &["install"]).ok();
    let text = "posture = \"high\"\n[override]\nproof = \"signed\"\nminutes = 15\n[rules.\"secret/jwt\"]\nenabled = false\nreason = \"A demo.\"\n[[exclude]]\npath = \"t/\"\nreason = \"Made up.\"\nuntil = \"2099-01-01\"\n";
    sandbox.write("work/.veto/policy.toml", text);
    let said = sandbox.veto("work", &["policy", "show"]).ok().stdout;
    let line = |key: &str| said.lines().find(|line| line.starts_with(key)).unwrap_or_default().to_owned();
    assert!(line("posture").contains("high") && line("posture").ends_with(".veto/policy.toml:1"), "{said}");
    assert!(line("override.proof").contains("signed"), "{said}");
    assert!(line("min_confidence").ends_with("built-in"), "{said}");
    // What is stated is no default, though it says the same.
    assert!(line("override.minutes").ends_with(".veto/policy.toml:4"), "{said}");
    assert!(line("rule secret/jwt").contains("off, A demo.") && line("rule").ends_with(":5"), "{said}");
    assert!(line("excluded t/**").contains("until 2099-01-01"), "{said}");
    assert!(line("CWE-798").contains("critical"), "{said}");
    // What a push meets is what the remote has.
    let said = sandbox.veto("work", &["policy", "show", "--remote", "origin"]).ok().stdout;
    assert!(said.starts_with("posture            medium       built-in"), "{said}");
    sandbox.veto("work", &["policy", "show", "--remote", "nowhere"]).exits(2);
}

/// Of a broken one, the last good one that this clone saw holds, and is named.
#[test]
fn what_a_push_meets_after_a_broken_one_is_shown() {
    let sandbox = Sandbox::with_clone();
    sandbox.veto("work", &["install"]).ok();
    for text in ["posture = \"high\"\n", "posture = \"hgih\"\n"] {
        sandbox.write("work/.veto/policy.toml", text);
        sandbox.commit_all("work", "Policy");
        sandbox.git("work", &["push", "-q", "--no-verify", "origin", "main"]).ok();
        sandbox.write("work/more", text);
        sandbox.commit_all("work", "More");
        sandbox.git("work", &["push", "-q", "origin", "main"]).ok();
    }
    let said = sandbox.veto("work", &["policy", "show", "--remote", "origin"]).ok().stdout;
    let first = said.lines().next().unwrap_or_default();
    assert_eq!(first, "posture            high         the last good policy:1", "{said}");
    assert!(said.contains("origin/main:.veto/policy.toml:1:11: "), "{said}");
}

/// Of a remote that is not where it was pinned, and of one that was never fetched, the strictest holds.
#[test]
fn what_a_push_to_an_unknown_place_meets_is_shown() {
    let sandbox = Sandbox::with_clone();
    sandbox.veto("work", &["install"]).ok();
    sandbox.write(
        "work/.veto/policy.toml",
        "posture = \"high\"\n[rules.\"secret/*\"]\nenabled = false\nreason = \"r\"\n",
    );
    sandbox.commit_all("work", "Policy");
    sandbox.git("work", &["push", "-q", "--no-verify", "origin", "main"]).ok();
    sandbox.git("work", &["remote", "add", "other", "../other.git"]).ok();
    for remote in ["origin", "other"] {
        sandbox.git("work", &["config", "remote.origin.pushurl", "../elsewhere.git"]).ok();
        let said = sandbox.veto("work", &["policy", "show", "--remote", remote]).ok().stdout;
        assert!(
            said.starts_with("posture            high         origin/main:.veto/policy.toml:1"),
            "{said}"
        );
        assert!(!said.contains("off") || said.contains("guide-literal      off"), "{said}");
        assert!(said.contains("is trusted here, so the defaults hold, tightened"), "{said}");
    }
}

#[test]
fn a_file_is_read_for_mistakes() {
    let sandbox = Sandbox::with_clone();
    let said = sandbox.veto("work", &["policy", "check"]).exits(2).text();
    assert!(said.contains("`veto init` writes one"), "{said}");
    sandbox.veto("work", &["init"]).ok();
    sandbox.veto("work", &["policy", "check"]).ok();
    let file = sandbox.write("other.toml", "posture = \"hgih\"\n");
    let said = sandbox.veto("work", &["policy", "check", file.to_str().unwrap()]).exits(2).text();
    assert!(said.contains("other.toml:1:11: "), "{said}");
    sandbox.write("other.toml", "[rules.\"secret/jwtt\"]\nseverity = \"low\"\n");
    let said = sandbox.veto("work", &["policy", "check", "../other.toml"]).ok().text();
    assert!(said.contains("secret/jwtt"), "{said}");
    sandbox.write("other.toml", "[rules.\"secret/jwt\"]\nenabled = false\nreason = \"r\"\n");
    sandbox.veto("work", &["policy", "check", "../other.toml"]).ok();
    let said = sandbox.veto("work", &["policy", "check", "--floor", "../other.toml"]).exits(2).text();
    assert!(
        said.contains("other.toml:1:8: a rule is switched off only by the file of a repository"),
        "{said}"
    );
    sandbox.write("other.toml", "new_key = 1\nmin_version = \"99.0\"\n");
    let said = sandbox.veto("work", &["policy", "check", "../other.toml"]).exits(2).text();
    assert!(said.contains("needs veto 99.0 or newer"), "{said}");
}
