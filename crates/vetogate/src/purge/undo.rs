//! Takes a purge back: the objects from the backup, the refs to where they were, the work trees along with them.

use super::apply::{crash, current, finish};
use super::journal::{Folder, Journal, Run, State, TreeStep};
use super::{PurgeError, backup, settle, worktrees};
use crate::hooks::place::Place;
use crate::hooks::show;
use crate::run::Session;
use vetogate_core::text::escape;

/// The purge that can be taken back: the one that was cut off, else the last one that was not taken back.
///
/// # Errors
/// When there is none.
pub fn last(folder: &Folder) -> Result<(Run, Journal), PurgeError> {
    if let Some(unfinished) = folder.unfinished()? {
        return Ok(unfinished);
    }
    for run in folder.runs().into_iter().rev() {
        let journal = run.read()?;
        if !journal.back {
            return Ok((run, journal));
        }
    }
    Err(PurgeError::Refused("there is no purge to take back here".into()))
}

/// Takes the last purge back; gives the names of the refs.
///
/// # Errors
/// When a ref was moved since, or a work tree can't follow.
pub fn undo(place: &Place, session: &Session<'_>, folder: &Folder) -> Result<Vec<String>, PurgeError> {
    let (run, mut journal) = last(folder)?;
    let again = journal.state != State::Done;
    if !journal.back {
        turn(place, session, &run, &mut journal)?;
    }
    finish(place, session, &run, &mut journal, again)?;
    run.forget()?;
    Ok(journal.moves()?.into_iter().map(|one| one.name).collect())
}

/// Turns a journal around, after a trial.
fn turn(place: &Place, session: &Session<'_>, run: &Run, journal: &mut Journal) -> Result<(), PurgeError> {
    let was_cut_off = journal.state != State::Done;
    let mut back = journal.clone();
    (back.back, back.state) = (true, State::Prepared);
    back.worktrees.clear();
    let moves = back.moves()?;
    let worktrees = worktrees::list(place)?;
    worktrees::check(&worktrees)?;
    for one in &moves {
        let now = current(place, &worktrees, &one.name)?;
        if now != Some(one.old) && now != Some(one.new) {
            let bundle = show(&run.bundle());
            let name = escape(one.name.as_bytes());
            return Err(PurgeError::Refused(format!(
                "{name} was moved since; to have its old commits beside it, run `git fetch '{bundle}' \
                 {name}:refs/heads/before-purge`"
            )));
        }
    }
    backup::restore(&session.git, run)?;
    crash("restored");
    for worktree in &worktrees {
        let own = worktree.branch.as_ref().map_or_else(|| worktree.head_name(), ToString::to_string);
        let Some(one) = moves.iter().find(|one| one.name == own && one.old == worktree.head) else {
            continue;
        };
        if was_cut_off {
            // It may have left its own files half way.
            settle::clear(place, worktree, one.old, one.new)?;
        } else {
            worktree.try_follow(place, one.old, one.new)?;
        }
        back.worktrees.push(TreeStep::new(worktree.git_dir.clone(), one.old, one.new));
    }
    *journal = back;
    run.write(journal)?;
    crash("turned");
    Ok(())
}
