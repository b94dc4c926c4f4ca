//! The header: what the image is, and whether it is one that is read here. Field by field as in QEMU's docs/interop/qcow2.txt.

use crate::error::Qcow2Error;

/// Bytes of a version 2 header.
const V2_LENGTH: usize = 72;
/// Bytes of the fields of version 3 that QEMU always wrote.
const V3_LENGTH: usize = 104;
/// QEMU's own limit (QCOW_MAX_L1_SIZE).
const MAX_L1: u64 = 32 << 20;

const DIRTY: u64 = 1;
const CORRUPT: u64 = 1 << 1;
const EXTERNAL_DATA: u64 = 1 << 2;
const COMPRESSION_TYPE: u64 = 1 << 3;
const EXTENDED_L2: u64 = 1 << 4;
const KNOWN: u64 = DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_L2;

/// How compressed clusters are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    Deflate,
    Zstd,
}

/// What the reader needs of the header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) version: u32,
    pub(crate) cluster_bits: u32,
    /// Bytes of the disk.
    pub(crate) size: u64,
    pub(crate) l1_offset: u64,
    /// Entries of the L1 table that matter for the disk.
    pub(crate) l1_entries: u64,
    pub(crate) extended: bool,
    pub(crate) compression: Compression,
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u32(&self, at: usize) -> Result<u32, Qcow2Error> {
        let bytes = self.0.get(at..at + 4).and_then(|it| it.try_into().ok());
        bytes
            .map(u32::from_be_bytes)
            .ok_or(Qcow2Error::Truncated(at as u64))
    }

    fn u64(&self, at: usize) -> Result<u64, Qcow2Error> {
        Ok(u64::from(self.u32(at)?) << 32 | u64::from(self.u32(at + 4)?))
    }
}

impl Header {
    /// Reads and judges the header from the first bytes of the file.
    pub(crate) fn parse(head: &[u8]) -> Result<Self, Qcow2Error> {
        let fields = Fields(head);
        let version = fields.u32(4)?;
        if !matches!(version, 2 | 3) {
            return Err(Qcow2Error::Version(version));
        }
        let (features, length) = if version == 3 {
            (fields.u64(72)?, fields.u32(100)? as usize)
        } else {
            (0, V2_LENGTH)
        };
        judge_features(features)?;
        judge_rest(&fields, version, length)?;
        let header = Self {
            version,
            cluster_bits: fields.u32(20)?,
            size: fields.u64(24)?,
            l1_offset: fields.u64(40)?,
            l1_entries: u64::from(fields.u32(36)?),
            extended: features & EXTENDED_L2 != 0,
            compression: compression(&fields, features, length)?,
        };
        header.with_needed_l1()
    }

    pub(crate) fn cluster(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// Bytes of an L2 entry.
    pub(crate) fn l2_entry(&self) -> u64 {
        if self.extended { 16 } else { 8 }
    }

    /// Bytes of the disk that one L2 table describes.
    pub(crate) fn coverage(&self) -> u64 {
        self.cluster() / self.l2_entry() * self.cluster()
    }

    fn with_needed_l1(self) -> Result<Self, Qcow2Error> {
        if !(9..=21).contains(&self.cluster_bits) || (self.extended && self.cluster_bits < 14) {
            return Err(Qcow2Error::Header("its cluster size is out of range"));
        }
        let needed = self.size.div_ceil(self.coverage());
        if needed > self.l1_entries {
            return Err(Qcow2Error::Header("its L1 table is too small for its size"));
        }
        if needed * 8 > MAX_L1 {
            return Err(Qcow2Error::Header("its L1 table is larger than 32 MiB"));
        }
        let aligned = self.l1_offset.is_multiple_of(self.cluster()) && self.l1_offset > 0;
        if needed > 0 && (!aligned || self.l1_offset > i64::MAX as u64) {
            return Err(Qcow2Error::Header("its L1 table is at no cluster"));
        }
        Ok(Self {
            l1_entries: needed,
            ..self
        })
    }
}

fn judge_features(features: u64) -> Result<(), Qcow2Error> {
    if features & EXTERNAL_DATA != 0 {
        return Err(Qcow2Error::ExternalData);
    }
    if features & !KNOWN != 0 {
        return Err(Qcow2Error::Features(features & !KNOWN));
    }
    if features & CORRUPT != 0 {
        return Err(Qcow2Error::Unclean("corrupt"));
    }
    if features & DIRTY != 0 {
        return Err(Qcow2Error::Unclean("dirty (not closed properly)"));
    }
    Ok(())
}

fn judge_rest(fields: &Fields<'_>, version: u32, length: usize) -> Result<(), Qcow2Error> {
    if fields.u64(8)? != 0 {
        return Err(Qcow2Error::BackingFile);
    }
    if fields.u32(32)? != 0 {
        return Err(Qcow2Error::Encrypted);
    }
    if version == 3 && (length < V3_LENGTH || !length.is_multiple_of(8)) {
        return Err(Qcow2Error::Header("its length is wrong"));
    }
    if version == 3 && fields.u32(96)? > 6 {
        return Err(Qcow2Error::Header("its refcounts are too wide"));
    }
    Ok(())
}

/// The type stands behind the fields of old; a bit says whether it must be understood.
fn compression(
    fields: &Fields<'_>,
    features: u64,
    length: usize,
) -> Result<Compression, Qcow2Error> {
    let kind = if length > V3_LENGTH {
        (fields.u32(V3_LENGTH)? >> 24) as u8
    } else {
        0
    };
    match (features & COMPRESSION_TYPE != 0, kind) {
        (false, 0) => Ok(Compression::Deflate),
        (true, 1) => Ok(Compression::Zstd),
        (true, 0) | (false, _) => Err(Qcow2Error::Header(
            "its compression type contradicts its feature bits",
        )),
        (true, _) => Err(Qcow2Error::Header(
            "its compression type is neither deflate nor zstd",
        )),
    }
}
