//! What a value is replaced by: a reference that fits the file's language where it stands alone as a literal, else a
//! word that no rule takes for a value.

use bstr::ByteSlice;
use std::ops::Range;

/// Stands where no reference fits.
pub const PLACEHOLDER: &str = "REDACTED";

/// The name of a variable where the value has none.
const UNNAMED: &str = "SECRET";

/// Longer names are no names.
const LONGEST: usize = 48;

/// How a file reads an environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// An expression in place of the literal, with `NAME` for the variable's name.
    Expression {
        /// The expression.
        text: &'static str,
        /// Words before the literal on its line that allow no expression there.
        constant: &'static [&'static str],
    },
    /// `${NAME}` inside double quotes: shell scripts.
    Shell,
    /// A template inside the quotes, or as a whole value: YAML, as composers and deployers read it.
    Yaml(&'static str),
    /// Nothing but the placeholder.
    Plain,
}

const PYTHON: Style = Style::Expression { text: "os.environ[\"NAME\"]", constant: &["case "] };
const JAVASCRIPT: Style = Style::Expression { text: "process.env.NAME", constant: &["case ", "import "] };
const RUBY: Style = Style::Expression { text: "ENV.fetch(\"NAME\")", constant: &["require"] };
const PHP: Style = Style::Expression { text: "getenv(\"NAME\")", constant: &["const ", "case "] };
const GO: Style =
    Style::Expression { text: "os.Getenv(\"NAME\")", constant: &["const ", "case ", "import "] };
const JAVA: Style =
    Style::Expression { text: "System.getenv(\"NAME\")", constant: &["@", "case ", "const "] };
const CSHARP: Style = Style::Expression {
    text: "Environment.GetEnvironmentVariable(\"NAME\")",
    constant: &["const ", "case ", "["],
};

impl Style {
    /// Of a file, by the ending of its name.
    pub fn of(path: &[u8]) -> Self {
        if path.find(".github/workflows/").is_some() {
            return Self::Yaml("${{ secrets.NAME }}");
        }
        let name = path.rsplit_str("/").next().unwrap_or_default().to_ascii_lowercase();
        let Some((_, ending)) = name.rsplit_once_str(".") else { return Self::Plain };
        match ending {
            b"py" | b"pyw" => PYTHON,
            b"js" | b"mjs" | b"cjs" | b"ts" | b"mts" | b"cts" | b"jsx" | b"tsx" => JAVASCRIPT,
            b"rb" | b"rake" => RUBY,
            b"php" => PHP,
            b"go" => GO,
            b"java" | b"kt" | b"kts" | b"scala" | b"groovy" | b"gradle" => JAVA,
            b"cs" => CSHARP,
            b"sh" | b"bash" | b"zsh" | b"ksh" => Self::Shell,
            b"yml" | b"yaml" => Self::Yaml("${NAME}"),
            _ => Self::Plain,
        }
    }
}

/// What is put in place of `range`, and in place of what: quotes may go along. `name` is a variable's; where there is
/// none, it is that of the assignment.
pub fn fit(text: &[u8], range: Range<usize>, style: Style, name: Option<&str>) -> (Range<usize>, String) {
    let placeholder = (range.clone(), PLACEHOLDER.to_owned());
    let quoted = quoted(text, &range);
    let start = quoted.as_ref().map_or(range.start, |whole| whole.start);
    let assigned = || assigned(text, start).map_or_else(|| UNNAMED.to_owned(), |name| variable(&name));
    let name = name.map_or_else(assigned, str::to_owned);
    match (style, quoted) {
        (Style::Expression { text: expression, constant }, Some(whole)) if takes(text, &whole, constant) => {
            (whole, expression.replace("NAME", &name))
        }
        (Style::Shell, Some(whole)) => (whole, format!("\"${{{name}}}\"")),
        (Style::Yaml(template), Some(_)) => (range, template.replace("NAME", &name)),
        (Style::Yaml(template), None) if is_scalar(text, &range) => (range, template.replace("NAME", &name)),
        _ => placeholder,
    }
}

/// The literal with its quotes, where the value is all that stands in it.
fn quoted(text: &[u8], range: &Range<usize>) -> Option<Range<usize>> {
    let before = range.start.checked_sub(1)?;
    let quote = *text.get(before).filter(|quote| matches!(quote, b'"' | b'\''))?;
    let alone = text.get(range.end) == Some(&quote)
        && text.get(range.end + 1) != Some(&quote)
        && before.checked_sub(1).and_then(|at| text.get(at)) != Some(&quote);
    alone.then_some(before..range.end + 1)
}

/// Whether an expression may stand where the literal does: it follows what a value follows, no other literal is joined
/// to it, and it is no key, no attribute of markup and no constant.
fn takes(text: &[u8], whole: &Range<usize>, constant: &[&str]) -> bool {
    let start = text[..whole.start].rfind_byte(b'\n').map_or(0, |at| at + 1);
    let (line, after) = (&text[start..whole.start], text[whole.end..].trim_start());
    let before = line.trim_end();
    let follows = before.last().is_some_and(|sign| b"=:(,[{?|".contains(sign)) || before.ends_with(b"return");
    let is_attribute = line.ends_with(b"=") && line.find_byte(b'<').is_some();
    let is_joined = after.first().is_some_and(|next| matches!(next, b'"' | b'\'' | b':' | b'`'));
    let is_constant = constant.iter().any(|word| line.find(word).is_some());
    follows && !is_attribute && !is_joined && !is_constant
}

