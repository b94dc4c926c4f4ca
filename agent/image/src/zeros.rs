//! Finds the zeros in what is written. A long run of them is zeroed by the device's own command; a short one between data is
//! cheaper to write than to interrupt the data for.

use std::ops::Range;

/// Granularity of the search, counted from the disk's first byte.
const GRAIN: u64 = 64 << 10;
/// Zeros shorter than this, with data on both sides, are written.
const WORTH: usize = 256 << 10;

/// A buffer's parts: ranges of it in order, together all of it.
#[derive(Debug, PartialEq, Eq)]
pub struct Parts {
    /// What is to be written.
    pub data: Vec<Range<usize>>,
    /// What holds zeros alone.
    pub zeros: Vec<Range<usize>>,
}

/// Parts a buffer that goes to an offset of the disk into data and zeros.
pub fn part(bytes: &[u8], offset: u64) -> Parts {
    let (mut data, mut zeros): (Vec<Range<usize>>, Vec<Range<usize>>) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < bytes.len() {
        let to_border = GRAIN - (offset + at as u64) % GRAIN;
        let end = (at + usize::try_from(to_border).unwrap_or(1)).min(bytes.len());
        let list = if is_zero(&bytes[at..end]) {
            &mut zeros
        } else {
            &mut data
        };
        match list.last_mut() {
            Some(last) if last.end == at => last.end = end,
            _ => list.push(at..end),
        }
        at = end;
    }
    let short =
        |range: &Range<usize>| range.len() < WORTH && range.start > 0 && range.end < bytes.len();
    if zeros.iter().any(short) {
        zeros.retain(|range| !short(range));
        data = between(&zeros, bytes.len());
    }
    Parts { data, zeros }
}

/// What the ranges leave.
fn between(ranges: &[Range<usize>], end: usize) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut left = Vec::new();
    for range in ranges.iter().cloned().chain(std::iter::once(end..end)) {
        if at < range.start {
            left.push(at..range.start);
        }
        at = range.end;
    }
    left
}

fn is_zero(bytes: &[u8]) -> bool {
    // In blocks, because this is on the path of every byte.
    let (blocks, rest) = bytes.as_chunks::<64>();
    rest.iter().all(|b| *b == 0) && blocks.iter().all(|block| *block == [0; 64])
}

#[cfg(test)]
mod tests {
    use super::*;

    const K: usize = 1 << 10;

    type Pairs = Vec<(usize, usize)>;

    /// Data and zeros of pieces of one value, as begin and end.
    fn parted(pieces: &[(usize, u8)], offset: u64) -> (Pairs, Pairs) {
        let bytes: Vec<u8> = pieces
            .iter()
            .flat_map(|(length, value)| vec![*value; *length])
            .collect();
        let pairs =
            |ranges: Vec<Range<usize>>| ranges.iter().map(|it| (it.start, it.end)).collect();
        let Parts { data, zeros } = part(&bytes, offset);
        (pairs(data), pairs(zeros))
    }

    #[test]
    fn long_runs_of_zeros_are_zeroed_and_short_ones_written() {
        assert_eq!(
            parted(&[(512 * K, 1), (512 * K, 0), (K, 1)], 0),
            (
                vec![(0, 512 * K), (1024 * K, 1025 * K)],
                vec![(512 * K, 1024 * K)]
            )
        );
        // Between data only 64 KiB; at the edges it may go on beyond.
        assert_eq!(
            parted(&[(64 * K, 0), (64 * K, 1), (64 * K, 0), (64 * K, 1)], 0),
            (vec![(64 * K, 256 * K)], vec![(0, 64 * K)])
        );
        assert_eq!(parted(&[(K, 0)], 0), (vec![], vec![(0, K)]));
        assert_eq!(parted(&[], 0), (vec![], vec![]));
    }

    #[test]
    fn grains_are_those_of_the_disk() {
        assert_eq!(
            parted(&[(65 * K, 0), (K, 1)], 63 << 10),
            (vec![(65 * K, 66 * K)], vec![(0, 65 * K)])
        );
    }

    proptest::proptest! {
        #[test]
        fn every_byte_is_in_one_part_and_no_data_is_zeroed(
            pieces in proptest::collection::vec((0_usize..300_000, 0_u8..2), 0..8),
            offset in 0_u64..1 << 20,
        ) {
            let bytes: Vec<u8> = pieces.iter().flat_map(|(n, v)| vec![*v; *n]).collect();
            let Parts { data, zeros } = part(&bytes, offset);
            let mut all = [data.clone(), zeros.clone()].concat();
            all.sort_by_key(|range| range.start);
            proptest::prop_assert!(between(&all, bytes.len()).is_empty());
            proptest::prop_assert_eq!(all.iter().map(ExactSizeIterator::len).sum::<usize>(), bytes.len());
            proptest::prop_assert!(zeros.iter().all(|range| bytes[range.clone()].iter().all(|b| *b == 0)));
        }
    }
}
