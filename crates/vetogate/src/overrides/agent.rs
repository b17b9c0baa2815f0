//! Whether a coding agent seems to run this. It only ever tightens: an agent that hides is not found out.

use std::ffi::OsString;

/// Variables that coding agents set for the commands that they run, by the beginning of their names.
const MARKS: &[(&str, &str)] = &[
    ("CLAUDECODE", "Claude Code"),
    ("CLAUDE_CODE_", "Claude Code"),
    ("CODEX_", "Codex"),
    ("CURSOR_AGENT", "Cursor"),
    ("CURSOR_TRACE_ID", "Cursor"),
    ("GEMINI_CLI", "Gemini CLI"),
    ("COPILOT_AGENT_", "Copilot"),
    ("AIDER_", "Aider"),
    ("OPENCODE", "OpenCode"),
];

/// The agent whose environment this looks like.
pub fn agent(mut variables: impl Iterator<Item = (OsString, OsString)>) -> Option<&'static str> {
    variables.find_map(|(name, _)| {
        let name = name.to_str()?;
        MARKS.iter().find(|(mark, _)| name.starts_with(mark)).map(|(_, agent)| *agent)
    })
}

#[cfg(test)]
mod tests {
    use super::agent;

    #[test]
    fn an_agent_is_known_by_its_variables() {
        let with =
            |name: &str| agent([("PATH".into(), "/bin".into()), (name.into(), "1".into())].into_iter());
        assert_eq!(with("CLAUDECODE"), Some("Claude Code"));
        assert_eq!(with("CODEX_SANDBOX"), Some("Codex"));
        assert_eq!(with("EDITOR"), None);
    }
}
