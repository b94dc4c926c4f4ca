//! The database's address. It may hold a password, which is never shown.

use std::fmt;
use std::str::FromStr;

/// Where the database is.
#[derive(Clone, PartialEq)]
pub struct DatabaseUrl {
    text: String,
}

impl DatabaseUrl {
    /// The whole URL with its password. Every caller is a place to review.
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Whether it is SQLite, embedded in the daemon.
    pub fn is_sqlite(&self) -> bool {
        self.text.starts_with("sqlite:")
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&masked(&self.text))
    }
}

/// The text names no database that is known here.
#[derive(Debug)]
pub struct NoDatabase;

impl FromStr for DatabaseUrl {
    type Err = NoDatabase;
    fn from_str(text: &str) -> Result<Self, NoDatabase> {
        let (scheme, rest) = text.split_once(':').ok_or(NoDatabase)?;
        let known = match scheme {
            "sqlite" => !rest.trim_start_matches('/').is_empty(),
            "postgres" | "postgresql" => rest.len() > 2 && rest.starts_with("//"),
            _ => false,
        };
        let text = text.to_owned();
        known.then_some(Self { text }).ok_or(NoDatabase)
    }
}

/// The URL with its password replaced, wherever it stands: before the host, or as a query parameter.
pub fn masked(url: &str) -> String {
    let (before, query) = match url.split_once('?') {
        Some((before, query)) => (before, Some(query)),
        None => (url, None),
    };
    let before = mask_authority(before);
    let Some(query) = query else { return before };
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if model::mask::is_secret_key(name) => {
            format!("{name}={}", model::mask::MASK)
        }
        _ => pair.to_owned(),
    });
    format!("{before}?{}", pairs.collect::<Vec<_>>().join("&"))
}

fn mask_authority(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    // The last '@': a password written without percent-encoding may hold one.
    let Some((account, host)) = rest.rsplit_once('@') else {
        return url.to_owned();
    };
    match account.split_once(':') {
        Some((user, _)) => format!("{scheme}://{user}:{}@{host}", model::mask::MASK),
        None => url.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_masked_wherever_it_stands() {
        for url in [
            "postgres://me:pa55@db/x",
            "postgres://me:p@55:pa55@db/x?sslmode=require",
            "postgresql://db/x?user=me&password=pa55",
        ] {
            let parsed: DatabaseUrl = url.parse().unwrap();
            assert!(!format!("{parsed:?} {parsed}").contains("55"), "{url}");
            assert_eq!(parsed.expose(), url);
        }
        assert_eq!(masked("sqlite:/a/b.db"), "sqlite:/a/b.db");
        assert_eq!(
            masked("postgres:///x?host=/run/pg"),
            "postgres:///x?host=/run/pg"
        );
    }

    #[test]
    fn other_databases_are_refused() {
        for url in [
            "mysql://x/y",
            "sqlite:",
            "sqlite://",
            "postgres:",
            "file.db",
            "",
        ] {
            assert!(url.parse::<DatabaseUrl>().is_err(), "{url}");
        }
    }
}
