//! What a value is replaced by: a reference that fits the file's language where it stands alone as a literal, else a
//! word that no rule takes for a value.

mod imports;
pub mod program;
mod types;

use bstr::ByteSlice;
use imports::Os;
use program::{Kind, Language, Program};
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
        /// How its literals are told.
        language: Language,
        /// The expression.
        text: &'static str,
        /// Words before the literal, on its line or on that of a bracket around it, that allow no expression there.
        constant: &'static [&'static str],
    },
    /// `${NAME}` inside double quotes: shell scripts.
    Shell,
    /// A template inside the quotes, or as a whole value: YAML, as composers and deployers read it.
    Yaml(&'static str),
    /// Nothing but the placeholder.
    Plain,
}

const PYTHON: Style = Style::Expression {
    language: Language::Python,
    text: "os.environ[\"NAME\"]",
    constant: &["case ", "Literal["],
};
const JAVASCRIPT: Style = Style::Expression {
    language: Language::JavaScript,
    text: "process.env.NAME",
    constant: &["case ", "import ", "enum "],
};
const TYPESCRIPT: Style = Style::Expression {
    language: Language::JavaScript,
    // With `strict`, what may be missing is no string.
    text: "process.env.NAME!",
    constant: &["case ", "import ", "enum ", "type ", "interface ", "declare "],
};
const RUBY: Style =
    Style::Expression { language: Language::Ruby, text: "ENV.fetch(\"NAME\")", constant: &["require"] };
const PHP: Style = Style::Expression {
    language: Language::Php,
    text: "getenv(\"NAME\")",
    constant: &[
        "const ",
        "case ",
        "public ",
        "protected ",
        "private ",
        "static ",
        "var ",
        "readonly ",
        "function",
        "fn ",
        "fn(",
        "#[",
        "declare",
    ],
};
const GO: Style = Style::Expression {
    language: Language::Go,
    text: "os.Getenv(\"NAME\")",
    constant: &["const ", "case ", "import "],
};
const JAVA: Style = Style::Expression {
    language: Language::Java,
    text: "System.getenv(\"NAME\")",
    constant: &["@", "case ", "const "],
};
const CSHARP: Style = Style::Expression {
    language: Language::CSharp,
    text: "System.Environment.GetEnvironmentVariable(\"NAME\")",
    constant: &["const ", "case ", "["],
};

/// What imports its module itself.
const ITSELF: &str = "__import__(\"os\").environ[\"NAME\"]";

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
            b"js" | b"mjs" | b"cjs" | b"jsx" => JAVASCRIPT,
            b"ts" | b"mts" | b"cts" | b"tsx" => TYPESCRIPT,
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

/// A text in which values are replaced, as its language reads it.
pub struct File<'a> {
    text: &'a [u8],
    style: Style,
    program: Option<Program>,
    os: Os,
}

impl<'a> File<'a> {
    /// A text whose first value stands at `first`.
    pub fn read(text: &'a [u8], style: Style, first: usize) -> Self {
        let program = match style {
            Style::Expression { language, .. } => Some(program::read(text, language)),
            _ => None,
        };
        let os = program.as_ref().map_or(Os::There, |program| imports::os(text, program, first));
        Self { text, style, program, os }
    }

    /// Puts in what the references take that stand in a content now, which is the text's up to the first of them.
    pub fn complete(&self, content: &mut Vec<u8>, has_reference: bool) {
        if let (Os::Add(place, import), true) = (&self.os, has_reference) {
            content.splice(place..place, import.bytes());
        }
    }

    /// What is put in place of `range`, and in place of what: quotes may go along. `name` is a variable's; where there
    /// is none, it is that of the assignment.
    pub fn fit(&self, range: Range<usize>, name: Option<&str>) -> (Range<usize>, String) {
        let text = self.text;
        let placeholder = (range.clone(), PLACEHOLDER.to_owned());
        let quoted = quoted(text, &range);
        let start = quoted.as_ref().map_or(range.start, |whole| whole.start);
        let assigned = || assigned(text, start).map_or_else(|| UNNAMED.to_owned(), |name| variable(&name));
        let name = name.map_or_else(assigned, str::to_owned);
        match (self.style, quoted) {
            (Style::Expression { text: expression, constant, .. }, Some(whole))
                if self.os != Os::Unsure && self.takes(&whole, constant) =>
            {
                let expression = if self.os == Os::Itself { ITSELF } else { expression };
                (whole, expression.replace("NAME", &name))
            }
            (Style::Shell, Some(whole)) => (whole, format!("\"${{{name}}}\"")),
            (Style::Yaml(template), Some(_)) => (range, template.replace("NAME", &name)),
            (Style::Yaml(template), None) if is_scalar(text, &range) => {
                (range, template.replace("NAME", &name))
            }
            _ => placeholder,
        }
    }

