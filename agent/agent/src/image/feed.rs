//! The downloaded file as the decoder reads it. Each piece goes to the hash and to the decoder, the same bytes to both; what
//! is read ahead of the stream is asked of the download's side.

use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use bytes::{Buf, Bytes};
use tokio::sync::{mpsc, oneshot};

use super::ahead::Ask;
use super::meter::Meter;

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

/// Why the file does not go on.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// It begins again; whoever reads it has to begin again, too.
    #[error("the download began again")]
    Restarted,
    /// It ended before it was complete.
    #[error("the download stopped before the image was complete")]
    Stopped,
    /// The hashing thread is gone.
    #[error("the hashing thread broke")]
    Unhashed,
}

/// The file.
pub struct FeedReader {
    feed: mpsc::Receiver<Feed>,
    hash: SyncSender<Bytes>,
    asks: mpsc::Sender<Ask>,
    meter: Arc<Meter>,
    current: Bytes,
    ended: bool,
}

impl FeedReader {
    /// A file that begins.
    pub fn new(
        feed: mpsc::Receiver<Feed>,
        hash: SyncSender<Bytes>,
        asks: mpsc::Sender<Ask>,
        meter: Arc<Meter>,
    ) -> Self {
        Self {
            feed,
            hash,
            asks,
            meter,
            current: Bytes::new(),
            ended: false,
        }
    }

    /// The same file from its first byte, with another hash.
    pub fn again(self, hash: SyncSender<Bytes>) -> Self {
        Self {
            hash,
            current: Bytes::new(),
            ended: false,
            ..self
        }
    }

    fn next(&mut self) -> Result<(), Broken> {
        match self.feed.blocking_recv() {
            Some(Feed::Data(bytes)) => {
                self.meter.fetched(bytes.len() as u64);
                self.hash
                    .send(bytes.clone())
                    .map_err(|_| Broken::Unhashed)?;
                self.current = bytes;
                Ok(())
            }
            Some(Feed::Restart) => Err(Broken::Restarted),
            Some(Feed::End) => {
                self.ended = true;
                Ok(())
            }
            None => Err(Broken::Stopped),
        }
    }
}

impl Read for FeedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let length = available.len().min(buffer.len());
        buffer[..length].copy_from_slice(&available[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl BufRead for FeedReader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.current.is_empty() && !self.ended {
            self.next().map_err(io::Error::other)?;
        }
        Ok(&self.current)
    }

    fn consume(&mut self, amount: usize) {
        self.current.advance(amount);
    }
}

impl agent_image::Source for FeedReader {
    fn ahead(&mut self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let (answer, answered) = oneshot::channel();
        let gone = || io::Error::other("the download is over");
        self.asks
            .blocking_send(Ask { range, answer })
            .map_err(|_| gone())?;
        answered
            .blocking_recv()
            .map_err(|_| gone())?
            .map_err(io::Error::other)
    }
}
