//! `veto purge`: takes a secret out of commits that are not pushed yet.

mod said;

use super::{Failure, exit};
use crate::hooks::place::Place;
use crate::hooks::show;
use crate::purge::journal::{Folder, Run};
use crate::purge::leftovers;
use crate::purge::plan::{Plan, Shown, shown};
use crate::purge::scan::{Request, Seen, look};
use crate::purge::{PurgeError, Survey, apply, undo};
use crate::run::{Session, Wish};
use said::{describe, filtered, list, recipe, say_left, say_remains};
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
            let code = afterwards(&mut text, survey, &plan, &run).map_err(|error| {
                let backup = show(&run.path);
                PurgeError::Unread(format!(
                    "it is done, with a backup in {backup}, but not looked at again: {error}"
                ))
            })?;
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
        let mut left = String::new();
        say_remains(&mut left, plan, false);
        if !left.is_empty() {
            let _ = write!(text, "\nWould be left to do:\n{left}");
        }
        text.push_str("\nNothing was changed. `veto purge --apply`, with the same arguments, does it.\n");
    }
    recipe(text, plan);
    let blocked = !plan.public.is_empty()
        || !plan.there.found.is_empty()
        || !plan.in_refs.is_empty()
        || !plan.others.is_empty();
    Ok(if !plan.is_empty() || blocked || !plan.taken.is_empty() {
        exit::BLOCK
    } else if plan.unread.is_empty() {
        exit::PASS
    } else {
        exit::INCOMPLETE
    })
}

/// Scans again, and says what is left to do; gives the exit code.
fn afterwards(text: &mut String, survey: Survey<'_>, plan: &Plan, run: &Run) -> Result<u8, PurgeError> {
    let survey = survey.again()?;
    let seen = look(&survey, &plan.aim)?;
    let old: Vec<ObjectId> = plan.commits.iter().map(|(old, _)| *old).collect();
    let left = leftovers::find(&survey, &plan.targets, &old, &plan.redactor)?;
    apply::look_again(survey.place, run)?;
    text.push_str("\nDone.");
    let code = scanned(text, &seen);
    recipe(text, plan);
    text.push_str(
        "\nLeft to do:\n  Rotate the secret all the same: it was on this disk, and may be elsewhere.\n",
    );
    say_remains(text, plan, true);
    filtered(text, plan)?;
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

fn go_on(place: &Place, session: &Session<'_>) -> Done {
    let folder = Folder::open(&place.common_dir)?;
    let Some((run, mut journal)) = folder.unfinished()? else {
        return Ok(("nothing to continue: no purge was cut off here\n".into(), exit::PASS));
    };
    apply::finish(place, session, &run, &mut journal, true)?;
    if journal.back {
        run.forget()?;
        return Ok(("The purge is taken back.\n".into(), exit::PASS));
    }
    let text = format!(
        "The purge is finished. Run `veto purge` to look again. The backup, which holds the secret, is {}\n",
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