/// Whether the value is all that stands behind `key:` or `-` on its line.
fn is_scalar(text: &[u8], range: &Range<usize>) -> bool {
    let start = text[..range.start].rfind_byte(b'\n').map_or(0, |at| at + 1);
    let before = &text[start..range.start];
    let end = text[range.end..].lines().next().unwrap_or_default().trim();
    let is_value = before.ends_with(b": ") || before.trim() == b"-";
    is_value && (end.is_empty() || end.starts_with(b"#"))
}

/// What the value is assigned to, where it stands behind `NAME =`, `NAME: ` or the like.
fn assigned(text: &[u8], at: usize) -> Option<String> {
    let start = text[..at].rfind_byte(b'\n').map_or(0, |newline| newline + 1);
    let before = text[start..at].trim_end();
    let before = before.strip_suffix(b"=>").or_else(|| before.strip_suffix(b":=")).or_else(|| {
        let sign = before.strip_suffix(b"=").or_else(|| before.strip_suffix(b":"))?;
        // A comparison assigns nothing.
        (!sign.ends_with(b"=") && !sign.ends_with(b"!")).then_some(sign)
    })?;
    let before = before.trim_end();
    let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before);
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.".contains(byte);
    let length = before.iter().rev().take_while(|byte| is_part(byte)).count();
    let name = before[before.len() - length..].to_str().ok()?;
    (!name.is_empty()).then(|| name.to_owned())
}

/// An environment variable's name from an identifier: `config.apiKey` is `API_KEY`.
pub fn variable(identifier: &str) -> String {
    let last = identifier.rsplit(['.', ':', '[', '>', '/', ' ']).find(|part| !part.is_empty());
    let mut name = String::new();
    let mut was_lower = false;
    for c in last.unwrap_or_default().chars().filter(|c| !"\"'])".contains(*c)) {
        let fits = c.is_ascii_alphanumeric();
        if (!fits || (c.is_ascii_uppercase() && was_lower)) && !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
        if fits {
            name.push(c.to_ascii_uppercase());
        }
        was_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    let name = name.trim_end_matches('_');
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if begins && name.len() <= LONGEST { name.to_owned() } else { UNNAMED.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with what stands between `<` and `>` replaced.
    fn replaced(path: &str, text: &str, name: &str) -> String {
        let (start, end) = (text.find('«').unwrap(), text.find('»').unwrap());
        let plain = text.replace(['«', '»'], "");
        let range = start..end - '«'.len_utf8();
        let (range, new) = fit(plain.as_bytes(), range, Style::of(path.as_bytes()), Some(name));
        [&plain[..range.start], &new, &plain[range.end..]].concat()
    }

    #[test]
    fn a_reference_fits_the_language() {
        let cases = [
            ("a.py", "k = '«v»'\n", "k = os.environ[\"API_KEY\"]\n"),
            ("a.py", "k = b'«v»'\n", "k = b'REDACTED'\n"),
            ("a.py", "k = 'x' '«v»'\n", "k = 'x' 'REDACTED'\n"),
            ("a.py", "k = '''«v»'''\n", "k = '''REDACTED'''\n"),
            ("a.py", "k = 'a «v»'\n", "k = 'a REDACTED'\n"),
            ("a.ts", "f({ apiKey: \"«v»\" })", "f({ apiKey: process.env.API_KEY })"),
            ("a.ts", "x = { \"«v»\": 1 }", "x = { \"REDACTED\": 1 }"),
            ("a.tsx", "<A key=\"«v»\" />", "<A key=\"REDACTED\" />"),
            ("a.rb", "key = \"«v»\"", "key = ENV.fetch(\"API_KEY\")"),
            ("a.go", "const k = \"«v»\"", "const k = \"REDACTED\""),
            ("a.go", "k := \"«v»\"", "k := os.Getenv(\"API_KEY\")"),
            ("A.java", "@Value(\"«v»\")", "@Value(\"REDACTED\")"),
            ("a.sh", "export KEY='«v»'", "export KEY=\"${API_KEY}\""),
            ("a.sh", "export KEY=«v»", "export KEY=REDACTED"),
            ("a.yml", "key: «v»\n", "key: ${API_KEY}\n"),
            ("a.yml", "key: \"«v»\"\n", "key: \"${API_KEY}\"\n"),
            ("a.yml", "key: {a: «v»}\n", "key: {a: REDACTED}\n"),
            (".github/workflows/a.yml", "key: «v»\n", "key: ${{ secrets.API_KEY }}\n"),
            (".env", "KEY=«v»\n", "KEY=REDACTED\n"),
            ("a.json", "{\"k\": \"«v»\"}", "{\"k\": \"REDACTED\"}"),
        ];
        for (path, text, expected) in cases {
            assert_eq!(replaced(path, text, "API_KEY"), expected, "{path}: {text}");
        }
    }

    #[test]
    fn a_value_without_a_name_has_that_of_its_assignment() {
        for before in
            ["api_key = ", "x = {\"apiKey\": ", "f(api_key=", "apiKey := ", "  api-key: ", "'apiKey' => "]
        {
            assert_eq!(
                assigned(before.as_bytes(), before.len()).as_deref().map(variable),
                Some("API_KEY".into())
            );
        }
        for before in ["if key == ", "f(", "return ", "key != "] {
            assert_eq!(assigned(before.as_bytes(), before.len()), None, "{before}");
        }
    }

    #[test]
    fn names_of_variables() {
        let cases = [
            ("api_key", "API_KEY"),
            ("apiKey", "API_KEY"),
            ("AWSKey", "AWSKEY"),
            ("config.db-password", "DB_PASSWORD"),
            ("settings[\"token\"]", "TOKEN"),
            ("1st", "SECRET"),
            ("", "SECRET"),
            ("ключ", "SECRET"),
        ];
        for (identifier, expected) in cases {
            assert_eq!(variable(identifier), expected, "{identifier}");
        }
    }
}
