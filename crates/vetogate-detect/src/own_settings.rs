//! The rule of pushes that loosen the settings of the gate itself. What is loosened, the program finds: it takes signatures.

use std::sync::{Arc, LazyLock};
use vetogate_core::suppress::GUARD;
use vetogate_core::{Category, Confidence, Cwe, Detects, Rule, Severity};

static RULE: LazyLock<Arc<Rule>> = LazyLock::new(|| {
    Arc::new(Rule {
        id: GUARD.into(),
        title: "The gate itself is loosened".into(),
        description: "A push to the trusted branch changes .veto/ so that more passes than before, and no signer of before has signed it: the next push could bring what this one lets through.".into(),
        category: Category::Configuration,
        detects: Detects::State,
        severity: Severity::High,
        confidence: Confidence::High,
        cwe: vec![Cwe(807)],
        pattern: "a policy that lets more through, a new signer, an unsigned entry of triage, or a longer baseline, on the remote's trusted branch".into(),
        recommendation: "Let a signer sign it, or have it merged by whoever looks after the branch.".into(),
        steps: vec![
            "Take the change out of this push, if it is none of yours.".into(),
            "Let someone who is listed in .veto/allowed_signers on the remote sign it: veto policy sign --sign KEY, or veto triage ... --sign KEY.".into(),
            "Where nobody is listed yet: enrol your own key for this clone, veto install --signer KEY on a terminal, and sign it as in step 2; have it merged by whoever protects the branch; or let this one push through.".into(),
        ],
        references: vec!["https://cwe.mitre.org/data/definitions/807.html".into()],
        bits: 0,
    })
});

/// The rule.
pub fn rule() -> Arc<Rule> {
    Arc::clone(&RULE)
}
