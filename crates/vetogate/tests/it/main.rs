//! Integration tests: real repositories, a real bare remote, real `git push`, the real binary.
#![allow(clippy::unwrap_used, reason = "a test that can not be set up has failed")]

mod bad_input;
mod baseline;
mod guide;
mod install;
mod listing;
mod policy;
mod purge;
mod push;
mod rules;
mod scan;
mod support;
