//! What a purge says to people: never a value.

use crate::hooks::show;
use crate::purge::journal::Run;
use crate::purge::leftovers::Leftovers;
use crate::purge::plan::{Plan, Shown};
use crate::purge::remains::Stands;
use crate::purge::rewrite::Effects;
use crate::purge::{PurgeError, Survey};
use std::fmt::Write as _;
use vetogate_core::ObjectId;

/// What was found, and what is or would be done.
pub fn describe(text: &mut String, survey: &Survey<'_>, plan: &Plan) {
    for line in &survey.public.silent {
        let _ = writeln!(text, "note: {line}");
    }
    for line in &plan.unread {
        let _ = writeln!(text, "not looked at: {line}");
    }
    let all =
        [&plan.taken, &plan.public, &plan.in_refs, &plan.others].iter().map(|list| list.len()).sum::<usize>();
    if all == 0 {
        text.push_str("nothing to take out: no finding would be vetoed in what is not pushed yet\n");
        return;
    }
    list(text, "To be taken out:", &plan.taken);
    list(text, "In the name of a branch or tag, which has to be given another one by hand:", &plan.in_refs);
    list(text, "No value that could be taken out; see `veto scan` for what to do:", &plan.others);
    if !plan.is_empty() {
        let count = plan.commits.len();
        let _ = writeln!(text, "\nRewrites {}:", counted(count, "commit"));
        for one in plan.moves.iter().take(LISTED) {
            let name = plan.redactor.mask(&vetogate_core::text::escape(one.name.as_bytes()));
            let _ = writeln!(text, "  {name}: {} to {}", one.old.short(), one.new.short());
        }
        more(text, plan.moves.len(), "ref");
        effects(text, &plan.effects);
    } else if !plan.taken.is_empty() {
        text.push_str(
            "None of it stands in an object that could be rewritten here: it lies behind a Git LFS pointer, in what a \
             remote has, or in a file of more than 64 MiB, which has to be taken out by hand.\n",
        );
    }
}

/// Findings under a title; nothing where there are none.
pub fn list(text: &mut String, title: &str, findings: &[Shown]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(text, "{title}");
    for Shown { title, place, snippet, fingerprint } in findings {
        let _ = writeln!(text, "  {title}: {place}\n    {snippet}  [{fingerprint}]");
    }
}

fn effects(text: &mut String, effects: &Effects) {
    for (path, (count, by)) in effects.files.iter().take(LISTED) {
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        let path = if path.is_empty() { "(a blob)" } else { path };
        let _ = writeln!(text, "  {path}: {}, replaced by {}", counted(*count, "version"), by.join(", "));
    }
    more(text, effects.files.len(), "file");
    for (old, new) in effects.renamed.iter().take(LISTED) {
        let _ = writeln!(text, "  {old} is called {new}");
    }
    more(text, effects.renamed.len(), "name");
    let counts = [
        (effects.messages, "commit message", "changes"),
        (effects.headers, "author or other header", "changes"),
        (effects.tags, "tag text", "changes"),
        (
            effects.signatures,
            "commit signature",
            "no longer fits and is dropped; sign again with git rebase -S",
        ),
        (
            effects.tag_signatures,
            "tag signature",
            "no longer fits and is dropped; sign again with git tag -f -s",
        ),
        (effects.merge_tags, "merged tag", "no longer fits and is dropped"),
        (effects.ids, "id in a message", "is set to that of the new commit"),
    ];
    for (count, what, happens) in counts.into_iter().filter(|(count, ..)| *count > 0) {
        let _ = writeln!(text, "  {}: {happens}", counted(count, what));
    }
    if effects.foreign > 0 {
        let count = counted(effects.foreign, "commit");
        let _ = writeln!(text, "  {count} by somebody else among them: who has them keeps the old ones");
    }
    for path in &effects.large {
        let _ = writeln!(text, "  {path} is over 64 MiB and stays as it is");
    }
}

/// At most so many of a kind are shown.
const LISTED: usize = 40;

fn more(text: &mut String, count: usize, what: &str) {
    if count > LISTED {
        let _ = writeln!(text, "  ... and {}", counted(count - LISTED, what));
    }
}

/// `3 commits`.
fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ if what.contains(" in ") => format!("{count} {}", what.replacen(" in ", "s in ", 1)),
        _ => format!("{count} {what}s"),
    }
}

