//! Any bytes as a body and as a path: the scan of the body never finds less depth than the reader of JSON.
#![no_main]

use api_types::Microversion;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fn depth(value: &Value) -> usize {
    match value {
        Value::Object(object) => 1 + object.values().map(depth).max().unwrap_or(0),
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fuzz_target!(|bytes: &[u8]| {
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        let found = depth(&value);
        assert!(found == 0 || api::fuzzing::is_deeper(bytes, found - 1));
    }
    for most in [0, 1, 25] {
        api::fuzzing::is_deeper(bytes, most);
    }
    let path = String::from_utf8_lossy(bytes);
    for version in [Microversion::MIN, Microversion::MAX] {
        let normal = api::fuzzing::path(&path, version, true);
        assert!(!normal.is_empty() && !normal.starts_with("/v1/"));
        assert!(normal.len() <= path.len().max(2));
    }
});
