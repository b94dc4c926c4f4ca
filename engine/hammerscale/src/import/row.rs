//! One row of an Ironic table, whatever database it came from, and its columns as typed values. Nothing here is shown: a row may
//! hold secrets, so there is no `Debug` and no error quotes a value.

use chrono::{DateTime, NaiveDateTime, Utc};
use model::{Object, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A value as the database gave it.
#[derive(Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number, or a truth value as 0 or 1.
    Integer(i64),
    /// Text; anything with a text form that is no whole number.
    Text(String),
    /// Bytes that are no text.
    Bytes(Vec<u8>),
}

impl Cell {
    /// Text when the bytes are UTF-8.
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Cell::Text(text),
            Err(error) => Cell::Bytes(error.into_bytes()),
        }
    }
}

/// A column does not hold what it should.
#[derive(Debug, PartialEq, thiserror::Error)]
#[error("its column '{column}' {reason}")]
pub struct Misfit {
    /// Which column.
    pub column: String,
    /// What is wrong with it, without its value.
    pub reason: &'static str,
}

/// A row: its columns by name. A column that an older Ironic does not have reads as null.
#[derive(Clone, Default, PartialEq)]
pub struct Row(BTreeMap<String, Cell>);

impl Row {
    /// A row of these columns.
    pub fn new(cells: impl IntoIterator<Item = (String, Cell)>) -> Self {
        Self(cells.into_iter().collect())
    }

    /// The names of its columns.
    pub fn columns(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    fn cell(&self, column: &str) -> &Cell {
        self.0.get(column).unwrap_or(&Cell::Null)
    }

    /// Text; absent when null.
    pub fn text(&self, column: &str) -> Result<Option<String>, Misfit> {
        match self.cell(column) {
            Cell::Null => Ok(None),
            Cell::Text(text) => Ok(Some(text.clone())),
            Cell::Integer(number) => Ok(Some(number.to_string())),
            Cell::Bytes(_) => Err(misfit(column, "is not text in UTF-8")),
        }
    }

    /// Text that must be there.
    pub fn required_text(&self, column: &str) -> Result<String, Misfit> {
        self.text(column)?
            .filter(|text| !text.is_empty())
            .ok_or_else(|| misfit(column, "is empty"))
    }

    /// A whole number.
    pub fn integer(&self, column: &str) -> Result<Option<i64>, Misfit> {
        match self.cell(column) {
            Cell::Null => Ok(None),
            Cell::Integer(number) => Ok(Some(*number)),
            Cell::Text(text) => match text.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(misfit(column, "is not a whole number")),
            },
            Cell::Bytes(_) => Err(misfit(column, "is not a whole number")),
        }
    }

    /// A whole number that must be there.
    pub fn required_integer(&self, column: &str) -> Result<i64, Misfit> {
        self.integer(column)?
            .ok_or_else(|| misfit(column, "is empty"))
    }

    /// True or false; absent when null. MySQL writes a `BIT` as one byte.
    pub fn flag(&self, column: &str) -> Result<Option<bool>, Misfit> {
        match self.cell(column) {
            Cell::Null => Ok(None),
            Cell::Integer(0) => Ok(Some(false)),
            Cell::Integer(1) => Ok(Some(true)),
            Cell::Text(text) => match text.as_str() {
                "0" | "f" | "false" | "\0" => Ok(Some(false)),
                "1" | "t" | "true" | "\u{1}" => Ok(Some(true)),
                _ => Err(misfit(column, "is neither true nor false")),
            },
            _ => Err(misfit(column, "is neither true nor false")),
        }
    }

    /// True or false with a default for null.
    pub fn flag_or(&self, column: &str, default: bool) -> Result<bool, Misfit> {
        Ok(self.flag(column)?.unwrap_or(default))
    }

    /// A time; Ironic stores UTC without saying so.
    pub fn time(&self, column: &str) -> Result<Option<Timestamp>, Misfit> {
        let Some(text) = self.text(column)?.filter(|text| !text.is_empty()) else {
            return Ok(None);
        };
        if let Ok(time) = DateTime::parse_from_rfc3339(&text) {
            return Ok(Some(time.with_timezone(&Utc)));
        }
        ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"]
            .iter()
            .find_map(|form| NaiveDateTime::parse_from_str(&text, form).ok())
            .map(|time| Some(time.and_utc()))
            .ok_or_else(|| misfit(column, "is not a time"))
    }

