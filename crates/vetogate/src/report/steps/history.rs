//! The way out of what git has recorded and the remote does not have. Each command was tried as it stands here
//! (`tests/it/push/steps.rs`).
//!
//! A commit is written anew by itself, and what follows is put on top of it. That reaches merges and the first commit,
//! which `git rebase -i` lists only when it is asked to, and no list has to be edited. A file that is a secret as a whole
//! goes out of all commits by `git filter-branch`, which never has a conflict to settle.

use super::{is_secret_file, word};
use vetogate_core::{Finding, Novelty, ObjectId, Place};

/// Commands that say of a step that it is about what git has already recorded.
const HISTORY: &[&str] = &[
    "git commit --amend",
    "git commit -a --amend",
    "git rebase",
    "git filter-repo",
    "git filter-branch",
    "git push REMOTE",
    "git tag -",
    "git branch -m",
    "git notes",
    "git update-ref",
];

/// What a rebase does not do by itself.
const AFTER: &str = "Where that stops: settle what git status names without the secret, git add or git rm it, git rebase \
                     --continue. Of a ref that is no branch, push HEAD:REF then. Its tags move by git tag -f.";

/// How the note of a finding begins that is in a commit of git's notes; their ref follows, and ends it.
pub const IN_NOTES: &str = "The commit belongs to the notes ";

/// Whether a step is about what git has already recorded.
pub fn is_history(step: &str) -> bool {
    HISTORY.iter().any(|command| step.contains(command))
}

/// How to take it out of there. Nothing where it is public already.
pub fn history(finding: &Finding) -> Vec<String> {
    if finding.novelty != Novelty::Introduced {
        return vec![];
    }
    match (&finding.location.place, finding.location.commit) {
        (Place::Tag(name), _) => vec![in_tag(name)],
        (Place::Blob(name), _) => vec![format!("No commit holds it. {}", without_ref(name))],
        (Place::RefName(name), _) => vec![renamed(name)],
        (Place::Note(name), Some(commit)) => in_note(name, &commit),
        (_, Some(commit)) => match notes_of(finding) {
            Some(notes) => in_history_of_notes(notes, &commit),
            None => in_commit(finding, &commit),
        },
        (_, None) => vec![],
    }
}

/// `outer:inner` is a tag inside another one, and stays there as long as the outer one is made of it.
fn in_tag(name: &str) -> String {
    let (outer, inner) = name.split_once(':').map_or((name, None), |(outer, inner)| (outer, Some(inner)));
    if outer.starts_with("refs/") {
        return without_ref(outer);
    }
    if outer.contains("...") {
        return renamed("refs/tags/");
    }
    let name = word(outer).unwrap_or("NAME");
    let make = format!("git tag -f -a {name} '{name}^{{}}'");
    match inner.map(|inner| word(inner).unwrap_or("INNER")) {
        Some(inner) => {
            format!("Tag {inner}, inside {name}, has it. Make {name} anew, without tags inside: {make}.")
        }
        None => {
            format!("Make the tag anew, with it neither in the message nor in git config user.name: {make}.")
        }
    }
}

/// What a ref names by itself goes with the ref.
fn without_ref(name: &str) -> String {
    let known = word(name);
    match known.and_then(|name| name.strip_prefix("refs/tags/")) {
        Some(tag) => format!("Tag {tag} has it: delete the tag, git tag -d {tag}."),
        None => {
            let name = known.unwrap_or("REF");
            format!(
                "{name} has it: leave it out of the push; where this clone has that ref, git update-ref -d {name}."
            )
        }
    }
}

/// The name of a branch and of a tag is the user's; of an annotated tag, also what the tag itself says.
fn renamed(name: &str) -> String {
    if name.starts_with("refs/heads/") {
        "Give the branch another name, git branch -m OLD NEW, and push that.".into()
    } else if name.starts_with("refs/tags/") {
        "Give the tag another name, git tag NEW 'OLD^{}' (with -a if it has a message), delete it, git tag -d OLD, and \
         push the new one."
            .into()
    } else {
        "Push it under another name: git push REMOTE REF:NEW.".into()
    }
}

/// The ref of the notes whose history has the finding, below `refs/notes/`.
fn notes_of(finding: &Finding) -> Option<&str> {
    let (_, rest) = finding.note.as_deref()?.rsplit_once(IN_NOTES)?;
    rest.strip_prefix("refs/notes/")?.strip_suffix('.')
}

/// `commits:ID`. A note that is removed stays in the history of the notes, so that is written anew.
fn in_note(name: &str, commit: &ObjectId) -> Vec<String> {
    let (notes, about) = name.split_once(':').unwrap_or((name, "ID"));
    let (notes, about) = (word(notes).unwrap_or("NOTES"), word(about).unwrap_or("ID"));
    vec![
        format!("Remove the note: git notes --ref={notes} remove --ignore-missing {about}."),
        format!("The history of the notes still has it. {}", notes_anew(notes, commit)),
    ]
}

