//! A fingerprint as people give it: whole, or shortened as git's ids are.

use super::Failure;
use anyhow::anyhow;
use std::collections::BTreeSet;

/// So many digits are enough, where only one begins so.
const SHORTEST: usize = 8;

/// So many are named where several do.
const NAMED: usize = 10;

/// Whether it looks like one, or like the beginning of one.
pub fn is_one(text: &str) -> bool {
    text.len() >= SHORTEST && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The one among `known` that is meant.
///
/// # Errors
/// When several begin so.
pub fn meant<'a>(asked: &str, known: impl IntoIterator<Item = &'a str>) -> Result<Option<&'a str>, Failure> {
    let known: BTreeSet<&str> = known.into_iter().collect();
    if let Some(whole) = known.get(asked) {
        return Ok(Some(whole));
    }
    if !is_one(asked) {
        return Ok(None);
    }
    let asked = asked.to_ascii_lowercase();
    let begin: Vec<&str> = known.into_iter().filter(|one| one.starts_with(&asked)).collect();
    match begin[..] {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        [..] => {
            let more = begin.len().saturating_sub(NAMED);
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            let named = begin[..begin.len().min(NAMED)].join(", ");
            Err(Failure::usage(anyhow!("`{asked}` is ambiguous: {named}{more} begin so; give more of it")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::exit;

    #[test]
    fn one_that_begins_so_is_meant_and_of_several_none() {
        let known = ["0123456789abcdef", "01234567ffffffff", "fedcba9876543210", "01234567"];
        let meant = |asked: &str| meant(asked, known).unwrap();
        assert_eq!(meant("fedcba9876543210"), Some("fedcba9876543210"));
        assert_eq!(meant("FEDCBA98"), Some("fedcba9876543210"));
        assert_eq!(meant("012345678"), Some("0123456789abcdef"));
        assert_eq!(meant("01234567"), Some("01234567"), "one that is whole is no beginning");
        for none in ["fedcba9", "fedcba99", "fedcba98765432100", "", "secret/x"] {
            assert_eq!(meant(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_ambiguous_lists_the_candidates() {
        let known: Vec<String> = (0..12).map(|number| format!("abcdef01{number:08}")).collect();
        let failure = meant("ABCDEF01", known.iter().map(String::as_str)).unwrap_err();
        assert_eq!(failure.code, exit::USAGE);
        let said = failure.error.to_string();
        assert!(said.contains("abcdef0100000000, ") && said.contains(", and 2 more"), "{said}");
        let two = &known[..2];
        let said = meant("abcdef01", two.iter().map(String::as_str)).unwrap_err().error.to_string();
        assert!(said.contains(&two.join(", ")) && !said.contains("more begin"), "{said}");
    }
}
