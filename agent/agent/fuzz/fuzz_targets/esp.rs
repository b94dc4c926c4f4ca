//! Any bytes as the start of an EFI system partition, zeros behind them: the search for a loader ends, and its path is one.
#![no_main]

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use hammerscale_agent::fuzzing::{Device, Window, find_loader};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let path = PathBuf::from(format!(
        "/dev/shm/hammerscale-fuzz-esp-{}",
        std::process::id()
    ));
    let file = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .open(&path)
        .expect("a file in memory");
    file.set_len(4 << 20).expect("its length");
    file.write_all_at(&bytes[..bytes.len().min(64 << 10)], 0)
        .expect("the start");
    let device = Device::open_read(&path).expect("a partition");
    let _ = std::fs::remove_file(&path);
    // Enough for what these bytes can hold; with the agent's own budget each endless chain would take long.
    let window = Window::new(&device, 0, device.size).with_budget(256 << 10);
    if let Ok(Some(loader)) = find_loader(window) {
        assert!(loader.path.starts_with('\\') && !loader.path.contains('\0'));
        assert!(loader.label.is_none_or(|label| label.chars().count() <= 60));
    }
});
