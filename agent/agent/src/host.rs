//! Where the machine's files are and what this run of the agent may touch. Tests point it at a temporary folder.

use std::path::{Path, PathBuf};

/// Which disks may be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskScope {
    /// All, as in a ramdisk of our own.
    All,
    /// Only these device nodes; for runs on a machine that has an operating system.
    Only(Vec<PathBuf>),
}

/// The machine as seen by the agent.
#[derive(Clone, Debug)]
pub struct Host {
    /// Prefix of `/sys`, `/proc` and `/dev`.
    pub root: PathBuf,
    /// Whether the agent was started by the init of its own ramdisk.
    pub own_ramdisk: bool,
    /// Whether it may power the machine off.
    pub may_power: bool,
    /// Which disks it may write to.
    pub disks: DiskScope,
}

impl Host {
    /// The machine of our own ramdisk: everything is allowed.
    pub fn ramdisk() -> Self {
        Self {
            root: PathBuf::from("/"),
            own_ramdisk: true,
            may_power: true,
            disks: DiskScope::All,
        }
    }

    /// A machine that has other users: nothing is written to unless named.
    pub fn guest(disks: Vec<PathBuf>, may_power: bool) -> Self {
        Self {
            root: PathBuf::from("/"),
            own_ramdisk: false,
            may_power,
            disks: DiskScope::Only(disks),
        }
    }

    /// A path below `/sys`.
    pub fn sys(&self, path: &str) -> PathBuf {
        self.root.join("sys").join(path)
    }

    /// A path below `/proc`.
    pub fn proc(&self, path: &str) -> PathBuf {
        self.root.join("proc").join(path)
    }

    /// A path below `/dev`.
    pub fn dev(&self, path: &str) -> PathBuf {
        self.root.join("dev").join(path)
    }

    /// Whether a device may be written to.
    pub fn may_write(&self, device: &Path) -> bool {
        match &self.disks {
            DiskScope::All => true,
            DiskScope::Only(list) => list.iter().any(|d| d == device),
        }
    }
}

/// Reads a small text file of the kernel; `None` when absent, unreadable or empty. At most 64 KiB are read.
pub fn read_text(path: &Path) -> Option<String> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)
        .ok()?
        .take(64 * 1024)
        .read_to_end(&mut bytes)
        .ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// Reads a number from a small text file.
pub fn read_number(path: &Path) -> Option<u64> {
    read_text(path)?.parse().ok()
}
