//! Sources, engine, reports and commands of `veto`.
//!
//! Data flows one way: source, artifact, detectors, findings, policy, verdict, report.

pub mod audit;
pub mod baseline;
pub mod cli;
pub mod deadline;
pub mod engine;
pub mod gate;
pub mod git;
pub mod hooks;
pub mod overrides;
pub mod pins;
pub mod policies;
pub mod purge;
pub mod report;
pub mod rule_page;
pub mod run;
pub mod settle;
pub mod sign;
pub mod source;
pub mod triage;
pub mod trust;

pub use cli::command;
