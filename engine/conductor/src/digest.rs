//! The name of a blob: the lower-case hex SHA-256 of its bytes.

use ports::blob::{Blob, BlobKind};
use sha2::{Digest, Sha256};

pub(crate) fn blob(kind: BlobKind, bytes: Vec<u8>) -> Blob {
    Blob {
        hash: hex::encode(Sha256::digest(&bytes)),
        kind,
        bytes,
    }
}