    /// Whether an expression may stand where the literal does: it follows what a value follows, no other literal is
    /// joined to it, and it is no part of a text, no key, no attribute of markup and no constant.
    fn takes(&self, whole: &Range<usize>, constant: &[&str]) -> bool {
        let Some(program) = &self.program else { return false };
        let Some(literal) = program.literal(whole) else { return false };
        let (line, after) = (before(self.text, whole.start), self.text[whole.end..].trim_start());
        let head = line.trim_end();
        let follows = head.last().is_some_and(|sign| b"=:(,[{?|".contains(sign))
            || head.ends_with(b"=>")
            || head.ends_with(b"return");
        let is_attribute = line.ends_with(b"=")
            && (line.find_byte(b'<').is_some()
                || (program.language == Language::JavaScript && is_alone(line)));
        let is_key = after.first() == Some(&b':')
            || after.starts_with(b"=>")
            || (program.language == Language::JavaScript && types::is_field(after));
        let is_constant = |line: &[u8]| constant.iter().any(|word| line.find(word).is_some());
        follows
            && !is_attribute
            && !is_key
            && !types::is_type(self.text, program, literal)
            && !is_joined(self.text, program, whole.end)
            && !is_constant(line)
            && !around(program, literal.within, self.text).any(is_constant)
    }
}

/// What stands before a place on its line.
fn before(text: &[u8], at: usize) -> &[u8] {
    &text[text[..at].rfind_byte(b'\n').map_or(0, |newline| newline + 1)..at]
}

/// Whether `name=` is all that stands on the line, or follows another attribute: so JSX writes it, and few else.
fn is_alone(line: &[u8]) -> bool {
    let name = line.strip_suffix(b"=").unwrap_or(line);
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-:".contains(byte);
    let length = name.iter().rev().take_while(|byte| is_part(byte)).count();
    let head = name[..name.len() - length].trim();
    head.is_empty() || head.last().is_some_and(|sign| b"\"'}".contains(sign))
}

/// Whether another literal follows, which the language may join to this one: comments and a prefix may stand between.
fn is_joined(text: &[u8], program: &Program, end: usize) -> bool {
    let mut at = end;
    for token in &program.tokens[program.from(end)..] {
        let gap = text[at..token.range.start].trim();
        match token.kind {
            Kind::Comment if gap.is_empty() => at = token.range.end,
            Kind::Comment => return false,
            Kind::Literal | Kind::Text => {
                return gap.len() <= 2 && gap.iter().all(u8::is_ascii_alphabetic);
            }
        }
    }
    false
}

/// So many brackets around a literal are looked at.
const NESTED: usize = 8;

