//! What is known of the file's layout while it comes by. Invariant: of all bytes that came, each went to the piece it is
//! part of, or is parked, or every table is known and nobody wants it. So a piece that is learned late and whose bytes are
//! not parked shares them with another one, and is refused.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::Limits;
use super::clusters::Unpacker;
use super::entries::{self, Place};
use super::header::Header;
use super::parked::Parked;
use super::pieces::{self, Active, Wanted, What};
use crate::error::{ImageError, Qcow2Error};
use crate::ports::Output;

/// Fields that every version's header has; nothing else may lie there.
const HEADER: u64 = 72;

pub(crate) struct Layout<'a> {
    pub(super) header: Header,
    output: &'a mut dyn Output,
    pub(super) limits: Limits,
    /// Pieces to come, by their place in the file.
    pub(super) pieces: BTreeMap<u64, Wanted>,
    pub(super) active: Vec<Active>,
    parked: Parked,
    /// How far the stream is.
    pub(super) at: u64,
    /// Tables that are not read to their end yet.
    pub(super) tables: usize,
    pub(super) promises: Vec<[u8; 32]>,
    unpacker: Unpacker,
}

/// A stretch of the disk.
#[derive(Clone, Copy)]
struct Stretch {
    disk: u64,
    length: u64,
    place: Place,
}

impl<'a> Layout<'a> {
    pub(crate) fn new(
        header: Header,
        output: &'a mut dyn Output,
        limits: Limits,
    ) -> Result<Self, ImageError> {
        let mut layout = Self {
            header,
            output,
            limits,
            pieces: BTreeMap::new(),
            active: Vec::new(),
            parked: Parked::default(),
            at: 0,
            tables: 1,
            promises: Vec::new(),
            unpacker: Unpacker::new(&header),
        };
        let what = What::Header;
        layout.learn(0, Wanted { end: HEADER, what })?;
        let end = header.l1_offset + header.l1_entries * 8;
        let what = What::L1;
        layout.learn(header.l1_offset, Wanted { end, what })?;
        Ok(layout)
    }

    /// Takes the next bytes of the file.
    pub(crate) fn serve(&mut self, mut bytes: &[u8]) -> Result<(), ImageError> {
        while !bytes.is_empty() {
            if let Some(entry) = self.pieces.first_entry()
                && *entry.key() == self.at
            {
                let (start, wanted) = entry.remove_entry();
                self.active.push(Active::new(start, wanted));
            }
            let border = self.border(self.at + bytes.len() as u64);
            let (part, rest) = bytes.split_at(length(border - self.at));
            if self.active.is_empty() && self.tables > 0 {
                self.parked.keep(self.at, part);
            }
            for piece in &mut self.active {
                piece
                    .take(self.at, part, self.output)
                    .map_err(ImageError::Write)?;
            }
            self.at = border;
            bytes = rest;
            self.finish_ended()?;
        }
        Ok(())
    }

    /// Whether too much waits for its table.
    pub(crate) fn crowded(&self) -> bool {
        self.tables > 0 && self.parked.held() > self.limits.parked
    }

    /// The file is complete.
    pub(crate) fn end(&mut self) -> Result<(), ImageError> {
        for piece in std::mem::take(&mut self.active) {
            // The last sector of a file need not be whole.
            if !matches!(piece.what, What::Packed(_)) {
                return Err(Qcow2Error::Truncated(self.at).into());
            }
            self.finish(piece, &[])?;
        }
        match self.pieces.first_key_value() {
            Some((start, _)) => Err(Qcow2Error::Truncated(*start).into()),
            None => Ok(()),
        }
    }

    /// The next place where a piece begins or ends.
    fn border(&self, end: u64) -> u64 {
        let ends = self.active.iter().map(|piece| piece.end);
        let next = self.pieces.first_key_value().map(|(start, _)| *start);
        ends.chain(next).fold(end, u64::min)
    }

    fn finish_ended(&mut self) -> Result<(), ImageError> {
        let at = self.at;
        if self.active.iter().all(|piece| piece.end > at) {
            return Ok(());
        }
        let starts: Vec<u64> = self.active.iter().map(|piece| piece.start).collect();
        let ended: Vec<Active> = self
            .active
            .extract_if(.., |piece| piece.end <= at)
            .collect();
        for piece in ended {
            self.finish(piece, &starts)?;
        }
        Ok(())
    }

    /// A piece is complete; `starts` are those of the pieces around its end.
    pub(super) fn finish(&mut self, piece: Active, starts: &[u64]) -> Result<(), ImageError> {
        match piece.what {
            What::Header | What::Plain(_) => return Ok(()),
            What::Packed(disk) => return self.unpack(&piece, disk, starts),
            What::Promised(index) => {
                let digest: [u8; 32] = Sha256::digest(&piece.bytes).into();
                if self.promises.get(index) != Some(&digest) {
                    return Err(Qcow2Error::Changed(piece.start).into());
                }
                return Ok(());
            }
            What::L1 => self.read_l1(&piece.bytes)?,
            What::L2(disk) => self.read_l2(disk, &piece.bytes)?,
        }
        if self.tables == 0 {
            self.parked.clear();
        }
        Ok(())
    }

