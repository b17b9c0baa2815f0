//! What the password, the user and the host of an address say of each other.
//!
//! A password that a machine made is one wherever it leads to. What people choose while they develop is weak, and is
//! told from what is in use by the host; what only stands in for a password is told by its words.

use super::host::{is_local, is_shown, stands_in_for_one};
use super::words::{PEOPLE, WALKS, WORDS};
use crate::escapes::percent_decoded;
use crate::generic;
use crate::placeholder;
use vetogate_core::Confidence;

/// How sure an address can be at most.
pub(crate) fn reach(user: &[u8], password: &[u8], host: &[u8]) -> Confidence {
    let password = &percent_decoded(password);
    let is_weak = || {
        is_local(host)
            || stands_in_for_one(host)
            || password.len() < 4
            || (is_of_examples(user) && !is_chosen_well(password))
    };
    let is_low = stands_in(user, password) || is_shown(host) || !is_random(password) && is_weak();
    if is_low { Confidence::Low } else { Confidence::High }
}

/// How sure an address can be at most that a reader is shown, in prose or in a comment: one with a password that nobody
/// took pains to choose shows how addresses are written.
pub(crate) fn reach_of_shown(password: &[u8]) -> Confidence {
    let password = &percent_decoded(password);
    let is_true = is_chosen_well(password) || (is_random(password) && !is_spelled(password));
    if is_true { Confidence::High } else { Confidence::Low }
}

/// Words with signs between or inside them, of small letters alone: `not-re@l`, `pa/ssword`.
fn is_spelled(password: &[u8]) -> bool {
    let plain: Vec<u8> = password.iter().map(|byte| if *byte == b'@' { b'a' } else { *byte }).collect();
    let letters: Vec<u8> = plain.iter().copied().filter(u8::is_ascii_lowercase).collect();
    let has = |word: &[u8]| letters.windows(word.len()).any(|window| window == word);
    let of_letters = plain.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_punctuation());
    of_letters
        && (has(b"password")
            || has(b"secret")
            || generic::reads_like_words(&plain)
            || generic::reads_like_words(&letters))
}

/// What policies of passwords ask for: a good length, and signs of three classes.
fn is_chosen_well(password: &[u8]) -> bool {
    password.len() >= 8 && classes(password) > 2
}

fn is_of_examples(user: &[u8]) -> bool {
    let name = user.trim_ascii_end();
    let name = &name[..name.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |at| at + 1)];
    PEOPLE.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

/// How sure a connection string can be at most: servers of a company have names of a single label, too, but not those
/// that containers and manuals have.
pub(crate) fn reach_of_server(user: &[u8], password: &[u8], host: &[u8]) -> Confidence {
    const STAND_INS: &[&[u8]] = &[
        b"db",
        b"database",
        b"sql",
        b"mysql",
        b"mariadb",
        b"mssql",
        b"sqlserver",
        b"postgres",
        b"postgresql",
        b"oracle",
        b"redis",
        b"mongo",
        b"server",
        b"servername",
        b"host",
        b"hostname",
        b"local",
        b"localdb",
        b"remote",
    ];
    let lower = host.to_ascii_lowercase();
    let name = lower.strip_prefix(b"tcp:").unwrap_or(&lower);
    let name = name.split(|byte| b",:\\)".contains(byte)).next().unwrap_or_default();
    let name = name.strip_prefix(b"(").unwrap_or(name);
    let has_digit = name.iter().any(u8::is_ascii_digit);
    let is_made_up = name.starts_with(b"my")
        || name.starts_with(b"your")
        || (!has_digit && placeholder::names_itself(name));
    let weak = (name.contains(&b'.') && is_local(name))
        || name == b"."
        || name.starts_with(b"localhost")
        || STAND_INS.contains(&name)
        || (is_made_up && !name.contains(&b'.') && !name.is_empty());
    let is_shown = user.eq_ignore_ascii_case(password) || is_shown(name);
    match (weak, is_random(password)) {
        _ if is_shown => Confidence::Low,
        // Made by a machine, it opens some server, though not this one of everybody's.
        (true, true) => Confidence::Medium,
        (true, false) => Confidence::Low,
        (false, _) => Confidence::High,
    }
}

