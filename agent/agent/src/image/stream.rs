//! From the download to the disk, in threads that overlap: one decodes what comes, one hashes the same bytes in the file's
//! order, one writes. Every queue between them is bounded.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use agent_image::{Declared, Decoded, ImageError, Limits};
use agent_wire::ProgressPhase;
use bytes::Bytes;
use tokio::sync::mpsc;

use super::ahead::Ask;
use super::checksum::{Algorithm, Running};
use super::feed::{Broken, Feed, FeedReader};
use super::meter::Meter;
use super::sink::{Sink, SinkError};
use crate::disk::device::Device;
use crate::disk::wipe;
use crate::failure::Failure;
use crate::host::Host;

/// Pieces between the decoder and the hash; they are the decoder's own, so this costs no memory that the download does not.
const TO_HASH: usize = 16;

/// A completely written image whose ends are still held back.
pub struct Written {
    /// Holds the ends.
    pub sink: Sink,
    /// Digest of the file as downloaded.
    pub digest: String,
    /// Bytes of the disk.
    pub bytes: u64,
}

/// What is written where.
pub struct Work {
    /// The machine.
    pub host: Host,
    /// The disk, or the part of it that the image goes to.
    pub device: Arc<Device>,
    /// The whole disk.
    pub disk: Arc<Device>,
    /// How the file is hashed.
    pub algorithm: Algorithm,
    /// What the image is said to be.
    pub declared: Declared,
    /// Progress.
    pub meter: Arc<Meter>,
}

impl Work {
    /// Runs until the file is complete; blocks, so it belongs on a thread of its own.
    ///
    /// The old partition table goes when the first bytes are there and look right: an image that cannot be had, or that
    /// does not fit, costs nothing.
    pub fn run(
        &self,
        feed: mpsc::Receiver<Feed>,
        asks: mpsc::Sender<Ask>,
    ) -> Result<Written, Failure> {
        let mut sink = self.sink();
        let (mut hash, to_hash) = Hash::start(self.algorithm)?;
        let mut file = FeedReader::new(feed, to_hash, asks, Arc::clone(&self.meter));
        loop {
            let decoded =
                agent_image::decode(&mut file, self.declared, &mut sink, Limits::default());
            match decoded {
                Ok(decoded) => {
                    drop(file);
                    return complete(sink, hash, decoded);
                }
                Err(error) if is_restart(&error) => {
                    let (next, to_hash) = Hash::start(self.algorithm)?;
                    hash = next;
                    file = file.again(to_hash);
                    sink.restart();
                    self.meter.restart();
                }
                Err(error) => return Err(failure(error)),
            }
        }
    }

    fn sink(&self) -> Sink {
        let (host, disk) = (self.host.clone(), Arc::clone(&self.disk));
        let meter = Arc::clone(&self.meter);
        let wipe = move || {
            meter.board().phase(ProgressPhase::Wiping);
            wipe::table(&host, &disk)?;
            meter.board().phase(ProgressPhase::Writing);
            Ok(())
        };
        Sink::new(
            Arc::clone(&self.device),
            Arc::clone(&self.meter),
            Box::new(wipe),
        )
    }
}

fn complete(mut sink: Sink, hash: Hash, decoded: Decoded) -> Result<Written, Failure> {
    sink.finish()
        .map_err(|e| Failure::image_write(e.to_string()))?;
    Ok(Written {
        sink,
        digest: hash.finish()?,
        bytes: decoded.size,
    })
}

fn is_restart(error: &ImageError) -> bool {
    let ImageError::Read(error) = error else {
        return false;
    };
    let broken = error.get_ref().and_then(|it| it.downcast_ref());
    matches!(broken, Some(Broken::Restarted))
}

fn failure(error: ImageError) -> Failure {
    match error {
        ImageError::Write(error) => Failure::image_write(words(&error)),
        ImageError::Read(error) => Failure::download(error.to_string()),
        other => Failure::image(other.to_string()),
    }
}

fn words(error: &io::Error) -> String {
    let ours = error
        .get_ref()
        .and_then(|it| it.downcast_ref::<SinkError>());
    ours.map_or_else(|| error.to_string(), ToString::to_string)
}

/// The hashing thread.
struct Hash(JoinHandle<String>);

impl Hash {
    fn start(algorithm: Algorithm) -> Result<(Self, SyncSender<Bytes>), Failure> {
        let (sender, receiver) = sync_channel::<Bytes>(TO_HASH);
        let work = move || {
            let mut running = Running::new(algorithm);
            for bytes in receiver {
                running.update(&bytes);
            }
            running.hex()
        };
        let thread = std::thread::Builder::new()
            .name("image-hash".to_owned())
            .spawn(work)
            .map_err(|e| Failure::image_write(format!("no thread for the checksum: {e}")))?;
        Ok((Self(thread), sender))
    }

    /// Waits for the rest. The sender must be gone.
    fn finish(self) -> Result<String, Failure> {
        self.0
            .join()
            .map_err(|_| Failure::checksum("the hashing thread broke"))
    }
}
