//! The way out of a gap, by its cause. Every format shows these.

use vetogate_core::{Gap, GapCause, GapKind};

/// What to do about a gap of this cause.
pub fn way_out(cause: GapCause) -> &'static str {
    match cause {
        GapCause::Missing => {
            "Get the missing object into this clone: `git cat-file -e ID` in a partial clone, `git fetch --unshallow` in \
             a shallow one, else `git fetch --refetch REMOTE` from a repository that has it."
        }
        GapCause::Corrupt => {
            "Move away what is damaged under .git/objects (it is named above, or by `git fsck --full`), then `git fetch \
             --refetch REMOTE` from a repository that has the object."
        }
        GapCause::Limit => {
            "Make what is over the limit smaller, or divide it. A blob that has to be as it is can be answered for by a \
             signature: `veto triage ID --status accepted-risk --reason TEXT --sign KEY`, with the id above."
        }
        GapCause::TimeOut => {
            "Push in parts: an older commit first, `git push REMOTE ID:refs/heads/BRANCH`, then newer ones up to the \
             branch itself; one commit that is too much alone has to be divided. A higher `limits.seconds` in \
             .veto/policy.toml counts once it is on the remote's trusted branch."
        }
        GapCause::Crash => {
            "This is a fault of veto: please report it with the line above. What is not named there can be pushed \
             without it; a blob can be answered for by a signature: `veto triage ID --status accepted-risk --reason TEXT \
             --sign KEY`, with the id above."
        }
        GapCause::Failed => {
            "See to what git or the system says above; `git fsck` tells whether the repository is whole."
        }
        GapCause::Policy => {
            "Mend .veto/policy.toml on the remote's trusted branch; the push that mends it passes."
        }
        GapCause::Pins => "Mend or delete .git/veto/pins.toml, then `veto doctor --pin`.",
    }
}

/// The way out of each cause for which something stayed unread, once each.
pub fn ways_out(gaps: &[Gap]) -> Vec<&'static str> {
    let mut causes: Vec<GapCause> =
        gaps.iter().filter(|gap| gap.kind == GapKind::Unread).map(|gap| gap.cause).collect();
    causes.sort_unstable();
    causes.dedup();
    causes.into_iter().map(way_out).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use vetogate_core::Place;

    #[test]
    fn each_cause_is_said_once_and_only_of_what_stayed_unread() {
        let gap = |cause| Gap::unread(cause, Place::Run("x".into()), "y");
        let mut gaps = vec![gap(GapCause::TimeOut), gap(GapCause::Missing), gap(GapCause::TimeOut)];
        gaps.extend(sample::gaps());
        let expected = [way_out(GapCause::Missing), way_out(GapCause::TimeOut)];
        assert_eq!(ways_out(&gaps), expected);
    }
}
