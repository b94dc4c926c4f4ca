//! Compressed clusters: each is a stream of its own that unpacks to exactly one cluster.

use std::io::Read;

use flate2::{Decompress, FlushDecompress, Status};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::header::{Compression, Header};
use crate::error::Qcow2Error;

/// A cluster is at most 2 MiB; a compressor needs no larger window for it.
const MAX_WINDOW: u64 = 8 << 20;

pub(crate) struct Unpacker {
    decoder: Decoder,
    cluster: Vec<u8>,
}

enum Decoder {
    Deflate(Decompress),
    Zstd(Box<FrameDecoder>),
}

impl Unpacker {
    pub(crate) fn new(header: &Header) -> Self {
        let decoder = match header.compression {
            // Raw deflate, without zlib's frame.
            Compression::Deflate => Decoder::Deflate(Decompress::new(false)),
            Compression::Zstd => {
                let mut decoder = FrameDecoder::new();
                decoder.set_max_window_size(MAX_WINDOW);
                Decoder::Zstd(Box::new(decoder))
            }
        };
        Self {
            decoder,
            cluster: vec![0; usize::try_from(header.cluster()).unwrap_or_default()],
        }
    }

    /// Unpacks what lies at an offset of the file: the cluster, and how many of the bytes it really took.
    pub(crate) fn unpack(&mut self, at: u64, bytes: &[u8]) -> Result<(&[u8], usize), Qcow2Error> {
        let result = match &mut self.decoder {
            Decoder::Deflate(decoder) => deflate(decoder, bytes, &mut self.cluster),
            Decoder::Zstd(decoder) => zstd(decoder, bytes, &mut self.cluster),
        };
        match result {
            Ok(consumed) => Ok((&self.cluster, consumed)),
            Err(reason) => Err(Qcow2Error::Cluster { at, reason }),
        }
    }
}

fn deflate(decoder: &mut Decompress, bytes: &[u8], cluster: &mut [u8]) -> Result<usize, String> {
    decoder.reset(false);
    let status = decoder
        .decompress(bytes, cluster, FlushDecompress::Finish)
        .map_err(|error| error.to_string())?;
    let length = cluster.len() as u64;
    match status {
        // The mark of the end may be unread when the cluster is full.
        Status::StreamEnd | Status::BufError | Status::Ok if decoder.total_out() == length => {
            Ok(usize::try_from(decoder.total_in()).unwrap_or(bytes.len()))
        }
        _ => Err(short(decoder.total_out(), length)),
    }
}

fn zstd(decoder: &mut FrameDecoder, bytes: &[u8], cluster: &mut [u8]) -> Result<usize, String> {
    let mut rest = bytes;
    let mut filled = 0;
    decoder
        .reset(&mut rest)
        .map_err(|error| error.to_string())?;
    while filled < cluster.len() {
        if decoder.is_finished() && decoder.can_collect() == 0 {
            return Err(short(filled as u64, cluster.len() as u64));
        }
        if !decoder.is_finished() {
            decoder
                .decode_blocks(&mut rest, BlockDecodingStrategy::UptoBlocks(1))
                .map_err(|error| error.to_string())?;
        }
        filled += decoder
            .read(&mut cluster[filled..])
            .map_err(|error| error.to_string())?;
    }
    Ok(bytes.len() - rest.len())
}

fn short(got: u64, wanted: u64) -> String {
    format!("it unpacks to {got} bytes instead of {wanted}")
}
