//! Any bytes as the body of a command to the agent, and as the description of an image. The agent behind it may touch nothing, so
//! what is looked for is a panic, an endless loop, and an answer that is none.
#![no_main]

use hammerscale_agent::fuzzing;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match fuzzing::command(bytes) {
        Some(Ok(answer)) => assert!(serde_json::to_vec(&answer).is_ok()),
        Some(Err(told)) => assert!(!told.is_empty()),
        None => {}
    }
    if let Some(Ok(digest)) = fuzzing::describe(bytes) {
        assert!(matches!(digest.len(), 32 | 64 | 128));
        assert!(digest.bytes().all(|b| b.is_ascii_hexdigit()));
    }
});
