//! The writing thread: takes downloaded bytes from a bounded channel, hashes them in file order, decodes them and hands
//! them to the sink. One thread, so that bytes written are always bytes hashed.

use std::io::{self, Write};
use std::sync::Arc;

use agent_wire::ProgressPhase;
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use tokio::sync::mpsc;

use super::checksum::{Algorithm, Running};
use super::format::{self, Encoding};
use super::sink::{Sink, SinkError};
use crate::disk::device::Device;
use crate::disk::wipe;
use crate::failure::Failure;
use crate::host::Host;
use crate::progress::ProgressBoard;

/// What the download sends.
#[derive(Debug)]
pub enum Feed {
    /// The next bytes of the file.
    Data(Bytes),
    /// The download begins again at the first byte.
    Restart,
    /// The file is complete.
    End,
}

/// A completely written image whose ends are still held back.
pub struct Written {
    /// Holds the ends.
    pub sink: Sink,
    /// Digest of the file as downloaded.
    pub digest: String,
    /// Bytes of the disk.
    pub bytes: u64,
}

/// Lets the decoder write into the sink and keeps the sink's own error.
struct Target {
    sink: Sink,
    checked: bool,
    error: Option<Failure>,
}

impl Target {
    fn keep(&mut self, failure: Failure) -> io::Error {
        self.error = Some(failure);
        io::Error::other("see the kept failure")
    }
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.checked && !bytes.is_empty() {
            self.checked = true;
            format::check_decoded(bytes).map_err(|f| self.keep(f))?;
        }
        self.sink
            .push(bytes)
            .map_err(|e| self.keep(sink_failure(&e)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn sink_failure(error: &SinkError) -> Failure {
    Failure::image_write(error.to_string())
}

enum Decoder {
    /// Nothing came yet.
    Waiting(Target),
    Plain(Target),
    Gzip(Box<MultiGzDecoder<Target>>),
}

impl Decoder {
    fn new(sink: Sink) -> Self {
        Self::Waiting(Target {
            sink,
            checked: false,
            error: None,
        })
    }

    /// Chooses by the first bytes of the file.
    fn started(self, first: &[u8]) -> Result<Self, Failure> {
        match self {
            Self::Waiting(target) => Ok(match format::sniff(first)? {
                Encoding::Plain => Self::Plain(target),
                Encoding::Gzip => Self::Gzip(Box::new(MultiGzDecoder::new(target))),
            }),
            other => Ok(other),
        }
    }

    fn target(&mut self) -> &mut Target {
        match self {
            Self::Waiting(target) | Self::Plain(target) => target,
            Self::Gzip(decoder) => decoder.get_mut(),
        }
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let result = match self {
            Self::Waiting(target) | Self::Plain(target) => target.write_all(bytes),
            Self::Gzip(decoder) => decoder.write_all(bytes),
        };
        result.map_err(|error| self.explain(&error))
    }

    fn explain(&mut self, error: &io::Error) -> Failure {
        self.target().error.take().unwrap_or_else(|| {
            Failure::image(format!(
                "the gzip data of the image is damaged: {error}; check or rebuild the file"
            ))
        })
    }

    fn finish(mut self) -> Result<Sink, Failure> {
        if let Self::Gzip(decoder) = &mut self
            && let Err(error) = decoder.try_finish()
        {
            return Err(self.explain(&error));
        }
        match self {
            Self::Waiting(target) | Self::Plain(target) => Ok(target.sink),
            Self::Gzip(decoder) => {
                let target = decoder
                    .finish()
                    .map_err(|e| Failure::image(format!("gzip: {e}")))?;
                Ok(target.sink)
            }
        }
    }
}

/// Runs until the file is complete; blocks, so it belongs on a thread of its own.
///
/// The old partition table goes when the first byte is there and looks right: an image that cannot be had, or that does
/// not fit, costs nothing.
pub fn write(
    host: &Host,
    device: &Arc<Device>,
    algorithm: Algorithm,
    mut feed: mpsc::Receiver<Feed>,
    board: &ProgressBoard,
) -> Result<Written, Failure> {
    let mut hash = Running::new(algorithm);
    let mut decoder = Decoder::new(Sink::new(Arc::clone(device)));
    let mut wiped = false;
    while let Some(message) = feed.blocking_recv() {
        match message {
            Feed::Data(bytes) if bytes.is_empty() => {}
            Feed::Data(bytes) => {
                hash.update(&bytes);
                decoder = decoder.started(&bytes)?;
                if !std::mem::replace(&mut wiped, true) {
                    wipe_table(host, device, board)?;
                }
                decoder.push(&bytes)?;
                board.done(decoder.target().sink.taken());
            }
            Feed::Restart => {
                hash = Running::new(algorithm);
                decoder = Decoder::new(Sink::new(Arc::clone(device)));
                board.done(0);
            }
            Feed::End => return complete(decoder, hash),
        }
    }
    Err(Failure::download(
        "the download stopped before the image was complete",
    ))
}

fn wipe_table(host: &Host, device: &Device, board: &ProgressBoard) -> Result<(), Failure> {
    board.phase(ProgressPhase::Wiping);
    wipe::table(host, device).map_err(|error| {
        Failure::image_write(format!(
            "wiping the old partition table of {} failed: {error}",
            device.path.display()
        ))
    })?;
    board.phase(ProgressPhase::Writing);
    Ok(())
}

fn complete(decoder: Decoder, hash: Running) -> Result<Written, Failure> {
    let mut sink = decoder.finish()?;
    let bytes = sink.taken();
    if bytes == 0 {
        return Err(Failure::image("the image is empty"));
    }
    sink.finish().map_err(|e| sink_failure(&e))?;
    Ok(Written {
        sink,
        digest: hash.hex(),
        bytes,
    })
}
