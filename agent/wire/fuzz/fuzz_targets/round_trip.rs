//! Reads bytes as one of the protocol's documents, writes it and reads it again. Shared by the targets of this folder.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What is read can be written, reads back as the same, and does not grow beyond its defaults.
pub fn check<T: DeserializeOwned + Serialize + std::fmt::Debug>(bytes: &[u8]) {
    let Ok(document) = serde_json::from_slice::<T>(bytes) else {
        return;
    };
    let _ = format!("{document:?}");
    let written = serde_json::to_vec(&document).expect("what was read can be written");
    assert!(
        written.len() <= 4096 + 256 * bytes.len(),
        "{} bytes became {}",
        bytes.len(),
        written.len()
    );
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    let first = serde_json::to_value(&document).expect("as a value");
    let second = serde_json::to_value(&again).expect("as a value");
    assert!(same(&first, &second), "{first} became {second}");
}

/// Equal but for the last digits of fractions: the reader of numbers may be off by one there.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) if x.is_f64() || y.is_f64() => {
            match (x.as_f64(), y.as_f64()) {
                (Some(x), Some(y)) => (x - y).abs() <= x.abs() * 1e-12,
                _ => false,
            }
        }
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y).all(|(x, y)| same(x, y))
        }
        (Value::Object(x), Value::Object(y)) => {
            x.len() == y.len()
                && x.iter()
                    .all(|(key, x)| y.get(key).is_some_and(|y| same(x, y)))
        }
        _ => a == b,
    }
}
