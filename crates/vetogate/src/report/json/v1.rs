//! The wire types of the report, version 1. A key is never renamed or given another meaning here; that would be
//! version 2.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use vetogate_core as core;

/// The `schema_version` of these types.
pub const VERSION: u64 = 1;

/// Declares the words of a scale as they stand in a report, and their way to and from the inner type.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $inner:path { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl From<$inner> for $name {
            fn from(inner: $inner) -> Self {
                use $inner as Inner;
                match inner { $(Inner::$variant => Self::$variant),+ }
            }
        }

        impl From<$name> for $inner {
            fn from(wire: $name) -> Self {
                match wire { $($name::$variant => Self::$variant),+ }
            }
        }
    };
}

words! {
    /// How bad it is, if it is true.
    Severity: core::Severity {
        /// Listed.
        Low = "low",
        /// Warns; vetoes in high posture.
        Medium = "medium",
        /// Vetoes; one push may be let through in medium posture.
        High = "high",
        /// Vetoes, always.
        Critical = "critical",
    }
}
words! {
    /// How sure it is that it is true.
    Confidence: core::Confidence {
        /// The shape alone.
        Low = "low",
        /// Likely.
        Medium = "medium",
        /// All but certain.
        High = "high",
    }
}
words! {
    /// The security posture of the project.
    Posture: core::Posture {
        /// The default.
        Medium = "medium",
        /// Regulated data: medium and above must be remediated.
        High = "high",
    }
}
words! {
    /// What a finding is about.
    Category: core::Category {
        /// Secrets and private keys.
        Secrets = "secrets",
        /// Vulnerable code.
        Code = "code",
        /// Personal data.
        Pii = "pii",
        /// Dockerfile, Compose.
        Containers = "containers",
        /// Vulnerable dependencies.
        Dependencies = "dependencies",
        /// Database configuration.
        Database = "database",
        /// GitHub Actions, GitLab CI.
        CiCd = "ci-cd",
        /// Everything else that is configured.
        Configuration = "configuration",
    }
}
words! {
    /// Which question the rule answers.
    Detects: core::Detects {
        /// A value that must not be published.
        Leak = "leak",
        /// A fault of what stands at the tip.
        State = "state",
    }
}
words! {
    /// What part of the place is meant.
    Scope: core::Scope {
        /// The span from line and column to end_line and end_column.
        Span = "span",
        /// The file as a whole, shown at line 1.
        File = "file",
        /// A place that is no file.
        Git = "git",
        /// Something that is not there; the file is what it is anchored to.
        Absent = "absent",
    }
}
words! {
    /// The decision.
    Decision: core::judge::Decision {
        /// Nothing to say.
        Allow = "ALLOW",
        /// It passes, and there is something to look at.
        Warn = "WARN",
        /// It would be blocked, and this one push was let through.
        Overridden = "OVERRIDDEN",
        /// It does not pass.
        Block = "BLOCK",
    }
}
words! {
    /// How bad a gap is.
    GapKind: core::GapKind {
        /// Read by the leak detectors, but not fully analysed.
        Partial = "partial",
        /// Not looked at.
        Unread = "unread",
    }
}
words! {
    /// Why there is a gap.
    GapCause: core::GapCause {
        /// The object is not there.
        Missing = "missing",
        /// The object is there and can not be read.
        Corrupt = "corrupt",
        /// A limit in the policy was reached.
        Limit = "limit",
        /// Time ran out.
        TimeOut = "time-out",
        /// A detector crashed.
        Crash = "crash",
        /// A command that we depend on failed.
        Failed = "failed",
        /// The policy of the remote can not be understood.
        Policy = "policy",
        /// What was pinned of the remote can't be read or written.
        Pins = "pins",
    }
}

/// What a finding comes to, if nothing suppresses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Shown, no more.
    List,
    /// Warns.
    Warn,
    /// Vetoes.
    Veto,
}

/// A report of Vetogate. All text in it is masked and escaped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Vetogate security report")]
pub struct Report {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub schema_version: u64,
    /// Differs from run to run.
    #[schemars(extend("pattern" = r"^sec-scan-\d{4}-\d{2}-\d{2}-[0-9a-f]{8}$"))]
    pub scan_id: String,
    /// When the run began, in UTC (RFC 3339). Differs from run to run.
    #[schemars(extend("format" = "date-time"))]
    pub timestamp: String,
    /// What wrote the report.
    pub tool: Tool,
    /// Name of the project.
    pub project: String,
    /// The posture in force.
    pub security_posture: Posture,
    /// File, line and marker of each evidence for a high posture.
    pub posture_evidence: Vec<String>,
    /// The policy in force.
    pub policy: PolicySource,
    /// The id of the push, where it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub push_id: Option<String>,
    /// What `veto override` takes to let this push through, where that is possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_code: Option<String>,
    /// What that has to be proved by: typed, signed, hardware, second-person, second-person-hardware.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_proof: Option<String>,
    /// The refs of a push; empty for other sources.
    pub refs: Vec<RefUpdate>,
    /// How much was looked at.
    pub objects: Objects,
    /// Counts.
    pub summary: Summary,
    /// The findings, worst first.
    pub findings: Vec<Finding>,
    /// What was not looked at, or not fully.
    pub gaps: Vec<Gap>,
    /// Things that are worth a line and change nothing.
    pub notes: Vec<String>,
    /// The decision.
    pub veto_decision: Decision,
    /// It, in one sentence.
    pub veto_reason: String,
    /// Whether this push may be let through by its user.
    pub override_available: bool,
    /// How long the run took, in milliseconds. Differs from run to run.
    pub elapsed_ms: u64,
}

