//! Does it, in an order in which every step can be finished or taken back: objects, a trial in every work tree, the
//! backup, the journal, all refs in one transaction, then the work trees.

use super::journal::{Folder, Journal, Run, State, TreeStep};
use super::plan::{Move, Plan};
use super::worktrees::{self, Worktree, switch_off_programs};
use super::{PurgeError, Survey, backup, settle};
use crate::git::catfile::finish as finished;
use crate::git::command::GitError;
use crate::hooks::place::Place;
use crate::hooks::show;
use crate::run::Session;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;
use vetogate_core::ObjectId;
use vetogate_core::text::escape;

/// Applies a plan; gives the folder of its backup.
///
/// # Errors
/// When something is in the way, and nothing has moved; or when it was cut short, and can be continued.
pub fn apply(survey: &Survey<'_>, folder: &Folder, plan: &Plan) -> Result<Run, PurgeError> {
    plan.check(survey)?;
    let session = survey.session;
    plan.store.write(&session.git, session.watch())?;
    crash("objects");
    for (worktree, from, to) in &plan.worktrees {
        worktree.try_follow(survey.place, *from, *to)?;
    }
    let run = folder.begin()?;
    backup::write(session, &run, plan)?;
    crash("backup");
    let step = |(worktree, from, to): &(Worktree, ObjectId, ObjectId)| {
        TreeStep::new(worktree.git_dir.clone(), *from, *to)
    };
    let mut journal = Journal::new(&plan.moves, plan.worktrees.iter().map(step).collect());
    run.write(&journal)?;
    crash("journal");
    match finish(survey.place, session, &run, &mut journal, false) {
        Ok(()) => Ok(run),
        Err(error) if journal.state == State::Prepared && is_untouched(survey.place, &plan.moves)? => {
            // There is nothing to continue, and the backup holds the secret.
            run.forget()?;
            Err(error)
        }
        Err(error) => {
            let way = "finish it with `veto purge --continue`, or take it back with `veto purge --undo`";
            Err(PurgeError::Unread(format!("the purge has begun, and was cut off: {error}; {way}")))
        }
    }
}

/// Whether no ref has moved.
fn is_untouched(place: &Place, moves: &[Move]) -> Result<bool, PurgeError> {
    let worktrees = worktrees::list(place)?;
    for one in moves {
        if current(place, &worktrees, &one.name)? == Some(one.new) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Finishes what a journal says. `again` where it was cut off.
///
/// # Errors
/// When a ref was moved by somebody else meanwhile, or a work tree can't follow.
pub fn finish(
    place: &Place,
    session: &Session<'_>,
    run: &Run,
    journal: &mut Journal,
    again: bool,
) -> Result<(), PurgeError> {
    if journal.state == State::Prepared {
        move_refs(place, session, &journal.moves()?)?;
        crash("refs");
        journal.state = State::Moved;
        run.write(journal)?;
        crash("moved");
    }
    let worktrees = worktrees::list(place)?;
    for index in 0..journal.worktrees.len() {
        follow(place, &worktrees, &journal.worktrees[index], again)?;
        crash(&format!("worktree-{index}"));
        journal.worktrees[index].done = true;
        run.write(journal)?;
    }
    crash("worktrees");
    catch_up(place, journal)?;
    journal.state = State::Done;
    run.write(journal)
}

/// One work tree; a step that was done before changes nothing.
fn follow(place: &Place, worktrees: &[Worktree], step: &TreeStep, again: bool) -> Result<(), PurgeError> {
    if step.done {
        return Ok(());
    }
    let (from, to) = step.commits()?;
    let Some(worktree) = worktrees.iter().find(|worktree| worktree.git_dir == step.git_dir) else {
        return Err(PurgeError::Refused(format!(
            "the work tree of {} is not there: mount it, or run `git worktree prune` and then `veto purge --undo`",
            show(&step.git_dir)
        )));
    };
    if worktree.head != to {
        // Something else was checked out there meanwhile, most often with an index that fits.
        return Ok(());
    }
    if again { settle::follow(place, worktree, from, to) } else { worktree.follow(place, from, to) }
}

/// The last look at each index, which can be continued where it fails.
///
/// # Errors
/// Where somebody goes on writing one, or git does not answer.
pub fn look_again(place: &Place, run: &Run) -> Result<(), PurgeError> {
    let mut journal = run.read()?;
    let looked = catch_up(place, &journal);
    if looked.is_err() {
        journal.state = State::Moved;
        run.write(&journal)?;
    }
    looked
}

/// So often an index is written anew that somebody else wrote back.
const TRIES: u32 = 5;

/// Looks at each index once more: a `git commit` or `git add` that had read it before writes back what it read.
fn catch_up(place: &Place, journal: &Journal) -> Result<(), PurgeError> {
    let mut last = Ok(());
    for attempt in 0..TRIES {
        let worktrees = worktrees::list(place)?;
        let mut stale = Vec::new();
        for step in &journal.worktrees {
            let (from, _) = step.commits()?;
            let own = worktrees.iter().find(|worktree| worktree.git_dir == step.git_dir);
            if let Some(worktree) = own
                && worktree.is_stale(from)?
            {
                stale.push((worktree, from));
            }
        }
        if stale.is_empty() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20) * attempt);
        last = stale
            .into_iter()
            .try_for_each(|(worktree, from)| settle::follow(place, worktree, from, worktree.head));
    }
    last.and(Err(PurgeError::Refused(
        "somebody writes the index at the same time; let them end, then run `veto purge --continue`".into(),
    )))
}

