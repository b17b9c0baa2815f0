//! For tests of what is signed: every small change of a text.

/// At each place of a text: bits turned (such as make another digit, another letter, another case), the byte taken out,
/// doubled, and what follows cut off.
pub fn altered(text: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let at_byte = move |at: usize| {
        let turned = [0, 2, 5].into_iter().map(move |bit| {
            let mut other = text.to_vec();
            other[at] ^= 1 << bit;
            other
        });
        let without = [&text[..at], &text[at + 1..]].concat();
        let doubled = [&text[..=at], &text[at..]].concat();
        turned.chain([without, doubled, text[..at].to_vec()])
    };
    (0..text.len()).flat_map(at_byte)
}
