//! The wall-clock limit of a run, and the children that end with it.
//!
//! A thread sleeps until the limit; then it marks the run as out of time and kills the git processes that are still
//! at work, so that nothing that waits for them hangs. What was not looked at becomes a gap.

use rustix::process::{Pid, Signal, kill_process};
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
        state.children.iter().for_each(|&child| kill(child));
    }
}

fn kill(child: u32) {
    if let Some(pid) = Pid::from_raw(child.cast_signed()) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

impl Watch {
    /// Whether time is up.
    pub fn is_over(&self) -> bool {
        lock(&self.shared).over
    }

    /// Ends `child` when time is up, or at once where it is already. To be forgotten before the child is waited for.
    pub fn guard(&self, child: &Child) {
        let mut state = lock(&self.shared);
        state.children.push(child.id());
        if state.over {
            kill(child.id());
        }
    }

    /// The child is about to be waited for.
    pub fn forget(&self, child: &Child) {
        lock(&self.shared).children.retain(|&id| id != child.id());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn children_end_with_the_time() {
        let deadline = Deadline::start(Some(Duration::from_millis(50)));
        let watch = deadline.watch();
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        watch.guard(&child);
        assert!(!child.wait().unwrap().success());
        assert!(watch.is_over());
        let mut late = Command::new("sleep").arg("60").spawn().unwrap();
        watch.guard(&late);
        assert!(!late.wait().unwrap().success());
    }
}