/// No branch is there to be checked out, and nobody needs the steps by which the notes came to be.
fn in_history_of_notes(notes: &str, commit: &ObjectId) -> Vec<String> {
    let anew = notes_anew(word(notes).unwrap_or("NOTES"), commit);
    vec![format!(
        "Commit {} of the history of the notes has it. See that git config user.name and user.email have it not. {anew}",
        commit.short()
    )]
}

fn notes_anew(notes: &str, commit: &ObjectId) -> String {
    let (name, parent) = (format!("refs/notes/{notes}"), format!("-p {}^", commit.short()));
    format!(
        "Write it anew: git update-ref {name} $(git commit-tree -m Notes {parent} '{name}^{{tree}}'), without {parent} \
         if that is the first note."
    )
}

fn in_commit(finding: &Finding, commit: &ObjectId) -> Vec<String> {
    let short = commit.short();
    let amend = "git commit -a --amend --allow-empty";
    match &finding.location.place {
        Place::Message(_) => vec![anew(&short, "Reword commit", "", "git commit --amend")],
        Place::Author(_) => vec![
            anew(
                &short,
                "Set git config user.name and user.email, then write anew commit",
                "",
                "git commit --amend --author='NAME <MAIL>'",
            ),
            format!(
                "Where more commits have it: git rebase --rebase-merges --exec \"git commit --amend --no-edit \
                 --allow-empty --author='NAME <MAIL>'\" {short}^ (--root if it is the first)."
            ),
        ],
        Place::FileName(_) => {
            vec![anew(&short, "Rename the file, with git mv, in commit", "rename it, ", amend)]
        }
        Place::File(path) if is_secret_file(finding) => {
            vec![without_file(path, &short, finding.location.at_tip)]
        }
        _ if finding.location.at_tip => {
            vec![anew(&short, "Take it out of commit", "take it out, ", amend), in_many()]
        }
        _ => vec![
            format!(
                "Commit {short} would still publish it. While that is not pushed: commit or stash what you changed, {}. \
                 {AFTER}",
                below(&short, "take it out, ", amend)
            ),
            in_many(),
        ],
    }
}

/// How to write every commit anew without a file. Where it is still there, it has to go by a commit first: what git
/// has at the tip it would take off the disk.
fn without_file(path: &str, short: &str, at_tip: bool) -> String {
    let file = word(path).unwrap_or("FILE");
    let all = format!(
        "git commit -a, then git filter-branch -f --prune-empty --tag-name-filter cat --index-filter 'git rm -q --cached \
         --ignore-unmatch {file}' -- BRANCH --not --remotes=REMOTE (it is part of git; wait until its warning is over)."
    );
    if at_tip {
        format!(
            "Take it out of commit {short} while that is not pushed: git commit --amend --allow-empty if that is HEAD; \
             else {all}"
        )
    } else {
        format!("Commit {short} would still publish it. While that is not pushed: {all}")
    }
}

/// How to write a commit anew, wherever it is.
fn anew(short: &str, what: &str, change: &str, amend: &str) -> String {
    let below = below(short, change, amend);
    format!(
        "{what} {short} while that is not pushed: {amend} if that is HEAD; else commit or stash what you changed, \
         {below}. {AFTER}"
    )
}

/// How to write a commit anew that has others on top of it.
fn below(short: &str, change: &str, amend: &str) -> String {
    format!(
        "git checkout --detach {short}, {change}{amend}, git rebase --rebase-merges --onto HEAD {short} BRANCH"
    )
}

/// A fresh clone of the remote would lack what is not pushed, so this is for the repository itself; `--partial` leaves
/// its remotes and reflogs alone.
fn in_many() -> String {
    "Where many commits have it: install git-filter-repo, which is no part of git; with nothing uncommitted, and the \
     value in ../values, git filter-repo --force --partial --refs REMOTE/BRANCH..BRANCH --replace-text ../values (--refs \
     BRANCH for a new branch)."
        .into()
}

#[cfg(test)]
mod tests {
    use super::super::steps;
    use crate::report::sample;
    use vetogate_core::{Finding, Novelty, Place};

    fn at(place: Place) -> String {
        let mut finding = sample::in_commit("src/a.js");
        finding.location.place = place;
        steps(&finding).split_off(1).join("\n")
    }

    fn said(finding: &Finding) -> String {
        steps(finding).join("\n")
    }

