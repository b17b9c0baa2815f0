//! From artifacts to findings, in parallel and in an order that does not depend on it.

pub mod debt;
pub mod findings;
pub mod inline;
pub mod room;
pub mod state;
pub mod text;
pub mod workers;

pub use text::RawHit;
pub use workers::{Item, Looked, Scope, Source};
