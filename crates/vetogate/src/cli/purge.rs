//! `veto purge`: takes a secret out of commits that are not pushed yet.

use super::{Failure, exit};
use crate::hooks::place::Place;
use crate::hooks::show;
use crate::purge::journal::{Folder, Run};
use crate::purge::leftovers::{self, Leftovers};
use crate::purge::plan::{Plan, Shown, shown};
use crate::purge::rewrite::Effects;
use crate::purge::scan::{Request, Seen, look};
use crate::purge::{PurgeError, Survey, apply, undo};
use crate::run::{Session, Wish};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use vetogate_core::ObjectId;

/// Arguments of `veto purge`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Branches and tags whose next push is meant; the current branch where none is named.
    #[arg(value_name = "REF", conflicts_with = "all")]
    refs: Vec<String>,
    /// All branches and tags with commits that no remote has.
    #[arg(long)]
    all: bool,
    /// The remote that is pushed to; where none is named, the one that `git push` would take.
    #[arg(long, value_name = "REMOTE", conflicts_with = "all")]
    remote: Option<String>,
    /// Only findings with these fingerprints (eight digits or more of each).
    #[arg(long, value_name = "FINGERPRINT", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// Rewrite the commits; without it nothing is changed.
    #[arg(long, group = "deed")]
    apply: bool,
    /// Finish a purge that was cut off.
    #[arg(long = "continue", group = "deed", conflicts_with_all = ["refs", "all", "remote", "only"])]
    go_on: bool,
    /// Take the last purge back.
    #[arg(long, group = "deed", conflicts_with_all = ["refs", "all", "remote", "only"])]
    undo: bool,
}

/// Purges; gives the exit code.
///
/// # Errors
/// When it must not be done, or could not be finished.
pub fn run(args: &Args) -> Result<u8, Failure> {
    let place = Place::here(Path::new(".")).map_err(Failure::usage)?;
    let session = Session::begin(place.git(), Wish::default(), None, &|_| {});
    let done = match (args.go_on, args.undo) {
        (true, _) => go_on(&place, &session),
        (_, true) => take_back(&place, &session),
        _ => purge(args, &place, &session),
    };
    let (text, code) = done.map_err(failure)?;
    let written = anstream::stdout().write_all(text.as_bytes());
    // A reader that has gone changes nothing about what was done.
    drop(written);
    Ok(code)
}

fn failure(error: PurgeError) -> Failure {
    if error.is_refusal() { Failure::usage(error) } else { Failure::incomplete(error) }
}

type Done = Result<(String, u8), PurgeError>;

fn purge(args: &Args, place: &Place, session: &Session<'_>) -> Done {
    let folder = if args.apply { Some(Folder::open(&place.common_dir)?) } else { None };
    if let Some(folder) = &folder
        && folder.unfinished()?.is_some()
    {
        return Err(cut_off());
    }
    if !args.apply && Folder::is_open(&place.common_dir) {
        return Err(cut_off());
    }
    let survey = Survey::take(place, session)?;
    let request = Request {
        remote: args.remote.clone(),
        refs: args.refs.clone(),
        all: args.all,
        only: args.only.clone(),
    };
    let plan = Plan::make(&survey, &request)?;
    let mut text = String::new();
    describe(&mut text, &survey, &plan);
    match folder.filter(|_| !plan.is_empty()) {
        Some(folder) => {
            let applied = apply::apply(&survey, &folder, &plan);
            let run = applied.map_err(|error| error.masked(&plan.redactor))?;
            let code = afterwards(&mut text, survey, &plan, &run)?;
            Ok((text, code))
        }
        None => {
            let code = only_said(&mut text, &survey, &plan)?;
            Ok((text, code))
        }
    }
}

fn cut_off() -> PurgeError {
    PurgeError::Refused(
        "a purge was cut off here: finish it with `veto purge --continue`, or take it back with `veto purge --undo`"
            .into(),
    )
}

/// Where nothing is done: whether something would have to be.
fn only_said(text: &mut String, survey: &Survey<'_>, plan: &Plan) -> Result<u8, PurgeError> {
    if !plan.is_empty() {
        plan.check(survey)?;
        text.push_str("\nNothing was changed. `veto purge --apply`, with the same arguments, does it.\n");
    }
    recipe(text, plan);
    let blocked = !plan.public.is_empty() || !plan.in_refs.is_empty() || !plan.others.is_empty();
    Ok(if !plan.is_empty() || blocked || !plan.taken.is_empty() {
        exit::BLOCK
    } else if plan.unread.is_empty() {
        exit::PASS
    } else {
        exit::INCOMPLETE
    })
}

fn describe(text: &mut String, survey: &Survey<'_>, plan: &Plan) {
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
        for one in &plan.moves {
            let name = plan.redactor.mask(&vetogate_core::text::escape(one.name.as_bytes()));
            let _ = writeln!(text, "  {name}: {} to {}", one.old.short(), one.new.short());
        }
        effects(text, &plan.effects);
    } else if !plan.taken.is_empty() {
        text.push_str(
            "None of it stands in an object that could be rewritten here: it lies behind a Git LFS pointer, or in what \
             a remote has.\n",
        );
    }
}

