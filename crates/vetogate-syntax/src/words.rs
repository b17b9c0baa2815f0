//! Identifiers, split into words.

/// The words of an identifier in lower case: `dbPassword`, `DB_PASSWORD` and `db-password` give `db`, `password`.
pub fn split(identifier: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = 0_u8;
    for (index, &byte) in identifier.iter().enumerate() {
        let next = identifier.get(index + 1).copied().unwrap_or(0);
        let starts = !previous.is_ascii_alphanumeric()
            || (byte.is_ascii_uppercase()
                && (previous.is_ascii_lowercase()
                    || (previous.is_ascii_uppercase() && next.is_ascii_lowercase())));
        if byte.is_ascii_alphanumeric() {
            if starts || words.is_empty() {
                words.push(String::new());
            }
            if let Some(word) = words.last_mut() {
                word.push(char::from(byte.to_ascii_lowercase()));
            }
        }
        previous = byte;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn every_convention_gives_the_same_words() {
        for identifier in
            ["dbPassword", "DB_PASSWORD", "db-password", "db.password", "DBPassword", "DbPassword"]
        {
            assert_eq!(split(identifier.as_bytes()), ["db", "password"], "{identifier}");
        }
        assert_eq!(split(b"APIKey2"), ["api", "key2"]);
        assert!(split(b"__").is_empty());
    }
}
