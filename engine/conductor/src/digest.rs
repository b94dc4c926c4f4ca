//! The name of a blob: the lower-case hex SHA-256 of its bytes.

use ports::blob::{Blob, BlobKind};
use ports::engine::EngineError;
use sha2::{Digest, Sha256};

/// Above so many bytes a thread of its own does what takes as long as the value is large.
const LARGE: usize = 128 << 10;

/// Does something that takes as long as a value of so many bytes is large, without holding others up.
pub(crate) async fn aside<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, EngineError> {
    if bytes < LARGE {
        return Ok(work());
    }
    // Only an engine that ends stops such threads.
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| EngineError::ShuttingDown)
}

pub(crate) fn blob(kind: BlobKind, bytes: Vec<u8>) -> Blob {
    Blob {
        hash: hex::encode(Sha256::digest(&bytes)),
        kind,
        bytes,
    }
}
