//! gzip, zstd and xz around a raw disk: unpacked once, in order, with a bounded window. What they unpack to is written until
//! the output has enough of it, so a bomb ends at the size of the disk.

use std::io::{BufRead, Chain, Cursor, Read};

use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;

use crate::error::ImageError;
use crate::format::{Content, Declared, HEAD, sniff};
use crate::ports::{Expected, Kept, Output};
use crate::zstd_frames::Frames;

/// The largest window of a compressor: what `zstd --long` and `zstd --ultra -22` use; `xz -9` uses half of it.
pub const MAX_WINDOW: u64 = 128 << 20;
/// What xz needs besides its dictionary, generously.
const XZ_OVERHEAD: u64 = 1 << 20;
/// Bytes per read from a decoder.
const CHUNK: usize = 256 << 10;

type File<'a, 'b> = Chain<Cursor<Vec<u8>>, &'a mut Kept<'b>>;

pub(crate) fn decode(
    content: Content,
    head: Vec<u8>,
    source: &mut Kept<'_>,
    declared: Declared,
    output: &mut dyn Output,
) -> Result<u64, ImageError> {
    let mut file: File<'_, '_> = Cursor::new(head).chain(source);
    let pour =
        |reader: &mut dyn Read, expected, output| pour(content, reader, expected, declared, output);
    match content {
        Content::Zstd => {
            let mut frames = Frames::new(&mut file);
            let expected = frames.expected().map_err(|error| fault(content, &error))?;
            pour(&mut frames, expected, output)
        }
        Content::Xz => {
            let limit = u32::try_from((MAX_WINDOW + XZ_OVERHEAD) >> 10).unwrap_or(u32::MAX);
            let mut reader = XzReader::new_mem_limit(&mut file, true, limit);
            let size = pour(&mut reader, Expected::Unknown, output)?;
            end(content, &mut file)?;
            Ok(size)
        }
        _ => pour(
            &mut MultiGzDecoder::new(&mut file),
            Expected::Unknown,
            output,
        ),
    }
}

fn pour(
    content: Content,
    reader: &mut dyn Read,
    expected: Expected,
    declared: Declared,
    output: &mut dyn Output,
) -> Result<u64, ImageError> {
    let mut first = Vec::with_capacity(HEAD);
    (&mut *reader)
        .take(HEAD as u64)
        .read_to_end(&mut first)
        .map_err(|error| fault(content, &error))?;
    inside(content, &first)?;
    declared.check_disk(&first)?;
    output.begin(expected).map_err(ImageError::Write)?;
    output.write(0, &first).map_err(ImageError::Write)?;
    let mut at = first.len() as u64;
    let mut buffer = vec![0; CHUNK];
    loop {
        let length = reader
            .read(&mut buffer)
            .map_err(|error| fault(content, &error))?;
        if length == 0 {
            return Ok(at);
        }
        output
            .write(at, &buffer[..length])
            .map_err(ImageError::Write)?;
        at += length as u64;
    }
}

/// What was unpacked must be a raw disk.
fn inside(content: Content, first: &[u8]) -> Result<(), ImageError> {
    let found = match sniff(first) {
        _ if first.is_empty() => return Err(ImageError::Empty),
        Ok(Content::Raw) => return Ok(()),
        Ok(other) => other.name(),
        Err(name) => name,
    };
    Err(ImageError::Nested {
        outer: content.name(),
        found,
    })
}

/// The decoder has what it wants; only padding may follow.
fn end(content: Content, file: &mut dyn BufRead) -> Result<(), ImageError> {
    loop {
        let bytes = file.fill_buf().map_err(ImageError::Read)?;
        let length = bytes.len();
        if length == 0 {
            return Ok(());
        }
        if bytes.iter().any(|byte| *byte != 0) {
            return Err(ImageError::Damaged {
                format: content.name(),
                reason: "something follows its end".to_owned(),
            });
        }
        file.consume(length);
    }
}

fn fault(content: Content, error: &std::io::Error) -> ImageError {
    let format = content.name();
    if error.kind() == std::io::ErrorKind::OutOfMemory {
        return ImageError::Window {
            format,
            limit_mib: MAX_WINDOW >> 20,
        };
    }
    ImageError::Damaged {
        format,
        reason: error.to_string(),
    }
}
