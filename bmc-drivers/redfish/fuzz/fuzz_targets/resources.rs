//! Any JSON as every resource that the driver reads: paths stay on the BMC, texts are short, one-line and clean.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (paths, shown) = bmc_redfish::fuzzing::resources(bytes);
    assert!(paths.len() <= 72 && shown.len() <= 256);
    assert!(paths.iter().all(|path| path.starts_with('/')));
    for text in shown {
        assert!(
            text.chars().count() <= 300 && !text.chars().any(char::is_control),
            "{text:?}"
        );
    }
});
