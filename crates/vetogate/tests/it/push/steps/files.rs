//! Files that are a secret as a whole: they go out of git, and stay on the disk.

use super::super::{Gate, fresh, token};
use super::{gate, printed};

/// A private key in PEM form.
fn key() -> String {
    fresh(&["{pem:RSA PRIVATE", " KEY}\n"].concat())
}

impl Gate {
    /// Takes a file out of the index and names it in `.gitignore`, as the veto says.
    #[track_caller]
    fn keeps_out(&self, text: &str) {
        let step = printed(text, "Take the file out of git", "git add .gitignore.");
        let ignored = printed(&step, " name ", " in .gitignore").replace(" name ", "");
        if step.contains("git rm --cached") {
            self.types(&printed(&step, "git rm --cached", ", ")).ok();
        }
        self.write(".gitignore", ignored + "\n");
        self.git(&["add", ".gitignore"]);
    }

    /// Writes the commits anew without the file, as the veto says.
    #[track_caller]
    fn filters(&self, text: &str, branch: &str) {
        self.types(&(printed(text, "git commit -a", ",") + " -m Out")).ok();
        let command =
            printed(text, "git filter-branch", " (").replace("BRANCH", branch).replace("REMOTE", "origin");
        self.types(&format!("FILTER_BRANCH_SQUELCH_WARNING=1 {command}")).ok();
    }

    fn is_on_disk(&self, path: &str) -> bool {
        self.path(path).is_file()
    }
}

#[test]
fn a_commit_that_adds_nothing_else() {
    for (name, content) in [("server.key", key()), ("web/.env", format!("GITHUB_TOKEN={}\n", token()))] {
        let gate = gate();
        gate.write(name, content).commit("Only the file");
        let text = gate.vetoed(&["main"]);
        gate.keeps_out(&text);
        gate.types(&printed(&text, "git commit --amend", " if")).ok();
        gate.passes(&["main"]);
        assert!(gate.is_on_disk(name));
        assert_eq!(gate.git(&["status", "--short"]), "");
        assert_eq!(gate.git(&["ls-files"]), ".gitignore\nREADME.md");
    }
}

#[test]
fn a_commit_that_is_empty_without_the_file() {
    let gate = gate();
    gate.write(".gitignore", "server.key\n").commit("Ignored");
    gate.write("server.key", key());
    gate.git(&["add", "-f", "server.key"]);
    gate.git(&["commit", "-q", "-m", "By force"]);
    let text = gate.vetoed(&["main"]);
    gate.keeps_out(&text);
    gate.types(&printed(&text, "git commit --amend", " if")).ok();
    gate.passes(&["main"]);
    assert!(gate.is_on_disk("server.key"));
}

/// Added, changed, merged, tagged and taken away again: nothing to settle, and no commit that is empty.
#[test]
fn a_file_that_came_and_went() {
    let gate = gate();
    gate.write("server.key", key()).commit("Key");
    gate.git(&["checkout", "-q", "-b", "side"]);
    gate.write("side.txt", "1").commit("Side");
    gate.git(&["checkout", "-q", "main"]);
    gate.write("server.key", key()).write("a.txt", "1").commit("Another key");
    gate.git(&["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    gate.git(&["tag", "v1"]);
    gate.git(&["rm", "-q", "--cached", "server.key"]);
    gate.git(&["commit", "-q", "-m", "Gone"]);
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("no longer at the tip") && text.contains("would still publish it"), "{text}");
    assert!(!text.contains("rebase") && !text.contains("git rm --cached --ignore"), "{text}");
    gate.keeps_out(&text);
    gate.filters(&text, "main");
    gate.passes(&["main", "v1"]);
    assert!(gate.is_on_disk("server.key"));
    let subjects = gate.git(&["log", "--format=%s", "origin/main"]);
    assert!(!subjects.lines().any(|subject| ["Key", "Gone"].contains(&subject)), "{subjects}");
    assert_eq!(gate.git(&["log", "-1", "--format=%s", "v1^2"]), "Side");
}

/// The first push of a project, in which the file has been from the first commit on.
#[test]
fn a_file_that_is_there_from_the_beginning() {
    let gate = gate();
    gate.git(&["checkout", "-q", "--orphan", "project"]);
    gate.write("tls/server.key", key()).commit("Root");
    for number in 0..12 {
        gate.write("a.txt", format!("{number}")).commit("More");
    }
    let text = gate.vetoed(&["project"]);
    gate.keeps_out(&text);
    gate.filters(&text, "project");
    gate.passes(&["project"]);
    assert!(gate.is_on_disk("tls/server.key"));
    assert_eq!(gate.git(&["status", "--short"]), "");
}

/// A key in a program does not take the program with it.
#[test]
fn a_key_in_a_program() {
    let gate = gate();
    gate.write("tls.py", format!("KEY = \"\"\"{}\"\"\"\n", key())).commit("Key");
    let text = gate.vetoed(&["main"]);
    assert!(text.contains("Take it out of the file, and mount it or read it with os.environ["), "{text}");
    gate.write("tls.py", "KEY = None\n");
    gate.types(&printed(&text, "git commit -a --amend", " if")).ok();
    gate.passes(&["main"]);
}
