//! Every kind of repository: SHA-256, reftable, worktrees, bare, shallow and partial clones.

use super::{Gate, token};
use crate::support::Sandbox;

#[test]
fn a_sha256_repository() {
    let build = || {
        let sandbox = Sandbox::new();
        sandbox.git(".", &["init", "-q", "--bare", "--object-format=sha256", "remote.git"]).ok();
        sandbox.git(".", &["clone", "-q", "remote.git", "work"]).ok();
        Gate::over(sandbox)
    };
    let gate = build();
    gate.write("a", "1").commit("One");
    gate.passes(&["main"]);
    gate.write("a.conf", token()).commit("Two");
    gate.vetoed(&["main", "HEAD~1:refs/heads/other"]);
    gate.vetoed(&["HEAD^{tree}:refs/custom/t"]);
    gate.passes(&["HEAD~1:refs/heads/other"]);
}

#[test]
fn a_reftable_repository() {
    let sandbox = Sandbox::new();
    sandbox.git(".", &["init", "-q", "--bare", "remote.git"]).ok();
    let made = sandbox.git(".", &["init", "-q", "--ref-format=reftable", "work"]);
    if made.code != 0 {
        crate::install::skipped("this git has no reftable");
        return;
    }
    sandbox.git("work", &["remote", "add", "origin", "../remote.git"]).ok();
    let gate = Gate::over(sandbox);
    gate.write("a", "1").commit("One");
    gate.passes(&["main"]);
    gate.write("a.conf", token()).commit("Two");
    gate.vetoed(&["main"]);
}

#[test]
fn a_worktree() {
    let gate = Gate::new();
    gate.git(&["worktree", "add", "-q", "-b", "topic", "../tree"]);
    let push = || gate.sandbox.git("tree", &["push", "origin", "topic"]);
    gate.sandbox.commit_all("tree", "Clean");
    assert!(push().ok().text().contains("ALLOW"));
    gate.sandbox.write("tree/a.conf", token());
    gate.sandbox.commit_all("tree", "Dirty");
    assert!(push().exits(1).text().contains("a.conf:1:1"));
}

#[test]
fn a_bare_repository() {
    let gate = Gate::new();
    gate.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "bare.git"]).ok();
    gate.sandbox.veto("bare.git", &["install"]).ok();
    let push = |refspec| gate.sandbox.git("bare.git", &["push", "../remote.git", refspec]);
    gate.git(&["push", "-q", "--no-verify", "../bare.git", "HEAD:refs/heads/clean"]);
    push("clean").ok();
    gate.write("a.conf", token()).commit("Dirty");
    gate.git(&["push", "-q", "--no-verify", "../bare.git", "HEAD:refs/heads/dirty"]);
    assert!(push("dirty").exits(1).text().contains("a.conf:1:1"));
}

/// A clone made with these arguments, of a remote with three commits in folders.
fn clone_with(arguments: &[&str]) -> Gate {
    let sandbox = Sandbox::with_clone();
    sandbox.write("work/.gitignore", ".env.local\n");
    for (number, name) in ["a/x", "b/y", "b/z"].iter().enumerate() {
        sandbox.write(format!("work/{name}"), "x\n".repeat(number + 1));
        sandbox.commit_all("work", "More");
    }
    sandbox.git("work", &["push", "-q", "origin", "main"]).ok();
    sandbox.git("remote.git", &["config", "uploadpack.allowFilter", "true"]).ok();
    std::fs::remove_dir_all(sandbox.path().join("work")).unwrap();
    let url = format!("file://{}/remote.git", sandbox.path().display());
    sandbox.git(".", &[&["clone", "-q"], arguments, &[&url, "work"]].concat()).ok();
    Gate::over(sandbox)
}

#[test]
fn shallow_and_partial_clones() {
    for arguments in [["--depth=1"], ["--filter=blob:none"], ["--filter=tree:0"]] {
        let gate = clone_with(&arguments);
        gate.write("b/y", "changed\n").commit("Clean");
        assert!(gate.passes(&["main"]).contains("ALLOW"), "{arguments:?}");
        gate.write("b/a.conf", token()).commit("Dirty");
        assert!(gate.vetoed(&["main"]).contains("b/a.conf:1:1"), "{arguments:?}");
        gate.git(&["reset", "-q", "--hard", "HEAD~1"]);
        gate.commit("Empty");
        gate.passes(&["HEAD:refs/heads/topic"]);
    }
}

