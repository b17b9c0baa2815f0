//! CWE numbers, their OWASP Top 10 rows, and the default severity of each.
//!
//! Sources: CWE 4.x (<https://cwe.mitre.org>), the "List of Mapped CWEs" of each category of OWASP Top 10:2021 and
//! OWASP Top 10:2025, and the severity table of the contract. One row is all that a new CWE needs. Where a list does not
//! name a CWE (605, 703, 943, 1333, 1395), its row is the nearest by sense.

use crate::Severity;
use std::fmt;

/// A weakness of the Common Weakness Enumeration, by number. Displayed as `CWE-798`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cwe(pub u16);

/// What we know of one CWE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CweRow {
    /// The number.
    pub cwe: Cwe,
    /// MITRE's name of it.
    pub name: &'static str,
    /// Row of OWASP Top 10:2021.
    pub owasp_2021: &'static str,
    /// Row of OWASP Top 10:2025.
    pub owasp_2025: &'static str,
    /// Severity of a finding whose rule says nothing else.
    pub severity: Severity,
}

const A02_21: &str = "A02:2021";
const A05_21: &str = "A05:2021";
const A03_21: &str = "A03:2021";
const A07_21: &str = "A07:2021";
const A02_25: &str = "A02:2025";
const A04_25: &str = "A04:2025";
const A05_25: &str = "A05:2025";
const A07_25: &str = "A07:2025";

/// One row per CWE that a rule names, ascending.
pub const TABLE: &[CweRow] = &[
    row(
        78,
        "Improper Neutralization of Special Elements used in an OS Command",
        A03_21,
        A05_25,
        Severity::Critical,
    ),
    row(
        89,
        "Improper Neutralization of Special Elements used in an SQL Command",
        A03_21,
        A05_25,
        Severity::Critical,
    ),
    row(
        95,
        "Improper Neutralization of Directives in Dynamically Evaluated Code",
        A03_21,
        A05_25,
        Severity::Critical,
    ),
    row(256, "Plaintext Storage of a Password", "A04:2021", "A06:2025", Severity::Critical),
    row(260, "Password in Configuration File", A05_21, A02_25, Severity::Critical),
    row(312, "Cleartext Storage of Sensitive Information", "A04:2021", "A06:2025", Severity::High),
    row(321, "Use of Hard-coded Cryptographic Key", A02_21, A04_25, Severity::Critical),
    row(328, "Use of Weak Hash", A02_21, A04_25, Severity::High),
    row(
        359,
        "Exposure of Private Personal Information to an Unauthorized Actor",
        "A01:2021",
        "A01:2025",
        Severity::High,
    ),
    row(502, "Deserialization of Untrusted Data", "A08:2021", "A08:2025", Severity::Critical),
    row(522, "Insufficiently Protected Credentials", "A04:2021", "A06:2025", Severity::Critical),
    row(
        538,
        "Insertion of Sensitive Information into Externally-Accessible File or Directory",
        "A01:2021",
        "A01:2025",
        Severity::Medium,
    ),
    row(605, "Multiple Binds to the Same Port", A05_21, A02_25, Severity::High),
    row(614, "Sensitive Cookie in HTTPS Session Without 'Secure' Attribute", A05_21, A02_25, Severity::High),
    row(703, "Improper Check or Handling of Exceptional Conditions", "A04:2021", "A10:2025", Severity::Low),
    row(732, "Incorrect Permission Assignment for Critical Resource", "A01:2021", "A01:2025", Severity::High),
    row(798, "Use of Hard-coded Credentials", A07_21, A07_25, Severity::Critical),
    row(807, "Reliance on Untrusted Inputs in a Security Decision", "A04:2021", "A06:2025", Severity::High),
    row(
        943,
        "Improper Neutralization of Special Elements in Data Query Logic",
        A03_21,
        A05_25,
        Severity::Critical,
    ),
    row(1004, "Sensitive Cookie Without 'HttpOnly' Flag", A05_21, A02_25, Severity::High),
    row(1333, "Inefficient Regular Expression Complexity", "A04:2021", "A06:2025", Severity::High),
    row(1395, "Dependency on Vulnerable Third-Party Component", "A06:2021", "A03:2025", Severity::High),
];

const fn row(
    number: u16,
    name: &'static str,
    owasp_2021: &'static str,
    owasp_2025: &'static str,
    severity: Severity,
) -> CweRow {
    CweRow { cwe: Cwe(number), name, owasp_2021, owasp_2025, severity }
}

impl Cwe {
    /// The row of this number, if a rule may name it.
    pub fn row(self) -> Option<&'static CweRow> {
        TABLE.binary_search_by_key(&self, |row| row.cwe).ok().map(|index| &TABLE[index])
    }
}

impl fmt::Display for Cwe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CWE-{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_ascends_so_that_every_row_is_found() {
        assert!(TABLE.is_sorted_by_key(|row| row.cwe));
        for row in TABLE {
            assert_eq!(row.cwe.row(), Some(row));
        }
        assert_eq!(Cwe(1).row(), None);
    }
}
