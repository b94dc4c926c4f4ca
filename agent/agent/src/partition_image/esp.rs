//! The EFI system partition of a partition image: a FAT32 file system, made and filled here.

use std::io::{self, Write};

use fatfs::{FatType, FileSystem, FormatVolumeOptions, FsOptions};

use super::loader::{EspFile, Source};
use super::root_files::{RootError, RootFiles};
use crate::disk::device::{Device, Span};

const LABEL: [u8; 11] = *b"EFI-PART   ";

/// Why it could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EspError {
    /// Making the file system.
    #[error("making the EFI system partition's file system: {0}")]
    Format(#[source] io::Error),
    /// Writing a file.
    #[error("writing {path} to the EFI system partition: {source}")]
    Write {
        /// Which.
        path: String,
        /// Why.
        source: io::Error,
    },
    /// Copying a file of the image.
    #[error("copying {path} of the image to the EFI system partition: {source}")]
    Copy {
        /// Which.
        path: String,
        /// Why.
        source: RootError,
    },
}

/// Makes the file system in this part of a disk and puts the files there.
///
/// # Errors
/// Writing failed, or the image's files cannot be read or do not fit.
pub fn fill(
    part: &Device,
    volume_id: u32,
    root: &RootFiles,
    files: &[EspFile],
) -> Result<(), EspError> {
    format(part, volume_id).map_err(EspError::Format)?;
    let fs = FileSystem::new(Span::new(part), FsOptions::new()).map_err(EspError::Format)?;
    for file in files {
        copy(&fs, root, file)?;
    }
    fs.unmount().map_err(EspError::Format)?;
    netboot_media::fat::mend(&mut Span::new(part)).map_err(EspError::Format)
}

fn format(part: &Device, volume_id: u32) -> io::Result<()> {
    let sector = u16::try_from(part.sector).map_err(io::Error::other)?;
    let options = FormatVolumeOptions::new()
        .bytes_per_sector(sector)
        .fat_type(FatType::Fat32)
        .volume_id(volume_id)
        .volume_label(LABEL);
    fatfs::format_volume(Span::new(part), options)
}

fn copy(fs: &FileSystem<Span<'_>>, root: &RootFiles, file: &EspFile) -> Result<(), EspError> {
    let failed = |source| EspError::Write {
        path: file.path.clone(),
        source,
    };
    let mut folder = fs.root_dir();
    let mut parts: Vec<&str> = file.path.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    for part in parts {
        folder = folder.create_dir(part).map_err(failed)?;
    }
    let mut target = folder.create_file(name).map_err(failed)?;
    target.truncate().map_err(failed)?;
    match &file.source {
        Source::Bytes(bytes) => target.write_all(bytes).map_err(failed)?,
        Source::Root(path) => {
            root.copy(path, &mut target)
                .map_err(|source| EspError::Copy {
                    path: path.clone(),
                    source,
                })?;
        }
    }
    target.flush().map_err(failed)
}
