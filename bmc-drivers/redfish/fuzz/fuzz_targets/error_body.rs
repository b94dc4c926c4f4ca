//! Any bytes as an error body: what is quoted is one short line, without the password that the BMC may repeat.
#![no_main]

use libfuzzer_sys::fuzz_target;

const PASSWORD: &str = "hunter2";

fuzz_target!(|bytes: &[u8]| {
    let said = bmc_redfish::fuzzing::quoted(bytes, PASSWORD);
    let said = said.as_str();
    assert!(
        said.chars().count() <= 300 && !said.chars().any(char::is_control),
        "{said:?}"
    );
    assert!(!said.contains(PASSWORD), "{said:?}");
});
