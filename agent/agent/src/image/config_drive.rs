//! The config drive: decoding what the conductor sends, and placing it in a partition at the end of the disk, or in one
//! that the image brought for it (label `config-2`).

use std::borrow::Cow;
use std::io::Read;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use netboot_media::config_drive::large_sectors::{ISO_BLOCK, fat_of_iso};

use super::file_system::{self, FileSystem};
use crate::disk::device::Device;
use crate::disk::partitions::{self, Partition};
use crate::failure::Failure;
use crate::host::Host;
use crate::log::{info, warning};
use crate::outbound::client::{Fetcher, Get, shown_text};
use crate::outbound::document::{self, Retries};

/// Largest config drive, and the size of the partition made for it (as in ironic-python-agent).
pub const LIMIT: u64 = 64 << 20;
const LABEL: &str = "config-2";
/// Base64 makes it a third larger, and may have line ends.
const LARGEST_TEXT: usize = 96 << 20;
/// Clients write base64 with and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Gets the drive's bytes from its text: a URL, or base64 of a gzipped image.
pub async fn obtain(text: &str, fetcher: &Fetcher, retries: Retries) -> Result<Vec<u8>, Failure> {
    let text = text.trim();
    let image = if text.contains("://") {
        let shown = shown_text(text);
        let bytes = document::fetch(fetcher, text, &Get::default(), LARGEST_TEXT, retries)
            .await
            .map_err(|e| Failure::download(format!("config drive: {e}")))?;
        fetched(bytes).map_err(|e| Failure::download(format!("the config drive at {shown} {e}")))?
    } else {
        decode(text.as_bytes()).map_err(|e| Failure::params(format!("the config drive {e}")))?
    };
    match file_system::in_memory(&image) {
        Some(found) if found.label.eq_ignore_ascii_case(LABEL) => {}
        Some(found) => warning!(
            "the config drive is labelled {:?}; most systems look for {LABEL}",
            found.label
        ),
        None => warning!("the config drive is neither an ISO 9660 nor a FAT file system"),
    }
    Ok(image)
}

/// A server may hold the same text, or the gzipped or the plain image itself.
pub fn fetched(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if is_gzip(&bytes) {
        return inflate(&bytes);
    }
    let text = bytes.iter().all(|b| b.is_ascii() && *b != 0);
    if text {
        return decode(&bytes);
    }
    bounded(bytes)
}

fn decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let compact: Vec<u8> = text
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let packed = BASE64
        .decode(compact)
        .map_err(|e| format!("is not base64 of a gzipped image: {e}"))?;
    if is_gzip(&packed) {
        return inflate(&packed);
    }
    if file_system::in_memory(&packed).is_none() {
        return Err("is base64 of neither a gzipped image nor a plain one".to_owned());
    }
    bounded(packed)
}

fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

fn bounded(image: Vec<u8>) -> Result<Vec<u8>, String> {
    match image.len() as u64 {
        0 => Err("is empty".to_owned()),
        LIMIT.. if image.len() as u64 > LIMIT => Err("is larger than 64 MiB".to_owned()),
        _ => Ok(image),
    }
}

fn inflate(packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut image = Vec::new();
    flate2::read::MultiGzDecoder::new(packed)
        .take(LIMIT + 1)
        .read_to_end(&mut image)
        .map_err(|e| format!("is damaged gzip data: {e}"))?;
    bounded(image)
}

/// The drive in a form that can be mounted on a disk with such sectors.
pub fn fitted(image: &[u8], sector: u64) -> Result<Cow<'_, [u8]>, String> {
    let sector = u32::try_from(sector).map_err(|e| e.to_string())?;
    match file_system::in_memory(image) {
        Some(FileSystem { block, .. }) if block >= sector => Ok(Cow::Borrowed(image)),
        Some(found) if found.block == ISO_BLOCK && found.iso => {
            let made = fat_of_iso(image, sector).map_err(|e| e.to_string())?;
            info!(
                "the config drive becomes a FAT file system: ISO 9660 cannot be mounted on sectors of {sector} bytes"
            );
            Ok(Cow::Owned(made))
        }
        Some(found) => Err(format!(
            "its file system has blocks of {} bytes and cannot be mounted on a disk with sectors of {sector}; give it as JSON or as an ISO 9660 image",
            found.block
        )),
        // What it is nobody knows here, so it is not ours to judge.
        None => Ok(Cow::Borrowed(image)),
    }
}

/// Writes the drive to the disk and makes the kernel see its partition.
pub fn place(host: &Host, device: &Device, image: &[u8]) -> Result<Partition, Failure> {
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        Failure::deployment(format!(
            "config drive on {}: {what}: {error}",
            device.path.display()
        ))
    };
    let image = fitted(image, device.sector).map_err(|e| failed("making it fit the disk", &e))?;
    let image = image.as_ref();
    let partition = match existing(device).map_err(|e| failed("reading the partition table", &e))? {
        Some(partition) => partition,
        None => partitions::add_at_end(device, LIMIT, LABEL)
            .map_err(|e| failed("making its partition", &e))?,
    };
    if image.len() as u64 > partition.length {
        return Err(failed(
            "it does not fit",
            &format!(
                "it has {} bytes, partition {} has {}",
                image.len(),
                partition.number,
                partition.length
            ),
        ));
    }
    let write = || -> std::io::Result<()> {
        device.zero(partition.start, partition.length)?;
        device.write(image, partition.start)?;
        device.sync()?;
        device.flush_buffers()
    };
    write().map_err(|e| failed("writing it", &e))?;
    let back = device
        .read(image.len(), partition.start)
        .map_err(|e| failed("reading it back", &e))?;
    if back != image {
        return Err(failed(
            "reading it back",
            &"the disk returns other bytes than were written",
        ));
    }
    partitions::tell_kernel(host, device)
        .map_err(|e| failed("rereading the partition table", &e))?;
    info!(
        "config drive of {} bytes written to partition {}",
        image.len(),
        partition.number
    );
    Ok(partition)
}

/// A partition that the image brought for the config drive.
fn existing(device: &Device) -> Result<Option<Partition>, partitions::TableError> {
    let table = partitions::read(device)?;
    Ok(table.partitions.into_iter().find(|p| {
        p.label.eq_ignore_ascii_case(LABEL)
            || file_system::in_partition(device, p)
                .is_some_and(|found| found.label.eq_ignore_ascii_case(LABEL))
    }))
}
