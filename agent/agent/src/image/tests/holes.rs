//! Holes: they count as progress while they come, and no order to the disk is as large as they may be.

use agent_image::{Expected, Output};

use super::*;
use crate::image::meter::Meter;
use crate::image::sink::Sink;

const HOLE: u64 = 32 * MIB;

fn sink(board: &Arc<ProgressBoard>, disk: &Path) -> Sink {
    board.begin("write_image");
    let device = Arc::new(Device::open_write(disk).unwrap());
    let meter = Arc::new(Meter::new(Arc::clone(board)));
    let mut sink = Sink::new(device, meter, Box::new(|| Ok(())));
    sink.begin(Expected::Exactly(HOLE + 2 * MIB)).unwrap();
    sink
}

fn done(board: &ProgressBoard) -> u64 {
    board.snapshot().unwrap().done_bytes
}

#[test]
fn a_hole_of_a_raw_image_is_told_before_its_end() {
    let (board, disk) = (Arc::new(ProgressBoard::default()), old_disk(64 * MIB));
    let mut sink = sink(&board, disk.path());
    let zeros = vec![0; MIB as usize];
    for at in 0..HOLE / MIB {
        sink.write(at * MIB, &zeros).unwrap();
    }
    // No data came after them. What was ordered until now is carried out; nothing else is.
    drop(sink);
    assert!(
        done(&board) >= HOLE - 8 * MIB,
        "only {} bytes of a hole of {HOLE} were told",
        done(&board)
    );
}

#[test]
fn a_hole_that_is_known_at_once_is_zeroed_in_pieces() {
    let (board, disk) = (Arc::new(ProgressBoard::default()), old_disk(400 * MIB));
    board.begin("write_image");
    let device = Arc::new(Device::open_write(disk.path()).unwrap());
    let meter = Arc::new(Meter::new(Arc::clone(&board)));
    let mut sink = Sink::new(device, meter, Box::new(|| Ok(())));
    sink.begin(Expected::Exactly(300 * MIB)).unwrap();
    sink.zero(0, 300 * MIB).unwrap();
    sink.finish().unwrap();
    assert_eq!(done(&board), 300 * MIB);
    let device = Device::open_read(disk.path()).unwrap();
    for at in [MIB, 150 * MIB, 300 * MIB - 4096] {
        assert!(device.read(4096, at).unwrap().iter().all(|byte| *byte == 0));
    }
    assert_eq!(device.read(1, 300 * MIB).unwrap(), [0xa5]);
}
