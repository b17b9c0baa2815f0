//! The record of a clone.

use super::Gate;
use std::fs;
use std::process::Stdio;

fn log(gate: &Gate) -> String {
    fs::read_to_string(gate.path(".git/veto/audit.jsonl")).unwrap()
}

#[track_caller]
fn verify(gate: &Gate, code: i32) -> String {
    gate.sandbox.veto("work", &["audit", "verify"]).exits(code).stdout
}

#[test]
fn every_push_is_a_line_and_a_changed_line_is_found() {
    let gate = Gate::new();
    for number in 0..3 {
        gate.commit(&format!("Commit {number}"));
        gate.passes(&["main"]);
    }
    let whole = log(&gate);
    assert_eq!(whole.matches("\"event\":\"verdict\"").count(), 3, "{whole}");
    verify(&gate, 0);
    let anchor = gate.sandbox.veto("work", &["audit", "anchor"]).ok().stdout;
    gate.sandbox.write("anchor", anchor);
    let path = gate.path(".git/veto/audit.jsonl");
    fs::write(&path, whole.replacen("ALLOW", "BLOCK", 1)).unwrap();
    assert!(verify(&gate, 1).contains("does not fit"), "a changed line");
    let lines: Vec<&str> = whole.lines().collect();
    fs::write(&path, lines[..2].join("\n") + "\n").unwrap();
    let cut = gate.sandbox.veto("work", &["audit", "verify", "--anchor", "../anchor"]).exits(1).stdout;
    assert!(cut.contains("which is known elsewhere"), "{cut}");
    // A line that was cut in the middle is taken out by the next push, and said.
    fs::write(&path, &whole[..whole.len() - 40]).unwrap();
    gate.commit("After the crash");
    gate.passes(&["main"]);
    assert!(log(&gate).contains("\"event\":\"torn\""));
    assert!(gate.sandbox.veto("work", &["audit", "export"]).ok().stdout.ends_with("}\n"));
}

#[test]
fn a_push_that_nobody_asked_about_is_found_later() {
    let gate = Gate::new();
    gate.commit("Asked");
    gate.passes(&["main"]);
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let head = gate.commit("Not asked");
    gate.git(&["push", "-q", "--no-verify", "origin", "main"]);
    let said = verify(&gate, 1);
    assert!(
        said.contains(&format!("pushed without a verdict: {head} to refs/remotes/origin/main")),
        "{said}"
    );
    // It is recorded, and said once.
    assert!(log(&gate).contains("\"event\":\"bypass\""));
    let said = verify(&gate, 0);
    assert!(said.contains("Not to be seen in this way"), "{said}");
}

#[test]
fn a_copy_of_the_record_is_told_from_it() {
    let gate = Gate::new();
    gate.commit("Clean");
    gate.passes(&["main"]);
    let path = gate.path(".git/veto/audit.jsonl");
    let copy = fs::read(&path).unwrap();
    fs::write(gate.path(".git/veto/copy"), copy).unwrap();
    fs::rename(gate.path(".git/veto/copy"), &path).unwrap();
    assert!(verify(&gate, 1).contains("begun in another clone"));
}

/// Where one was begun: by installing, and by a push; not in a clone in which veto never was.
#[test]
fn a_record_that_is_gone() {
    let gate = Gate::new();
    let path = gate.path(".git/veto/audit.jsonl");
    verify(&gate, 0);
    fs::remove_file(&path).unwrap();
    assert!(verify(&gate, 1).contains("there is no record"), "installed");
    gate.commit("Clean");
    gate.passes(&["main"]);
    verify(&gate, 0);
    fs::write(&path, "").unwrap();
    assert!(verify(&gate, 1).contains("there is no record"), "emptied");
    // With the whole folder, the hook is left.
    fs::remove_dir_all(gate.path(".git/veto")).unwrap();
    assert!(verify(&gate, 1).contains("there is no record"), "the folder is gone");
    let fresh = crate::support::Sandbox::with_clone();
    let said = fresh.veto("work", &["audit", "verify"]).ok().stdout;
    assert!(said.contains("0 lines"), "{said}");
}

