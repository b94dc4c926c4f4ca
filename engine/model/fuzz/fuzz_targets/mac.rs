//! Any text as a MAC address: what passes has one spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::mac::MacAddress;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let Ok(mac) = text.parse::<MacAddress>() else {
        return;
    };
    for spelling in [mac.to_string(), mac.dashed(), mac.bootif()] {
        assert_eq!(spelling.parse(), Ok(mac));
    }
    assert!(
        text.to_ascii_lowercase()
            .replace('-', ":")
            .ends_with(&mac.to_string())
    );
});
