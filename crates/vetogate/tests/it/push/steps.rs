//! The steps that a veto prints, followed to the letter, end with a push that passes.

mod files;

use super::{Gate, token};
use crate::support::Answer;

/// What stands in a text from `start` to the next `end`: a command, as it is printed.
#[track_caller]
fn printed(text: &str, start: &str, end: &str) -> String {
    let at = text.find(start).unwrap_or_else(|| panic!("no `{start}` in {text}"));
    let rest = &text[at..];
    rest[..rest.find(end).unwrap_or_else(|| panic!("no `{end}` in {rest}"))].to_owned()
}

impl Gate {
    /// What a user types into a shell.
    fn types(&self, command: &str) -> Answer {
        self.sandbox.run("work", "sh", &["-c", command])
    }

    /// Writes a commit anew as the veto says, where others are on top of it; `change` is the user's part.
    #[track_caller]
    fn follows(&self, text: &str, branch: &str, change: impl FnOnce(&Self)) {
        self.types(&printed(text, "git checkout --detach", ",")).ok();
        change(self);
        let rest = &text[text.find("git checkout --detach").unwrap()..];
        self.types(
            &printed(rest, "git commit", ", git rebase").replace("NAME <MAIL>", "Ann <a@example.org>"),
        )
        .ok();
        self.types(&printed(rest, "git rebase", ". ").replace("BRANCH", branch)).ok();
    }
}

/// A gate whose editor takes every token out, and leaves the rest as it is.
fn gate() -> Gate {
    let gate = Gate::new();
    gate.git(&["config", "core.editor", "sed -i s/ghp_[A-Za-z0-9]*/nothing/"]);
    gate
}

#[test]
fn a_blob_that_a_tag_or_another_ref_names() {
    let gate = gate();
    let blob = gate.blob(token());
    gate.git(&["tag", "key", &blob]);
    let text = gate.vetoed(&["main", "key"]);
    assert!(text.contains("File: git:blob:refs/tags/key:1:1") && !text.contains("amend"), "{text}");
    gate.types(&printed(&text, "git tag -d", ".\n")).ok();
    gate.write("a", "1").commit("Harmless");
    gate.passes(&["--tags", "main"]);

    gate.git(&["update-ref", "refs/custom/key", &blob]);
    let text = gate.vetoed(&["refs/custom/*"]);
    assert!(text.contains("No commit holds it. refs/custom/key has it"), "{text}");
    gate.types(&printed(&text, "git update-ref -d", ".\n")).ok();
    gate.git(&["update-ref", "refs/custom/other", "HEAD"]);
    gate.passes(&["refs/custom/*"]);
}

#[test]
fn tags_and_tags_of_tags() {
    let gate = gate();
    gate.git(&["tag", "-a", "-m", &token(), "t1"]);
    let text = gate.vetoed(&["t1"]);
    gate.types(&printed(&text, "git tag -f -a t1", ".\n")).ok();
    gate.passes(&["t1"]);

    gate.git(&["tag", "-a", "-m", &token(), "t2"]);
    gate.git(&["tag", "-a", "-m", "Three", "t3", "t2"]);
    gate.git(&["tag", "-a", "-m", "Four", "t4", "t3"]);
    let text = gate.vetoed(&["t4"]);
    assert!(text.contains("File: git:tag:t4:t2") && text.contains("Tag t2, inside t4, has it."), "{text}");
    gate.types(&printed(&text, "git tag -f -a t4", ".\n")).ok();
    gate.passes(&["t4"]);
}

#[test]
fn notes_and_their_history() {
    for has_notes in [false, true] {
        let gate = gate();
        if has_notes {
            gate.git(&["notes", "add", "-m", "Old"]);
            gate.publish("refs/notes/commits");
        }
        let about = gate.write("a", "1").commit("One");
        gate.git(&["notes", "add", "-m", &token()]);
        gate.write("a", "2").commit("Two");
        gate.git(&["notes", "add", "-m", "Another"]);
        let text = gate.vetoed(&["refs/notes/commits"]);
        assert!(text.contains(&format!("File: git:note:commits:{about}:1:1")), "{text}");
        assert!(!text.contains("the file") && !text.contains("rebase"), "{text}");
        gate.types(&printed(&text, "git notes", ".\n")).ok();
        assert!(gate.vetoed(&["refs/notes/commits"]).contains("no longer at the tip"));
        let mut anew = printed(&text, "git update-ref", ", without");
        if !has_notes {
            anew = anew.replace(&printed(&text, "-p ", " '"), "");
        }
        gate.types(&anew).ok();
        gate.passes(&["refs/notes/commits"]);
        assert_eq!(gate.git(&["notes", "show", "HEAD"]), "Another");
    }
}

