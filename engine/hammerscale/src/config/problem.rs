//! What is wrong with a configuration, said so that a person can mend it. All problems are told at once.

use super::keys::KEYS;
use std::fmt;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem(String);

impl Problem {
    /// A key that does not exist.
    pub fn unknown_key(path: &str, source: &str) -> Self {
        let hint = match suggestion(path, KEYS.iter().map(|key| key.path)) {
            Some(near) => format!("did you mean '{near}'?"),
            None => "see docs/generated/configuration.md for all keys".to_owned(),
        };
        Self(format!("'{path}' ({source}) is not a key: {hint}"))
    }

    /// A variable that sets no key.
    pub fn unknown_variable(name: &str) -> Self {
        let variables: Vec<String> = KEYS.iter().map(super::Key::variable).collect();
        let hint = match suggestion(name, variables.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "see docs/generated/configuration.md for all variables".to_owned(),
        };
        Self(format!("the variable {name} sets no key: {hint}"))
    }

    /// A value that the key does not take.
    pub fn bad_value(path: &str, source: &str, value: &str, allowed: &str) -> Self {
        let hint = suggestion(value, allowed.split([',', ' ']).filter(|w| w.len() > 2))
            .filter(|_| allowed.starts_with("one of") || allowed.starts_with("a list of any"))
            .map_or(String::new(), |near| format!(" (did you mean '{near}'?)"));
        Self(format!(
            "{path} = '{value}' ({source}): allowed is {allowed}{hint}"
        ))
    }

    /// Keys that contradict each other, or anything else about one key.
    pub fn about(path: &str, what: impl fmt::Display) -> Self {
        Self(format!("{path}: {what}"))
    }

    /// The file cannot be read at all.
    pub fn file(path: &std::path::Path, what: impl fmt::Display) -> Self {
        Self(format!("{}: {what}", path.display()))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything that is wrong with a configuration.
#[derive(Debug)]
pub struct Problems(pub Vec<Problem>);

impl std::error::Error for Problems {}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(f, "the configuration has {} problem{plural}:", self.0.len())?;
        for problem in &self.0 {
            write!(f, "\n  - {problem}")?;
        }
        Ok(())
    }
}

/// The candidate that was probably meant: the same last word, else the smallest edit distance if that is small.
fn suggestion<'a>(
    wrong: &str,
    candidates: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    if let Some(same) = candidates.clone().find(|path| last(path) == last(wrong)) {
        return Some(same);
    }
    candidates
        .map(|candidate| (distance(wrong, candidate), candidate))
        .min()
        .filter(|(distance, candidate)| *distance <= (candidate.len() / 4).clamp(2, 6))
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's edit distance, by rows.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, from) in left.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], index + 1);
        for (column, to) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(from != *to);
            diagonal = row[column + 1];
            row[column + 1] = substituted.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_recognised_and_nonsense_is_not() {
        let keys = || KEYS.iter().map(|key| key.path);
        assert_eq!(suggestion("api.lissen", keys()), Some("api.listen"));
        assert_eq!(suggestion("listen", keys()), Some("api.listen"));
        assert_eq!(
            suggestion("bmc.alowed_network", keys()),
            Some("bmc.allowed_networks")
        );
        assert_eq!(suggestion("completely.different", keys()), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