/// Whether a password is none that anybody uses. One that obeys the rules for passwords is in use where the host is.
pub(crate) fn is_example(password: &[u8], host: &[u8]) -> bool {
    placeholder::is_example_password(password) && (is_local(host) || is_shown(host) || !is_obedient(password))
}

/// `Admin1234!`: the name of an account, with whatever rules for passwords ask for.
fn is_obedient(password: &[u8]) -> bool {
    const NAMES: &[&[u8]] =
        &[b"admin", b"administrator", b"root", b"user", b"password", b"passwd", b"pass", b"secret"];
    let letters = password.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (name, tail) = password.split_at(letters);
    let has = |test: fn(&u8) -> bool| password.iter().any(test);
    NAMES.iter().any(|own| own.eq_ignore_ascii_case(name))
        && tail.iter().all(|byte| byte.is_ascii_digit() || b"!@#$%^&*+.?".contains(byte))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_punctuation)
}

fn stands_in(user: &[u8], password: &[u8]) -> bool {
    // The account of the manuals of Oracle, and of whatever talks to a database since.
    let is_of_manuals = user == b"scott" && password == b"tiger";
    is_of_manuals || user.eq_ignore_ascii_case(password) || !is_obedient(password) && is_stand_in(password)
}

/// Whether the letters of a password are stand-in words: `mypassword`, `dbpass`, `app-secret-1`, `p4ssw0rd`.
fn is_stand_in(password: &[u8]) -> bool {
    let lower = password.to_ascii_lowercase();
    if lower.len() > 40 {
        return false;
    }
    let end = lower.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |at| at + 1);
    let written: Vec<u8> = lower[..end].iter().map(|&byte| as_letter(byte)).collect();
    let is_walk = WALKS.iter().any(|walk| lower.starts_with(walk));
    is_walk || says_words(&lower) || says_words(&written) || names_a_secret(&lower) || counts_up(&lower)
}

/// A name of what is to be put there: `proxy_pass`, `sentry-secret`.
fn names_a_secret(lower: &[u8]) -> bool {
    const SECRETS: [&[u8]; 8] = [b"pass", b"passwd", b"password", b"pwd", b"pw", b"secret", b"token", b"key"];
    let mut parts = lower.rsplit(|byte| b"_-".contains(byte));
    let is_last = parts.next().is_some_and(|last| SECRETS.contains(&last));
    let is_name = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_alphabetic);
    is_last && lower.iter().any(|byte| b"_-".contains(byte)) && parts.all(is_name)
}

/// Such a word, however short, and a number that counts from one: `pw1234`, `db123`.
fn counts_up(lower: &[u8]) -> bool {
    let letters = lower.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (word, number) = lower.split_at(letters);
    word.len() > 1 && number.len() > 2 && b"1234567890".starts_with(number) && is_made_of_words(word)
}

/// Whether most of the letters are in runs that are made of words.
fn says_words(text: &[u8]) -> bool {
    let runs = text.split(|byte| !byte.is_ascii_alphabetic()).filter(|run| !run.is_empty());
    let letters: usize = runs.clone().map(<[u8]>::len).sum();
    let spoken: usize = runs.filter(|run| run.len() >= 2 && is_made_of_words(run)).map(<[u8]>::len).sum();
    spoken >= 3 && spoken * 10 >= letters * 7 && spoken * 5 >= text.len() * 2
}

fn is_made_of_words(run: &[u8]) -> bool {
    let mut reached = vec![false; run.len() + 1];
    reached[0] = true;
    for at in 0..run.len() {
        if reached[at] {
            WORDS
                .iter()
                .filter(|word| run[at..].starts_with(word.as_bytes()))
                .for_each(|word| reached[at + word.len()] = true);
        }
    }
    reached[run.len()]
}