    fn unpack(&mut self, piece: &Active, disk: u64, starts: &[u64]) -> Result<(), ImageError> {
        let (cluster, taken) = self.unpacker.unpack(piece.start, &piece.bytes)?;
        let left = length(self.header.size.saturating_sub(disk));
        let cluster = &cluster[..left.min(cluster.len())];
        self.output
            .write(disk, cluster)
            .map_err(ImageError::Write)?;
        let end = piece.start + taken as u64;
        let next = starts
            .iter()
            .filter(|start| **start > piece.start)
            .min()
            .copied()
            .unwrap_or(u64::MAX);
        if next < end {
            return Err(Qcow2Error::Overlap(next).into());
        }
        // What is behind it in its last sector may be the beginning of a cluster whose table is to come.
        let behind = length(next.min(piece.end) - end.min(next)).min(piece.bytes.len() - taken);
        if self.tables > 0 {
            self.parked.keep(end, &piece.bytes[taken..taken + behind]);
        }
        Ok(())
    }

    fn read_l1(&mut self, table: &[u8]) -> Result<(), ImageError> {
        let (coverage, header) = (self.header.coverage(), self.header);
        let entries = table.as_chunks().0.iter();
        let entries: Vec<Option<u64>> = entries
            .map(|entry| entries::l1(&header, u64::from_be_bytes(*entry)))
            .collect::<Result<_, _>>()?;
        // Counted before the first is read: bytes stay parked until the last one is.
        self.tables -= 1;
        self.tables += entries.iter().flatten().count();
        let mut disk = 0;
        for entry in entries {
            let length = coverage.min(self.header.size - disk);
            match entry {
                Some(start) => {
                    let (end, what) = (start + self.header.cluster(), What::L2(disk));
                    self.learn(start, Wanted { end, what })?;
                }
                None => self.output.zero(disk, length).map_err(ImageError::Write)?,
            }
            disk += length;
        }
        Ok(())
    }

    fn read_l2(&mut self, disk: u64, table: &[u8]) -> Result<(), ImageError> {
        let header = self.header;
        let mut run: Option<Stretch> = None;
        let mut parts = Vec::with_capacity(32);
        let clusters = (disk..header.size).step_by(length(header.cluster()));
        for (disk, entry) in clusters.zip(table.chunks_exact(length(header.l2_entry()))) {
            entries::l2(&header, entry, |at, length, place| {
                parts.push(Stretch {
                    disk: disk + at,
                    length,
                    place,
                });
                Ok(())
            })?;
            for part in parts.drain(..) {
                match run.as_mut().filter(|run| run.goes_on_with(&part)) {
                    Some(run) => run.length += part.length,
                    None => self.settle(run.replace(part))?,
                }
            }
        }
        self.settle(run)?;
        // Only now: of a cluster that came before, what its last sector holds of the next stays parked until the next is known.
        self.tables -= 1;
        Ok(())
    }

    fn settle(&mut self, stretch: Option<Stretch>) -> Result<(), ImageError> {
        let Some(Stretch {
            disk,
            length,
            place,
        }) = stretch
        else {
            return Ok(());
        };
        // The last cluster may reach beyond the disk.
        let length = length.min(self.header.size.saturating_sub(disk));
        match place {
            _ if length == 0 => Ok(()),
            Place::Zero => self.output.zero(disk, length).map_err(ImageError::Write),
            Place::Plain(start) => {
                let (end, what) = (start + length, What::Plain(disk));
                self.learn(start, Wanted { end, what })
            }
            Place::Packed(start, end) => {
                let what = What::Packed(disk);
                self.learn(start, Wanted { end, what })
            }
        }
    }

    /// A piece became known, whether it is to come or came already.
    pub(super) fn learn(&mut self, start: u64, wanted: Wanted) -> Result<(), ImageError> {
        pieces::check(&self.pieces, &self.active, start, wanted)?;
        if start < self.at {
            return self.recover(start, wanted);
        }
        if self.pieces.len() >= self.limits.pieces {
            return Err(Qcow2Error::TooManyPieces.into());
        }
        self.pieces.insert(start, wanted);
        Ok(())
    }

    /// Gets what came of a piece before it was known.
    fn recover(&mut self, start: u64, wanted: Wanted) -> Result<(), ImageError> {
        let mut piece = Active::new(start, wanted);
        let until = wanted.end.min(self.at);
        let bytes = self.parked.take(start, until);
        let reached = start + bytes.len() as u64;
        if !bytes.is_empty() {
            piece
                .take(start, &bytes, self.output)
                .map_err(ImageError::Write)?;
        }
        let packed = matches!(wanted.what, What::Packed(_));
        if reached < until && !packed {
            return Err(Qcow2Error::Overlap(reached).into());
        }
        if reached == until && wanted.end > self.at {
            self.active.push(piece);
            return Ok(());
        }
        self.finish(piece, &[])
    }
}

impl Stretch {
    fn goes_on_with(&self, next: &Self) -> bool {
        match (self.place, next.place) {
            (Place::Zero, Place::Zero) => true,
            (Place::Plain(one), Place::Plain(other)) => one + self.length == other,
            _ => false,
        }
    }
}

/// Lengths within buffers fit any address space.
fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
