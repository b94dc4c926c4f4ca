//! Any JSON as a config drive, through the files to the ISO image.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netboot_media::ConfigDrive;
use netboot_media::config_drive::LABEL;

fuzz_target!(|bytes: &[u8]| {
    let Ok(drive) = serde_json::from_slice::<ConfigDrive>(bytes) else {
        return;
    };
    let _ = (format!("{drive:?}"), drive.is_empty());
    let name = String::from_utf8_lossy(bytes);
    let files = drive
        .files("uuid", Some(&name))
        .expect("JSON can be written as JSON");
    assert!((2..=8).contains(&files.len()) && files.len().is_multiple_of(2));
    for (path, content) in &files {
        assert!(path.starts_with("openstack/"));
        assert!(
            !path.ends_with(".json")
                || serde_json::from_slice::<serde_json::Value>(content).is_ok()
        );
    }
    let image = drive.iso("uuid", Some(&name)).expect("a small drive fits");
    assert!(image.len().is_multiple_of(2048));
    assert!(image[16 * 2048 + 40..].starts_with(LABEL.as_bytes()));
});
