//! The wall-clock limit of a run, and the children that end with it.
//!
//! A thread sleeps until the limit; then it marks the run as out of time and kills the git processes that are still
//! at work, so that nothing that waits for them hangs. Each of them leads a process group of its own (see
//! `git::command`), so that what it started ends with it. What was not looked at becomes a gap.

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::process::Child;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

#[derive(Default)]
struct State {
    over: bool,
    ended: bool,
    children: Vec<u32>,
}

/// A limit that is running.
pub struct Deadline {
    shared: Arc<(Mutex<State>, Condvar)>,
}

/// A handle on a limit, for workers.
#[derive(Clone)]
pub struct Watch {
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl Deadline {
    /// Starts the clock; `None` is no limit.
    pub fn start(limit: Option<Duration>) -> Self {
        let shared = Arc::new((Mutex::new(State::default()), Condvar::new()));
        if let Some(limit) = limit {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || wait(&shared, limit));
        }
        Self { shared }
    }

    /// A handle.
    pub fn watch(&self) -> Watch {
        Watch { shared: Arc::clone(&self.shared) }
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        lock(&self.shared).ended = true;
        self.shared.1.notify_all();
    }
}

fn lock(shared: &(Mutex<State>, Condvar)) -> std::sync::MutexGuard<'_, State> {
    shared.0.lock().unwrap_or_else(PoisonError::into_inner)
}

fn wait(shared: &(Mutex<State>, Condvar), limit: Duration) {
    let state = lock(shared);
    let waited = shared.1.wait_timeout_while(state, limit, |state| !state.ended);
    let (mut state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
    if timeout.timed_out() && !state.ended {
        state.over = true;
        state.children.iter().for_each(|&child| end(child));
    }
}

fn end(child: u32) {
    if let Some(pid) = Pid::from_raw(child.cast_signed()) {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

impl Watch {
    /// Whether time is up.
    pub fn is_over(&self) -> bool {
        lock(&self.shared).over
    }

    /// Ends `child` when time is up, at once where it is up already. To be forgotten before the child is waited for.
    pub fn guard(&self, child: &Child) {
        let mut state = lock(&self.shared);
        state.children.push(child.id());
        if state.over {
            end(child.id());
        }
    }

    /// Ends a guarded child after this time, too, whatever the limit of the run.
    pub fn end_after(&self, child: &Child, longest: Duration) {
        let (shared, id) = (Arc::clone(&self.shared), child.id());
        std::thread::spawn(move || {
            let runs = |state: &mut State| state.children.contains(&id);
            let waited = shared.1.wait_timeout_while(lock(&shared), longest, runs);
            let (state, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            // Once forgotten, its number may be another's.
            if timeout.timed_out() && state.children.contains(&id) {
                end(id);
            }
        });
    }

    /// Waits until a guarded child has ended, leaves it to be waited for, and forgets it: until then its id is its own.
    pub fn outlive(&self, child: &Child) {
        if let Some(pid) = Pid::from_raw(child.id().cast_signed()) {
            let _ = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT);
        }
        self.forget(child);
    }

    /// The child is about to be waited for.
    pub fn forget(&self, child: &Child) {
        lock(&self.shared).children.retain(|&id| id != child.id());
        self.shared.1.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    fn sleeper() -> Child {
        Command::new("sleep").arg("60").process_group(0).spawn().unwrap()
    }

    #[test]
    fn children_end_with_the_time() {
        let deadline = Deadline::start(Some(Duration::from_millis(50)));
        let watch = deadline.watch();
        let mut child = sleeper();
        watch.guard(&child);
        watch.outlive(&child);
        assert!(!child.wait().unwrap().success());
        assert!(watch.is_over());
    }

    #[test]
    fn a_child_may_have_a_limit_of_its_own() {
        let watch = Deadline::start(None).watch();
        let (mut short, mut done) = (sleeper(), Command::new("true").process_group(0).spawn().unwrap());
        watch.guard(&short);
        watch.end_after(&short, Duration::from_millis(50));
        watch.guard(&done);
        watch.end_after(&done, Duration::from_secs(60));
        watch.outlive(&done);
        assert!(done.wait().unwrap().success());
        watch.outlive(&short);
        assert!(!short.wait().unwrap().success() && !watch.is_over());
    }

    #[test]
    fn a_child_that_starts_after_the_time_ends_at_once() {
        let deadline = Deadline::start(Some(Duration::ZERO));
        let watch = deadline.watch();
        while !watch.is_over() {
            std::thread::yield_now();
        }
        let mut child = sleeper();
        watch.guard(&child);
        assert!(!child.wait().unwrap().success());
    }
}
