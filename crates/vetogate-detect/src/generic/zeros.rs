//! Text in files that hold zeros: one of them must not hide what stands in the rest, and what a program, a picture or an
//! archive holds is no text.

use crate::Text;

/// How far the beginning of a file is looked at, and in which steps the rest is.
const HEAD: usize = 4096;
const STEP: usize = 1024;

/// How many control characters may stand how near to a place that is text.
const NEAR: [(usize, usize); 2] = [(256, 3), (2048, 8)];

/// Says of places, in order, whether they stand in text.
pub(super) struct Places<'a> {
    text: &'a Text<'a>,
    begins: Option<bool>,
    last: Option<(usize, bool)>,
}

impl<'a> Places<'a> {
    /// Of a text.
    pub(super) fn of(text: &'a Text<'a>) -> Self {
        Self { text, begins: None, last: None }
    }

    /// Whether text stands around a place, and at the beginning. Each step is looked at once.
    pub(super) fn is_text(&mut self, at: usize) -> bool {
        if !self.text.is_binary {
            return true;
        }
        let (bytes, step) = (self.text.bytes, at / STEP);
        let head = &bytes[..bytes.len().min(HEAD)];
        if !*self.begins.get_or_insert_with(|| controls(head) * 100 <= HEAD) {
            return false;
        }
        if let Some((last, is_text)) = self.last
            && last == step
        {
            return is_text;
        }
        let around = |reach: usize| {
            &bytes[(step * STEP).saturating_sub(reach)..bytes.len().min((step + 1) * STEP + reach)]
        };
        let is_text = NEAR.iter().all(|(reach, most)| controls(around(*reach)) <= *most);
        self.last = Some((step, is_text));
        is_text
    }
}

/// How many bytes are controls that no text has.
fn controls(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| byte.is_ascii_control() && !b"\t\n\r\x0c\x1b".contains(byte)).count()
}
