//! Any bytes as a config drive: as what a server gives, and as changes to a drive that is right, made to fit disks with sectors of
//! both sizes. A change is four bytes: where (three bytes, within the image) and what.
#![no_main]

use std::sync::LazyLock;

use hammerscale_agent::fuzzing;
use libfuzzer_sys::fuzz_target;
use netboot_media::{ConfigDrive, iso_reader};

static RIGHT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let text =
        r##"{"meta_data": {"a": 1}, "user_data": "#!/bin/sh", "network_data": {"links": []}}"##;
    let drive: ConfigDrive = serde_json::from_str(text).expect("a drive");
    drive.iso("uuid", Some("name")).expect("an image")
});

fn judge(image: &[u8]) {
    for sector in [512, 4096] {
        let Ok(fitted) = fuzzing::config_drive(image, sector) else {
            continue;
        };
        assert!(fitted.len() <= 64 << 20);
    }
    for file in iso_reader::files(image).unwrap_or_default() {
        let plain = |part: &str| !part.is_empty() && part != "." && part != "..";
        assert!(file.path.split('/').all(plain), "{:?}", file.path);
        assert!(file.content.len() <= image.len());
    }
    let _ = iso_reader::label(image);
}

fuzz_target!(|bytes: &[u8]| {
    judge(bytes);
    let mut image = RIGHT.clone();
    let (changes, _) = bytes.as_chunks::<4>();
    for [low, middle, high, value] in changes {
        let at = u32::from_le_bytes([*low, *middle, *high, 0]) as usize % image.len();
        image[at] = *value;
    }
    judge(&image);
});
