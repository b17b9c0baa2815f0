//! What people read beside a field: labels and messages, in any language.

/// How a password is called, in lower case: what begins so is a label or a sentence about one.
const PASSWORDS: &[&str] = &[
    "password",
    "passwort",
    "kennwort",
    "wachtwoord",
    "wagwoord",
    "contrase\u{f1}a",
    "contrasena",
    "contrasenya",
    "contrasinal",
    "senha",
    "palavra-passe",
    "palavra",
    "mot de passe",
    "mot_de_passe",
    "mot-de-passe",
    "mot.de.passe",
    "motdepasse",
    "passord",
    "adgangskode",
    "l\u{f6}senord",
    "losenord",
    "salasana",
    "parola",
    "parol\u{103}",
    "parole",
    "has\u{142}o",
    "haslo",
    "heslo",
    "jelsz\u{f3}",
    "jelszo",
    "\u{15f}ifre",
    "sifre",
    "lozinka",
    "geslo",
    "parool",
    "slapta\u{17e}odis",
    "slaptazodis",
    "pasahitza",
    "lykilor\u{f0}",
    "kata sandi",
    "kata_sandi",
    "katasandi",
    "\u{43f}\u{430}\u{440}\u{43e}\u{43b}",
    "\u{43b}\u{43e}\u{437}\u{438}\u{43d}\u{43a}\u{430}",
    "\u{3ba}\u{3c9}\u{3b4}\u{3b9}\u{3ba}\u{3cc}\u{3c2}",
    "m\u{1ead}t",
    "mat_khau",
    "matkhau",
];

/// Words of sentences about one, that hold no meaning by themselves.
const OF_SENTENCES: &[&str] = &[
    "and",
    "at",
    "avec",
    "be",
    "can",
    "cannot",
    "caracteres",
    "characters",
    "com",
    "con",
    "contain",
    "contains",
    "debe",
    "deve",
    "digits",
    "doit",
    "een",
    "ein",
    "el",
    "est",
    "et",
    "falsch",
    "het",
    "incorrect",
    "invalid",
    "is",
    "ist",
    "kurz",
    "least",
    "letters",
    "los",
    "match",
    "mindestens",
    "minimaal",
    "minimum",
    "mit",
    "moet",
    "muss",
    "must",
    "non",
    "nicht",
    "not",
    "oder",
    "or",
    "ou",
    "para",
    "por",
    "pour",
    "required",
    "short",
    "should",
    "tekens",
    "than",
    "too",
    "trop",
    "und",
    "valid",
    "vous",
    "weak",
    "with",
    "without",
    "wrong",
    "zeichen",
    "zu",
    "zijn",
];

/// Signs at the end of a label.
const SIGNS: &str = ":*?!.,;()\u{2026}\u{ff1a}\u{201c}\u{201d}\"'";

/// A label, or a sentence whose words are joined by something else than blanks.
pub(super) fn is_label(value: &[u8]) -> bool {
    let text = text_of(value);
    let lower = text.to_lowercase();
    let core = core(&lower);
    let is_marked = lower.ends_with([':', '\u{2026}', '\u{ff1a}']);
    (is_marked && (is_words(core) || behind_name(core).is_some_and(is_number))) || is_sentence(&lower)
}

/// Words alone, as people speak them, of which a colon makes a label.
fn is_words(core: &str) -> bool {
    !core.bytes().any(|byte| byte.is_ascii_digit()) && super::spoken::reads_like_words(core.as_bytes())
}

/// Words and numbers joined by points, lines or blanks that say something: `password.must.have.8.characters`.
fn is_sentence(lower: &str) -> bool {
    let parts: Vec<&str> =
        lower.split(['.', '_', '-', ' ']).map(core).filter(|part| !part.is_empty()).collect();
    let is_word = |part: &str| part.chars().all(char::is_alphabetic);
    let says = |part: &&str| OF_SENTENCES.contains(part) || behind_name(part).is_some_and(is_word);
    let words = parts.iter().filter(|part| is_word(part)).count();
    parts.len() > 2
        && words > 1
        && parts.iter().all(|part| is_word(part) || is_number(part))
        && parts.iter().any(says)
}

fn is_number(part: &str) -> bool {
    part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit())
}

/// A text without the signs of a label around it.
fn core(text: &str) -> &str {
    text.trim_matches(|c: char| SIGNS.contains(c) || c.is_whitespace())
}

/// What follows how a password is called.
fn behind_name(text: &str) -> Option<&str> {
    PASSWORDS.iter().find_map(|name| text.strip_prefix(name))
}

/// A text of any encoding: what is no UTF-8 is Latin-1.
pub(super) fn text_of(value: &[u8]) -> String {
    std::str::from_utf8(value)
        .map_or_else(|_| value.iter().map(|&byte| char::from(byte)).collect(), str::to_owned)
}