#[test]
fn a_commit_on_trees_that_a_partial_clone_lacks() {
    let gate = clone_with(&["--filter=tree:0", "--no-checkout"]);
    let commit = |content: &str| {
        let blob = gate.blob(content);
        let tree = gate.git_input(&["mktree"], format!("100644 blob {blob}\ta.conf\n").as_bytes());
        let commit = gate.git(&["commit-tree", "-p", "HEAD", "-m", "On top", &tree]);
        format!("{commit}:refs/heads/topic")
    };
    let text = gate.vetoed(&[&commit(&token())]);
    assert!(text.contains("a.conf:1:1"), "{text}");
    gate.passes(&[&commit("clean")]);
}

#[test]
fn context_that_a_partial_clone_lacks_is_no_gap() {
    let gate = clone_with(&["--filter=blob:none", "--no-checkout"]);
    let blob = gate.blob(super::fresh("SESSION_KEY=changed-by-ops-{lower:2}\n"));
    gate.git(&["read-tree", "HEAD"]);
    gate.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},.env")]);
    // `git commit` would look at .gitignore, and fetch it.
    let tree = gate.git(&["write-tree", "--missing-ok"]);
    let commit = gate.git(&["commit-tree", "-p", "HEAD", "-m", "Environment", &tree]);
    let text = gate.passes(&[&format!("{commit}:refs/heads/topic")]);
    assert!(text.contains("ALLOW"), "{text}");
}

/// What can't be looked at is answered for by a signature, blob by blob.
#[test]
fn a_blob_that_a_partial_clone_lacks_is_answered_for_by_a_signature() {
    let gate = clone_with(&["--filter=blob:none", "--no-checkout"]);
    // It comes to the remote later, so nothing here says that it is there.
    let blob = |number: &str| {
        gate.sandbox.git(".", &["clone", "-q", "remote.git", number]).ok();
        gate.sandbox.write(format!("{number}/big"), number);
        gate.sandbox.commit_all(number, "Big");
        gate.sandbox.git(number, &["push", "-q", "origin", &format!("HEAD:refs/heads/{number}")]).ok();
        gate.sandbox.git(number, &["rev-parse", "HEAD:big"]).ok().stdout.trim().to_owned()
    };
    gate.sandbox.git("remote.git", &["config", "uploadpack.allowAnySHA1InWant", "true"]).ok();
    let commit = |blob: &str| {
        gate.git(&["read-tree", "HEAD"]);
        gate.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},big")]);
        let tree = gate.git(&["write-tree", "--missing-ok"]);
        gate.git(&["commit-tree", "-p", "HEAD", "-m", "Big", &tree])
    };
    let one = blob("one");
    let pushed = format!("{}:refs/heads/topic", commit(&one));
    let text = gate.push(&[&pushed]).exits(1).text();
    assert!(text.contains("unread   missing") && text.contains(&one), "{text}");
    let accept = |more: &[&str]| {
        let start = ["triage", &one[..12], "--status", "accepted-risk", "--reason", "A picture."];
        gate.sandbox.veto("work", &[&start[..], more].concat())
    };
    let said = gate.sandbox.veto("work", &["triage"]).ok().text();
    assert!(said.contains(&format!("--sign KEY`: {one}")), "{said}");
    assert!(accept(&[]).exits(2).text().contains("takes a signature"));
    let key = gate.key("key");
    gate.enrol(&key);
    accept(&["--sign", &key]).ok();
    let path = format!(".veto/triage.d/{one}.toml");
    let entry = std::fs::read_to_string(gate.path(&path)).unwrap();
    let with_entry = |entry: &str, blob: &str| {
        let text = gate.blob(entry);
        gate.git(&["read-tree", "HEAD"]);
        for (path, blob) in [("big", blob), (path.as_str(), &text)] {
            gate.git(&["update-index", "--add", "--cacheinfo", &format!("100644,{blob},{path}")]);
        }
        let tree = gate.git(&["write-tree", "--missing-ok"]);
        let commit = gate.git(&["commit-tree", "-p", "HEAD", "-m", "Answered for", &tree]);
        format!("{commit}:refs/heads/topic")
    };
    // One that was changed counts for nothing, nor one for another blob.
    let changed = gate.push(&[&with_entry(&entry.replace("A picture.", "A film."), &one)]).exits(1).text();
    assert!(changed.contains("takes a signature; the entry counts for nothing"), "{changed}");
    let two = blob("two");
    gate.push(&[&with_entry(&entry, &two)]).exits(1);
    let text = gate.passes(&[&with_entry(&entry, &one)]);
    assert!(text.contains("WARN") && text.contains("A picture., signed by"), "{text}");
}
