//! Where artifacts come from: a push, a range, the history, the index, a work tree, standard input.

pub mod alias;
pub mod index;
pub mod published;
pub mod push;
pub mod refs;
mod tracking;
pub mod upstream;
pub mod worktree;
