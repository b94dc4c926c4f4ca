//! Takes a config drive apart: base64, gzip, ISO 9660 with Rock Ridge names, `openstack/latest/meta_data.json`. It reads only what a test
//! asks about, within bounds.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::Value;

use crate::machines::truth::ReceivedConfigDrive;

const SECTOR: usize = 2048;
/// Ironic's limit for what is written to a disk.
const LARGEST: u64 = 64 << 20;
const DIRECTORY: u8 = 2;

/// Why a config drive could not be read. Its content is secret and never quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum DriveError {
    /// A URL, which a model machine does not follow.
    #[error("a config drive by URL is not fetched by model machines; give its content")]
    Url,
    /// Not base64.
    #[error("the config drive is not base64")]
    Base64,
    /// Not gzip.
    #[error("the config drive is not gzip, or is larger than 64 MiB")]
    Gzip,
    /// Not an ISO image.
    #[error("the config drive is not an ISO 9660 image")]
    Iso,
    /// Without metadata.
    #[error("the config drive has no openstack/latest/meta_data.json")]
    NoMetaData,
}

/// Reads the value of `configdrive`.
pub(super) fn read(text: &str) -> Result<ReceivedConfigDrive, DriveError> {
    if text.starts_with("http://") || text.starts_with("https://") {
        return Err(DriveError::Url);
    }
    let plain: String = text.split_whitespace().collect();
    let packed = STANDARD.decode(plain).map_err(|_| DriveError::Base64)?;
    let mut iso = Vec::new();
    let unpacked = GzDecoder::new(packed.as_slice())
        .take(LARGEST + 1)
        .read_to_end(&mut iso);
    if unpacked.is_err() || iso.len() as u64 > LARGEST {
        return Err(DriveError::Gzip);
    }
    from_iso(&iso)
}

fn from_iso(iso: &[u8]) -> Result<ReceivedConfigDrive, DriveError> {
    let root = root(iso).ok_or(DriveError::Iso)?;
    let file = |name: &str| {
        let mut entry = root.clone();
        for part in ["openstack", "latest", name] {
            entry = children(iso, &entry)?
                .into_iter()
                .find(|child| child.name == part)?;
        }
        content(iso, &entry)
    };
    let meta_data = file("meta_data.json").ok_or(DriveError::NoMetaData)?;
    let meta_data: Value = serde_json::from_slice(meta_data).map_err(|_| DriveError::NoMetaData)?;
    let text = |key: &str| meta_data[key].as_str().map(str::to_owned);
    let names = ["hostname", "local-hostname", "name"];
    Ok(ReceivedConfigDrive {
        hostname: names.into_iter().find_map(text),
        uuid: text("uuid"),
        user_data_bytes: file("user_data").map_or(0, <[u8]>::len),
        bytes: iso.len(),
    })
}

/// A file or directory.
#[derive(Clone)]
struct Entry {
    name: String,
    sector: usize,
    size: usize,
    directory: bool,
}

/// The root directory, from the primary volume descriptor (ECMA-119 section 8.4).
fn root(iso: &[u8]) -> Option<Entry> {
    let descriptor = iso.get(16 * SECTOR..17 * SECTOR)?;
    if descriptor.first() != Some(&1) || descriptor.get(1..6)? != b"CD001" {
        return None;
    }
    entry(descriptor.get(156..190)?)
}

