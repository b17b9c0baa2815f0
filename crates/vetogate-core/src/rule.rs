//! What a rule is, wherever it came from: a TOML file, a constant, a project's file, an imported report.

use crate::{Category, Confidence, Cwe, Severity};

/// Which of the two questions a rule answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Detects {
    /// A value that must not be published: every published object is asked.
    Leak,
    /// A fault of what stands at the tip.
    State,
}

/// A rule: owned data, shared by `Arc`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Lower-kebab with its family, such as `secret/aws-access-key`.
    pub id: String,
    /// One line, such as "AWS access key".
    pub title: String,
    /// What is wrong and why it matters, in one or two sentences.
    pub description: String,
    /// Category in reports and flags.
    pub category: Category,
    /// Leak or state.
    pub detects: Detects,
    /// How bad.
    pub severity: Severity,
    /// How sure, before the context lowers it.
    pub confidence: Confidence,
    /// At least one.
    pub cwe: Vec<Cwe>,
    /// The rule's expression, or its name where it is code. Never a match.
    pub pattern: String,
    /// One sentence: what to do instead.
    pub recommendation: String,
    /// What to do, in order. `{env}` stands for the reference that fits the file's language.
    pub steps: Vec<String>,
    /// Pages of the vendor or of a standard.
    pub references: Vec<String>,
    /// Bits of randomness that the format itself promises; 0 where the value has to be estimated.
    pub bits: u32,
}

impl Rule {
    /// Row of OWASP Top 10:2021 of each CWE, without repetition.
    pub fn owasp_2021(&self) -> Vec<&'static str> {
        self.owasp(|row| row.owasp_2021)
    }

    /// Row of OWASP Top 10:2025 of each CWE, without repetition.
    pub fn owasp_2025(&self) -> Vec<&'static str> {
        self.owasp(|row| row.owasp_2025)
    }

    fn owasp(&self, column: fn(&crate::cwe::CweRow) -> &'static str) -> Vec<&'static str> {
        let mut rows: Vec<_> = self.cwe.iter().filter_map(|cwe| cwe.row()).map(column).collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }
}