    /// A UUID; absent when null or empty.
    pub fn uuid(&self, column: &str) -> Result<Option<Uuid>, Misfit> {
        match self.text(column)?.filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => match text.parse() {
                Ok(uuid) => Ok(Some(uuid)),
                Err(_) => Err(misfit(column, "is not a UUID")),
            },
        }
    }

    /// A UUID that must be there.
    pub fn required_uuid(&self, column: &str) -> Result<Uuid, Misfit> {
        self.uuid(column)?.ok_or_else(|| misfit(column, "is empty"))
    }

    /// JSON; absent when null or empty.
    pub fn json(&self, column: &str) -> Result<Option<Value>, Misfit> {
        match self.text(column)?.filter(|text| !text.is_empty()) {
            None => Ok(None),
            Some(text) => match serde_json::from_str(&text) {
                Ok(Value::Null) => Ok(None),
                Ok(value) => Ok(Some(value)),
                Err(_) => Err(misfit(column, "is not readable JSON")),
            },
        }
    }

    /// A JSON object; empty when null.
    pub fn object(&self, column: &str) -> Result<Object, Misfit> {
        match self.json(column)? {
            None => Ok(Object::new()),
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(misfit(column, "is not a JSON object")),
        }
    }

    /// A JSON list of texts; empty when null.
    pub fn texts(&self, column: &str) -> Result<Vec<String>, Misfit> {
        let wrong = || misfit(column, "is not a JSON list of texts");
        match self.json(column)? {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| item.as_str().map(str::to_owned).ok_or_else(wrong))
                .collect(),
            Some(_) => Err(wrong()),
        }
    }
}

/// A column that does not hold what it should.
pub fn misfit(column: &str, reason: &'static str) -> Misfit {
    Misfit {
        column: column.to_owned(),
        reason,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn row(cell: Cell) -> Row {
        Row::new([("c".to_owned(), cell)])
    }

    fn text(text: &str) -> Row {
        row(Cell::Text(text.to_owned()))
    }

    #[test]
    fn each_database_writes_times_and_flags_its_own_way() {
        let expected = "2026-01-02T03:04:05Z".parse::<Timestamp>().unwrap();
        for written in [
            "2026-01-02 03:04:05",
            "2026-01-02 03:04:05.000000",
            "2026-01-02T03:04:05",
            "2026-01-02T04:04:05+01:00",
        ] {
            assert_eq!(
                text(written).time("c").unwrap(),
                Some(expected),
                "{written}"
            );
        }
        for (cell, flag) in [
            (Cell::Integer(1), true),
            (Cell::Integer(0), false),
            (Cell::Text("true".into()), true),
            (Cell::Text("\u{1}".into()), true),
            (Cell::Text("\0".into()), false),
        ] {
            assert_eq!(row(cell).flag("c").unwrap(), Some(flag));
        }
    }

    #[test]
    fn what_is_missing_is_null_and_what_does_not_fit_is_named_without_its_value() {
        let empty = Row::default();
        assert_eq!(empty.text("c").unwrap(), None);
        assert_eq!(empty.object("c").unwrap(), Object::new());
        assert_eq!(empty.flag("c").unwrap(), None);
        for error in [
            text("hunter2").time("c").unwrap_err(),
            text("hunter2").uuid("c").unwrap_err(),
            text("hunter2").object("c").unwrap_err(),
            text("{\"a\": NaN}").object("c").unwrap_err(),
            text("[\"hunter2\"]").object("c").unwrap_err(),
            text("[1]").texts("c").unwrap_err(),
            text("hunter2").integer("c").unwrap_err(),
            text("maybe").flag("c").unwrap_err(),
            row(Cell::Bytes(vec![0xff])).text("c").unwrap_err(),
        ] {
            let told = error.to_string();
            assert!(told.contains("'c'") && !told.contains("hunter2"), "{told}");
        }
    }
}
