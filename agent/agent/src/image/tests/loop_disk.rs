//! A loop device for the length of a test.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An attached loop device; detached when dropped.
pub struct LoopDisk {
    path: PathBuf,
    _file: tempfile::NamedTempFile,
}

impl LoopDisk {
    /// Attaches a file of this size with sectors of this many bytes; `None` when this machine cannot.
    pub fn attach(size: u64, sector: u32) -> Option<Self> {
        let file = tempfile::NamedTempFile::new().ok()?;
        file.as_file().set_len(size).ok()?;
        let output = Command::new("losetup")
            .args(["--find", "--show", "--sector-size", &sector.to_string()])
            .arg(file.path())
            .output()
            .ok()?;
        let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
        (output.status.success() && path.exists()).then_some(Self { path, _file: file })
    }

    /// The device node.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for LoopDisk {
    fn drop(&mut self) {
        let _ = Command::new("losetup")
            .arg("--detach")
            .arg(&self.path)
            .status();
    }
}