/// How much a text with letters of other alphabets is a password: more than a word has to stand in it, and most of what
/// is written in another alphabet is a translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    /// Something to read.
    Prose,
    /// A word with a digit or two.
    Weak,
    /// A password.
    Chosen,
}

/// What a text is that is not of ASCII alone.
pub(super) fn foreign(value: &[u8]) -> Foreign {
    let text = text_of(value);
    let lower = text.to_lowercase();
    let core = core(&lower);
    let is_ascii_strong = || {
        let ascii: Vec<u8> = text.bytes().filter(u8::is_ascii).collect();
        super::strength::unmistakable(&ascii)
    };
    if text.contains(char::is_whitespace) || text.contains(is_typographic) {
        return Foreign::Prose;
    }
    // Chinese, Arabic and their kin have no blanks between words, or no cases: what stands beside them must say it.
    if behind_name(core).is_some() || text.contains(is_caseless) {
        return if is_ascii_strong() { Foreign::Chosen } else { Foreign::Prose };
    }
    let letters = core.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('(');
    let digits = core.chars().filter(char::is_ascii_digit).count();
    if letters.chars().all(|c| c.is_alphabetic() || "._-'".contains(c)) {
        let is_label = lower.ends_with([':', '*', '\u{2026}', ')', '?', '\u{ff1a}']);
        return match digits {
            _ if has_capitals_inside(&text) => Foreign::Chosen,
            0 => Foreign::Prose,
            1 | 2 if is_label => Foreign::Prose,
            1 | 2 if core.len() == lower.len() => Foreign::Weak,
            _ => Foreign::Chosen,
        };
    }
    if text.chars().count() > 6 { Foreign::Chosen } else { Foreign::Weak }
}

/// Signs that a keyboard does not have, and typesetters do.
fn is_typographic(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{a2}' | '\u{a6}' | '\u{a8}'..='\u{af}' | '\u{b7}' | '\u{b8}' | '\u{bb}' | '\u{2000}'..='\u{206f}'
        | '\u{2190}'..='\u{2bff}' | '\u{3000}'..='\u{303f}' | '\u{fe00}'..='\u{fe0f}' | '\u{ff00}'..='\u{ff0f}' | '\u{ff1a}'..='\u{ff20}' | '\u{fffd}')
}

fn is_caseless(c: char) -> bool {
    !c.is_ascii() && c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()
}

/// Capitals inside of a text with small letters, more than compound words have.
fn has_capitals_inside(text: &str) -> bool {
    let capitals = text.chars().skip(1).filter(|c| c.is_uppercase()).count();
    let has_signs = text.contains(['_', '-', '.']);
    capitals > 2 && !has_signs && text.chars().filter(|c| c.is_lowercase()).count() > 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_passwords() {
        for label in [
            "Passwort123:",
            "Mot de passe :",
            "Password.must.be.8.characters",
            "Nieuw.wachtwoord.minimaal.8.tekens",
            "Passwort_zu_kurz_8",
            "Benutzer:",
        ] {
            assert!(is_label(label.as_bytes()), "{label}");
        }
        for other in ["Passwort123", "blue-horse-42", "correct.horse.battery.9", "xkqzv:", "hunter2:"] {
            assert!(!is_label(other.as_bytes()), "{other}");
        }
    }

    #[test]
    fn texts_of_other_alphabets() {
        for prose in [
            "Contrase\u{f1}a",
            "Contrase\u{f1}a:",
            "L\u{f6}senord2",
            "\u{41f}\u{430}\u{440}\u{43e}\u{43b}\u{44c}",
            "\u{5bc6}\u{7801}\u{81f3}\u{5c11}8\u{4f4d}",
            "\u{15f}ifreniz(2)",
            "M\u{1ead}t_kh\u{1ea9}u",
            "Wachtwoord\u{2026}",
            "\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}",
        ] {
            assert_eq!(foreign(prose.as_bytes()), Foreign::Prose, "{prose}");
        }
        for chosen in [
            "Z\u{fc}rich2024!",
            "\u{43a}\u{43e}\u{448}\u{43a}\u{430}1987",
            "caf\u{e9}#9latte",
            "kQ\u{e4}9x#Lm",
        ] {
            assert_eq!(foreign(chosen.as_bytes()), Foreign::Chosen, "{chosen}");
        }
        assert_eq!(foreign(b"Z\xfcrich2024!"), Foreign::Chosen);
        assert_eq!(foreign(b"Contrase\xf1a"), Foreign::Prose);
        assert_eq!(foreign("b\u{e4}r12".as_bytes()), Foreign::Weak);
    }
}
