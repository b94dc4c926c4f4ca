//! Reads merged values as types and collects what is wrong with them. It knows the keys' kinds, not their meaning.

use super::fragments::Raw;
use super::keys::{self, Key, Kind};
use super::merged::Merged;
use super::problem::Problem;
use std::str::FromStr;

/// Reads values one by one. Every method answers `None` after noting a problem, so that reading goes on with the next key.
pub struct Reader<'a> {
    /// The values.
    pub merged: &'a Merged,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    /// A reader of these values.
    pub fn new(merged: &'a Merged) -> Self {
        let problems = Vec::new();
        Self { merged, problems }
    }

    /// A key that must have a value.
    pub fn one<T: FromStr>(&mut self, path: &str) -> Option<T> {
        match self.maybe(path)? {
            Some(value) => Some(value),
            None => {
                self.note(path, "has no value and none can be guessed here: set it");
                None
            }
        }
    }

    /// A key that may be without a value.
    pub fn maybe<T: FromStr>(&mut self, path: &str) -> Option<Option<T>> {
        let Some((raw, source)) = self.merged.get(path) else {
            return Some(None);
        };
        let text = match raw {
            Raw::One(text) => text.clone(),
            Raw::Many(items) => items.join(","),
        };
        let key = keys::find(path)?;
        match within(key, &text).then(|| text.parse().ok()).flatten() {
            Some(value) => Some(Some(value)),
            None => {
                self.refuse(key, &text, &source.to_string());
                None
            }
        }
    }

    /// A list; one without a value is empty.
    pub fn list<T: FromStr>(&mut self, path: &str) -> Option<Vec<T>> {
        let Some((Raw::Many(items), source)) = self.merged.get(path) else {
            return Some(Vec::new());
        };
        let key = keys::find(path)?;
        let source = source.to_string();
        // Every item is looked at, also behind a bad one, so that all bad ones are told.
        let parsed: Vec<Option<T>> = items
            .iter()
            .map(|item| {
                let value = within(key, item).then(|| item.parse().ok()).flatten();
                if value.is_none() {
                    self.refuse(key, item, &source);
                }
                value
            })
            .collect();
        parsed.into_iter().collect()
    }

    /// Notes what is wrong with a key, beyond its form.
    pub fn note(&mut self, path: &str, what: impl std::fmt::Display) {
        self.problems.push(Problem::about(path, what));
    }

    /// Whether somebody set the key.
    pub fn is_set(&self, path: &str) -> bool {
        self.merged.is_set(path)
    }

    fn refuse(&mut self, key: &Key, value: &str, source: &str) {
        let shown = match key.path {
            "database_url" => super::database::masked(value),
            _ => value.to_owned(),
        };
        let problem = Problem::bad_value(key.path, source, &shown, &key.kind.allowed());
        self.problems.push(problem);
    }
}

/// Whether the text is within what the key's kind allows, as far as the kind alone can tell.
fn within(key: &Key, text: &str) -> bool {
    match key.kind {
        Kind::Whole(min, max) => text
            .parse()
            .is_ok_and(|number: u64| (min..=max).contains(&number)),
        Kind::Choice(words) | Kind::Choices(words) => words.contains(&text),
        Kind::Switch => matches!(text, "true" | "false"),
        Kind::Path | Kind::Text(_) | Kind::Texts(_) => !text.is_empty(),
    }
}