#[test]
fn an_evil_merge_below_other_commits() {
    let gate = gate();
    gate.git(&["checkout", "-q", "-b", "side"]);
    gate.write("side.txt", "1").commit("Side");
    gate.git(&["checkout", "-q", "main"]);
    gate.write("main.txt", "1").commit("Main");
    gate.git(&["merge", "-q", "--no-commit", "--no-ff", "side"]);
    gate.write("a.conf", token()).commit("Merge");
    gate.write("later.txt", "1").commit("Later");
    let text = gate.vetoed(&["main"]);
    gate.follows(&text, "main", |gate| {
        gate.write("a.conf", "none");
    });
    gate.passes(&["main"]);
    // Still a merge, with the same side.
    assert_eq!(gate.git(&["rev-parse", "HEAD^^2"]), gate.git(&["rev-parse", "side"]));
}

#[test]
fn commits_of_a_merged_side_and_the_first_commit() {
    let gate = gate();
    gate.git(&["checkout", "-q", "-b", "side"]);
    gate.write("a.conf", token()).write("side.txt", "1").commit("Side");
    gate.write("side.txt", "2").commit("Side");
    gate.git(&["checkout", "-q", "main"]);
    gate.write("main.txt", "1").commit("Main");
    gate.git(&["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    gate.git(&["rm", "-q", "a.conf"]);
    gate.commit("Gone");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("would still publish it"), "{text}");
    gate.follows(&text, "main", |gate| {
        gate.git(&["rm", "-q", "a.conf"]);
    });
    gate.passes(&["main"]);

    gate.git(&["checkout", "-q", "--orphan", "pages"]);
    gate.write("b.conf", token()).commit("Root");
    gate.write("later.txt", "1").commit("Later");
    let text = gate.vetoed(&["pages"]);
    gate.follows(&text, "pages", |gate| {
        gate.write("b.conf", "none");
    });
    gate.passes(&["pages"]);
}

#[test]
fn tags_of_commits() {
    let gate = gate();
    gate.write("a.conf", token()).commit("One");
    gate.git(&["tag", "v1"]);
    gate.write("b.conf", "1").commit("Two");
    let text = gate.vetoed(&["main", "v1"]);
    gate.follows(&text, "main", |gate| {
        gate.write("a.conf", "none");
    });
    gate.passes(&["main"]);
    gate.vetoed(&["v1"]);
    gate.types(&(printed(&text, "git tag -f", ".\n") + " v1 main^")).ok();
    gate.passes(&["v1"]);
}

#[test]
fn the_last_commit() {
    let gate = gate();
    gate.write("a.conf", token()).commit("One");
    let text = gate.vetoed(&["main"]);
    gate.write("a.conf", "none");
    gate.types(&printed(&text, "git commit -a --amend", " if")).ok();
    gate.passes(&["main"]);
}

#[test]
fn messages_and_names_of_files() {
    let gate = gate();
    gate.write("a", "1").commit(&format!("Use {}", token()));
    gate.write("a", "2").commit("Later");
    let text = gate.vetoed(&["main"]);
    gate.follows(&text, "main", |_| ());
    gate.passes(&["main"]);

    let name = format!("{}.txt", token());
    gate.write(&name, "1").commit("Named");
    gate.write("a", "3").commit("Later");
    let text = gate.vetoed(&["main"]);
    gate.follows(&text, "main", |gate| drop(gate.git(&["mv", &name, "b.txt"])));
    gate.passes(&["main"]);
}

#[test]
fn persons() {
    let gate = gate();
    gate.git(&["config", "user.name", &token()]);
    gate.write("a", "1").commit("One");
    let text = gate.vetoed(&["main"]);
    gate.git(&["config", "user.name", "Ann"]);
    gate.types(&printed(&text, "git commit --amend", " if").replace("NAME <MAIL>", "Ann <a@example.org>"))
        .ok();
    gate.passes(&["main"]);

    let author = format!("{} <x@example.org>", token());
    gate.write("a", "2");
    gate.git(&["commit", "-q", "-a", "-m", "Two", "--author", &author]);
    gate.write("a", "3").commit("Later");
    let text = gate.vetoed(&["main"]);
    gate.follows(&text, "main", |_| ());
    gate.passes(&["main"]);

    let before = gate.git(&["rev-parse", "--short", "HEAD"]);
    gate.git(&["config", "user.name", &token()]);
    for message in ["Three", "Four", "Five"] {
        gate.write("a", message).commit(message);
    }
    let text = gate.vetoed(&["main"]);
    gate.git(&["config", "user.name", "Ann"]);
    let each = printed(&text, "git rebase --rebase-merges --exec", "\" ") + "\" ";
    gate.types(&(each.replace("NAME <MAIL>", "Ann <a@example.org>") + &before)).ok();
    gate.passes(&["main"]);
}

/// Only where `git filter-repo` is there, which is no part of git.
#[test]
fn many_commits() {
    let gate = gate();
    if gate.types("git filter-repo --version").code != 0 {
        return;
    }
    let value = token();
    for number in 0..5 {
        gate.write("a.conf", format!("t = {value}\nn = {number}\n")).commit("One of many");
    }
    gate.sandbox.write("values", value);
    let text = gate.vetoed(&["main"]);
    let command = printed(&text, "git filter-repo", " (");
    gate.types(&command.replace("REMOTE", "origin").replace("BRANCH", "main")).ok();
    gate.passes(&["main"]);

    let value = token();
    gate.git(&["checkout", "-q", "--orphan", "new"]);
    for number in 0..3 {
        gate.write("b.conf", format!("t = {value}\nn = {number}\n")).commit("One of many");
    }
    gate.sandbox.write("values", value);
    let text = gate.vetoed(&["new"]);
    let command = printed(&text, "git filter-repo", " (");
    gate.types(&command.replace(
        "--refs REMOTE/BRANCH..BRANCH",
        &printed(&text, "--refs BRANCH ", " for a").replace("BRANCH", "new"),
    ))
    .ok();
    gate.passes(&["new"]);
}

/// Each veto's steps, one commit at a time, until the push passes: of files that change after the secret came, that are
/// copied, renamed and taken away. Where the rebase stops, it is settled as the veto says.
#[test]
fn a_whole_project_one_commit_at_a_time() {
    let gate = gate();
    gate.git(&["checkout", "-q", "--orphan", "project"]);
    let (first, second) = (token(), token());
    for number in 0..50 {
        gate.write("app.py", format!("line = {number}\n"));
        match number {
            5 => {
                gate.write("conf.py", format!("T = \"{first}\"\n"));
            }
            9 => {
                gate.write("copy.py", format!("T = \"{first}\"\n"));
            }
            20 => {
                gate.write("conf.py", format!("T = \"{first}\"\nx = 1\n"));
            }
            22 => {
                gate.write("other.py", format!("T = \"{second}\"\n"));
            }
            30 => drop(gate.git(&["rm", "-q", "copy.py"])),
            40 => drop(gate.git(&["mv", "other.py", "renamed.py"])),
            _ => {}
        }
        gate.commit("More");
    }
    for _ in 0..10 {
        let answer = gate.push(&["project"]);
        if answer.code == 0 {
            assert_eq!(gate.git(&["rev-list", "--count", "origin/project"]), "50");
            return;
        }
        let text = answer.text();
        let several = text.matches("SECURITY VETO").count() > 1;
        assert_eq!(text.contains("follow the steps for one commit, then push again"), several, "{text}");
        gate.follows_and_settles(&text, "project");
    }
    panic!("the steps lead nowhere");
}

impl Gate {
    fn without_tokens(&self, files: &str) {
        self.types(&format!("sed -i 's/ghp_[A-Za-z0-9]*/none/' {files}")).ok();
    }

    /// As [`Gate::follows`], where the rebase may stop.
    fn follows_and_settles(&self, text: &str, branch: &str) {
        let rest = &text[text.find("git checkout --detach").unwrap()..];
        self.types(&printed(rest, "git checkout --detach", ",")).ok();
        self.without_tokens("*.py");
        self.types(&printed(rest, "git commit -a --amend", ", git rebase")).ok();
        let mut done = self.types(&printed(rest, "git rebase", ". ").replace("BRANCH", branch)).code == 0;
        for _ in 0..50 {
            if done {
                return;
            }
            for line in self.git(&["status", "--short"]).lines() {
                let (state, path) = line.split_at(2);
                match state {
                    "UD" | "DU" => drop(self.types(&format!("git rm -q {path}")).ok()),
                    "UU" | "AA" => {
                        self.types(&format!("git checkout -q --theirs {path}")).ok();
                        self.without_tokens(path);
                        self.types(&format!("git add {path}")).ok();
                    }
                    _ => {}
                }
            }
            done = self.types(&printed(rest, "git rebase --continue", ".")).code == 0;
        }
        panic!("the rebase does not end");
    }
}

#[test]
fn a_commit_of_which_nothing_is_left() {
    let gate = gate();
    gate.write("a.py", token()).commit("Only that");
    let text = gate.vetoed(&["main"]);
    std::fs::remove_file(gate.path("a.py")).unwrap();
    gate.types(&printed(&text, "git commit -a --amend", " if")).ok();
    gate.passes(&["main"]);
}

#[test]
fn a_branch_that_is_not_checked_out_and_a_ref_that_is_no_branch() {
    let gate = gate();
    gate.git(&["checkout", "-q", "-b", "side"]);
    gate.write("a.conf", token()).commit("Side");
    gate.git(&["checkout", "-q", "main"]);
    let text = gate.vetoed(&["side"]);
    gate.follows(&text, "side", |gate| {
        gate.write("a.conf", "none");
    });
    gate.passes(&["side"]);

    gate.git(&["checkout", "-q", "main"]);
    gate.write("README.md", token());
    gate.git(&["stash"]);
    let text = gate.vetoed(&["refs/stash:refs/custom/stash"]);
    gate.follows(&text, "refs/stash", |gate| {
        gate.write("README.md", "none");
    });
    let push = printed(&text, "push HEAD:REF", " then").replace("REF", "refs/custom/stash");
    gate.passes(&[push.split_once(' ').unwrap().1]);
}

#[test]
fn names_of_branches_and_tags() {
    let gate = gate();
    let (branch, tag) = (format!("fix-{}", token()), format!("v-{}", token()));
    gate.git(&["checkout", "-q", "-b", &branch]);
    gate.write("a", "1").commit("One");
    let text = gate.vetoed(&[&branch]);
    let command = printed(&text, "git branch -m", ",");
    gate.types(&command.replace("OLD", &branch).replace("NEW", "fix")).ok();
    gate.passes(&["fix"]);

    gate.git(&["tag", "-a", "-m", "One", &tag]);
    let text = gate.vetoed(&[&tag]);
    assert!(!text.contains("git tag -f"), "{text}");
    for command in [printed(&text, "git tag NEW", " ("), printed(&text, "git tag -d", ",")] {
        gate.types(&command.replace("OLD", &tag).replace("NEW", "v1")).ok();
    }
    gate.passes(&["v1"]);
}

#[test]
fn who_wrote_a_note() {
    for has_notes in [false, true] {
        let gate = gate();
        if has_notes {
            gate.git(&["notes", "add", "-m", "Old"]);
            gate.publish("refs/notes/commits");
        }
        gate.write("a", "1").commit("One");
        gate.git(&["config", "user.name", &token()]);
        gate.git(&["notes", "add", "-m", "Another"]);
        let text = gate.vetoed(&["refs/notes/commits"]);
        assert!(
            text.contains(":author\n") && text.contains("belongs to the notes refs/notes/commits."),
            "{text}"
        );
        assert!(!text.contains("rebase") && !text.contains("--amend"), "{text}");
        gate.git(&["config", "user.name", "Ann"]);
        let mut anew = printed(&text, "git update-ref", ", without");
        if !has_notes {
            anew = anew.replace(&printed(&text, "-p ", " '"), "");
        }
        gate.types(&anew).ok();
        gate.passes(&["refs/notes/commits"]);
        assert_eq!(gate.git(&["notes", "show", "HEAD"]), "Another");
    }
}

#[test]
fn the_name_of_notes_is_masked_where_a_step_names_it() {
    let (gate, token) = (gate(), token());
    gate.git(&["config", "user.name", &token]);
    gate.git(&["notes", &format!("--ref={token}"), "add", "-m", "One"]);
    let text = gate.vetoed(&[&format!("refs/notes/{token}")]);
    assert!(text.contains("belongs to the notes refs/notes/ghp_..."), "{text}");
    assert!(!text.split("error: failed to push").next().unwrap().contains(&token), "{text}");
}

/// The tag inside 64 others is still looked at, the one inside that is not.
#[test]
fn more_tags_inside_each_other_than_are_followed() {
    let gate = gate();
    gate.git(&["tag", "-a", "-m", &token(), "t0"]);
    for number in 1..=64 {
        gate.git(&["tag", "-a", "-m", "Outer", &format!("t{number}"), &format!("t{}", number - 1)]);
    }
    assert!(gate.vetoed(&["t63"]).contains("File: git:tag:t63:t0\n"));
    let text = gate.unread(&["t64"]);
    assert!(text.contains("limit  git:ref:refs/tags/t64") && text.contains("the outer 64"), "{text}");
    assert!(!text.contains("missing"), "{text}");
    gate.types(&printed(&text, "git tag -f -a t64", "\n")).ok();
    gate.passes(&["t64"]);
}
