//! Any bytes as a TFTP request, then as the packets that follow it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use netboot_core::tftp::{Limits, Step, Transfer, parse_request};

fuzz_target!(|bytes: &[u8]| {
    let (first, rest) = bytes.split_at(bytes.len().min(60));
    let Ok(request) = parse_request(first) else { return };
    let length = 100_000;
    let mut transfer = Transfer::new(&request, length, Limits::default());
    let mut step = transfer.start();
    for packet in rest.chunks(4) {
        if let Step::Blocks(blocks) = &step {
            for block in blocks.clone() {
                let (offset, size) = transfer.block_span(block);
                assert!(offset + size as u64 <= length);
            }
        }
        step = if packet[0] == 0xff { transfer.on_silence() } else { transfer.on_packet(packet) };
    }
});
