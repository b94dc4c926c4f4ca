//! Reads the boot identity out of the small initramfs that carries it: "newc" archives, plain, one behind the other, zeros between them
//! (kernel documentation driver-api/early-userspace/buffer-format).

use agent_wire::{BOOT_IDENTITY_PATH, BootIdentity};

const HEADER: usize = 110;
const MAGIC: [&[u8]; 2] = [b"070701", b"070702"];
const TRAILER: &[u8] = b"TRAILER!!!";

/// Why an initramfs could not be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::machines) enum InitrdError {
    /// Something that is no archive stands at this byte.
    #[error("no archive at byte {0} of the identity ramdisk")]
    NoArchive(usize),
    /// It ends in the middle of an entry.
    #[error("the identity ramdisk is cut off")]
    CutOff,
    /// The identity is no such document.
    #[error("the boot identity is not the agreed document")]
    NoIdentity,
}

/// The identity in it; `None` if it holds none.
pub(in crate::machines) fn identity(bytes: &[u8]) -> Result<Option<BootIdentity>, InitrdError> {
    let Some(content) = file(bytes, BOOT_IDENTITY_PATH.trim_start_matches('/'))? else {
        return Ok(None);
    };
    serde_json::from_slice(content)
        .map(Some)
        .map_err(|_| InitrdError::NoIdentity)
}

/// The content of the last file of this name.
fn file<'a>(bytes: &'a [u8], name: &str) -> Result<Option<&'a [u8]>, InitrdError> {
    let (mut at, mut found) = (0, None);
    while at < bytes.len() {
        if bytes[at] == 0 {
            at += 1;
            continue;
        }
        let header = bytes.get(at..at + HEADER).ok_or(InitrdError::CutOff)?;
        if !MAGIC.contains(&&header[..6]) {
            return Err(InitrdError::NoArchive(at));
        }
        let (size, name_size) = (number(header, 6, at)?, number(header, 11, at)?);
        let start = at + HEADER;
        let entry = slice(bytes, start, name_size)?;
        let content_at = (start + name_size).next_multiple_of(4);
        let content = slice(bytes, content_at, size)?;
        let entry = entry.strip_suffix(&[0]).unwrap_or(entry);
        if entry == name.as_bytes() {
            found = Some(content);
        }
        at = (content_at + size).next_multiple_of(4);
        if entry == TRAILER {
            at = at.max(content_at);
        }
    }
    Ok(found)
}

/// The n-th of the header's numbers: eight hexadecimal digits each.
fn number(header: &[u8], n: usize, at: usize) -> Result<usize, InitrdError> {
    let digits = header
        .get(6 + n * 8..14 + n * 8)
        .and_then(|digits| std::str::from_utf8(digits).ok());
    digits
        .and_then(|digits| usize::from_str_radix(digits, 16).ok())
        .ok_or(InitrdError::NoArchive(at))
}

fn slice(bytes: &[u8], start: usize, length: usize) -> Result<&[u8], InitrdError> {
    let end = start.checked_add(length).ok_or(InitrdError::CutOff)?;
    bytes.get(start..end).ok_or(InitrdError::CutOff)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use netboot_media::cpio::CpioWriter;
    use netboot_media::identity::BootIdentity as Written;

    fn archive(nonce: &str) -> Vec<u8> {
        let identity = Written {
            nonce: nonce.to_owned(),
            api_ca_pem: Some("pem".to_owned()),
        };
        identity.initramfs().unwrap()
    }

    #[test]
    fn the_identity_is_found() {
        let found = identity(&archive("n0nce")).unwrap().unwrap();
        assert_eq!(found.nonce.expose(), "n0nce");
        assert_eq!(found.api_ca_pem.as_deref(), Some("pem"));
    }

    #[test]
    fn the_last_of_several_archives_counts() {
        let mut both = archive("old");
        both.extend([0; 8]);
        both.extend(archive("new"));
        assert_eq!(identity(&both).unwrap().unwrap().nonce.expose(), "new");
    }

    #[test]
    fn zeros_and_other_files_are_no_identity() {
        assert!(identity(&[0; 512]).unwrap().is_none());
        let mut other = CpioWriter::new(Vec::new());
        other.file("hello", 0o644, b"x").unwrap();
        assert!(identity(&other.finish().unwrap()).unwrap().is_none());
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        assert_eq!(identity(b"<html>").unwrap_err(), InitrdError::CutOff);
        assert_eq!(
            identity(&[b'x'; 200]).unwrap_err(),
            InitrdError::NoArchive(0)
        );
        let whole = archive("n");
        for length in 0..whole.len() {
            let found = identity(&whole[..length]).ok().flatten();
            assert!(
                found.is_none_or(|found| found.nonce.expose() == "n"),
                "{length}"
            );
        }
        assert_eq!(identity(&whole[..150]).unwrap_err(), InitrdError::CutOff);
    }
}
