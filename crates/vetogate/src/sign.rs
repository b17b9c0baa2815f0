//! Signatures by SSH keys: who may sign what, made by `ssh-keygen`, checked here.
//!
//! The format is OpenSSH's `PROTOCOL.sshsig`. A signature counts for one namespace, so that one that was made for a
//! commit is none for an override.

#[cfg(test)]
pub mod altered;
pub mod change;
pub mod keygen;
pub mod signers;
pub mod sshsig;

/// What a signature is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Namespace {
    /// Letting one push through.
    Override,
    /// An entry of triage.
    Triage,
    /// A policy.
    Policy,
    /// The head of an audit log.
    Audit,
}

impl Namespace {
    /// As it stands in signatures and in the signers file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Override => "veto-override@v1",
            Self::Triage => "veto-triage@v1",
            Self::Policy => "veto-policy@v1",
            Self::Audit => "veto-audit@v1",
        }
    }
}
