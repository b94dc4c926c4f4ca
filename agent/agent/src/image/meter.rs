//! What of an image's way is told as progress: bytes that are settled on the disk, where it is known how many there will be;
//! else bytes of the file, whose length the server told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use agent_image::Expected;

use crate::progress::ProgressBoard;

/// Counts on both ends of the decoder.
pub struct Meter {
    board: Arc<ProgressBoard>,
    /// Length of the file, zero while it is not known.
    length: AtomicU64,
    plain: AtomicBool,
    by_file: AtomicBool,
    fetched: AtomicU64,
    settled: AtomicU64,
}

impl Meter {
    /// Tells the board.
    pub fn new(board: Arc<ProgressBoard>) -> Self {
        Self {
            board,
            length: AtomicU64::new(0),
            plain: AtomicBool::new(true),
            by_file: AtomicBool::new(false),
            fetched: AtomicU64::new(0),
            settled: AtomicU64::new(0),
        }
    }

    /// The board, for phases.
    pub fn board(&self) -> &ProgressBoard {
        &self.board
    }

    /// The server told the file's length; `plain` files have the disk's bytes.
    pub fn announced(&self, length: u64, plain: bool) {
        self.length.store(length, Ordering::Relaxed);
        self.plain.store(plain, Ordering::Relaxed);
    }

    /// The decoder knows what it has before it, and begins.
    pub fn begin(&self, expected: Expected) {
        let length = Some(self.length.load(Ordering::Relaxed)).filter(|length| *length > 0);
        let (total, by_file) = match expected {
            Expected::Exactly(size) | Expected::AtLeast(size) => (Some(size), false),
            Expected::Unknown => (length, !self.plain.load(Ordering::Relaxed)),
        };
        self.by_file.store(by_file, Ordering::Relaxed);
        self.board.total(total);
    }

    /// All begins again.
    pub fn restart(&self) {
        self.fetched.store(0, Ordering::Relaxed);
        self.settled.store(0, Ordering::Relaxed);
        self.board.done(0);
    }

    /// More bytes of the file came.
    pub fn fetched(&self, bytes: u64) {
        let fetched = self.fetched.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if self.by_file.load(Ordering::Relaxed) {
            self.board.done(fetched);
        }
    }

    /// More bytes of the disk are as they will be.
    pub fn settled(&self, bytes: u64) {
        let settled = self.settled.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if !self.by_file.load(Ordering::Relaxed) {
            self.board.done(settled);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn seen(expected: Expected, plain: bool) -> (u64, Option<u64>) {
        let board = Arc::new(ProgressBoard::default());
        board.begin("write_image");
        let meter = Meter::new(Arc::clone(&board));
        meter.announced(100, plain);
        meter.begin(expected);
        meter.fetched(30);
        meter.settled(90);
        let seen = board.snapshot().unwrap();
        (seen.done_bytes, seen.total_bytes)
    }

    #[test]
    fn progress_is_told_in_bytes_whose_sum_is_known() {
        assert_eq!(seen(Expected::Exactly(400), false), (90, Some(400)));
        assert_eq!(seen(Expected::Unknown, true), (90, Some(100)));
        assert_eq!(seen(Expected::Unknown, false), (30, Some(100)));
    }
}