fn number(record: &[u8], at: usize) -> Option<usize> {
    let bytes: [u8; 4] = record.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

/// A directory record (ECMA-119 section 9.1).
fn entry(record: &[u8]) -> Option<Entry> {
    let length = usize::from(*record.get(32)?);
    let id = record.get(33..33 + length)?;
    // A filler byte keeps what follows an even identifier even.
    let system_use = record
        .get(33 + length + (length + 1) % 2..)
        .unwrap_or_default();
    let plain = || {
        let text = String::from_utf8_lossy(id).to_lowercase();
        text.split(';').next().unwrap_or_default().to_owned()
    };
    Some(Entry {
        name: rock_ridge_name(system_use).unwrap_or_else(plain),
        sector: number(record, 2)?,
        size: number(record, 10)?,
        directory: record.get(25)? & DIRECTORY != 0,
    })
}

/// The name in the "NM" fields of a record's system use area (Rock Ridge Interchange Protocol, section 4.1.4).
fn rock_ridge_name(mut fields: &[u8]) -> Option<String> {
    let mut name = Vec::new();
    while let [a, b, length, _version, ..] = fields {
        let length = usize::from(*length);
        if length < 4 || length > fields.len() {
            break;
        }
        if [*a, *b] == *b"NM" {
            name.extend_from_slice(fields.get(5..length).unwrap_or_default());
        }
        fields = &fields[length..];
    }
    if name.is_empty() {
        return None;
    }
    String::from_utf8(name).ok()
}

fn content<'a>(iso: &'a [u8], entry: &Entry) -> Option<&'a [u8]> {
    let start = entry.sector.checked_mul(SECTOR)?;
    iso.get(start..start.checked_add(entry.size)?)
}

fn children(iso: &[u8], directory: &Entry) -> Option<Vec<Entry>> {
    let bytes = content(iso, directory).filter(|_| directory.directory)?;
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(length) = bytes.get(at) {
        if *length == 0 {
            // A record never spans sectors: the rest of this one is empty.
            at = (at + 1).next_multiple_of(SECTOR);
            continue;
        }
        let end = at + usize::from(*length);
        found.extend(bytes.get(at..end).and_then(entry));
        at = end;
    }
    Some(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use netboot_media::config_drive::ConfigDrive;
    use serde_json::json;
    use std::io::Write;

    fn packed(bytes: &[u8]) -> String {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bytes).unwrap();
        STANDARD.encode(gzip.finish().unwrap())
    }

    fn drive(document: Value) -> Vec<u8> {
        let drive: ConfigDrive = serde_json::from_value(document).unwrap();
        drive
            .iso("1be26c0b-03f2-4d2e-ae87-c02d7f33c781", Some("node-1"))
            .unwrap()
    }

    #[test]
    fn a_config_drive_is_read() {
        let iso = drive(json!({"meta_data": {"hostname": "web-1"}, "user_data": "#!/bin/sh\n"}));
        let mut text = packed(&iso);
        text.insert(40, '\n');
        let read = read(&text).unwrap();
        assert_eq!(read.hostname.as_deref(), Some("web-1"));
        assert_eq!(
            read.uuid.as_deref(),
            Some("1be26c0b-03f2-4d2e-ae87-c02d7f33c781")
        );
        assert_eq!((read.user_data_bytes, read.bytes), (10, iso.len()));
    }

    #[test]
    fn a_node_without_a_host_name_has_its_own() {
        let read = read(&packed(&drive(json!({"meta_data": {}})))).unwrap();
        assert_eq!(read.hostname.as_deref(), Some("node-1"));
        assert_eq!(read.user_data_bytes, 0);
    }

    #[test]
    fn what_is_no_config_drive_is_refused() {
        assert_eq!(read("https://h/drive"), Err(DriveError::Url));
        assert_eq!(read("%%%"), Err(DriveError::Base64));
        assert_eq!(read(&STANDARD.encode("plain")), Err(DriveError::Gzip));
        assert_eq!(read(&packed(b"short")), Err(DriveError::Iso));
        assert_eq!(read(&packed(&[0; 20 * SECTOR])), Err(DriveError::Iso));
        let empty = netboot_media::iso::iso_image("config-2", &[("hello", b"x")], None).unwrap();
        assert_eq!(read(&packed(&empty)), Err(DriveError::NoMetaData));
    }

    #[test]
    fn a_broken_image_never_panics() {
        let iso = drive(json!({"user_data": "x"}));
        for at in (16 * SECTOR..iso.len()).step_by(97) {
            let mut broken = iso.clone();
            broken[at] ^= 0xFF;
            let (_, _) = (from_iso(&broken), from_iso(&iso[..at]));
        }
        assert!(from_iso(&iso).is_ok());
    }
}
