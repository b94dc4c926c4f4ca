//! Apache's htpasswd format, bcrypt alone, as `htpasswd -B` writes it: `name:$2y$10$...`, one a line. It checks no password.

use std::collections::HashMap;

/// A file has at most so many users.
const MOST_USERS: usize = 10_000;
/// Hashes dearer than this would hold a processor for seconds: 14 takes about a second.
const DEAREST: u32 = 14;

/// Why a file of users cannot be used. No hash is told.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HtpasswdError {
    /// Not `name:hash`.
    #[error("line {0} is not NAME:HASH")]
    Line(usize),
    /// Another hash than bcrypt.
    #[error("line {0}: only bcrypt is accepted; make the line anew with `htpasswd -B`")]
    NotBcrypt(usize),
    /// A hash that takes too long to check.
    #[error(
        "line {0}: a bcrypt cost above {DEAREST} takes too long to check; use `htpasswd -B -C 10`"
    )]
    TooDear(usize),
    /// The same name twice.
    #[error("line {0}: this name stands above already")]
    Twice(usize),
    /// More users than anybody has.
    #[error("more than {MOST_USERS} users")]
    TooMany,
}

/// The users of a file and their hashes.
#[derive(Default)]
pub(crate) struct Users {
    hashes: HashMap<String, String>,
    dearest: u32,
}

impl Users {
    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Self, HtpasswdError> {
        let mut users = Self::default();
        for (index, line) in text.lines().enumerate() {
            let (line, number) = (line.trim(), index + 1);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = line.split_once(':').filter(|(name, _)| !name.is_empty());
            let (name, hash) = entry.ok_or(HtpasswdError::Line(number))?;
            let cost = cost(hash).ok_or(HtpasswdError::NotBcrypt(number))?;
            if cost > DEAREST {
                return Err(HtpasswdError::TooDear(number));
            }
            users.dearest = users.dearest.max(cost);
            let before = users.hashes.insert(name.to_owned(), hash.to_owned());
            if before.is_some() {
                return Err(HtpasswdError::Twice(number));
            }
            if users.hashes.len() > MOST_USERS {
                return Err(HtpasswdError::TooMany);
            }
        }
        Ok(users)
    }

    /// Whether somebody has this name.
    pub fn has(&self, name: &str) -> bool {
        self.hashes.contains_key(name)
    }

    /// Whether there is nobody.
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    /// The hash to check a password against, and whether it is this user's: a stranger's costs as much as the dearest user's, so that
    /// the time does not tell who exists.
    pub fn hash(&self, name: &str) -> (String, bool) {
        match self.hashes.get(name) {
            Some(hash) => (hash.clone(), true),
            None => (
                format!("$2b${:02}${}", self.dearest.max(4), ".".repeat(53)),
                false,
            ),
        }
    }
}

/// The cost of a bcrypt hash: `$2y$10$` and 53 characters of salt and digest.
fn cost(hash: &str) -> Option<u32> {
    let rest = ["$2y$", "$2a$", "$2b$"]
        .iter()
        .find_map(|kind| hash.strip_prefix(kind))?;
    let (cost, rest) = rest.split_once('$')?;
    let letter = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'/';
    let formed = cost.len() == 2 && rest.len() == 53 && rest.bytes().all(letter);
    let cost = cost.parse().ok()?;
    (formed && (4..=31).contains(&cost)).then_some(cost)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Of "secret", cost 4.
    fn hash(cost: u32) -> String {
        format!("$2y${cost:02}${}", "A".repeat(53))
    }

    #[test]
    fn only_bcrypt_lines_are_taken() {
        let good = format!("# people\n\na:{}\r\n b:{}\n", hash(5), hash(10));
        let users = Users::parse(&good).unwrap();
        assert!(users.has("a") && users.has("b") && !users.has("c"));
        let error = |text: String| Users::parse(&text).err();
        assert_eq!(error("a".to_owned()), Some(HtpasswdError::Line(1)));
        assert_eq!(error(format!(":{}", hash(5))), Some(HtpasswdError::Line(1)));
        for other in [
            "$apr1$x$y",
            "{SHA}x",
            "plain",
            "$2y$05$short",
            "$2x$05$aaaa",
        ] {
            let refused = error(format!("a:{}\nb:{other}", hash(5)));
            assert_eq!(refused, Some(HtpasswdError::NotBcrypt(2)), "{other}");
        }
        assert_eq!(
            error(format!("a:{}", hash(15))),
            Some(HtpasswdError::TooDear(1))
        );
        let twice = format!("a:{0}\na:{0}", hash(5));
        assert_eq!(error(twice), Some(HtpasswdError::Twice(2)));
    }

    #[test]
    fn a_stranger_costs_as_much_as_the_dearest_user() {
        let users = Users::parse(&format!("a:{}\nb:{}", hash(4), hash(6))).unwrap();
        let (stranger, known) = users.hash("nobody");
        assert!(!known && stranger.starts_with("$2b$06$"));
        assert!(!bcrypt::verify("secret", &stranger).unwrap());
    }
}
