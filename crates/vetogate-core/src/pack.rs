//! Packs: rules that run only where the policy asks for them. A rule is of the pack that its family is named after.

/// The packs that a policy switches on; none by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Packs {
    /// The patterns of the security guide to the letter: `preset = "guide"`.
    pub guide_literal: bool,
}

/// The family of the rules of [`Packs::guide_literal`].
pub const GUIDE_LITERAL: &str = "guide-literal";

impl Packs {
    /// The pack of a rule, where it is of one.
    pub fn of(rule: &str) -> Option<&'static str> {
        (rule.split('/').next() == Some(GUIDE_LITERAL)).then_some(GUIDE_LITERAL)
    }

    /// The packs that the rule needs.
    pub fn needed_by(rule: &str) -> Self {
        Self { guide_literal: Self::of(rule).is_some() }
    }

    /// Both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { guide_literal: self.guide_literal || other.guide_literal }
    }

    /// Whether a rule runs: it is of no pack, or of one that is on.
    pub fn allow(self, rule: &str) -> bool {
        self.guide_literal || Self::of(rule).is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::Packs;

    #[test]
    fn a_rule_of_a_pack_runs_where_it_is_on() {
        let on = Packs::needed_by("guide-literal/assert");
        assert!(on.guide_literal && on.allow("guide-literal/assert") && on.allow("secret/jwt"));
        let off = Packs::needed_by("secret/jwt");
        assert!(off == Packs::default() && !off.allow("guide-literal/assert") && off.allow("secret/jwt"));
        assert!(off.allow("guide-literals/assert") && off.and(on) == on);
    }
}
