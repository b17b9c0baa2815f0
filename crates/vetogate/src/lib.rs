//! Sources, engine, reports and commands of `veto`.
//!
//! Data flows one way: source, artifact, detectors, findings, policy, verdict, report.

pub mod cli;
pub mod deadline;
pub mod engine;
pub mod git;
pub mod report;
pub mod source;
pub mod hooks;
pub mod pins;
