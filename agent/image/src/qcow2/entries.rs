//! The entries of L1 and L2 tables, read into what they mean. Reserved bits must be zero: an image that sets them says
//! something that is not understood here.

use super::header::Header;
use crate::error::Qcow2Error;

const OFFSET: u64 = 0x00ff_ffff_ffff_fe00;
/// "Refcount is exactly one": of no interest to a reader.
const COPIED: u64 = 1 << 63;
const COMPRESSED: u64 = 1 << 62;
const ZERO: u64 = 1;

/// What lies in a stretch of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Zeros.
    Zero,
    /// The file's bytes from this offset on.
    Plain(u64),
    /// A compressed cluster in these bytes of the file, the last of which may belong to others.
    Packed(u64, u64),
}

/// Where an L2 table is, if there is one.
pub(crate) fn l1(header: &Header, entry: u64) -> Result<Option<u64>, Qcow2Error> {
    let offset = entry & OFFSET;
    let wrong = entry & !(OFFSET | COPIED) != 0 || !offset.is_multiple_of(header.cluster());
    if wrong {
        return Err(Qcow2Error::Entry { table: "L1", entry });
    }
    Ok((offset != 0).then_some(offset))
}

/// Reads one entry of an L2 table and tells each stretch of its cluster: offset in the cluster, length, place.
pub(crate) fn l2(
    header: &Header,
    entry: &[u8],
    mut tell: impl FnMut(u64, u64, Place) -> Result<(), Qcow2Error>,
) -> Result<(), Qcow2Error> {
    let word = |at: usize| {
        let bytes = entry.get(at..at + 8).and_then(|it| it.try_into().ok());
        bytes.map_or(0, u64::from_be_bytes)
    };
    let (first, subclusters) = (word(0), if header.extended { word(8) } else { 0 });
    let wrong = || Qcow2Error::Entry {
        table: "L2",
        entry: first,
    };
    if first & COMPRESSED != 0 {
        if subclusters != 0 {
            return Err(wrong());
        }
        return tell(0, header.cluster(), packed(header, first));
    }
    let offset = first & OFFSET;
    let flags = if header.version == 3 && !header.extended {
        COPIED | ZERO
    } else {
        COPIED
    };
    if first & !(OFFSET | flags) != 0 || !offset.is_multiple_of(header.cluster()) {
        return Err(wrong());
    }
    if header.extended {
        return parts(header, offset, subclusters, wrong, tell);
    }
    let place = if first & ZERO != 0 || offset == 0 {
        Place::Zero
    } else {
        Place::Plain(offset)
    };
    tell(0, header.cluster(), place)
}

/// 32 subclusters: the low half of the bitmap says which are allocated, the high half which read as zeros.
fn parts(
    header: &Header,
    offset: u64,
    bitmap: u64,
    wrong: impl Fn() -> Qcow2Error,
    mut tell: impl FnMut(u64, u64, Place) -> Result<(), Qcow2Error>,
) -> Result<(), Qcow2Error> {
    let (allocated, zero) = (bitmap & 0xffff_ffff, bitmap >> 32);
    if allocated & zero != 0 || (allocated != 0 && offset == 0) {
        return Err(wrong());
    }
    let length = header.cluster() / 32;
    for part in 0..32 {
        let at = part * length;
        let place = if allocated >> part & 1 == 1 {
            Place::Plain(offset + at)
        } else {
            Place::Zero
        };
        tell(at, length, place)?;
    }
    Ok(())
}

fn packed(header: &Header, entry: u64) -> Place {
    let bits = 62 - (header.cluster_bits - 8);
    let start = entry & ((1 << bits) - 1);
    let more = entry >> bits & ((1 << (62 - bits)) - 1);
    Place::Packed(start, (start & !511) + (more + 1) * 512)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::qcow2::header::Compression;

    fn header(extended: bool) -> Header {
        Header {
            version: 3,
            cluster_bits: 16,
            size: 1 << 30,
            l1_offset: 0x30000,
            l1_entries: 2,
            extended,
            compression: Compression::Deflate,
        }
    }

    fn all(header: &Header, words: &[u64]) -> Result<Vec<(u64, u64, Place)>, Qcow2Error> {
        let bytes: Vec<u8> = words.iter().flat_map(|it| it.to_be_bytes()).collect();
        let mut told = Vec::new();
        l2(header, &bytes, |at, length, place| {
            told.push((at, length, place));
            Ok(())
        })?;
        Ok(told)
    }

    #[test]
    fn entries_mean_what_the_specification_says() {
        let plain = header(false);
        let one = |entry| all(&plain, &[entry]).map(|it| it[0].2);
        assert_eq!(one(0).unwrap(), Place::Zero);
        assert_eq!(one(COPIED | 0x50000).unwrap(), Place::Plain(0x50000));
        assert_eq!(one(0x50001).unwrap(), Place::Zero);
        // Bits 0 to 53 are the offset, the rest below bit 62 counts further sectors.
        let entry = COMPRESSED | 2 << 54 | 0x1_5123;
        assert_eq!(one(entry).unwrap(), Place::Packed(0x1_5123, 0x1_5600));
        for wrong in [0x50002, 0x50200, 1 << 60] {
            assert!(one(wrong).is_err(), "{wrong:#x}");
        }
        let v2 = Header {
            version: 2,
            ..plain
        };
        assert!(all(&v2, &[1]).is_err());
    }

    #[test]
    fn subclusters_are_told_apart() {
        let header = header(true);
        let told = all(&header, &[0x50000, 0b101 | 1 << 33]).unwrap();
        assert_eq!(told.len(), 32);
        assert_eq!(told[0], (0, 2048, Place::Plain(0x50000)));
        assert_eq!(told[1].2, Place::Zero);
        assert_eq!(told[2], (4096, 2048, Place::Plain(0x51000)));
        assert!(all(&header, &[0x50000, 1 | 1 << 32]).is_err());
        assert!(all(&header, &[0, 1]).is_err());
        assert!(all(&header, &[COMPRESSED, 1]).is_err());
    }

    #[test]
    fn l1_entries_lie_on_clusters() {
        let header = header(false);
        assert_eq!(l1(&header, 0).unwrap(), None);
        assert_eq!(l1(&header, COPIED | 0x40000).unwrap(), Some(0x40000));
        assert!(l1(&header, 0x40200).is_err());
        assert!(l1(&header, 0x40001).is_err());
    }
}
