//! Stories as text: what is typed, in order, and what must come of it. It only reads; `play` plays.
//!
//! ```text
//! $ node show one              typed to `baremetal`; it must end well
//! $ openstack baremetal ...    typed to `openstack`
//! ! node provide nobody        it must fail
//! ? node show one              asked again until all below holds
//!   PATH = VALUE               the JSON answer holds VALUE there (JSON, or else a text); `*` in PATH is any item of a list
//!   PATH != VALUE              nowhere there
//!   PATH ~ TEXT                what is there contains TEXT
//!   count N                    so many rows
//!   says TEXT                  what a person sees contains TEXT, whatever its line breaks
//!   keep PATH as NAME          `$NAME` is from now on what the answer holds there
//! ```

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// What must become of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// It ends well.
    Works,
    /// It fails.
    Refused,
    /// It ends well, and in the end as expected.
    Until,
}

/// A line and what is expected of it.
#[derive(Debug, PartialEq)]
pub(super) struct Act {
    /// Its number in the story.
    pub number: usize,
    /// What must become of it.
    pub manner: Manner,
    /// `baremetal` or `openstack`.
    pub program: &'static str,
    /// What is typed after the program's name.
    pub line: String,
    /// What must come of it.
    pub expected: Vec<Expectation>,
}

/// What an answer must hold.
#[derive(Debug, PartialEq)]
pub(super) enum Expectation {
    /// This value is there.
    Is(String, Value),
    /// This value is not there.
    IsNot(String, Value),
    /// This text is part of what is there.
    Holds(String, String),
    /// So many rows.
    Count(usize),
    /// A person sees this.
    Says(String),
    /// Is to be remembered by this name.
    Keep(String, String),
}

impl Expectation {
    /// Whether it is about the answer as JSON.
    pub fn of_json(&self) -> bool {
        !matches!(self, Self::Says(_))
    }
}

/// The acts of a story.
pub(super) fn parse(text: &str) -> Result<Vec<Act>> {
    let mut acts: Vec<Act> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let number = at + 1;
        if line.starts_with(' ') {
            let act = acts.last_mut().context("the story begins with no line")?;
            let expected = expectation(line.trim());
            let expected = expected.with_context(|| format!("line {number}: {line}"))?;
            act.expected.push(expected);
        } else {
            acts.push(act(number, line).with_context(|| format!("line {number}: {line}"))?);
        }
    }
    Ok(acts)
}

fn act(number: usize, line: &str) -> Result<Act> {
    let (mark, typed) = line.split_once(' ').context("nothing is typed")?;
    let manner = match mark {
        "$" => Manner::Works,
        "!" => Manner::Refused,
        "?" => Manner::Until,
        _ => bail!("a line begins with $, ! or ?"),
    };
    let (program, line) = match typed.strip_prefix("openstack ") {
        Some(rest) => ("openstack", rest),
        None => ("baremetal", typed),
    };
    Ok(Act {
        number,
        manner,
        program,
        line: line.to_owned(),
        expected: Vec::new(),
    })
}

fn expectation(text: &str) -> Result<Expectation> {
    if let Some(said) = text.strip_prefix("says ") {
        return Ok(Expectation::Says(said.to_owned()));
    }
    if let Some(count) = text.strip_prefix("count ") {
        return Ok(Expectation::Count(count.parse().context("a number")?));
    }
    if let Some(kept) = text.strip_prefix("keep ") {
        let (path, name) = kept.split_once(" as ").context("keep PATH as NAME")?;
        return Ok(Expectation::Keep(path.to_owned(), name.to_owned()));
    }
    for (sign, make) in SIGNS {
        if let Some((path, value)) = text.split_once(sign) {
            return Ok(make(path.to_owned(), value));
        }
    }
    bail!("this is no expectation")
}

type Make = fn(String, &str) -> Expectation;
const SIGNS: &[(&str, Make)] = &[
    (" != ", |path, value| Expectation::IsNot(path, meant(value))),
    (" = ", |path, value| Expectation::Is(path, meant(value))),
    (" ~ ", |path, value| {
        Expectation::Holds(path, value.to_owned())
    }),
];

/// JSON if it is, else a text.
pub(super) fn meant(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_line_and_what_is_expected_of_it() {
        let acts = parse("# why\n$ node list\n  */name = one\n  count 1\n\n! openstack baremetal x\n  says no = y\n").unwrap();
        assert_eq!(acts.len(), 2);
        assert_eq!(
            (acts[0].number, acts[0].manner, acts[0].program),
            (2, Manner::Works, "baremetal")
        );
        let row = Expectation::Is("*/name".into(), "one".into());
        assert_eq!(acts[0].expected, [row, Expectation::Count(1)]);
        assert_eq!(
            (acts[1].manner, acts[1].program, acts[1].line.as_str()),
            (Manner::Refused, "openstack", "baremetal x")
        );
        assert_eq!(acts[1].expected, [Expectation::Says("no = y".into())]);
    }

    #[test]
    fn what_says_nothing_known_is_refused() {
        for text in ["node list", "  count 1", "$ node list\n  nonsense", "$"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
