//! From a JSON value to an attribute's type. Each function says in words what it takes; null is for the callers to judge.

use crate::args::parse_flag;
use crate::ident;
use model::Object;
use serde_json::Value;
use uuid::Uuid;

/// How deep a stored object may be nested: a patch can build what a body cannot hold.
const MOST_DEPTH: usize = 25;
/// How large a stored object may become, in bytes of JSON.
const MOST_BYTES: usize = 1 << 20;

/// A text of at most `most` characters, or null.
pub(crate) fn text(value: Value, most: usize) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) if text.chars().count() <= most => Ok(Some(text)),
        Value::String(_) => Err(format!("at most {most} characters are allowed")),
        _ => Err("a text or null is expected".to_owned()),
    }
}

pub(crate) use model::trait_name::{EXPECTED as TRAITS, is_trait};

/// A trait.
pub(crate) fn trait_name(value: Value) -> Result<String, String> {
    match value {
        Value::String(name) if is_trait(&name) => Ok(name),
        _ => Err(TRAITS.to_owned()),
    }
}

/// A boolean, also as one of Ironic's words; null is the default.
pub(crate) fn flag(value: &Value, default: bool) -> Result<bool, String> {
    maybe_flag(value).map(|flag| flag.unwrap_or(default))
}

/// A boolean or null.
pub(crate) fn maybe_flag(value: &Value) -> Result<Option<bool>, String> {
    let parsed = match value {
        Value::Null => return Ok(None),
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => parse_flag(text),
        _ => None,
    };
    parsed
        .map(Some)
        .ok_or_else(|| "a boolean is expected".to_owned())
}

/// An object of bounded depth and size; null is the empty one.
pub(crate) fn object(value: Value) -> Result<Object, String> {
    let object = match value {
        Value::Null => return Ok(Object::new()),
        Value::Object(object) => object,
        _ => return Err("an object is expected".to_owned()),
    };
    let whole = Value::Object(object);
    if depth(&whole, MOST_DEPTH) > MOST_DEPTH {
        return Err(format!("at most {MOST_DEPTH} levels are allowed"));
    }
    if whole.to_string().len() > MOST_BYTES {
        return Err(format!("at most {MOST_BYTES} bytes are allowed"));
    }
    match whole {
        Value::Object(object) => Ok(object),
        _ => Ok(Object::new()),
    }
}

/// Levels of nesting, counted no further than one above `most`.
fn depth(value: &Value, most: usize) -> usize {
    let inner = |child: &Value| match most {
        0 => 1,
        _ => depth(child, most - 1),
    };
    match value {
        Value::Object(object) => 1 + object.values().map(inner).max().unwrap_or(0),
        Value::Array(list) => 1 + list.iter().map(inner).max().unwrap_or(0),
        _ => 0,
    }
}

/// A UUID or null.
pub(crate) fn uuid(value: Value) -> Result<Option<Uuid>, String> {
    match text(value, 36)? {
        None => Ok(None),
        Some(text) => match ident::uuid(&text) {
            Some(uuid) => Ok(Some(uuid)),
            None => Err("a UUID is expected".to_owned()),
        },
    }
}

/// A name for a path, or null; the empty text is null.
pub(crate) fn name(value: Value) -> Result<Option<String>, String> {
    match text(value, 255)?.filter(|name| !name.is_empty()) {
        Some(name) if !ident::is_name(&name) => Err(
            "a name has 1 to 255 of the characters A-Z a-z 0-9 - . _ ~ and is no UUID and no word of a path"
                .to_owned(),
        ),
        name => Ok(name),
    }
}

/// A name of what has few paths or none below its own, so that nearly any word may name one.
pub(crate) fn plain_name(value: Value) -> Result<Option<String>, String> {
    match text(value, 255)?.filter(|name| !name.is_empty()) {
        Some(name) if !ident::is_plain_name(&name) => {
            Err("a name has 1 to 255 of the characters A-Z a-z 0-9 - . _ ~".to_owned())
        }
        name => Ok(name),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn nested(levels: usize) -> Value {
        (0..levels).fold(json!(1), |inner, _| json!({ "a": inner }))
    }

    #[test]
    fn objects_are_bounded() {
        assert!(object(nested(25)).is_ok());
        assert!(object(nested(26)).is_err());
        assert!(object(nested(2000)).is_err());
        assert!(object(json!({ "a": "x".repeat(2 << 20) })).is_err());
        assert!(object(json!([])).is_err());
    }

    #[test]
    fn names_are_what_paths_can_carry() {
        for good in ["a", "ns~host-1", "a.b_c"] {
            assert!(name(json!(good)).is_ok(), "{good}");
        }
        for bad in [
            "a b",
            "a/b",
            "ä",
            "detail",
            "1be26c0b-03f2-4d2e-ae87-c02d7f33c123",
        ] {
            assert!(name(json!(bad)).is_err(), "{bad}");
        }
        assert_eq!(name(json!("")).unwrap(), None);
    }
}
