//! Any two headers, one a line: the version that is chosen is one that is served.
#![no_main]

use api_types::Microversion;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (general, legacy) = match text.split_once('\n') {
        Some((general, legacy)) => (Some(general), Some(legacy)),
        None => (None, Some(&*text)),
    };
    match Microversion::negotiate(general, legacy) {
        Ok(version) => {
            assert!((Microversion::MIN..=Microversion::MAX).contains(&version));
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        Err(error) => assert!(error.to_string().len() < 300),
    }
});
