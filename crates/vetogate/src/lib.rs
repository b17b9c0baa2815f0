//! Sources, engine, reports and commands of `veto`.
//!
//! Data flows one way: source, artifact, detectors, findings, policy, verdict, report.

pub mod cli;
pub mod deadline;
pub mod engine;
pub mod git;
pub mod hooks;
pub mod pins;
pub mod policies;
pub mod purge;
pub mod report;
pub mod rule_page;
pub mod run;
pub mod source;

pub use cli::command;
