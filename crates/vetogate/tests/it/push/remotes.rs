//! Which tracking refs describe the place that is pushed to.

use super::{Gate, token};

/// A gate whose `origin` has an old secret, and another empty bare repository `second.git`.
fn with_second() -> Gate {
    let gate = Gate::new();
    gate.sandbox.git(".", &["init", "-q", "--bare", "second.git"]).ok();
    gate.write("a.conf", token()).commit("Old debt");
    gate.publish("main");
    gate
}

fn refs_of(gate: &Gate, remote: &str) -> String {
    gate.sandbox.git(remote, &["for-each-ref", "--format=%(refname) %(objectname)"]).ok().stdout
}

#[track_caller]
fn vetoed(gate: &Gate, arguments: &[&str]) {
    let text = gate.sandbox.git("work", &[&["push"], arguments].concat()).exits(1).text();
    assert!(text.contains("File: a.conf"), "{text}");
    assert_eq!(refs_of(gate, "second.git"), "");
}

#[test]
fn a_push_url_that_is_not_fetched_from() {
    let gate = with_second();
    gate.git(&["config", "remote.origin.pushurl", "../second.git"]);
    gate.commit("Clean");
    vetoed(&gate, &["origin", "main"]);
    // What that place says that it has counts.
    gate.git(&["push", "-q", "--no-verify", "origin", "main"]);
    gate.commit("Clean, too");
    let text = gate.push(&["main"]).ok().text();
    assert!(text.contains("ALLOW"), "{text}");
    assert!(refs_of(&gate, "second.git").contains(&gate.git(&["rev-parse", "HEAD"])));
}

#[test]
fn a_push_url_that_spells_the_same_place_otherwise() {
    let gate = with_second();
    let url = format!("file://{}/remote.git/", gate.sandbox.path().display());
    gate.git(&["config", "remote.origin.pushurl", &url]);
    gate.passes(&["main:refs/heads/topic"]);
}

#[test]
fn two_push_urls() {
    let gate = with_second();
    let first = gate.git(&["remote", "get-url", "origin"]);
    gate.git(&["remote", "set-url", "--push", "--add", "origin", "../second.git"]);
    gate.git(&["remote", "set-url", "--push", "--add", "origin", &first]);
    gate.commit("Clean");
    vetoed(&gate, &["origin", "main"]);
    gate.git(&["config", "--unset-all", "remote.origin.pushurl"]);
    gate.git(&["remote", "set-url", "--add", "origin", "../second.git"]);
    // The first push passes, for that place has the rest; the second does not.
    vetoed(&gate, &["origin", "main"]);
}

#[test]
fn a_push_to_a_url() {
    let gate = with_second();
    let url = gate.git(&["remote", "get-url", "origin"]);
    gate.commit("Clean");
    vetoed(&gate, &["../second.git", "main"]);
    gate.git(&["push", &url, "main"]);
    gate.write("b.conf", token()).commit("Dirty");
    gate.sandbox.git("work", &["push", &url, "main"]).exits(1);
}

#[test]
fn a_remote_beside_one_whose_name_goes_on() {
    let gate = with_second();
    gate.git(&["remote", "rename", "origin", "orig/sub"]);
    gate.git(&["config", "remote.orig.url", "../second.git"]);
    gate.git(&["config", "remote.orig.fetch", "+refs/heads/*:refs/remotes/orig/*"]);
    vetoed(&gate, &["orig", "main"]);
    vetoed(&gate, &["orig", "HEAD:sub/main"]);
    // `orig` may have written the refs of this one, too: what they say is not known of it.
    vetoed(&gate, &["orig/sub", "main:refs/heads/topic"]);
}

/// A tracking ref that another remote writes tells of no remote.
#[test]
fn a_ref_that_two_remotes_write() {
    for refspec in ["+refs/heads/main:refs/remotes/origin/main", "+refs/heads/m*:refs/remotes/origin/m*"] {
        let gate = Gate::new();
        gate.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "second.git"]).ok();
        gate.git(&["config", "remote.pub.url", "../second.git"]);
        gate.git(&["config", "remote.pub.fetch", refspec]);
        gate.sandbox.veto("work", &["doctor", "--pin"]);
        // What the one has got since, the other has not.
        gate.write("a.conf", token()).commit("Old debt");
        gate.publish("main");
        let text = gate.sandbox.git("work", &["push", "pub", "HEAD:topic"]).exits(1).text();
        assert!(text.contains("File: a.conf"), "{text}");
    }
}