/// What stands on the line before each bracket around a literal, up to the block that it is in.
fn around<'a>(program: &'a Program, within: Option<usize>, text: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let bracket = |at: usize| program.brackets.get(at);
    let outward =
        std::iter::successors(within.and_then(bracket), move |inner| inner.within.and_then(bracket));
    let is_block =
        |at: usize| text[at] == b'{' && !matches!(program.language, Language::Python | Language::JavaScript);
    outward.take(NESTED).take_while(move |open| !is_block(open.at)).map(|open| before(text, open.at))
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
        let file = File::read(plain.as_bytes(), Style::of(path.as_bytes()), range.start);
        let (range, new) = file.fit(range, Some(name));
        let mut content = [&plain[..range.start], &new, &plain[range.end..]].concat().into_bytes();
        file.complete(&mut content, new != PLACEHOLDER);
        String::from_utf8(content).unwrap()
    }

    #[test]
    fn a_reference_fits_the_language() {
        let cases = [
            ("a.py", "import os\nk = '«v»'\n", "import os\nk = os.environ[\"API_KEY\"]\n"),
            ("a.py", "import os\nk = f(a, '«v»')\n", "import os\nk = f(a, os.environ[\"API_KEY\"])\n"),
            ("a.py", "k = ('«v»'  # x\n  f'y')\n", "k = ('REDACTED'  # x\n  f'y')\n"),
            ("a.py", "k = \"psql password='«v»' x\"\n", "k = \"psql password='REDACTED' x\"\n"),
            ("a.py", "k = f\"{d['«v»']}\"\n", "k = f\"{d['REDACTED']}\"\n"),
            ("a.py", "# k = '«v»'\n", "# k = 'REDACTED'\n"),
            ("a.py", "case (\n  '«v»'):\n", "case (\n  'REDACTED'):\n"),
            ("a.py", "k = b'«v»'\n", "k = b'REDACTED'\n"),
            ("a.py", "k = 'x' '«v»'\n", "k = 'x' 'REDACTED'\n"),
            ("a.py", "k = '''«v»'''\n", "k = '''REDACTED'''\n"),
            ("a.py", "k = 'a «v»'\n", "k = 'a REDACTED'\n"),
            ("a.py", "k: '«v»' = 1\n", "k: 'REDACTED' = 1\n"),
            ("a.py", "def f(k: '«v»'):\n", "def f(k: 'REDACTED'):\n"),
            ("a.py", "k: Literal['«v»']\n", "k: Literal['REDACTED']\n"),
            ("a.py", "import os\nk = {a: '«v»'}\n", "import os\nk = {a: os.environ[\"API_KEY\"]}\n"),
            ("a.py", "import os\nk = lambda: '«v»'\n", "import os\nk = lambda: os.environ[\"API_KEY\"]\n"),
            ("a.js", "f({ apiKey: \"«v»\" })", "f({ apiKey: process.env.API_KEY })"),
            ("a.ts", "f({ apiKey: \"«v»\" })", "f({ apiKey: process.env.API_KEY! })"),
            ("a.ts", "const k = \"«v»\" as const", "const k = \"REDACTED\" as const"),
            ("a.ts", "const k = \"«v»\" as string", "const k = process.env.API_KEY! as string"),
            ("a.ts", "x = { \"«v»\": 1 }", "x = { \"REDACTED\": 1 }"),
            ("a.ts", "const k: \"«v»\" = x", "const k: \"REDACTED\" = x"),
            ("a.ts", "function f(k: \"«v»\") {}", "function f(k: \"REDACTED\") {}"),
            ("a.ts", "class A { k: \"«v»\"; }", "class A { k: \"REDACTED\"; }"),
            (
                "a.ts",
                "function f() {\n let k: {\n a: \"«v»\"\n}\n}",
                "function f() {\n let k: {\n a: \"REDACTED\"\n}\n}",
            ),
            ("a.ts", "interface A {\n k?: \"«v»\"\n}", "interface A {\n k?: \"REDACTED\"\n}"),
            ("a.ts", "type A = | \"x\" | \"«v»\"", "type A = | \"x\" | \"REDACTED\""),
            ("a.ts", "let k: A | \"«v»\"", "let k: A | \"REDACTED\""),
            ("a.ts", "let k: A<B, \"«v»\">", "let k: A<B, \"REDACTED\">"),
            (
                "a.ts",
                "const k = {\n a: {\n b: \"«v»\"\n}\n}",
                "const k = {\n a: {\n b: process.env.API_KEY!\n}\n}",
            ),
            ("a.ts", "const k: A = {\n b: \"«v»\"\n}", "const k: A = {\n b: process.env.API_KEY!\n}"),
            ("a.ts", "let k = x ? y : \"«v»\"", "let k = x ? y : process.env.API_KEY!"),
            ("a.ts", "let k = x || \"«v»\"", "let k = x || process.env.API_KEY!"),
            ("a.ts", "export default {\n k: \"«v»\",\n}", "export default {\n k: process.env.API_KEY!,\n}"),
            ("a.js", "class A { x = 1; \"«v»\" = 2 }", "class A { x = 1; \"REDACTED\" = 2 }"),
            ("a.js", "x = { a, \"«v»\"() {} }", "x = { a, \"REDACTED\"() {} }"),
            ("a.js", "if ([\"«v»\" === x]) {}", "if ([process.env.API_KEY === x]) {}"),
            ("a.tsx", "<A key=\"«v»\" />", "<A key=\"REDACTED\" />"),
            ("a.tsx", "<A\n  key=\"«v»\"\n/>", "<A\n  key=\"REDACTED\"\n/>"),
            ("a.js", "var k=\"«v»\";", "var k=process.env.API_KEY;"),
            ("a.js", "q = `k = \"«v»\"`", "q = `k = \"REDACTED\"`"),
            ("a.rb", "q = <<~SQL\n  p = '«v»'\nSQL\n", "q = <<~SQL\n  p = 'REDACTED'\nSQL\n"),
            ("a.rb", "{ \"«v»\" => 1 }", "{ \"REDACTED\" => 1 }"),
            ("a.php", "<?php $k = '«v»';", "<?php $k = getenv(\"API_KEY\");"),
            ("a.php", "<input name=x\n value='«v»'>", "<input name=x\n value='REDACTED'>"),
            (
                "a.php",
                "<?php class A { public $k = [\n 'a' => '«v»'\n]; }",
                "<?php class A { public $k = [\n 'a' => 'REDACTED'\n]; }",
            ),
            ("a.php", "<?php return [\n 'a' => '«v»'\n];", "<?php return [\n 'a' => getenv(\"API_KEY\")\n];"),
            (
                "a.php",
                "<?php class A { public function f() {\n $k = '«v»';\n} }",
                "<?php class A { public function f() {\n $k = getenv(\"API_KEY\");\n} }",
            ),
            ("A.cs", "var k = \"«v»\";", "var k = System.Environment.GetEnvironmentVariable(\"API_KEY\");"),
            ("a.rb", "key = \"«v»\"", "key = ENV.fetch(\"API_KEY\")"),
            ("a.go", "package a\nconst k = \"«v»\"\n", "package a\nconst k = \"REDACTED\"\n"),
            ("a.go", "package a\nconst (\n\tk = \"«v»\"\n)\n", "package a\nconst (\n\tk = \"REDACTED\"\n)\n"),
            ("a.go", "k := \"«v»\"", "k := \"REDACTED\""),
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
    fn what_a_reference_names_is_imported() {
        let python = [
            ("k = '«v»'\n", "import os\n\nk = os.environ[\"K\"]\n"),
            (
                "#!/usr/bin/env python\n# A tool.\n\n# The key.\nk = '«v»'\n",
                "#!/usr/bin/env python\n# A tool.\n\nimport os\n\n# The key.\nk = os.environ[\"K\"]\n",
            ),
            (
                "#!/usr/bin/python\n# -*- coding: utf-8 -*-\nk = '«v»'\n",
                "#!/usr/bin/python\n# -*- coding: utf-8 -*-\nimport os\n\nk = os.environ[\"K\"]\n",
            ),
            (
                "\"\"\"Import\n\nimport os\n\"\"\"\nfrom __future__ import (\n    annotations,\n)\nimport re\nk = '«v»'\n",
                "\"\"\"Import\n\nimport os\n\"\"\"\nfrom __future__ import (\n    annotations,\n)\nimport os\nimport re\nk = os.environ[\"K\"]\n",
            ),
            (
                "\u{feff}'Doc'\r\nfrom a import b\r\nk = '«v»'\r\n",
                "\u{feff}'Doc'\r\nimport os\r\nfrom a import b\r\nk = os.environ[\"K\"]\r\n",
            ),
            ("import sys, os.path\nk = '«v»'\n", "import sys, os.path\nk = os.environ[\"K\"]\n"),
            (
                "if x:\n    k = '«v»'\nimport os\n",
                "import os\n\nif x:\n    k = os.environ[\"K\"]\nimport os\n",
            ),
            (
                "def f():\n    import os\nk = '«v»'\n",
                "def f():\n    import os\nk = __import__(\"os\").environ[\"K\"]\n",
            ),
            ("import x as os\nk = '«v»'\n", "import x as os\nk = __import__(\"os\").environ[\"K\"]\n"),
            ("import os\nos = 1\nk = '«v»'\n", "import os\nos = 1\nk = __import__(\"os\").environ[\"K\"]\n"),
            ("import os as o\nk = '«v»'\n", "import os\nimport os as o\nk = os.environ[\"K\"]\n"),
            ("x = (\nk = '«v»'\n", "x = (\nk = __import__(\"os\").environ[\"K\"]\n"),
        ];
        for (text, expected) in python {
            assert_eq!(replaced("a.py", text, "K"), expected, "{text}");
        }
        let body = "\nvar k = \"«v»\"\n";
        let go = [
            ("package a\n", "package a\n\nimport \"os\"\n"),
            ("// A.\npackage a\n\nimport \"fmt\"\n", "// A.\npackage a\n\nimport \"fmt\"\nimport \"os\"\n"),
            (
                "package a\n\nimport (\n\t\"fmt\"\n\t\"strings\"\n)\n",
                "package a\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\t\"strings\"\n)\n",
            ),
            (
                "package a\n\nimport (\n\t\"fmt\"\n\n\t\"x.y/z\"\n)\n",
                "package a\n\nimport (\n\t\"fmt\"\n\t\"os\"\n\n\t\"x.y/z\"\n)\n",
            ),
            ("package a\n\nimport (\n\t\"os\"\n)\n", "package a\n\nimport (\n\t\"os\"\n)\n"),
            ("package a\n\n// x\nimport \"C\"\n", "package a\n\nimport \"os\"\n\n// x\nimport \"C\"\n"),
        ];
        for (head, expected) in go {
            let expected = format!("{expected}{}", body.replace("\"«v»\"", "os.Getenv(\"K\")"));
            assert_eq!(replaced("a.go", &format!("{head}{body}"), "K"), expected, "{head}");
        }
        for unsure in
            ["", "package a\nimport \"x.y/os\"\n", "package a\nimport o \"os\"\n", "package a\nvar os = 1\n"]
        {
            let text = format!("{unsure}{body}");
            assert_eq!(replaced("a.go", &text, "K"), text.replace("«v»", "REDACTED"), "{unsure}");
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
