//! The debt that was recorded once.

use crate::support::Sandbox;
use vetogate_rules::template::generate;

/// A token that only this name gives.
fn token(name: &str) -> String {
    let text = generate(&format!("{name}|{{crc32-base62:ghp_}}")).unwrap();
    text.split_once('|').unwrap().1.to_owned()
}

#[test]
fn scans_start_green_and_pushes_answer_for_what_they_add() {
    let sandbox = Sandbox::with_clone();
    sandbox.veto("work", &["install"]).ok();
    let old = token("old");
    sandbox.write("work/a.conf", &old);
    sandbox.commit_all("work", "Old debt");
    sandbox.git("work", &["push", "-q", "--no-verify", "origin", "main"]).ok();
    sandbox.veto("work", &["scan"]).exits(1);
    let said = sandbox.veto("work", &["baseline"]).ok().text();
    assert!(said.contains("recorded 1 finding in"), "{said}");
    let text = std::fs::read_to_string(sandbox.path().join("work/.veto/baseline.jsonl")).unwrap();
    assert!(text.contains("\"path\":\"a.conf\"") && !text.contains(&old), "{text}");
    let said = sandbox.veto("work", &["scan"]).ok().stdout;
    assert!(said.contains("recorded as debt"), "{said}");
    // What comes after is new: to the scan, to a push, and to the baseline itself.
    sandbox.write("work/b.conf", token("new"));
    sandbox.commit_all("work", "New");
    sandbox.veto("work", &["scan"]).exits(1);
    let said = sandbox.veto("work", &["baseline"]).ok().text();
    assert!(said.contains("1 finding new, not taken in"), "{said}");
    sandbox.veto("work", &["scan"]).exits(1);
    let said = sandbox.git("work", &["push", "origin", "main"]).exits(1).text();
    assert!(said.contains("b.conf") && !said.contains("Suppressed:"), "{said}");
    assert!(said.contains("The gate itself is loosened"), "{said}");
    // A line that somebody adds counts where the work tree is believed, and not where its base is.
    std::fs::remove_file(sandbox.path().join("work/.veto/baseline.jsonl")).unwrap();
    sandbox.veto("work", &["baseline"]).ok();
    sandbox.veto("work", &["scan"]).ok();
    let said = sandbox.veto("work", &["scan", "--base", "origin/main"]).exits(1).stdout;
    assert!(said.contains("a.conf") && said.contains("b.conf"), "{said}");
    sandbox.veto("work", &["scan", "--base", "no-such"]).exits(2);
    // What was remediated goes.
    std::fs::remove_file(sandbox.path().join("work/a.conf")).unwrap();
    let said = sandbox.veto("work", &["baseline"]).ok().text();
    assert!(said.contains("1 finding not there any more"), "{said}");
    sandbox.write("work/.veto/baseline.jsonl", "{}\n");
    let said = sandbox.veto("work", &["scan"]).exits(2).text();
    assert!(said.contains(".veto/baseline.jsonl:1: "), "{said}");
}

/// A guessable value is recorded as itself: another one in its place is new.
#[test]
fn another_value_in_the_same_place() {
    let sandbox = Sandbox::with_clone();
    let line = |name: &str| {
        let text =
            generate(&format!("{name}|db_password = \"{{lower:2}}{{digits:3}}-{{lower:2}}{{digits:2}}X\"\n"))
                .unwrap();
        text.split_once('|').unwrap().1.to_owned()
    };
    sandbox.write("work/a.conf", line("one"));
    sandbox.veto("work", &["baseline"]).ok();
    sandbox.veto("work", &["scan"]).ok();
    sandbox.write("work/a.conf", line("two"));
    sandbox.veto("work", &["scan"]).exits(1);
    let folder = sandbox.path().join("work").join(token("folder"));
    sandbox.write(folder.join("b.conf"), format!("k = \"{}\"\n", token("in it")));
    std::fs::remove_file(sandbox.path().join("work/.veto/baseline.jsonl")).unwrap();
    sandbox.veto("work", &["baseline"]).ok();
    let text = std::fs::read_to_string(sandbox.path().join("work/.veto/baseline.jsonl")).unwrap();
    assert!(!text.contains(&token("folder")), "{text}");
}

#[test]
fn outside_a_repository_there_is_nothing_to_record_for() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path().join("folder")).unwrap();
    sandbox.veto("folder", &["baseline"]).exits(2);
    assert!(!sandbox.path().join("folder/.veto").exists());
}
