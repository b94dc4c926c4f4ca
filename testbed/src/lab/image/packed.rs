//! Target images in every format that is deployed, made by the programs that people make them with. Kept in the cache.

use std::fmt;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};

use super::Image;
use crate::lab::cache;
use crate::lab::command::{output, tool};

/// A format that images come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// The disk as it is.
    Raw,
    /// The same, packed by gzip.
    RawGzip,
    /// The same, packed by zstd.
    RawZstd,
    /// The same, packed by xz.
    RawXz,
    /// qcow2, its clusters as they are.
    Qcow2,
    /// qcow2, its clusters packed with deflate.
    Qcow2Deflate,
    /// qcow2, its clusters packed with zstd.
    Qcow2Zstd,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Raw,
        Self::RawGzip,
        Self::RawZstd,
        Self::RawXz,
        Self::Qcow2,
        Self::Qcow2Deflate,
        Self::Qcow2Zstd,
    ];

    /// Its name, which also is a file's ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::RawGzip => "raw.gz",
            Self::RawZstd => "raw.zst",
            Self::RawXz => "raw.xz",
            Self::Qcow2 => "qcow2",
            Self::Qcow2Deflate => "qcow2-deflate",
            Self::Qcow2Zstd => "qcow2-zstd",
        }
    }

    /// What `image_disk_format` says of it.
    pub fn disk_format(self) -> &'static str {
        match self {
            Self::Raw | Self::RawGzip | Self::RawZstd | Self::RawXz => "raw",
            Self::Qcow2 | Self::Qcow2Deflate | Self::Qcow2Zstd => "qcow2",
        }
    }

    /// The program that makes it from a raw file, and its arguments before the file's name. The packers write to standard output.
    fn maker(self) -> Option<(&'static str, &'static [&'static str])> {
        const CONVERT: &str = "convert";
        match self {
            Self::Raw | Self::RawGzip => None,
            Self::RawZstd => Some(("zstd", &["-q", "-c"])),
            Self::RawXz => Some(("xz", &["-T0", "-2", "-c"])),
            Self::Qcow2 => Some(("qemu-img", &[CONVERT, "-f", "raw", "-O", "qcow2"])),
            Self::Qcow2Deflate => Some(("qemu-img", &[CONVERT, "-f", "raw", "-O", "qcow2", "-c"])),
            Self::Qcow2Zstd => {
                const ZSTD: &[&str] = &[
                    CONVERT,
                    "-f",
                    "raw",
                    "-O",
                    "qcow2",
                    "-c",
                    "-o",
                    "compression_type=zstd",
                ];
                Some(("qemu-img", ZSTD))
            }
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// An image in one format.
#[derive(Debug, Clone)]
pub struct Packed {
    /// The file.
    pub file: PathBuf,
    /// Its SHA-256, in hex.
    pub sha256: String,
}

/// The image in this format.
pub fn packed(image: &Image, format: Format) -> Result<Packed> {
    let Some((program, arguments)) = format.maker() else {
        let (file, sha256) = match format {
            Format::RawGzip => (&image.gzip, &image.gzip_sha256),
            _ => (&image.raw, &image.raw_sha256),
        };
        return Ok(Packed {
            file: file.clone(),
            sha256: sha256.clone(),
        });
    };
    let key = cache::key([image.raw_sha256.as_str(), format.name()]);
    let folder = cache::entry(&cache::folder()?, &format!("packed-{key}"), |folder| {
        let file = folder.join(format.name());
        make(program, arguments, &image.raw, &file)?;
        std::fs::write(folder.join("sha256"), cache::sha256(&file)?).context("the digest")
    })?;
    Ok(Packed {
        file: folder.join(format.name()),
        sha256: std::fs::read_to_string(folder.join("sha256")).context("the cached digest")?,
    })
}

fn make(program: &str, arguments: &[&str], raw: &Path, file: &Path) -> Result<()> {
    println!("{program}: making {}", file.display());
    let mut command = tool(program, arguments);
    command.arg(raw);
    if program == "qemu-img" {
        return output(command.arg(file)).map(drop);
    }
    let out = File::create(file).with_context(|| format!("cannot create {}", file.display()))?;
    let status = command
        .stdout(Stdio::from(out))
        .status()
        .with_context(|| format!("cannot start {program}"))?;
    match status.success() {
        true => Ok(()),
        false => bail!("{program} ended with {status}"),
    }
}
