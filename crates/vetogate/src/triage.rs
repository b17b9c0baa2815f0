//! Triage: decisions on single findings, kept in files of their own, believed by their standing.

pub mod known;
pub mod repository;
pub mod values;
pub mod write;