/// What has been pushed already can't be taken back by a rewriting here.
pub fn recipe(text: &mut String, plan: &Plan) {
    let there = &plan.there;
    let is_nothing =
        [&plan.taken, &plan.in_refs, &plan.others, &plan.public].iter().all(|list| list.is_empty());
    if plan.public.is_empty() && there.found.is_empty() {
        if is_nothing && there.is_anything {
            text.push_str(
                "What a remote has already was looked at as it is now, and not commit by commit: `veto scan --history` \
                 does that. Rotate what it finds, then take it out with `git filter-repo` in a fresh clone.\n",
            );
            not_looked_at(text, &there.notes);
        }
        return;
    }
    list(
        text,
        "\nA remote has these already, or had them when it was fetched (git fetch --prune forgets what is gone there):",
        &plan.public,
    );
    let shown = &there.found[..there.found.len().min(LISTED)];
    list(text, "\nThe remote has these already, in what its refs or the named ones hold now:", shown);
    more(text, there.found.len(), "finding");
    not_looked_at(text, &there.notes);
    text.push_str(
        "  1. Rotate or revoke the secret now: nothing else helps.\n  \
         2. In a FRESH clone (never here: it drops uncommitted work, remotes and reflogs), with git-filter-repo \
         installed and the value in a file of your own, a line `VALUE==>REDACTED`:\n       \
         git clone URL fresh && cd fresh && git filter-repo --replace-text ../values.txt\n  \
         3. Push with force as your team agrees, have everyone clone anew, and ask the host to drop its caches.\n  \
         What stands only in older commits of it is not listed: `veto scan --history` finds that.\n",
    );
}

fn not_looked_at(text: &mut String, notes: &[String]) {
    for note in notes {
        let _ = writeln!(text, "  not looked at: {note}");
    }
}

/// Where guessable values stay, or would; `is_done` where the commits have their new ids.
pub fn say_remains(text: &mut String, plan: &Plan, is_done: bool) {
    let remains = &plan.remains;
    if remains.count > 0 {
        text.push_str(
            "  A value that could be guessed is replaced only where it was found. It stays here; look whether it means \
             the secret:\n",
        );
    }
    let id = |old: &ObjectId| {
        let new = plan.commits.iter().find(|(known, _)| is_done && known == old);
        new.map_or(*old, |(_, new)| *new).short()
    };
    for place in &remains.places {
        let _ = match place {
            Stands::Line(path, Some(line)) => writeln!(text, "    {path}:{line}"),
            Stands::Line(path, None) => writeln!(text, "    {path} (too large to be looked at)"),
            Stands::Name(path) => writeln!(text, "    the name {path}"),
            Stands::Message(oid) => writeln!(text, "    the message of commit {}", id(oid)),
            Stands::Tag(name) => writeln!(text, "    tag {name}"),
            Stands::Older(path, line, oid) => writeln!(text, "    {path}:{line} in commit {}", id(oid)),
        };
    }
    let rest = remains.count.saturating_sub(remains.places.len());
    if rest > 0 {
        let _ = writeln!(text, "    ... and {}", counted(rest, "more place"));
    }
    for note in &remains.notes {
        let _ = writeln!(text, "  {note}");
    }
}

/// Files that were written without the filter that the configuration names for them.
///
/// # Errors
/// When git does not answer.
pub fn filtered(text: &mut String, plan: &Plan) -> Result<(), PurgeError> {
    for (worktree, from, to) in &plan.worktrees {
        for path in worktree.filtered(&worktree.touched(*from, *to)?)? {
            let _ = writeln!(
                text,
                "  {path} in {} has a filter, which was not run: delete it there and run `git checkout -- {path}`.",
                show(&worktree.path)
            );
        }
    }
    Ok(())
}

/// What a purge leaves to do.
pub fn say_left(text: &mut String, left: &Leftovers, run: &Run) {
    for name in &left.refs {
        let way = if name == "refs/stash" {
            "see `git stash show -p`, then `git stash drop`"
        } else {
            "delete it, or purge it by its name"
        };
        let _ = writeln!(text, "  {name} still holds the old commits: {way}.");
    }
    for name in &left.holding {
        let way = match name.strip_prefix("refs/notes/") {
            Some(_) => format!("`veto purge --apply {name}` takes it out"),
            None if name == "refs/stash" => "see `git stash show -p`, then `git stash drop`".to_owned(),
            None => "delete it".to_owned(),
        };
        let _ = writeln!(text, "  {name} holds the secret: {way}.");
    }
    if left.has_stash {
        text.push_str(
            "  The stash is not touched: look through `git stash list`, and drop what holds the secret.\n",
        );
    }
    for name in &left.notes {
        let map = show(&run.map());
        let short = name.strip_prefix("refs/notes/").unwrap_or(name);
        let _ = writeln!(
            text,
            "  Notes of old commits stay behind: `git notes --ref={short} copy --stdin < '{map}'` takes them along."
        );
    }
    for path in &left.files {
        let _ = writeln!(text, "  {path} holds the secret: delete it.");
    }
    if let Some(path) = &left.superproject {
        let _ = writeln!(text, "  {path} names commits of this submodule by id: set it to the new ones.");
    }
    let messages = if left.reflogs > 0 { ", and the secret in their messages" } else { "" };
    let _ = write!(
        text,
        "  Reflogs keep the old commits{messages}. When all is well, drop them and the backup:\n       \
         rm -r '{}'\n       \
         git reflog expire --expire-unreachable=now --all && git gc --prune=now\n  \
         Other clones and copies of this folder have the old commits too.\n  \
         `veto purge --undo` takes it back as long as the backup is there.\n",
        show(&run.path)
    );
}