/// The letter for which people write a sign.
fn as_letter(byte: u8) -> u8 {
    match byte {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        _ => byte,
    }
}

/// Whether a machine made a password, or somebody who knows how: little of it can be spoken.
pub(crate) fn is_random(password: &[u8]) -> bool {
    let classes = classes(password);
    let least = if classes > 1 { 8 } else { 14 };
    if password.len() < least {
        return false;
    }
    // Six of the sixteen digits are letters, two of them vowels.
    let is_hex = password.len() >= 12 && classes == 2 && password.iter().all(u8::is_ascii_hexdigit);
    // Letters of random text can be spoken by chance, but never most of them.
    let is_mixed = || {
        let spoken = spoken(password);
        spoken * 2 < password.len()
            || classes > 1 && password.len() >= 12 && spoken * 4 < password.len() * 3
            || switches(password) >= 4
    };
    (is_hex || is_mixed()) && !is_stand_in(password)
}

/// How many of the four classes of signs stand in it.
fn classes(password: &[u8]) -> usize {
    let has = |test: fn(&u8) -> bool| usize::from(password.iter().any(test));
    has(u8::is_ascii_lowercase)
        + has(u8::is_ascii_uppercase)
        + has(u8::is_ascii_digit)
        + has(|byte| !byte.is_ascii_alphanumeric())
}

/// How often letters and digits take turns.
fn switches(password: &[u8]) -> usize {
    let takes_turns = |two: &&[u8]| {
        two.iter().all(u8::is_ascii_alphanumeric) && two[0].is_ascii_digit() != two[1].is_ascii_digit()
    };
    password.windows(2).filter(takes_turns).count()
}

/// How many letters are in parts of four or more that can be spoken.
fn spoken(password: &[u8]) -> usize {
    let mut sum = 0;
    let mut start = 0;
    for at in 0..=password.len() {
        let ends = password.get(at).is_none_or(|byte| !byte.is_ascii_alphabetic());
        let begins = at > start
            && password.get(at).is_some_and(u8::is_ascii_uppercase)
            && password[at - 1].is_ascii_lowercase();
        if ends || begins {
            sum += if can_be_spoken(&password[start..at]) { at - start } else { 0 };
            start = at + usize::from(ends);
        }
    }
    sum
}

fn can_be_spoken(part: &[u8]) -> bool {
    let is_vowel = |byte: &u8| b"aeiouy".contains(&byte.to_ascii_lowercase());
    let vowels = part.iter().filter(|byte| is_vowel(byte)).count();
    let longest = part.split(is_vowel).map(<[u8]>::len).max().unwrap_or(0);
    let of_one_case =
        part.iter().skip(1).all(u8::is_ascii_lowercase) || part.iter().all(u8::is_ascii_uppercase);
    (4..=20).contains(&part.len()) && of_one_case && vowels * 5 >= part.len() && longest <= 4
}

#[cfg(test)]
mod tests {
    use super::*;
    use vetogate_rules::template::generate;

    #[test]
    fn what_is_random() {
        for template in [
            "{hex:16}",
            "{alnum:22}",
            "{lower-alnum:16}",
            "{base64url:24}",
            "{letters:24}",
            "{alnum:4}@{alnum:5}#1",
            "{hex:32}",
            "{alnum:12}",
            "{digits:15}",
        ] {
            let is_missed = |salt: &usize| {
                let text = generate(&format!("{template} {salt}")).unwrap();
                !is_random(text.split(' ').next().unwrap().as_bytes())
            };
            let missed = (0..1000).filter(is_missed).count();
            assert!(missed < 30, "{missed} of {template}");
        }
        for chosen in [
            "mypass",
            "dbpass",
            "mypassword",
            "foobared",
            "p4ssw0rd",
            "pa55w0rd!",
            "Winter2024!",
            "dev-password1",
            "s3cr3tpass",
            "Summer@1",
            "hunter2",
            "devpass123",
            "qwerty123",
            "app_secret_2024",
            "1q2w3e4r5t",
            "correcthorse",
            "rabbit-pass-1",
            "letmein99",
        ] {
            assert!(!is_random(chosen.as_bytes()), "{chosen}");
        }
    }

