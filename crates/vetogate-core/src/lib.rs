//! The words of Vetogate, and the one place that judges.
//!
//! Everything here is pure: no input or output, no clock, no environment, no threads. The other crates look at
//! things and produce [`Finding`]s and [`Gap`]s; [`judge`](judge::judge) turns them into a [`Verdict`](judge::Verdict).

#![forbid(unsafe_code)]

pub mod cwe;
pub mod digest;
pub mod finding;
pub mod fuel;
pub mod gap;
pub mod judge;
pub mod level;
pub mod location;
pub mod oid;
pub mod pack;
pub mod policy;
pub mod rule;
pub mod secret;
pub mod suppress;
pub mod text;
pub mod triage;
pub mod view;

pub use cwe::Cwe;
pub use finding::{Edit, Finding, Novelty, Step};
pub use fuel::Fuel;
pub use gap::{Gap, GapCause, GapKind};
pub use level::{Category, Confidence, Posture, Proof, Severity};
pub use location::{Location, Place, Scope, Span};
pub use oid::ObjectId;
pub use pack::Packs;
pub use policy::Policy;
pub use rule::{Detects, Rule};
pub use secret::Secret;
pub use suppress::Suppression;
pub use view::{Change, Entry, EntryKind, RemoteView, Tree, TreePair};
