//! Arguments of calls that take them from a JSON object in the body and from the query alike. Unknown ones are refused where the call ends with `finish`.

use crate::call::Call;
use crate::error::ApiError;
use crate::member::{Member, knows};
use serde_json::{Map, Value};

/// The arguments of one call, as far as its endpoint's table names them.
pub(crate) struct Args {
    given: Map<String, Value>,
    table: &'static [Member],
}

impl Args {
    /// Body and query together; the body wins.
    pub fn of(call: &Call) -> Result<Self, ApiError> {
        let mut all = Map::new();
        for (key, value) in call.query() {
            all.insert(key.clone(), Value::String(value.clone()));
        }
        match call.json()? {
            Some(Value::Object(body)) => all.extend(body),
            None => {}
            Some(_) => return Err(ApiError::invalid("The body must be a JSON object.")),
        }
        Ok(Self {
            given: all,
            table: call.members(),
        })
    }

    /// Whether it stands there, though it may be null.
    pub fn holds(&self, name: &str) -> bool {
        self.given.contains_key(name)
    }

    /// An argument; null counts as absent.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        debug_assert!(knows(self.table, name), "{name} is not in the table");
        self.given.remove(name).filter(|value| !value.is_null())
    }

    /// Nothing is left that nobody asked for.
    ///
    /// # Errors
    /// 400 that names what is left.
    pub fn finish(self) -> Result<(), ApiError> {
        match self.given.keys().next() {
            None => Ok(()),
            Some(name) => Err(unexpected(name)),
        }
    }

    /// A text.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, ApiError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(ApiError::invalid(format!("{name} must be a text."))),
        }
    }

    /// A text that must be there.
    pub fn required_text(&mut self, name: &str) -> Result<String, ApiError> {
        let text = self.text(name)?.filter(|text| !text.is_empty());
        text.ok_or_else(|| ApiError::invalid(format!("Mandatory field missing: {name}.")))
    }

    /// A boolean, also as one of Ironic's words for it.
    pub fn flag(&mut self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(flag)),
            Some(Value::String(text)) => flag_of(name, &text).map(Some),
            Some(other) => flag_of(name, &other.to_string()).map(Some),
        }
    }

    /// An integer; of a number with a fraction its whole part.
    pub fn integer(&mut self, name: &str) -> Result<Option<i64>, ApiError> {
        let parsed = match self.take(name) {
            None => return Ok(None),
            Some(Value::Number(number)) => number.as_i64().or_else(|| whole(number.as_f64()?)),
            Some(Value::String(text)) => text.parse().ok(),
            Some(_) => None,
        };
        match parsed {
            Some(number) => Ok(Some(number)),
            None => Err(ApiError::invalid(format!("{name} must be an integer."))),
        }
    }
}

/// The whole part of a number that an integer can hold.
fn whole(number: f64) -> Option<i64> {
    let held = number.abs() < 9.0e15;
    held.then(|| number.trunc() as i64)
}

/// 400 for an argument that the call does not have.
pub(crate) fn unexpected(name: &str) -> ApiError {
    let shown: String = name.chars().take(80).collect();
    ApiError::invalid(format!("Unexpected arguments: {shown}"))
}

/// A boolean as Ironic writes it in queries.
pub(crate) fn flag_of(name: &str, text: &str) -> Result<bool, ApiError> {
    parse_flag(text).ok_or_else(|| {
        ApiError::invalid(format!(
            "{name} must be a boolean (true or false), not '{text}'."
        ))
    })
}

/// `1,t,true,on,y,yes` and `0,f,false,off,n,no`, in any case.
pub(crate) fn parse_flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "on" | "y" | "yes" => Some(true),
        "0" | "f" | "false" | "off" | "n" | "no" => Some(false),
        _ => None,
    }
}