    #[test]
    fn what_stands_in_for_a_password() {
        for word in [
            "mypass",
            "dbpass",
            "mypassword",
            "foobared",
            "p4ssw0rd",
            "passw0rd123!",
            "app-secret-1",
            "test1234",
            "sentry_secret",
            "acme-proxy-pass",
            "pw1234",
            "db123",
        ] {
            assert!(is_stand_in(word.as_bytes()), "{word}");
        }
        for password in [
            "hunter2",
            "correcthorse",
            "Winter2024!",
            "x7Kq9ZpL",
            "kX9v-Lm2pQ",
            "Tr0ub4dor&3",
            "xk4vq-token",
            "kx1234",
        ] {
            assert!(!is_stand_in(password.as_bytes()), "{password}");
        }
    }

    #[test]
    fn users_and_passwords_of_examples() {
        for (user, password, host) in [
            ("alice", "hunter2", "acme.org"),
            ("Bob", "wonder4ever", "git.acme.io"),
            ("user1", "pass1234", "git.acme.io"),
            ("jane", "doe", "host.acme.net"),
            ("aladdin", "opensesame", "www.acme.org"),
            ("user", "he%2F%2Fo", "pypi.acme.org"),
            ("deploy", "p%40ssw0rd", "git.acme.io"),
            ("deploy", "qwerty", "git.acme.io"),
            ("deploy", "hunter22", "my.site.org"),
            ("deploy", "hunter22", "pypi.company.com"),
            ("deploy", "hunter22", "git.yourdomain.io:8443"),
        ] {
            let says = reach(user.as_bytes(), password.as_bytes(), host.as_bytes());
            assert_eq!(says, Confidence::Low, "{user}:{password}@{host}");
        }
        for (user, password, host) in [
            ("alice", "Winter2024!", "git.acme.io"),
            ("deploy", "hunter22", "git.acme.io"),
            ("userland", "hunter22", "git.acme.io"),
            ("deploy", "hunter22", "git.companyx.io"),
        ] {
            let says = reach(user.as_bytes(), password.as_bytes(), host.as_bytes());
            assert_eq!(says, Confidence::High, "{user}:{password}@{host}");
        }
    }

    #[test]
    fn servers_that_everybody_has() {
        let random = generate("{alnum:14}").unwrap();
        for host in ["db", "localhost,1433", "postgres", "(localdb)\\x", "tcp:127.0.0.1", "."] {
            let of = |password: &str| reach_of_server(b"app", password.as_bytes(), host.as_bytes());
            assert_eq!((of(&random), of("Winter2024!")), (Confidence::Medium, Confidence::Low), "{host}");
        }
        assert_eq!(reach_of_server(b"app", random.as_bytes(), b"db.example.com"), Confidence::Low);
        assert_eq!(reach_of_server(b"app", b"Winter2024!", b"sql17"), Confidence::High);
    }

    #[test]
    fn the_host_says_nothing_of_a_random_password() {
        let random = generate("{alnum:22}").unwrap();
        for host in [
            "db",
            "localhost:5432",
            "db.prod.svc.cluster.local",
            "$HOST",
            "{host}",
            "db.internal",
            "127.0.0.1",
        ] {
            assert_eq!(reach(b"app", random.as_bytes(), host.as_bytes()), Confidence::High, "{host}");
            assert_eq!(reach(b"app", b"Winter2024!", host.as_bytes()), Confidence::Low, "{host}");
        }
        assert_eq!(reach(b"app", b"Winter2024!", b"db.acme.com"), Confidence::High);
        assert_eq!(reach(b"app", b"dbpass", b"db.acme.com"), Confidence::Low);
        assert_eq!(reach(b"app", random.as_bytes(), b"db.example.com"), Confidence::Low);
        assert!(!is_example(b"Admin1234!", b"db.acme.com") && is_example(b"Admin1234!", b"db"));
    }
}
