//! Texts that contain another one, as `LIKE '%...%'` has it: `%` stands for any text, `_` for any character, and the case of ASCII
//! letters does not count. Unlike `LIKE` its time grows with the length of the text and not with that times the pattern's: what a
//! client looks for is the client's choice.

use memchr::memmem::Finder;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use std::collections::HashMap;

/// The function's name in SQL: `contains_pattern(text, pattern)`.
pub(crate) const FUNCTION: &str = "contains_pattern";

/// What a text is searched for.
pub(crate) struct Pattern {
    /// In this order, with anything in between.
    parts: Vec<Part>,
    /// No text of fewer characters can contain it.
    least: usize,
}

enum Part {
    Plain(Box<Finder<'static>>),
    /// Has characters that stand for any.
    Shape(Shape),
}

impl Pattern {
    pub(crate) fn parse(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        let parts = lower.split('%').filter(|part| !part.is_empty());
        let parts = parts.map(|part| match part.contains('_') {
            true => Part::Shape(Shape::of(part)),
            false => Part::Plain(Box::new(Finder::new(part).into_owned())),
        });
        Self {
            parts: parts.collect(),
            least: least(text),
        }
    }

    /// Whether the text contains it.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        if text.len() < self.least {
            return false;
        }
        let lower = text.to_ascii_lowercase();
        let mut rest = lower.as_str();
        // The first place of each part leaves the most for those behind it.
        self.parts.iter().all(|part| {
            let end = match part {
                Part::Plain(finder) => finder
                    .find(rest.as_bytes())
                    .map(|at| at + finder.needle().len()),
                Part::Shape(shape) => shape.first_end(rest),
            };
            rest = end.and_then(|end| rest.get(end..)).unwrap_or_default();
            end.is_some()
        })
    }
}

/// The fewest characters of a text that contains this pattern.
pub(crate) fn least(pattern: &str) -> usize {
    pattern.chars().filter(|c| *c != '%').count()
}

/// Characters in a row, some of which may be any. Searched for by keeping one bit for each beginning of it that the text has matched so
/// far (Baeza-Yates and Gonnet, "A new approach to text searching", 1992).
struct Shape {
    length: usize,
    /// The places of characters that may be any.
    open: Vec<u64>,
    /// The places where a character may stand, the open ones among them.
    places: HashMap<char, Vec<u64>>,
}

impl Shape {
    fn of(part: &str) -> Self {
        let length = part.chars().count();
        let mut open = vec![0u64; length.div_ceil(64)];
        let set = |bits: &mut [u64], at: usize| bits[at / 64] |= 1 << (at % 64);
        for (at, _) in part.chars().enumerate().filter(|(_, c)| *c == '_') {
            set(&mut open, at);
        }
        let mut places: HashMap<char, Vec<u64>> = HashMap::new();
        for (at, c) in part.chars().enumerate().filter(|(_, c)| *c != '_') {
            set(places.entry(c).or_insert_with(|| open.clone()), at);
        }
        Self {
            length,
            open,
            places,
        }
    }

    /// Where the first place of it in the text ends, in bytes.
    fn first_end(&self, text: &str) -> Option<usize> {
        let mut matched = vec![0u64; self.open.len()];
        let last = self.length - 1;
        for (at, c) in text.char_indices() {
            let places = self.places.get(&c).unwrap_or(&self.open);
            // One further each; the lowest bit begins anew with every character.
            let mut carry = 1;
            for (bits, here) in matched.iter_mut().zip(places) {
                let next = *bits >> 63;
                *bits = (*bits << 1 | carry) & here;
                carry = next;
            }
            if matched[last / 64] >> (last % 64) & 1 == 1 {
                return Some(at + c.len_utf8());
            }
        }
        None
    }
}

/// Teaches the function to a connection. The pattern is taken apart once in a query.
pub(crate) fn teach(connection: &rusqlite::Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8
        | FunctionFlags::SQLITE_DETERMINISTIC
        | FunctionFlags::SQLITE_DIRECTONLY;
    connection.create_scalar_function(FUNCTION, 2, flags, |call: &Context<'_>| {
        let pattern = call.get_or_create_aux(1, |value| value.as_str().map(Pattern::parse))?;
        match call.get_raw(0) {
            ValueRef::Null => Ok(None),
            text => Ok(Some(pattern.is_in(text.as_str()?))),
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rusqlite::Connection;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        teach(&connection).unwrap();
        connection
    }

    fn both(connection: &Connection, text: &str, pattern: &str) -> (bool, bool) {
        let sql = "SELECT contains_pattern($1, $2), $1 LIKE $3";
        let like = format!("%{pattern}%");
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        connection
            .query_row(sql, [text, pattern, &like], row)
            .unwrap()
    }

    #[test]
    fn nothing_is_found_where_there_is_no_text() {
        let sql = "SELECT contains_pattern(NULL, 'a') IS NULL";
        let unknown: bool = connection().query_row(sql, [], |row| row.get(0)).unwrap();
        assert!(unknown);
    }

    #[test]
    fn a_pattern_may_be_longer_than_a_machine_word() {
        let text = format!("{}b{}", "a".repeat(4_000), "c".repeat(95));
        for (pattern, found) in [
            (format!("{}b", "_".repeat(4_000)), true),
            (format!("{}b", "_".repeat(4_001)), false),
            (format!("a_{}b", "a".repeat(100)), true),
            (format!("a%b{}", "_".repeat(95)), true),
            (format!("a%b{}", "_".repeat(96)), false),
        ] {
            assert_eq!(Pattern::parse(&pattern).is_in(&text), found, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn it_says_what_like_says(text in "[aAbß_%]{0,40}", pattern in "[aAbß_%]{0,8}") {
            let (ours, theirs) = both(&connection(), &text, &pattern);
            prop_assert_eq!(ours, theirs);
        }
    }
}
