//! Git, asked through its own plumbing, in a repository that is taken for hostile.
//!
//! No command that starts here runs what the repository's configuration names (fsmonitor, textconv, filters, hooks,
//! gpg, ssh), fetches an object, or is blinded by replace refs and grafts. Chained hooks are not started here: they
//! get the user's own environment.

pub mod catfile;
pub mod command;
pub mod grep;
pub mod listing;
pub mod loose;
pub mod past;
pub mod remote;
pub mod tree;
pub mod walk;
