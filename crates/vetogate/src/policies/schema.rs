//! The JSON schema of the policy file, for editors: what `docs/policy.schema.json` holds and `veto policy schema` prints.

use serde_json::{Value, json};

/// The schema, as text.
pub fn schema() -> String {
    let mut text = serde_json::to_string_pretty(&value()).unwrap_or_default();
    text.push('\n');
    text
}

fn value() -> Value {
    let rule = "A rule such as secret/jwt, a family such as secret/*, or *.";
    let date = json!({ "type": "string", "format": "date", "description": "Its last day." });
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Vetogate policy",
        "description": "What a repository, a user or a machine decided of pushes.",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "preset": one_of(&["default", "strict", "guide"], "What the other keys are where they are not set."),
            "posture": one_of(&["medium", "high"], "high: everything from medium up must be remediated."),
            "min_confidence": one_of(&["low", "medium", "high"], "Findings that are less sure warn at most."),
            "min_version": text("An older veto says so before it minds anything else, such as 0.1.0."),
            "repository": text("What signed entries call this repository; else its first commit, or all of them."),
            "limits": table("Limits of one run.", json!({
                "seconds": number(3600, "Seconds until a look at a push gives up, which then does not pass."),
            })),
            "override": table("How one push may be let through.", json!({
                "allowed": flag("Whether at all."),
                "proof": one_of(&["typed", "signed", "hardware", "second-person", "second-person-hardware"], "What it takes."),
                "minutes": number(60, "How long it holds."),
            })),
            "triage": table("Decisions on single findings in .veto/triage.d.", json!({
                "signed": flag("Whether they have to be signed, also on the trusted branch."),
            })),
            "inline": table("Ignores in the text itself.", json!({
                "allowed": flag("Whether they count, for medium and low findings."),
            })),
            "rules": {
                "description": rule,
                "type": "object",
                "propertyNames": { "pattern": r"^(\*|[^/]+/.+)$" },
                "additionalProperties": table("What holds of the rules that the name matches.", json!({
                    "severity": one_of(&["low", "medium", "high", "critical"], "Another severity."),
                    "enabled": flag("false switches it off, and needs a reason."),
                    "reason": text("Why it is off."),
                })),
            },
            "exclude": list("Paths that are excluded; in a repository's file alone.", &["path", "reason", "until"], json!({
                "path": text("A glob below the root; one that ends in / means all below it."),
                "rules": { "type": "array", "minItems": 1, "items": { "type": "string" }, "description": rule },
                "reason": text("Why."),
                "until": date,
            })),
            "public": list("Remotes whose history is public; in the file of the user or of the machine alone.", &["url"], json!({
                "url": text("The URL of the remote."),
            })),
        },
    })
}

fn one_of(values: &[&str], description: &str) -> Value {
    json!({ "type": "string", "enum": values, "description": description })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "description": description })
}

fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn number(most: u16, description: &str) -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": most, "description": description })
}

fn table(description: &str, properties: Value) -> Value {
    let mut table = json!({ "type": "object", "additionalProperties": false, "description": description });
    table["properties"] = properties;
    table
}

fn list(description: &str, required: &[&str], properties: Value) -> Value {
    let mut items = table(description, properties);
    items["required"] = json!(required);
    json!({ "type": "array", "description": description, "items": items })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use vetogate_core::Policy;

    /// The keys that the parser names where one is unknown.
    fn parsed(before: &str) -> BTreeSet<String> {
        let error = Policy::parse_floor(&format!("{before}unknown_ = 1\n"), "p").unwrap_err().message;
        error.split('`').skip(3).step_by(2).map(str::to_owned).collect()
    }

    fn described(schema: &Value) -> BTreeSet<String> {
        schema["properties"].as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn it_has_the_keys_that_the_parser_has() {
        let schema = value();
        let all = &schema["properties"];
        for (before, schema) in [
            ("", &schema),
            ("[limits]\n", &all["limits"]),
            ("[override]\n", &all["override"]),
            ("[triage]\n", &all["triage"]),
            ("[inline]\n", &all["inline"]),
            ("[rules.\"secret/x\"]\n", &all["rules"]["additionalProperties"]),
            ("[[exclude]]\n", &all["exclude"]["items"]),
            ("[[public]]\n", &all["public"]["items"]),
        ] {
            let keys = parsed(before);
            // Where there is one key only, the parser says it in other words.
            assert!(!keys.is_empty(), "{before}");
            assert_eq!(keys, described(schema), "{before}");
        }
    }

    /// Each value of an enumeration is taken by the parser, and none beside them.
    #[test]
    fn it_has_the_values_that_the_parser_has() {
        let schema = value();
        let properties = &schema["properties"];
        for (key, schema) in [
            ("preset", &properties["preset"]),
            ("posture", &properties["posture"]),
            ("min_confidence", &properties["min_confidence"]),
            ("override.proof", &properties["override"]["properties"]["proof"]),
            (
                "rules.\"secret/x\".severity",
                &properties["rules"]["additionalProperties"]["properties"]["severity"],
            ),
        ] {
            let values: BTreeSet<String> = schema["enum"]
                .as_array()
                .unwrap()
                .iter()
                .map(|value| value.as_str().unwrap().into())
                .collect();
            for value in &values {
                assert!(Policy::parse(&format!("{key} = \"{value}\""), "p").is_ok(), "{key} {value}");
            }
            let error = Policy::parse(&format!("{key} = \"x_\""), "p").unwrap_err().message;
            let named: BTreeSet<String> = error.split('`').skip(3).step_by(2).map(str::to_owned).collect();
            assert_eq!(named, values, "{error}");
        }
    }
}
