//! A document and any operations on it: what comes out can be stored and read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|bytes: &[u8]| {
    let Ok(Value::Array(items)) = serde_json::from_slice(bytes) else {
        return;
    };
    let Some((Value::Object(document), operations)) = items.split_first() else {
        return;
    };
    for escapes in [false, true] {
        match api::fuzzing::patched(document.clone(), operations.to_vec(), escapes) {
            Ok(patched) => {
                let written = serde_json::to_string(&patched).expect("a document can be written");
                let again: Result<Value, _> = serde_json::from_str(&written);
                assert!(again.is_ok(), "{written}");
                assert!(!api::fuzzing::is_deeper(written.as_bytes(), 26));
            }
            Err(why) => assert!(why.len() <= 4 * bytes.len() + 200, "{why}"),
        }
    }
});
