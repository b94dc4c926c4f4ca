//! The image that is written: 2 GiB, of which a third is empty and the rest holds programs and libraries of this machine; it boots.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::lab::cache;
use crate::lab::image::{Image, Rest, mini};
use crate::lab::machine::Firmware;
use crate::lab::packages::kernel::Flavour;

const MIB: u64 = 1 << 20;
/// Of the whole image.
const SIZE: u64 = 2048 * MIB;
/// What nobody has written to.
const EMPTY: u64 = 682 * MIB;
/// Kernel, initramfs and tables; what is left of it is not worth a word.
const SYSTEM: u64 = 32 * MIB;
const FOLDERS: [&str; 3] = ["/usr/lib", "/usr/bin", "/usr/share"];

/// Builds it, or takes the one in the cache.
pub fn build() -> Result<Image> {
    let data = data()?;
    let digest = cache::sha256(&data)?;
    let rest = Rest {
        data: Some((data, digest)),
        empty: EMPTY,
        ..Rest::default()
    };
    mini(Flavour::Cloud, Firmware::Uefi, &rest)
}

fn data() -> Result<PathBuf> {
    let wanted = SIZE - EMPTY - SYSTEM;
    let name = format!("programs-{}", wanted / MIB);
    let folder = cache::entry(&cache::folder()?, &name, |folder| {
        println!("collecting {} MiB of programs and libraries", wanted / MIB);
        let path = folder.join("data");
        let mut out = Collector {
            file: BufWriter::new(File::create(&path)?),
            missing: wanted,
        };
        for folder in FOLDERS {
            out.take(Path::new(folder))?;
        }
        out.file.flush().context("cannot write the data")?;
        ensure!(
            out.missing == 0,
            "this machine has too few programs to fill the image"
        );
        Ok(())
    })?;
    Ok(folder.join("data"))
}

struct Collector {
    file: BufWriter<File>,
    missing: u64,
}

impl Collector {
    /// Files in the order of their names, so that the same machine makes the same image.
    fn take(&mut self, folder: &Path) -> Result<()> {
        let Ok(entries) = fs::read_dir(folder) else {
            return Ok(());
        };
        let mut entries: Vec<fs::DirEntry> = entries.filter_map(Result::ok).collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            if self.missing == 0 {
                break;
            }
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                self.take(&entry.path())?;
            } else if kind.is_file()
                && let Ok(content) = fs::read(entry.path())
            {
                let length = content.len().min(usize::try_from(self.missing)?);
                self.file.write_all(&content[..length])?;
                self.missing -= length as u64;
            }
        }
        Ok(())
    }
}
