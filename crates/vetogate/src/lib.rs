//! Sources, engine, reports and commands of `veto`.
//!
//! Data flows one way: source, artifact, detectors, findings, policy, verdict, report.

pub mod cli;
pub mod git;
pub mod report;
pub mod rule_page;

pub use cli::command;
