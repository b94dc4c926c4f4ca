//! EFI variables through efivarfs, the global ones and one of our own: files of four bytes of attributes and the value, written
//! in one call.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use crate::host::Host;
use crate::sys::inode_flags;

const GLOBAL: &str = "8be4df61-93ca-11d2-aa0d-00e098032b8c";
/// Of Hammerscale's own variables.
const OWN: &str = "6f9c2b1e-7a53-4d0f-9b8e-3c41d5a7e210";
/// Non-volatile, boot service access, runtime access.
const ATTRIBUTES: [u8; 4] = [7, 0, 0, 0];
const MAX_VALUE: usize = 64 * 1024;

/// The machine's variables.
pub struct Variables {
    folder: PathBuf,
}

impl Variables {
    /// Opens them; `None` when the machine did not boot by UEFI or efivarfs is not mounted.
    pub fn open(host: &Host) -> Option<Self> {
        let folder = host.sys("firmware/efi/efivars");
        let filled = std::fs::read_dir(&folder).ok()?.next().is_some();
        filled.then_some(Self { folder })
    }

    /// Names that begin with ours have our vendor GUID.
    fn path(&self, name: &str) -> PathBuf {
        let vendor = if name.starts_with("Hammerscale") {
            OWN
        } else {
            GLOBAL
        };
        self.folder.join(format!("{name}-{vendor}"))
    }

    /// A variable's value without its attributes; `None` when it does not exist.
    pub fn get(&self, name: &str) -> io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.path(name)) {
            Ok(bytes) if bytes.len() > MAX_VALUE => {
                Err(io::Error::other(format!("{name} is too large")))
            }
            Ok(bytes) => Ok(Some(bytes.get(4..).unwrap_or_default().to_vec())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Sets a variable and reads it back.
    pub fn set(&self, name: &str, value: &[u8]) -> io::Result<()> {
        let path = self.path(name);
        if let Ok(file) = File::open(&path) {
            inode_flags::make_mutable(&file)?;
        }
        let mut content = ATTRIBUTES.to_vec();
        content.extend_from_slice(value);
        // One write: efivarfs takes each write as a whole value.
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?
            .write_all(&content)?;
        match self.get(name)? {
            Some(back) if back == value => Ok(()),
            _ => Err(io::Error::other(format!(
                "{name} does not hold what was written to it"
            ))),
        }
    }

    /// Removes a variable.
    pub fn remove(&self, name: &str) -> io::Result<()> {
        let path = self.path(name);
        inode_flags::make_mutable(&File::open(&path)?)?;
        std::fs::remove_file(path)
    }

    /// Numbers of all boot entries, in order.
    pub fn boot_entries(&self) -> io::Result<Vec<u16>> {
        let mut numbers = Vec::new();
        for entry in std::fs::read_dir(&self.folder)? {
            let name = entry?.file_name();
            let number = name
                .to_str()
                .and_then(|n| {
                    n.strip_prefix("Boot")?
                        .strip_suffix(GLOBAL)?
                        .strip_suffix('-')
                })
                .filter(|hex| hex.len() == 4)
                .and_then(|hex| u16::from_str_radix(hex, 16).ok());
            numbers.extend(number);
        }
        numbers.sort_unstable();
        Ok(numbers)
    }
}