/// What wrote the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// `vetogate`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 over everything that an answer depends on.
    pub rules_digest: String,
}

/// The policy in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicySource {
    /// SHA-256 of its text.
    pub digest: String,
    /// Where it was read from.
    pub source: String,
    /// How many rules it switches off.
    pub rules_off: u64,
}

/// One ref update of a push.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RefUpdate {
    /// Name on the remote, escaped.
    pub name: String,
    /// What the remote has; all zeros for a new ref.
    #[schemars(extend("pattern" = "^([0-9a-f]{40}|[0-9a-f]{64})$"))]
    pub old: String,
    /// What it gets; all zeros for a deletion.
    #[schemars(extend("pattern" = "^([0-9a-f]{40}|[0-9a-f]{64})$"))]
    pub new: String,
}

/// How much was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objects {
    /// Blobs, commits and tags; of a work tree, files.
    pub count: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Counts. `issues_found`, `suppressed` and `old` add up to the number of findings.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summary {
    /// Files of the source, or published blobs.
    pub total_files: u64,
    /// Those that were looked at.
    pub scanned_files: u64,
    /// Findings that are neither suppressed nor old debt: the sum of the four below.
    pub issues_found: u64,
    /// Of them, by severity.
    pub critical: u64,
    /// Of them, by severity.
    pub high: u64,
    /// Of them, by severity.
    pub medium: u64,
    /// Of them, by severity.
    pub low: u64,
    /// Findings that policy or triage took out.
    pub suppressed: u64,
    /// Findings that were there before, and are not suppressed.
    pub old: u64,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// `SEC-001` and so on, in the order of the report.
    #[schemars(extend("pattern" = r"^SEC-\d{3,}$"))]
    pub id: String,
    /// Severity in force.
    pub severity: Severity,
    /// Severity before confidence lowered it.
    pub base_severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// What it comes to, if nothing suppresses it.
    pub action: Action,
    /// Whether a veto by this finding may be overridden for one push.
    pub override_available: bool,
    /// What it is about.
    pub category: Category,
    /// The rule.
    pub rule_id: String,
    /// Which question the rule answers.
    pub detects: Detects,
    /// The rule in one line.
    pub title: String,
    /// What is wrong and why it matters.
    pub description: String,
    /// What is said of this very finding, beyond the description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Path from the root that was scanned, or a place that is no file: `git:<oid>:message` and so on.
    pub file: String,
    /// What part of the place is meant.
    pub scope: Scope,
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    /// Last line.
    pub end_line: u64,
    /// Column after the last character.
    pub end_column: u64,
    /// The first published commit that holds it, where the source has commits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("pattern" = "^([0-9a-f]{40}|[0-9a-f]{64})$"))]
    pub commit: Option<String>,
    /// Whether it still stands at the tip.
    pub at_tip: bool,
    /// The rule's expression or name, never the match.
    pub pattern: String,
    /// The matching text, masked.
    pub snippet: String,
    /// What the value is assigned to, where there is a name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub identifier: Option<String>,
    /// One identity for triage, override and deduplication.
    pub fingerprint: String,
    /// Whether it is new.
    pub introduced: bool,
    /// Where the remote has the value already, where the push copies it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<String>,
    /// Weaknesses, as `CWE-798`.
    #[schemars(inner(regex(pattern = r"^CWE-\d+$")))]
    pub cwe: Vec<String>,
    /// Rows of OWASP Top 10:2021.
    pub owasp_2021: Vec<String>,
    /// Rows of OWASP Top 10:2025.
    pub owasp_2025: Vec<String>,
    /// What to do instead.
    pub recommendation: String,
    /// The way out.
    pub remediation: Remediation,
    /// From source to sink, where there is a flow.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub flow: Vec<Step>,
    /// Where a fix can be applied by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
    /// Why it does not count, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressed: Option<Suppressed>,
}

/// The way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Remediation {
    /// In order.
    pub steps: Vec<String>,
    /// Pages of the vendor or of a standard.
    pub references: Vec<String>,
}

/// One step of a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// As of a finding.
    pub file: String,
    /// As of a finding.
    pub scope: Scope,
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
    /// Last line.
    pub end_line: u64,
    /// Column after the last character.
    pub end_column: u64,
    /// As of a finding.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("pattern" = "^([0-9a-f]{40}|[0-9a-f]{64})$"))]
    pub commit: Option<String>,
    /// As of a finding.
    pub at_tip: bool,
    /// What happens there.
    pub message: String,
}

/// A fix: replace the bytes `start..end` of the file by the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// First byte.
    pub start: u64,
    /// Byte after the last.
    pub end: u64,
    /// The replacement.
    pub text: String,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suppressed {
    /// Who answers for it, where that is recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// Why.
    pub why: String,
    /// The last day on which it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date"))]
    pub until: Option<String>,
    /// File and line where it stands.
    pub source: String,
}

/// What was not looked at, or not fully.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// How bad.
    pub kind: GapKind,
    /// Why.
    pub cause: GapCause,
    /// Path, or a place that is no file.
    pub file: String,
    /// `file`, or `git` for a place that is no file.
    pub scope: Scope,
    /// What was not looked at.
    pub detail: String,
    /// What to do about it.
    #[serde(default)]
    pub recommendation: String,
    /// The blob that was not looked at whole, where it is one: `veto triage` takes its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
}
