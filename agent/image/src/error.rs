//! Why an image is not written: what is wrong with it, and what its owner can do.

use std::io;

/// Why an image could not be decoded.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The file could not be read on.
    #[error("reading the image failed: {0}")]
    Read(#[source] io::Error),
    /// The disk did not take it.
    #[error("writing the image failed: {0}")]
    Write(#[source] io::Error),
    /// There is not one byte.
    #[error("the image is empty")]
    Empty,
    /// It is not what its owner says.
    #[error(
        "the image is declared as {declared} but its content is {found}; correct image_disk_format, or convert the image (qemu-img convert -O qcow2)"
    )]
    NotAsDeclared {
        /// As declared.
        declared: &'static str,
        /// As found.
        found: &'static str,
    },
    /// A format that is not read here.
    #[error(
        "the image's content is {found}; images are raw (plain, gzip, zstd, xz) or qcow2: convert it (qemu-img convert -O qcow2)"
    )]
    Foreign {
        /// As found.
        found: &'static str,
    },
    /// Something packed inside something packed.
    #[error(
        "inside the image's {outer} data lies {found}, not a raw disk; {outer} is undone once and only around raw images: unpack it and set image_disk_format to what is inside"
    )]
    Nested {
        /// The outer format.
        outer: &'static str,
        /// What is inside.
        found: &'static str,
    },
    /// Declared as GPT, but there is none.
    #[error(
        "the image is declared as gpt but has no GUID partition table; correct image_disk_format (raw) or the image"
    )]
    NoGpt,
    /// Compressed data that is none.
    #[error("the {format} data of the image is damaged: {reason}; check or rebuild the file")]
    Damaged {
        /// The format.
        format: &'static str,
        /// As the decoder says.
        reason: String,
    },
    /// Decompressing would take too much memory.
    #[error(
        "the {format} data of the image needs a window of more than {limit_mib} MiB to decompress; compress it with a smaller one (zstd -19 without --long, xz -9)"
    )]
    Window {
        /// The format.
        format: &'static str,
        /// What is allowed.
        limit_mib: u64,
    },
    /// A qcow2 image that is not taken.
    #[error("the qcow2 image {0}")]
    Qcow2(#[from] Qcow2Error),
}

/// Why a qcow2 image is refused. The words follow "the qcow2 image".
#[derive(Debug, thiserror::Error)]
pub enum Qcow2Error {
    /// Another version of the format.
    #[error("has version {0}; 2 and 3 are read: convert it with qemu-img convert -O qcow2")]
    Version(u32),
    /// The header contradicts itself.
    #[error("has a wrong header: {0}; rebuild it with qemu-img convert -O qcow2")]
    Header(&'static str),
    /// Parts are elsewhere.
    #[error(
        "has a backing file; only the image itself is ever read: make it whole with qemu-img convert -O qcow2"
    )]
    BackingFile,
    /// Data is elsewhere.
    #[error(
        "keeps its data in an external file; only the image itself is ever read: make it whole with qemu-img convert -O qcow2"
    )]
    ExternalData,
    /// Encrypted.
    #[error(
        "is encrypted; decrypt it with qemu-img convert, and encrypt inside the instance if that is wanted"
    )]
    Encrypted,
    /// Not closed properly.
    #[error(
        "is marked as {0}; repair it with qemu-img check -r all, or make it anew with qemu-img convert -O qcow2"
    )]
    Unclean(&'static str),
    /// Features from the future.
    #[error(
        "uses features that are not known here (incompatible bits {0:#x}); convert it with qemu-img convert -O qcow2"
    )]
    Features(u64),
    /// A table entry that cannot be.
    #[error("has a wrong {table} entry {entry:#018x}; check it with qemu-img check")]
    Entry {
        /// `L1` or `L2`.
        table: &'static str,
        /// The entry.
        entry: u64,
    },
    /// Two things at one place.
    #[error(
        "uses the same bytes twice (at {0:#x}); check it with qemu-img check, or make it anew with qemu-img convert -O qcow2"
    )]
    Overlap(u64),
    /// Something lies behind the end.
    #[error("is truncated: it refers to bytes from {0:#x} on, where the file has ended")]
    Truncated(u64),
    /// A cluster does not decompress.
    #[error("has a damaged compressed cluster at {at:#x}: {reason}")]
    Cluster {
        /// Offset in the file.
        at: u64,
        /// As the decoder says.
        reason: String,
    },
    /// Its tables need too much memory.
    #[error(
        "is too fragmented to be written in one pass within bounded memory; make it anew with qemu-img convert -O qcow2, with its default cluster size"
    )]
    TooManyPieces,
    /// Tables behind the data, and no way to get them first.
    #[error(
        "has tables behind the data that they describe, more than {buffered_mib} MiB of it, and they cannot be fetched first ({reason}); serve the image with HTTP ranges, or order it with qemu-img convert -O qcow2"
    )]
    TablesBehind {
        /// How much data waited for its table.
        buffered_mib: u64,
        /// As the source says.
        reason: String,
    },
    /// The tables are in too many places.
    #[error(
        "has its tables in more than {0} places behind the data that they describe; order it with qemu-img convert -O qcow2"
    )]
    TablesScattered(usize),
    /// The server's two answers differ.
    #[error(
        "came with other bytes at {0:#x} than the server had answered for that range before; the file changed during the download, or the server is not to be trusted"
    )]
    Changed(u64),
}
