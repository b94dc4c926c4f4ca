//! Disk images in one pass: bytes of a file go in, in order, and bytes of a disk come out. Pure: no sockets, no files, no
//! clock; whoever calls it brings a [`Source`] and an [`Output`]. Memory is bounded whatever the image says of itself, and
//! nothing but the image's own bytes is ever opened: an image that refers to another file is refused.

mod error;
mod format;
mod packed;
mod ports;
mod qcow2;
mod zeros;
mod zstd_frames;

pub use error::{ImageError, Qcow2Error};
pub use format::{Content, Declared, HEAD, opening, sniff};
pub use packed::MAX_WINDOW;
pub use ports::{Expected, Output, Source};
pub use qcow2::Limits;
pub use zeros::{Parts, part};

use std::io::{BufRead, Cursor, Read};

use ports::Kept;

/// What an image turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// How it was packed.
    pub content: Content,
    /// Bytes of the disk that it describes.
    pub size: u64,
}

/// Decodes an image from its first byte to its last. The source is read to its end, so that whoever hashes it has seen all
/// of it. `declared` is what the image's owner says it is; anything else is refused before the output is touched.
pub fn decode(
    source: &mut dyn Source,
    declared: Declared,
    output: &mut dyn Output,
    limits: Limits,
) -> Result<Decoded, ImageError> {
    let mut kept = Kept::new(source);
    let result = run(&mut kept, declared, output, limits);
    match kept.take_error() {
        // The decoders hide what the source said behind words of their own.
        Some(error) => Err(ImageError::Read(error)),
        None => result,
    }
}

fn run(
    source: &mut Kept<'_>,
    declared: Declared,
    output: &mut dyn Output,
    limits: Limits,
) -> Result<Decoded, ImageError> {
    let head = head(source, HEAD)?;
    let content = opening(&head, declared)?;
    let size = match content {
        Content::Raw => {
            declared.check_disk(&head)?;
            output.begin(Expected::Unknown).map_err(ImageError::Write)?;
            pour_slices(&mut Cursor::new(head).chain(source), output)?
        }
        Content::Qcow2 => qcow2::decode(&head, source, output, limits)?,
        Content::Gzip | Content::Zstd | Content::Xz => {
            packed::decode(content, head, source, declared, output)?
        }
    };
    Ok(Decoded { content, size })
}

/// The first bytes, as many as asked for or as there are.
fn head(source: &mut dyn Read, wanted: usize) -> Result<Vec<u8>, ImageError> {
    let mut head = Vec::with_capacity(wanted);
    source
        .take(wanted as u64)
        .read_to_end(&mut head)
        .map_err(ImageError::Read)?;
    if head.is_empty() {
        return Err(ImageError::Empty);
    }
    Ok(head)
}

/// Hands the source's own buffers on, without a copy.
fn pour_slices(source: &mut dyn BufRead, output: &mut dyn Output) -> Result<u64, ImageError> {
    let mut at = 0;
    loop {
        let bytes = source.fill_buf().map_err(ImageError::Read)?;
        if bytes.is_empty() {
            return Ok(at);
        }
        let length = bytes.len();
        output.write(at, bytes).map_err(ImageError::Write)?;
        at += length as u64;
        source.consume(length);
    }
}
