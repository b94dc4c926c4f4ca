//! Any bytes as the start of a partition with a root file system, zeros behind them: it is opened or refused, and the search for its boot
//! loader ends; whatever it names stays in the EFI system partition.
#![no_main]

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use hammerscale_agent::fuzzing::{Device, root_files};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = PathBuf::from(format!(
        "/dev/shm/hammerscale-fuzz-root-{}",
        std::process::id()
    ));
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(&path)
        .expect("a file in memory");
    file.set_len(512 << 10).expect("its length");
    file.write_all_at(&bytes[..bytes.len().min(512 << 10)], 0)
        .expect("the start");
    let device = Device::open_read(&path).expect("a partition");
    let _ = std::fs::remove_file(&path);
    for name in root_files(&device, 4 << 20).unwrap_or_default() {
        assert!(!name.starts_with('/') && !name.split('/').any(|part| part == ".." || part.is_empty()));
    }
});
