//! The config drive: decoding what the conductor sends, and placing it in a partition at the end of the disk, or in one
//! that the image brought for it (label `config-2`).

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::disk::device::Device;
use crate::disk::partitions::{self, Partition};
use crate::failure::Failure;
use crate::host::Host;
use crate::log::info;
use crate::outbound::client::{Fetcher, Get, reason, shown_text};

/// Largest config drive, and the size of the partition made for it (as in ironic-python-agent).
pub const LIMIT: u64 = 64 << 20;
const LABEL: &str = "config-2";

/// Gets the drive's bytes from its text: a URL, or base64 of a gzipped image.
pub async fn obtain(text: &str, fetcher: &Fetcher) -> Result<Vec<u8>, Failure> {
    let text = text.trim();
    if !(text.starts_with("http://") || text.starts_with("https://")) {
        return decode(text.as_bytes()).map_err(|e| {
            Failure::params(format!(
                "the config drive is not base64 of a gzipped image: {e}"
            ))
        });
    }
    let bytes = download(text, fetcher).await?;
    match decode(&bytes) {
        Ok(image) => Ok(image),
        // A server may hold the gzipped or the plain image itself.
        Err(_) if bytes.starts_with(&[0x1f, 0x8b]) => inflate(&bytes)
            .map_err(|e| Failure::download(format!("config drive {}: {e}", shown_text(text)))),
        Err(_) => Ok(bytes),
    }
}

async fn download(url: &str, fetcher: &Fetcher) -> Result<Vec<u8>, Failure> {
    let mut response = fetcher
        .get(url, &Get::default())
        .await
        .map_err(|e| Failure::download(format!("config drive: {e}")))?;
    if !response.status().is_success() {
        return Err(Failure::download(format!(
            "the config drive {} answers {}",
            shown_text(url),
            response.status()
        )));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| {
        Failure::download(format!("config drive {}: {}", shown_text(url), reason(&e)))
    })? {
        // Base64 makes it a third larger.
        if (bytes.len() + chunk.len()) as u64 > LIMIT / 3 * 4 + 1024 {
            return Err(Failure::download(format!(
                "the config drive {} is larger than 64 MiB",
                shown_text(url)
            )));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn decode(text: &[u8]) -> Result<Vec<u8>, String> {
    let compact: Vec<u8> = text
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace())
        .collect();
    let packed = STANDARD.decode(compact).map_err(|e| e.to_string())?;
    inflate(&packed)
}

fn inflate(packed: &[u8]) -> Result<Vec<u8>, String> {
    let mut image = Vec::new();
    flate2::read::MultiGzDecoder::new(packed)
        .take(LIMIT + 1)
        .read_to_end(&mut image)
        .map_err(|e| e.to_string())?;
    if image.len() as u64 > LIMIT {
        return Err("it is larger than 64 MiB".to_owned());
    }
    if image.is_empty() {
        return Err("it is empty".to_owned());
    }
    Ok(image)
}

/// Writes the drive to the disk and makes the kernel see its partition.
pub fn place(host: &Host, device: &Device, image: &[u8]) -> Result<Partition, Failure> {
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        Failure::deployment(format!(
            "config drive on {}: {what}: {error}",
            device.path.display()
        ))
    };
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
            || file_system_label(device, p).is_some_and(|label| label.eq_ignore_ascii_case(LABEL))
    }))
}

/// Label of an ISO 9660 or FAT file system.
fn file_system_label(device: &Device, partition: &Partition) -> Option<String> {
    let text = |bytes: &[u8]| {
        String::from_utf8_lossy(bytes)
            .trim_matches([' ', '\0'])
            .to_owned()
    };
    let read = |length: usize, at: u64| {
        (at + length as u64 <= partition.length)
            .then(|| device.read(length, partition.start + at).ok())?
    };
    if let Some(volume) = read(2048, 32768)
        && volume.get(..6) == Some(b"\x01CD001")
    {
        return volume.get(40..72).map(text);
    }
    let boot = read(512, 0)?;
    if boot.get(54..57) == Some(b"FAT") {
        return boot.get(43..54).map(text);
    }
    (boot.get(82..87) == Some(b"FAT32")).then(|| boot.get(71..82).map(text))?
}