    #[test]
    fn commits() {
        let mut finding = sample::in_commit("src/a.js");
        insta::assert_snapshot!(said(&finding), @r"
        Deactivate the key in IAM.
        Take it out of the file and read it with process.env.AWS_ACCESS_KEY_ID.
        Take it out of commit ababababab while that is not pushed: git commit -a --amend --allow-empty if that is HEAD; else commit or stash what you changed, git checkout --detach ababababab, take it out, git commit -a --amend --allow-empty, git rebase --rebase-merges --onto HEAD ababababab BRANCH. Where that stops: settle what git status names without the secret, git add or git rm it, git rebase --continue. Of a ref that is no branch, push HEAD:REF then. Its tags move by git tag -f.
        Where many commits have it: install git-filter-repo, which is no part of git; with nothing uncommitted, and the value in ../values, git filter-repo --force --partial --refs REMOTE/BRANCH..BRANCH --replace-text ../values (--refs BRANCH for a new branch).
        ");
        finding.location.at_tip = false;
        insta::assert_snapshot!(said(&finding), @r"
        Deactivate the key in IAM.
        Take it out of the file and read it with process.env.AWS_ACCESS_KEY_ID.
        Commit ababababab would still publish it. While that is not pushed: commit or stash what you changed, git checkout --detach ababababab, take it out, git commit -a --amend --allow-empty, git rebase --rebase-merges --onto HEAD ababababab BRANCH. Where that stops: settle what git status names without the secret, git add or git rm it, git rebase --continue. Of a ref that is no branch, push HEAD:REF then. Its tags move by git tag -f.
        Where many commits have it: install git-filter-repo, which is no part of git; with nothing uncommitted, and the value in ../values, git filter-repo --force --partial --refs REMOTE/BRANCH..BRANCH --replace-text ../values (--refs BRANCH for a new branch).
        ");
        insta::assert_snapshot!(at(Place::Message(sample::oid("ab"))), @r"Reword commit ababababab while that is not pushed: git commit --amend if that is HEAD; else commit or stash what you changed, git checkout --detach ababababab, git commit --amend, git rebase --rebase-merges --onto HEAD ababababab BRANCH. Where that stops: settle what git status names without the secret, git add or git rm it, git rebase --continue. Of a ref that is no branch, push HEAD:REF then. Its tags move by git tag -f.");
        insta::assert_snapshot!(at(Place::Author(sample::oid("ab"))), @r#"
        Set git config user.name and user.email, then write anew commit ababababab while that is not pushed: git commit --amend --author='NAME <MAIL>' if that is HEAD; else commit or stash what you changed, git checkout --detach ababababab, git commit --amend --author='NAME <MAIL>', git rebase --rebase-merges --onto HEAD ababababab BRANCH. Where that stops: settle what git status names without the secret, git add or git rm it, git rebase --continue. Of a ref that is no branch, push HEAD:REF then. Its tags move by git tag -f.
        Where more commits have it: git rebase --rebase-merges --exec "git commit --amend --no-edit --allow-empty --author='NAME <MAIL>'" ababababab^ (--root if it is the first).
        "#);
        insta::assert_snapshot!(at(Place::FileName("src/AKIA....txt".into())), @r"Rename the file, with git mv, in commit ababababab while that is not pushed: git commit -a --amend --allow-empty if that is HEAD; else commit or stash what you changed, git checkout --detach ababababab, rename it, git commit -a --amend --allow-empty, git rebase --rebase-merges --onto HEAD ababababab BRANCH. Where that stops: settle what git status names without the secret, git add or git rm it, git rebase --continue. Of a ref that is no branch, push HEAD:REF then. Its tags move by git tag -f.");
        finding.novelty = Novelty::Old;
        insta::assert_snapshot!(said(&finding), @r"
        Deactivate the key in IAM.
        Take it out of the file and read it with process.env.AWS_ACCESS_KEY_ID.
        ");
    }

    #[test]
    fn tags_refs_and_notes() {
        insta::assert_snapshot!(at(Place::Tag("v1".into())), @r"Make the tag anew, with it neither in the message nor in git config user.name: git tag -f -a v1 'v1^{}'.");
        insta::assert_snapshot!(at(Place::Tag("outer:inner".into())), @r"Tag inner, inside outer, has it. Make outer anew, without tags inside: git tag -f -a outer 'outer^{}'.");
        insta::assert_snapshot!(at(Place::Tag("refs/custom/x:v1".into())), @r"refs/custom/x has it: leave it out of the push; where this clone has that ref, git update-ref -d refs/custom/x.");
        insta::assert_snapshot!(at(Place::Tag("v1; rm".into())), @r"Make the tag anew, with it neither in the message nor in git config user.name: git tag -f -a NAME 'NAME^{}'.");
        insta::assert_snapshot!(at(Place::Blob("refs/tags/key".into())), @r"No commit holds it. Tag key has it: delete the tag, git tag -d key.");
        insta::assert_snapshot!(at(Place::Blob("refs/AKIA.../x".into())), @r"No commit holds it. REF has it: leave it out of the push; where this clone has that ref, git update-ref -d REF.");
        insta::assert_snapshot!(at(Place::Note(format!("commits:{}", sample::oid("cd")))), @r"
        Remove the note: git notes --ref=commits remove --ignore-missing cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd.
        The history of the notes still has it. Write it anew: git update-ref refs/notes/commits $(git commit-tree -m Notes -p ababababab^ 'refs/notes/commits^{tree}'), without -p ababababab^ if that is the first note.
        ");
        insta::assert_snapshot!(at(Place::RefName("refs/heads/AKIA...".into())), @r"Give the branch another name, git branch -m OLD NEW, and push that.");
    }
}