/// A hook that a template brought along records nothing until it is asked.
#[test]
fn a_clone_that_has_its_hook_from_a_template() {
    let gate = Gate::new();
    let template = gate.sandbox.path().join("template");
    fs::create_dir_all(template.join("hooks")).unwrap();
    fs::copy(gate.path(".git/hooks/pre-push"), template.join("hooks/pre-push")).unwrap();
    let folder = template.to_str().unwrap();
    gate.sandbox.git(".", &["config", "--global", "init.templateDir", folder]).ok();
    gate.sandbox.git(".", &["clone", "-q", "remote.git", "other"]).ok();
    assert!(gate.sandbox.path().join("other/.git/hooks/pre-push").exists());
    gate.sandbox.veto("other", &["audit", "verify"]).ok();
    gate.sandbox.commit_all("other", "Clean");
    gate.sandbox.git("other", &["push", "-q", "origin", "main"]).ok();
    gate.sandbox.veto("other", &["audit", "verify"]).ok();
    fs::remove_file(gate.sandbox.path().join("other/.git/veto/audit.jsonl")).unwrap();
    gate.sandbox.veto("other", &["audit", "verify"]).exits(1);
}

/// Fifty pushes of one clone at the same time, a third of which are killed.
#[test]
fn many_pushes_at_once_keep_the_record_whole() {
    let gate = Gate::new();
    gate.commit("Clean");
    let line = gate.line("HEAD");
    let input = gate.sandbox.write("line", line);
    let url = gate.sandbox.path().join("remote.git");
    let start = || {
        let mut command = gate.sandbox.command("work", crate::support::VETO);
        command.args(["hook", "pre-push", "origin"]).arg(&url).stdin(fs::File::open(&input).unwrap());
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut children: Vec<_> = (0..50).map(|_| start()).collect();
    for child in children.iter_mut().step_by(3) {
        std::thread::sleep(std::time::Duration::from_millis(2));
        child.kill().unwrap();
    }
    let passed = children
        .iter_mut()
        .map(|child| child.wait().unwrap())
        .filter(std::process::ExitStatus::success)
        .count();
    assert!(passed >= 33, "{passed}");
    verify(&gate, 0);
    assert!(log(&gate).matches("\"event\":\"verdict\"").count() >= passed);
}

/// A file that may not grow: what is written is what was there before, whole.
#[test]
fn a_full_disk_leaves_the_record_as_it_was() {
    let gate = Gate::new();
    for number in 0..4 {
        gate.commit(&format!("Commit {number}"));
        gate.passes(&["main"]);
    }
    let before = log(&gate);
    let line = gate.line("HEAD");
    let input = gate.sandbox.write("line", line);
    // In blocks of 512 bytes; the signal of the limit is ignored, so that writing fails.
    let script = format!(
        "trap '' XFSZ; ulimit -f {}; exec '{}' hook pre-push origin '{}' < '{}'",
        before.len() / 512,
        crate::support::VETO,
        gate.sandbox.path().join("remote.git").display(),
        input.display()
    );
    let said = gate.sandbox.run("work", "sh", &["-c", &script]).ok().text();
    assert!(said.contains("WARN") && said.contains("audit log"), "{said}");
    assert_eq!(log(&gate), before);
}

/// Vetoed, and pushed all the same; or pushed before any verdict was asked for.
#[test]
fn a_veto_that_was_passed_by() {
    let gate = Gate::new();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let first = gate.commit("Before any verdict");
    gate.git(&["push", "-q", "--no-verify", "origin", "main"]);
    assert!(verify(&gate, 1).contains(&format!("pushed without a verdict: {first}")));
    gate.write("a.conf", super::token());
    let second = gate.commit("Dirty");
    gate.vetoed(&["main"]);
    gate.git(&["push", "-q", "--no-verify", "origin", "main"]);
    assert!(verify(&gate, 1).contains(&format!("pushed without a verdict: {second}")));
}

/// What stands in the place of the log and waits, or leads elsewhere, is no log.
#[test]
fn a_pipe_or_a_link_in_the_place_of_the_record() {
    for name in ["audit.lock", "audit.jsonl"] {
        let gate = Gate::new();
        let path = gate.path(&format!(".git/veto/{name}"));
        let _ = fs::remove_file(&path);
        gate.sandbox.run("work", "mkfifo", &[path.to_str().unwrap()]).ok();
        gate.commit("Clean");
        let text = gate.passes(&["main"]);
        assert!(text.contains("is not a file"), "{text}");
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/null", &path).unwrap();
        gate.commit("Clean");
        assert!(gate.passes(&["main"]).contains("is not a file"));
    }
}
