//! qcow2 in one sequential pass. Its tables may be anywhere in the file, so pieces of the file are kept track of by their
//! place: what a table maps goes to the disk as it comes by; what came before its table waits in a bounded buffer; when that
//! is full, the tables are fetched ahead of the stream, and compared with the stream when it gets to them. Only the active
//! layer is read: snapshots, bitmaps and refcounts are passed over.

mod ahead;
mod clusters;
mod entries;
mod header;
mod layout;
mod parked;
mod pieces;

use std::io::BufRead;

use crate::error::ImageError;
use crate::ports::{Expected, Kept, Output};
use header::Header;
use layout::Layout;

/// What one image may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes that wait for their table.
    pub parked: usize,
    /// Pieces of the file that are known and still to come; each takes some 60 bytes.
    pub pieces: usize,
    /// Requests for tables ahead of the stream.
    pub requests: usize,
}

impl Default for Limits {
    /// For machines with 512 MiB of memory.
    fn default() -> Self {
        Self {
            parked: 32 << 20,
            pieces: 1 << 20,
            requests: 4096,
        }
    }
}

pub(crate) fn decode(
    head: &[u8],
    source: &mut Kept<'_>,
    output: &mut dyn Output,
    limits: Limits,
) -> Result<u64, ImageError> {
    let header = Header::parse(head)?;
    if header.size == 0 {
        return Err(ImageError::Empty);
    }
    output
        .begin(Expected::Exactly(header.size))
        .map_err(ImageError::Write)?;
    let mut layout = Layout::new(header, output, limits)?;
    layout.serve(head)?;
    loop {
        let bytes = source.fill_buf().map_err(ImageError::Read)?;
        if bytes.is_empty() {
            break;
        }
        let length = bytes.len();
        layout.serve(bytes)?;
        source.consume(length);
        if layout.crowded() {
            layout.fetch_ahead(source)?;
        }
    }
    layout.end()?;
    Ok(header.size)
}
