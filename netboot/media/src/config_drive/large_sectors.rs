//! Config drives for disks with sectors of 4096 bytes: an ISO 9660 file system has blocks of 2048 bytes and cannot be mounted
//! there, so its files are put into a FAT file system with sectors of the disk's size.

use super::{LABEL, SIZE_MAX};
use crate::fat::{FatError, FatFile, fat_image_for};
use crate::iso_reader::{self, IsoReadError};

/// The largest sectors of a disk that an ISO image can be mounted on.
pub const ISO_BLOCK: u32 = 2048;

/// Why a drive cannot be put into another form.
#[derive(Debug, thiserror::Error)]
pub enum LargeSectorError {
    /// The image cannot be read.
    #[error("reading the config drive: {0}")]
    Read(#[from] IsoReadError),
    /// Its files are larger than what may be written to a disk.
    #[error("the config drive's files have {0} bytes; at most 67108864 are allowed")]
    TooLarge(usize),
    /// A FAT file system cannot hold them.
    #[error("making a FAT file system of the config drive: {0}")]
    Fat(#[from] FatError),
}

/// A FAT image, labelled `CONFIG-2` (FAT has no lower case there; data sources look for both), with the files of an ISO image.
///
/// # Errors
/// The image is damaged or too large, or has a file that FAT cannot hold.
pub fn fat_of_iso(iso: &[u8], sector: u32) -> Result<Vec<u8>, LargeSectorError> {
    let files = iso_reader::files(iso)?;
    // Pieces of the image may overlap, so their sum is not bounded by its size.
    let total = files
        .iter()
        .fold(0_usize, |sum, file| sum.saturating_add(file.content.len()));
    if total > SIZE_MAX {
        return Err(LargeSectorError::TooLarge(total));
    }
    let list: Vec<_> = files
        .iter()
        .map(|file| FatFile {
            path: &file.path,
            content: file.content,
        })
        .collect();
    let image = fat_image_for(sector, &LABEL.to_ascii_uppercase(), &list)?;
    if image.len() > SIZE_MAX {
        return Err(LargeSectorError::TooLarge(image.len()));
    }
    Ok(image)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ConfigDrive;
    use std::io::{Cursor, Read};

    #[test]
    fn the_files_are_the_same() {
        let document = serde_json::json!({
            "user_data": "#cloud-config\n", "meta_data": {"a": 1}, "network_data": {"links": []},
        });
        let drive: ConfigDrive = serde_json::from_value(document).unwrap();
        let image = fat_of_iso(&drive.iso("uuid", Some("name")).unwrap(), 4096).unwrap();
        let system = fatfs::FileSystem::new(Cursor::new(image), fatfs::FsOptions::new()).unwrap();
        assert_eq!(system.volume_label(), "CONFIG-2");
        for (path, expected) in drive.files("uuid", Some("name")).unwrap() {
            let mut content = Vec::new();
            let root = system.root_dir();
            root.open_file(&path)
                .unwrap()
                .read_to_end(&mut content)
                .unwrap();
            assert_eq!(content, expected, "{path}");
        }
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        assert!(matches!(
            fat_of_iso(b"", 4096),
            Err(LargeSectorError::Read(_))
        ));
        let same: [(&str, &[u8]); 2] = [("name", b"x"), ("NAME", b"y")];
        let odd = crate::iso::iso_image("config-2", &same, None).unwrap();
        let refused = fat_of_iso(&odd, 4096);
        assert!(matches!(
            refused,
            Err(LargeSectorError::Fat(FatError::Duplicate(_)))
        ));
    }
}
