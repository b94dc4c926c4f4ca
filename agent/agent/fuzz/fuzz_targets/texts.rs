//! Any bytes as the texts that the agent reads: the kernel command line, checksum files, boot CSV files, EFI boot entries,
//! networks, and alias patterns of modules. Pairs are separated by the first newline.
#![no_main]

use hammerscale_agent::fuzzing;
use libfuzzer_sys::fuzz_target;

fn command_line(text: &str) {
    let params = fuzzing::Params::parse(text);
    let urls = params
        .api_urls
        .iter()
        .chain(&params.inspection_callback_urls);
    assert!(
        urls.into_iter()
            .all(|url| url.starts_with("http://") || url.starts_with("https://"))
    );
    assert!(
        params
            .boot_mac()
            .is_none_or(|mac| mac.split(':').count() == 6)
    );
    let _ = (params.inspection_urls(), format!("{params:?}"));
}

fn checksum(name: &str, file: &str) {
    if let Ok(found) = fuzzing::find_in_file(file, name, None)
        && let Ok(expected) = fuzzing::judge(&found, None, true)
    {
        assert!(matches!(expected.hex.len(), 32 | 64 | 128));
        assert!(
            expected
                .hex
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        );
    }
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    command_line(&text);
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    checksum(first, rest);
    if let Some((file, label)) = fuzzing::parse_csv(bytes) {
        assert!(!file.is_empty() && !file.contains(['\\', '/']));
        assert!(label.is_none_or(|label| label.chars().count() <= 60));
    }
    let _ = (fuzzing::label_of(bytes), fuzzing::partition_of(bytes));
    assert!(fuzzing::decoded(&text).len() <= text.len());
    if let Some(network) = fuzzing::Network::parse(first)
        && let Ok(address) = rest.trim().parse()
    {
        let _ = network.contains(address);
    }
    fuzzing::glob(first.as_bytes(), rest.as_bytes());
    assert!(fuzzing::glob(b"*", rest.as_bytes()));
    assert!(!fuzzing::name_of(first).contains(['/', '-']));
});
