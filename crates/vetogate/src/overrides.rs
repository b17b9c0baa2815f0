//! Letting one push through: what it is bound to, the token that says so, where both lie.
//!
//! A token counts for exactly the push, the findings and the policy that were shown, for some minutes. What it proves, its
//! [`Proof`](vetogate_core::Proof) says: a phrase that was typed records an intent and proves no person.

pub mod agent;
pub mod binding;
pub mod second;
pub mod store;
pub mod token;