fn list(text: &mut String, title: &str, findings: &[Shown]) {
    if findings.is_empty() {
        return;
    }
    let _ = writeln!(text, "{title}");
    for Shown { title, place, snippet, fingerprint } in findings {
        let _ = writeln!(text, "  {title}: {place}\n    {snippet}  [{fingerprint}]");
    }
}

fn effects(text: &mut String, effects: &Effects) {
    for (path, (count, by)) in &effects.files {
        let by: Vec<&str> = by.iter().map(String::as_str).collect();
        let path = if path.is_empty() { "(a blob)" } else { path };
        let _ = writeln!(text, "  {path}: {}, replaced by {}", counted(*count, "version"), by.join(", "));
    }
    for (old, new) in &effects.renamed {
        let _ = writeln!(text, "  {old} is called {new}");
    }
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

/// `3 commits`.
fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ if what.contains(" in ") => format!("{count} {}", what.replacen(" in ", "s in ", 1)),
        _ => format!("{count} {what}s"),
    }
}

/// What has been pushed already can't be taken back by a rewriting here.
fn recipe(text: &mut String, plan: &Plan) {
    if plan.public.is_empty() {
        return;
    }
    list(text, "\nA remote has these already, and whoever fetched has them too:", &plan.public);
    text.push_str(
        "  1. Rotate or revoke the secret now: nothing else helps.\n  \
         2. In a FRESH clone (never here: it drops uncommitted work, remotes and reflogs), with git-filter-repo \
         installed and the value in a file of your own, a line `VALUE==>REDACTED`:\n       \
         git clone URL fresh && cd fresh && git filter-repo --replace-text ../values.txt\n  \
         3. Push with force as your team agrees, have everyone clone anew, and ask the host to drop its caches.\n",
    );
}

/// Scans again, and says what is left to do; gives the exit code.
fn afterwards(text: &mut String, survey: Survey<'_>, plan: &Plan, run: &Run) -> Result<u8, PurgeError> {
    let survey = survey.again()?;
    let seen = look(&survey, &plan.aim)?;
    let old: Vec<ObjectId> = plan.commits.iter().map(|(old, _)| *old).collect();
    let left = leftovers::find(&survey, &plan.targets, &old, &plan.redactor)?;
    text.push_str("\nDone.");
    filtered(text, plan)?;
    let code = scanned(text, &seen);
    recipe(text, plan);
    text.push_str(
        "\nLeft to do:\n  Rotate the secret all the same: it was on this disk, and may be elsewhere.\n",
    );
    say_left(text, &left, run);
    Ok(code)
}

fn scanned(text: &mut String, seen: &Seen) -> u8 {
    let blocked: Vec<Shown> = seen.vetoed().map(|judged| shown(&judged.finding)).collect();
    if !blocked.is_empty() {
        text.push('\n');
        list(text, "Still found in what would be pushed:", &blocked);
        return exit::BLOCK;
    }
    if seen.report.verdict.exit_code == exit::INCOMPLETE {
        text.push_str(" What would be pushed could not be looked at whole; see `veto scan`.\n");
        return exit::INCOMPLETE;
    }
    text.push_str(" Scanned again: nothing in what would be pushed is vetoed.\n");
    exit::PASS
}

/// Files that were written without the filter that the configuration names for them.
fn filtered(text: &mut String, plan: &Plan) -> Result<(), PurgeError> {
    for (worktree, from, to) in &plan.worktrees {
        for path in worktree.filtered(&worktree.touched(*from, *to)?)? {
            let _ = write!(
                text,
                "\n  {path} in {} has a filter, which was not run: delete it there and run `git checkout -- {path}`",
                show(&worktree.path)
            );
        }
    }
    Ok(())
}

fn say_left(text: &mut String, left: &Leftovers, run: &Run) {
    for name in &left.refs {
        let _ = writeln!(text, "  {name} still holds the old commits: delete it, or purge it by its name.");
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

fn go_on(place: &Place, session: &Session<'_>) -> Done {
    let folder = Folder::open(&place.common_dir)?;
    let Some((run, mut journal)) = folder.unfinished()? else {
        return Ok(("nothing to continue: no purge was cut off here\n".into(), exit::PASS));
    };
    apply::finish(place, session, &run, &mut journal, true)?;
    let what = if journal.back { "The purge is taken back." } else { "The purge is finished." };
    let text = format!(
        "{what} Run `veto purge` to look again. The backup, which holds the secret, is {}\n",
        show(&run.path)
    );
    Ok((text, exit::PASS))
}

fn take_back(place: &Place, session: &Session<'_>) -> Done {
    let folder = Folder::open(&place.common_dir)?;
    let names = undo::undo(place, session, &folder)?;
    let mut text = String::from("Taken back, secret and all:\n");
    for name in names {
        let _ = writeln!(text, "  {}", vetogate_core::text::escape(name.as_bytes()));
    }
    Ok((text, exit::PASS))
}