#[test]
fn a_remote_whose_name_is_a_pattern() {
    let gate = with_second();
    for name in ["o*", "[o]rigin", "?"] {
        gate.git(&["config", &format!("remote.{name}.url"), "../second.git"]);
        vetoed(&gate, &[name, "main"]);
        gate.git(&["config", &format!("remote.{name}.fetch"), "+refs/heads/*:refs/remotes/second/*"]);
        vetoed(&gate, &[name, "main"]);
    }
}

#[test]
fn urls_rewritten_by_the_configuration() {
    let gate = with_second();
    let base = format!("{}/", gate.sandbox.path().display());
    gate.git(&["config", &format!("url.{base}.insteadOf"), "here:"]);
    gate.git(&["config", "remote.origin.url", "here:remote.git"]);
    gate.passes(&["main:refs/heads/topic"]);
    gate.git(&["config", &format!("url.{base}second.pushInsteadOf"), "here:remote"]);
    vetoed(&gate, &["origin", "main"]);
}

#[test]
fn a_tracking_ref_that_no_refspec_writes() {
    let gate = with_second();
    gate.git(&["config", "remote.second.url", "../second.git"]);
    gate.git(&["config", "remote.second.fetch", "+refs/heads/*:refs/elsewhere/*"]);
    gate.git(&["update-ref", "refs/remotes/second/main", "HEAD"]);
    vetoed(&gate, &["second", "main"]);
}

#[test]
fn a_symbolic_ref_that_leaves_the_remote_hides_nothing() {
    for name in ["refs/remotes/origin/sym", "refs/remotes/origin/HEAD"] {
        let gate = Gate::new();
        gate.write("a.conf", token()).commit("Dirty");
        gate.git(&["symbolic-ref", name, "refs/heads/main"]);
        let text = gate.sandbox.git("work", &["push", "origin", "main:topic"]).exits(1).text();
        assert!(text.contains("File: a.conf"), "{name}: {text}");
        gate.git(&["symbolic-ref", "-d", name]);
    }
}

#[test]
fn a_remote_that_was_given_another_url() {
    let gate = with_second();
    gate.git(&["remote", "set-url", "origin", "../second.git"]);
    gate.commit("Clean");
    vetoed(&gate, &["origin", "main"]);
}

#[test]
fn an_output_encoding_that_the_user_likes() {
    let gate = Gate::new();
    gate.commit("Clean");
    gate.sandbox.git("work", &["-c", "i18n.logOutputEncoding=UTF-16", "push", "origin", "main:topic"]).ok();
}

/// The line of the push says that `main` is not there: this is not the remote that the tracking refs tell of.
#[test]
fn a_remote_that_was_made_anew() {
    let gate = with_second();
    std::fs::remove_dir_all(gate.sandbox.path().join("remote.git")).unwrap();
    gate.sandbox.git(".", &["init", "-q", "--bare", "remote.git"]).ok();
    gate.vetoed(&["main"]);
    gate.vetoed(&["main", "main:refs/heads/topic"]);
    // The pin says as much where there is no HEAD to ask; another tracking ref is no proof then.
    gate.git(&["update-ref", "--no-deref", "-d", "refs/remotes/origin/HEAD"]);
    gate.git(&["update-ref", "refs/remotes/origin/dev", "HEAD"]);
    gate.vetoed(&["main"]);
}

/// A branch that was deleted there after a merge comes again; everything else is still what it was.
#[test]
fn a_branch_that_was_deleted_on_the_remote() {
    let gate = Gate::new();
    gate.write("a.conf", token()).commit("Old debt");
    gate.publish("main");
    gate.git(&["checkout", "-q", "-b", "topic"]);
    gate.write("b.conf", token()).commit("On the topic");
    gate.publish("topic");
    gate.sandbox.git("remote.git", &["update-ref", "-d", "refs/heads/topic"]).ok();
    gate.commit("Clean");
    let text = gate.vetoed(&["topic"]);
    assert!(text.contains("File: b.conf") && !text.contains("File: a.conf"), "{text}");
}

