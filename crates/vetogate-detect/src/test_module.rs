//! The modules of tests inside a source file of Rust: what stands there is as much a part of tests as what stands below a
//! folder of them.

use memchr::memmem;
use std::cell::OnceCell;
use std::ops::Range;
use vetogate_syntax::path::FileKind;

/// Where the modules of tests stand in a text, in order. They are looked for when something is asked: few texts have
/// anything for which it matters.
pub(crate) struct TestModules<'a> {
    bytes: &'a [u8],
    kind: FileKind,
    found: OnceCell<Vec<Range<usize>>>,
}

impl<'a> TestModules<'a> {
    /// Those of a text.
    pub(crate) fn of(bytes: &'a [u8], kind: FileKind) -> Self {
        Self { bytes, kind, found: OnceCell::new() }
    }

    /// In one pass.
    fn find(&self) -> Vec<Range<usize>> {
        let mut modules = Vec::new();
        if self.kind != FileKind::Code {
            return modules;
        }
        let bytes = self.bytes;
        let mut done = 0;
        for start in memmem::find_iter(bytes, b"#[cfg(test)]") {
            let is_first = start == 0 || bytes[start - 1] == b'\n';
            if start < done || !is_first || !opens_module(&bytes[start + 12..]) {
                continue;
            }
            // As formatted code has it: what closes a module of the file stands at the begin of its line.
            done = memmem::find(&bytes[start..], b"\n}").map_or(bytes.len(), |length| start + length);
            modules.push(start..done);
        }
        modules
    }

    /// Whether a place is in one.
    pub(crate) fn hold(&self, at: usize) -> bool {
        let modules = self.found.get_or_init(|| self.find());
        let after = modules.partition_point(|module| module.start <= at);
        after > 0 && modules[after - 1].contains(&at)
    }
}

/// Whether a text begins with a module that has its content there, and not in another file.
fn opens_module(text: &[u8]) -> bool {
    let line: Vec<u8> = text.iter().skip_while(|byte| byte.is_ascii_whitespace()).take(80).copied().collect();
    let line = line.split(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii_end();
    let module = line.strip_prefix(b"pub ").or(line.strip_prefix(b"pub(crate) ")).unwrap_or(line);
    module.starts_with(b"mod ") && module.ends_with(b"{")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_of_tests() {
        let text = "fn a() { A }\n#[cfg(test)]\nmod tests {\n    fn b() { B }\n}\nfn c() { C }\n#[cfg(test)]\npub(crate) mod more {\n D";
        let modules = TestModules::of(text.as_bytes(), FileKind::Code);
        let says: Vec<bool> = ['A', 'B', 'C', 'D']
            .iter()
            .map(|sign| modules.hold(text.find(*sign).unwrap_or_default()))
            .collect();
        assert_eq!(says, [false, true, false, true]);
    }

    #[test]
    fn near_misses() {
        for text in [
            "#[cfg(test)]\nmod tests;\nX",
            "#[cfg(test)]\nuse a::{\n b};\nX",
            "// #[cfg(test)]\nmod tests {\nX",
            "mod tests {\nX",
        ] {
            let modules = TestModules::of(text.as_bytes(), FileKind::Code);
            assert!(!modules.hold(text.len() - 1), "{text}");
        }
        let text = b"#[cfg(test)]\nmod tests {\nX";
        assert!(!TestModules::of(text, FileKind::Config).hold(text.len() - 1));
    }
}
