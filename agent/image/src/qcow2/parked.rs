//! Bytes of the file that came before it was known what they are.

use std::collections::BTreeMap;

/// Segments are small, so that taking a cluster out of one copies little.
const SEGMENT: usize = 64 << 10;
/// What a segment costs besides its bytes.
const OVERHEAD: usize = 64;

#[derive(Default)]
pub(crate) struct Parked {
    segments: BTreeMap<u64, Vec<u8>>,
    held: usize,
}

impl Parked {
    /// Keeps bytes that lie at an offset of the file. Bytes are kept once.
    pub(crate) fn keep(&mut self, at: u64, bytes: &[u8]) {
        let mut offset = at;
        for segment in bytes.chunks(SEGMENT) {
            self.put(offset, segment.to_vec());
            offset += segment.len() as u64;
        }
    }

    /// Takes out what is there from `start` on without a gap, up to `end`.
    pub(crate) fn take(&mut self, start: u64, end: u64) -> Vec<u8> {
        let mut taken = Vec::new();
        let mut at = start;
        while at < end {
            let Some((&offset, segment)) = self.segments.range(..=at).next_back() else {
                break;
            };
            let segment_end = offset + segment.len() as u64;
            if segment_end <= at {
                break;
            }
            let until = segment_end.min(end);
            taken.extend_from_slice(&self.cut(offset, at, until));
            at = until;
        }
        taken
    }

    /// Bytes of memory in use.
    pub(crate) fn held(&self) -> usize {
        self.held
    }

    /// Nothing waits any more.
    pub(crate) fn clear(&mut self) {
        self.segments.clear();
        self.held = 0;
    }

    fn put(&mut self, at: u64, bytes: Vec<u8>) {
        if !bytes.is_empty() {
            self.held += bytes.len() + OVERHEAD;
            self.segments.insert(at, bytes);
        }
    }

    /// Takes a part out of the segment at `offset`; what is before and behind it stays.
    fn cut(&mut self, offset: u64, from: u64, until: u64) -> Vec<u8> {
        let mut whole = self.segments.remove(&offset).unwrap_or_default();
        self.held -= whole.len() + OVERHEAD;
        let place = |at: u64| usize::try_from(at - offset).unwrap_or(usize::MAX);
        let behind = whole.split_off(place(until).min(whole.len()));
        let part = whole.split_off(place(from).min(whole.len()));
        self.put(offset, whole);
        self.put(until, behind);
        part
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_taken_once_and_only_without_gaps() {
        let mut parked = Parked::default();
        let bytes: Vec<u8> = (0..200_000_u32).map(|it| it as u8).collect();
        parked.keep(1000, &bytes);
        parked.keep(300_000, b"far");
        assert_eq!(parked.take(500, 2000), b"");
        assert_eq!(parked.take(61_000, 81_000), bytes[60_000..80_000]);
        assert_eq!(parked.take(61_000, 81_000), b"");
        assert_eq!(parked.take(60_000, 99_000), bytes[59_000..60_000]);
        assert_eq!(parked.take(81_000, 400_000), bytes[80_000..]);
        assert_eq!(parked.take(300_001, 300_002), b"a");
        parked.take(0, 1);
        assert_eq!(parked.take(1000, 60_000), bytes[..59_000]);
        assert_eq!(parked.held(), 2 * (OVERHEAD + 1));
        parked.clear();
        assert_eq!(parked.held(), 0);
    }
}
