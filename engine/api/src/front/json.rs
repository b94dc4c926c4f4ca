//! From bytes to JSON, within bounds that hold while it is read: a short text may stand for very many values, each of which takes a
//! hundred times the memory of its characters. What the values mean is not known here.

use crate::config::Limits;
use crate::error::ApiError;
use memchr::memmem;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::cell::Cell;
use std::fmt;

/// A body as JSON; none when it is empty.
///
/// # Errors
/// 400: it is not JSON, is nested too deeply, holds too many values, or a null character.
pub(crate) fn parse(bytes: &[u8], limits: &Limits) -> Result<Option<Value>, ApiError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let count = Count::up_to(limits.values);
    let value = read(bytes, &count, limits.depth).map_err(|error| {
        if count.is_over() {
            return ApiError::invalid(format!(
                "The JSON body holds too many values; at most {} are accepted, lists and objects among them.",
                limits.values
            ));
        }
        if count.deep.get() {
            return too_deep(limits.depth);
        }
        ApiError::invalid(format!("The body is not valid JSON: {error}."))
    })?;
    // Written as an escape; looking for that first spares the walk.
    let escaped = memmem::find(bytes, b"\\u0000").is_some();
    match escaped && holds_nul(&value) {
        true => Err(ApiError::invalid(
            "The body holds a null character, which cannot be stored.",
        )),
        false => Ok(Some(value)),
    }
}

/// The refusal of what is nested deeper than that.
pub(crate) fn too_deep(most: usize) -> ApiError {
    ApiError::invalid(format!(
        "The JSON body is nested too deeply; at most {most} levels are accepted."
    ))
}

fn read(bytes: &[u8], count: &Count, depth: usize) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Bounded { count, depth }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// What was read so far.
struct Count {
    values: Cell<usize>,
    most: usize,
    /// Whether it was nested too deeply.
    deep: Cell<bool>,
}

impl Count {
    fn up_to(most: usize) -> Self {
        Self {
            values: Cell::new(0),
            most,
            deep: Cell::new(false),
        }
    }

    fn is_over(&self) -> bool {
        self.values.get() > self.most
    }

    fn one_more<E: Error>(&self) -> Result<(), E> {
        self.values.set(self.values.get() + 1);
        match self.is_over() {
            true => Err(E::custom("too many values")),
            false => Ok(()),
        }
    }
}

/// Reads a value that may be nested that deep.
#[derive(Clone, Copy)]
struct Bounded<'c> {
    count: &'c Count,
    depth: usize,
}

impl Bounded<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Self { depth, ..self }),
            None => {
                self.count.deep.set(true);
                Err(E::custom("nested too deeply"))
            }
        }
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.count.one_more()?;
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            object.insert(name, members.next_value_seed(inner)?);
        }
        Ok(Value::Object(object))
    }
}

/// Whether a text in it holds the null character: PostgreSQL stores none. Bodies are not nested deeply.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(holds_nul),
        Value::Object(object) => object.iter().any(|(k, v)| k.contains('\0') || holds_nul(v)),
        _ => false,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bounds(values: usize, depth: usize) -> Limits {
        Limits {
            values,
            depth,
            ..Limits::default()
        }
    }

    fn refusal(text: &str, limits: &Limits) -> String {
        format!("{:?}", parse(text.as_bytes(), limits).unwrap_err())
    }

    #[test]
    fn reading_stops_at_the_bound() {
        for text in ["[],", "{\"a\":1},", "1,", "null,", "\"\","] {
            let text = format!("[{}0]", text.repeat(100_000));
            let count = Count::up_to(500);
            read(text.as_bytes(), &count, 25).unwrap_err();
            assert_eq!(count.values.get(), 501, "no more were looked at");
            let refusal = refusal(&text, &bounds(500, 25));
            assert!(refusal.contains("at most 500 are accepted"), "{refusal}");
        }
    }

    #[test]
    fn what_fits_is_read() {
        let limits = bounds(4, 2);
        let value = parse(b" [[1], 2] ", &limits).unwrap();
        assert_eq!(value, Some(serde_json::json!([[1], 2])));
        assert_eq!(parse(b" \n", &limits).unwrap(), None);
        assert!(refusal("[[1], 2, 3]", &limits).contains("too many values"));
        assert!(refusal("[[[]]]", &limits).contains("nested too deeply"));
        assert!(refusal("[1] 2", &limits).contains("not valid JSON"));
        assert!(refusal("[\"\\u0000\"]", &limits).contains("null character"));
    }

    proptest! {
        #[test]
        fn it_reads_what_serde_reads(text in "[\\[\\]{}\":,0-9a-e.\\- \\\\u]{0,30}") {
            let theirs = serde_json::from_str::<Value>(&text).ok();
            let ours = read(text.as_bytes(), &Count::up_to(1_000), 127).ok();
            prop_assert_eq!(ours, theirs);
        }
    }
}
