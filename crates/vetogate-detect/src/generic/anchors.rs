//! Where a look at an identifier begins: the words that name a secret, found by a rare window of three bytes.

use crate::Text;
use std::ops::Range;
use vetogate_rules::trigram;

/// What an identifier promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Promise {
    Password,
    Key,
    /// A call that takes a password by its place.
    Login,
}

/// Words from which a look at the identifier begins, in lower case, and the offset of a rare window of three bytes.
const WORDS: &[(&[u8; 3], &[u8], usize, Promise)] = &[
    (b"ssw", b"password", 2, Promise::Password),
    (b"ssw", b"passwd", 2, Promise::Password),
    (b"ssw", b"passwort", 2, Promise::Password),
    (b"sph", b"passphrase", 3, Promise::Password),
    (b"pwd", b"pwd", 0, Promise::Password),
    (b"_pa", b"_pass", 0, Promise::Password),
    (b"bpa", b"dbpass", 1, Promise::Password),
    // A name of its own, with the sign behind it.
    (b"ss=", b"pass=", 2, Promise::Password),
    (b"ss ", b"pass =", 2, Promise::Password),
    (b"ss:", b"pass:", 2, Promise::Password),
    (b"ss\"", b"pass\"", 2, Promise::Password),
    (b"ss'", b"pass'", 2, Promise::Password),
    (b"_pw", b"_pw", 0, Promise::Password),
    (b"cau", b"basicauth(", 4, Promise::Login),
    (b"c_a", b"basic_auth(", 4, Promise::Login),
    (b"nne", b"connect(", 2, Promise::Login),
    (b"tco", b"getconnection(", 2, Promise::Login),
    (b"pdo", b"pdo(", 0, Promise::Login),
    (b"qli", b"mysqli(", 3, Promise::Login),
    (b"ogi", b"login(", 1, Promise::Login),
    (b"nau", b"plainauth(", 4, Promise::Login),
    (b"p_b", b"ldap_bind(", 3, Promise::Login),
    (b"th=", b"auth=(", 2, Promise::Login),
    (b"= (", b"auth = (", 5, Promise::Login),
    (b"ecr", b"secret", 1, Promise::Key),
    (b"oke", b"token", 1, Promise::Key),
    (b"pik", b"apikey", 1, Promise::Key),
    (b"i_k", b"api_key", 2, Promise::Key),
    (b"i-k", b"api-key", 2, Promise::Key),
    (b"s_k", b"access_key", 5, Promise::Key),
    (b"ssk", b"accesskey", 4, Promise::Key),
    (b"s-k", b"access-key", 5, Promise::Key),
    (b"h_k", b"auth_key", 3, Promise::Key),
    (b"thk", b"authkey", 2, Promise::Key),
    (b"e_k", b"private_key", 6, Promise::Key),
    (b"tek", b"privatekey", 5, Promise::Key),
    (b"n_k", b"encryption_key", 9, Promise::Key),
    (b"onk", b"encryptionkey", 8, Promise::Key),
    (b"g_k", b"signing_key", 6, Promise::Key),
    (b"r_k", b"master_key", 5, Promise::Key),
    (b"t_k", b"account_key", 6, Promise::Key),
    (b"ntk", b"accountkey", 5, Promise::Key),
    (b"ede", b"credential", 2, Promise::Key),
    (b"t_k", b"jwt_key", 2, Promise::Key),
    (b"wtk", b"jwtkey", 1, Promise::Key),
    (b"hma", b"hmac_key", 0, Promise::Key),
    (b"hma", b"hmackey", 0, Promise::Key),
    (b"p_k", b"app_key", 2, Promise::Key),
    (b"jwt", b"jwt.sign(", 0, Promise::Key),
    (b"jwt", b"jwt.verify(", 0, Promise::Key),
    (b"jwt", b"jwt.encode(", 0, Promise::Key),
    (b"jwt", b"jwt.decode(", 0, Promise::Key),
];

/// The hashes of the windows of [`WORDS`].
pub(crate) static BITMAP: [u64; trigram::WORDS] = {
    let mut bits = [0; trigram::WORDS];
    let mut at = 0;
    while at < WORDS.len() {
        let hash = trigram::hash_of(*WORDS[at].0);
        bits[hash / 64] |= 1 << (hash % 64);
        at += 1;
    }
    bits
};

/// The words of [`WORDS`] in a text, in order: found by their rare windows.
pub(super) fn words_in(text: &Text<'_>) -> impl Iterator<Item = (Range<usize>, Promise)> {
    text.candidates.of_bitmap(&BITMAP).filter_map(|(at, _)| word_at(text.bytes, at))
}

/// The word whose rare window begins at `at`.
#[inline(never)]
fn word_at(bytes: &[u8], at: usize) -> Option<(Range<usize>, Promise)> {
    WORDS.iter().find_map(|(_, word, offset, promise)| {
        let start = at.checked_sub(*offset)?;
        let text = bytes.get(start..start + word.len())?;
        let signs = word.iter().rev().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        let length = word.len() - signs;
        text.eq_ignore_ascii_case(word).then_some((start..start + length, *promise))
    })
}
