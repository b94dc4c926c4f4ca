//! Any text as kernel arguments and as an artefact's name: what passes is one safe line, and reads back as itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::boot::{ArtefactName, BootOrder, KernelArgs};

const FORBIDDEN: [char; 12] = [
    '\n', '\r', '\t', '\0', '$', '"', '\'', ';', '|', '#', '\\', '`',
];

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(args) = text.parse::<KernelArgs>() {
        let line = args.to_string();
        assert!(line.len() <= KernelArgs::MAX_LENGTH && line.is_ascii());
        assert!(!line.contains(FORBIDDEN) && args.iter().all(|arg| !arg.starts_with("initrd=")));
        assert_eq!(line.parse::<KernelArgs>().as_ref(), Ok(&args));
    }
    if let Ok(name) = text.parse::<ArtefactName>() {
        assert!(!name.as_str().contains(['/', '\\']) && !name.as_str().starts_with('.'));
    }
    if let Ok(order) = serde_json::from_slice::<BootOrder>(bytes) {
        let written = serde_json::to_vec(&order).expect("an order can be written");
        assert_eq!(
            serde_json::from_slice::<BootOrder>(&written).expect("and read"),
            order
        );
    }
});