/// Moves all refs that have not moved yet: those that all work trees share in one transaction, then each HEAD without a
/// branch in its own work tree. (From another one, git 2.47 with a table of refs says that it has moved it, and has not.)
fn move_refs(place: &Place, session: &Session<'_>, moves: &[Move]) -> Result<(), PurgeError> {
    let worktrees = worktrees::list(place)?;
    let mut open = Vec::new();
    for one in moves {
        match current(place, &worktrees, &one.name)? {
            Some(now) if now == one.new => {}
            Some(now) if now == one.old => open.push(one),
            _ => return Err(moved_meanwhile(one)),
        }
    }
    let is_head = |one: &&Move| worktrees.iter().any(|worktree| worktree.head_name() == one.name);
    let (heads, shared): (Vec<&Move>, Vec<&Move>) = open.into_iter().partition(is_head);
    let mut text = String::from("start\n");
    for Move { name, old, new } in shared {
        let _ = write!(text, "option no-deref\nupdate {name} {new} {old}\n");
    }
    text.push_str("prepare\ncommit\n");
    update_refs(place, session, place.git().command(UPDATE), &text)?;
    crash("heads");
    for Move { name, old, new } in heads {
        let worktree = worktrees.iter().filter(|worktree| worktree.head_name() == *name);
        for worktree in worktree {
            let text = format!("option no-deref\nupdate HEAD {new} {old}\n");
            update_refs(place, session, worktree.git().command(UPDATE), &text)?;
        }
    }
    Ok(())
}

const UPDATE: [&str; 4] = ["update-ref", "-m", "veto purge", "--stdin"];

fn update_refs(
    place: &Place,
    session: &Session<'_>,
    mut command: Command,
    text: &str,
) -> Result<(), PurgeError> {
    switch_off_programs(place, &mut command)?;
    let mut child = command.stdin(Stdio::piped()).spawn().map_err(GitError::Start)?;
    if let Some(mut input) = child.stdin.take() {
        // A child that has gone is seen by its exit.
        let _ = input.write_all(text.as_bytes());
    }
    finished("update-ref", child, session.watch()).map(|_| ()).map_err(|error| match error {
        GitError::Failed { stderr, .. } if stderr.contains(".lock") => PurgeError::Refused(format!(
            "{stderr}; if no other git is at work here, delete that lock, then run the command again"
        )),
        other => other.into(),
    })
}

fn moved_meanwhile(one: &Move) -> PurgeError {
    PurgeError::Refused(format!(
        "{} was moved since, from {} to something else, and stays; set it to {} or {} yourself, then run the command \
         again",
        escape(one.name.as_bytes()),
        one.old.short(),
        one.old,
        one.new
    ))
}

/// What a ref, or the HEAD of a work tree, points at now.
///
/// # Errors
/// When git does not answer.
pub fn current(place: &Place, worktrees: &[Worktree], name: &str) -> Result<Option<ObjectId>, PurgeError> {
    if let Some(worktree) = worktrees.iter().find(|worktree| worktree.head_name() == name) {
        return Ok(Some(worktree.head).filter(|_| worktree.branch.is_none()));
    }
    let answer = place.git().read_line(["rev-parse", "-q", "--verify", name])?;
    Ok(answer.and_then(|id| id.parse().ok()))
}

/// Ends the process at a step, as a crash would, where a test of a debug build asks for it.
pub fn crash(step: &str) {
    if cfg!(debug_assertions) && std::env::var("VETO_PURGE_CRASH").is_ok_and(|at| at == step) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
    }
}