/// However many refs a push has, each of them is held against its tracking ref.
#[test]
fn many_branches_that_were_deleted_on_the_remote() {
    let gate = Gate::new();
    gate.git(&["checkout", "-q", "-b", "last"]);
    gate.write("b.conf", token()).commit("On the last");
    let names: Vec<String> = (0..40).map(|number| format!("main:refs/heads/a{number}")).collect();
    let refspecs: Vec<&str> = names.iter().map(String::as_str).chain(["last:refs/heads/z"]).collect();
    gate.git(&[&["push", "-q", "--no-verify", "origin"], &refspecs[..]].concat());
    for name in refspecs.iter().filter_map(|refspec| refspec.split(':').nth(1)) {
        gate.sandbox.git("remote.git", &["update-ref", "-d", name]).ok();
    }
    gate.vetoed(&refspecs);
}

#[test]
fn folders_whose_names_differ_by_an_ending() {
    let gate = with_second();
    gate.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "r"]).ok();
    gate.sandbox.git(".", &["init", "-q", "--bare", "r.git"]).ok();
    let place = |name: &str| gate.sandbox.path().join(name).display().to_string();
    gate.git(&["config", "remote.origin.url", &place("r")]);
    gate.git(&["config", "remote.origin.pushurl", &place("r.git")]);
    gate.commit("Clean");
    let text = gate.sandbox.git("work", &["push", "origin", "main"]).exits(1).text();
    assert!(text.contains("File: a.conf"), "{text}");
}

/// A fork that was just added and never fetched: what it answers that it has is no news to it, now and later.
#[test]
fn a_fork_that_was_never_fetched() {
    let gate = Gate::new();
    gate.write("old.conf", token()).commit("Yesterday's");
    gate.publish("main");
    gate.sandbox.git(".", &["clone", "-q", "--bare", "remote.git", "fork.git"]).ok();
    gate.git(&["remote", "add", "fork", "../fork.git"]);
    for branch in ["one", "two"] {
        gate.git(&["checkout", "-q", "-B", branch, "main"]);
        gate.commit("Clean");
        let text = gate.sandbox.git("work", &["push", "fork", branch]).ok().text();
        assert!(text.contains("veto: ALLOW"), "{text}");
        gate.write("new.conf", token()).commit("A secret");
        let text = gate.sandbox.git("work", &["push", "fork", branch]).exits(1).text();
        assert!(text.contains("new.conf") && !text.contains("old.conf"), "{text}");
    }
    // Of another place under its name nothing is known.
    gate.sandbox.git(".", &["init", "-q", "--bare", "empty.git"]).ok();
    gate.git(&["remote", "set-url", "fork", "../empty.git"]);
    gate.git(&["checkout", "-q", "-B", "three", "main"]);
    let text = gate.sandbox.git("work", &["push", "fork", "three"]).exits(1).text();
    assert!(text.contains("old.conf"), "{text}");
}

/// A remote that is meant by its URL is the same place: old debt is not asked for again, and what is new is.
#[test]
fn the_url_of_a_remote_in_place_of_its_name() {
    let gate = with_second();
    let url = gate.git(&["remote", "get-url", "origin"]);
    gate.commit("Clean");
    let push = |url: &str, refspec: &str| gate.sandbox.git("work", &["push", url, refspec]);
    let text = push(&url, "HEAD:refs/heads/topic").ok().text();
    assert!(text.contains("ALLOW"), "{text}");
    let text = push(&format!("file://{url}/"), "HEAD:refs/heads/other").ok().text();
    assert!(text.contains("ALLOW"), "{text}");
    gate.write("b.conf", token()).commit("New");
    let text = push(&url, "HEAD:refs/heads/topic").exits(1).text();
    assert!(text.contains("File: b.conf") && !text.contains("File: a.conf"), "{text}");
    // Another place knows nothing of it.
    gate.git(&["reset", "-q", "--hard", "HEAD~1"]);
    vetoed(&gate, &["../second.git", "main"]);
    // Nor does one that the remote is only fetched from.
    gate.git(&["config", "remote.origin.pushurl", "../second.git"]);
    push(&url, "HEAD:refs/heads/third").exits(1);
}
