//! The pieces of the file that are wanted: where they are and what becomes of them. No two may share bytes, except that the
//! last sector of a compressed cluster may hold the beginning of others: its length is only told in sectors.

use std::collections::BTreeMap;
use std::io;

use crate::error::Qcow2Error;
use crate::ports::Output;

const SECTOR: u64 = 512;

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The header, which is read already.
    Header,
    /// The table of L2 tables.
    L1,
    /// The table of clusters from this offset of the disk on.
    L2(u64),
    /// Bytes for this offset of the disk.
    Plain(u64),
    /// A compressed cluster for this offset of the disk.
    Packed(u64),
    /// A table that was fetched ahead: the index of its digest.
    Promised(usize),
}

/// A piece that is still to come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) end: u64,
    pub(crate) what: What,
}

/// A piece that the stream is in.
pub(crate) struct Active {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) what: What,
    /// What came of it, unless it went to the disk.
    pub(crate) bytes: Vec<u8>,
}

impl Active {
    pub(crate) fn new(start: u64, wanted: Wanted) -> Self {
        Self {
            start,
            end: wanted.end,
            what: wanted.what,
            bytes: Vec::new(),
        }
    }

    /// Takes bytes of the file that are part of it.
    pub(crate) fn take(
        &mut self,
        at: u64,
        bytes: &[u8],
        output: &mut dyn Output,
    ) -> io::Result<()> {
        match self.what {
            What::Header => Ok(()),
            What::Plain(disk) => output.write(disk + (at - self.start), bytes),
            What::L1 | What::L2(_) | What::Packed(_) | What::Promised(_) => {
                self.bytes.extend_from_slice(bytes);
                Ok(())
            }
        }
    }

    pub(crate) fn is_table(&self) -> bool {
        matches!(self.what, What::L1 | What::L2(_))
    }

    fn as_wanted(&self) -> (u64, Wanted) {
        let (end, what) = (self.end, self.what);
        (self.start, Wanted { end, what })
    }
}

/// Refuses a piece that shares bytes with one that is known.
pub(crate) fn check(
    pieces: &BTreeMap<u64, Wanted>,
    active: &[Active],
    start: u64,
    wanted: Wanted,
) -> Result<(), Qcow2Error> {
    let before = pieces.range(..=start).next_back();
    let behind = pieces.range(start..).next();
    let neighbours = before
        .into_iter()
        .chain(behind)
        .map(|(at, piece)| (*at, *piece));
    let mut others = neighbours.chain(active.iter().map(Active::as_wanted));
    if others.any(|other| clash(other, (start, wanted))) {
        return Err(Qcow2Error::Overlap(start));
    }
    Ok(())
}

fn clash(one: (u64, Wanted), other: (u64, Wanted)) -> bool {
    let (first, second) = if one.0 <= other.0 {
        (one, other)
    } else {
        (other, one)
    };
    let shared = first.1.end.saturating_sub(second.0);
    let last_sector = matches!(first.1.what, What::Packed(_)) && shared < SECTOR;
    first.0 == second.0 || (shared > 0 && !last_sector)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(start: u64, end: u64, what: What) -> (u64, Wanted) {
        (start, Wanted { end, what })
    }

    #[test]
    fn only_the_last_sector_of_a_compressed_cluster_is_shared() {
        let packed = piece(1000, 2048, What::Packed(0));
        let plain = |start, end| piece(start, end, What::Plain(0));
        assert!(!clash(packed, piece(1600, 3072, What::Packed(1))));
        assert!(clash(packed, piece(1500, 3072, What::Packed(1))));
        assert!(clash(packed, piece(1000, 1024, What::Packed(1))));
        assert!(!clash(packed, plain(2048, 4096)));
        assert!(clash(plain(0, 1024), packed));
        assert!(clash(plain(512, 1024), plain(1023, 2048)));
        assert!(!clash(plain(1024, 2048), plain(512, 1024)));
    }
}
