//! The cache folder outside the source tree: things that are slow to get, each keyed by what it was made from.
//!
//! An entry counts only when its stamp was written, which happens last; a half-made one is made anew. Who makes one has its lock: of two programs
//! that want the same, one waits for the other.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The stamp's file name inside an entry.
const STAMP: &str = ".complete";
/// The folder of the locks.
const LOCKS: &str = "locks";

/// `$XDG_CACHE_HOME/hammerscale-testbed`, else `~/.cache/hammerscale-testbed`; created when absent.
pub fn folder() -> Result<PathBuf> {
    let base = match std::env::var_os("XDG_CACHE_HOME").filter(|value| !value.is_empty()) {
        Some(base) => PathBuf::from(base),
        None => PathBuf::from(
            std::env::var_os("HOME").context("neither XDG_CACHE_HOME nor HOME is set")?,
        )
        .join(".cache"),
    };
    let folder = base.join("hammerscale-testbed");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder)
}

/// A short hex key of some texts; the order counts.
pub fn key<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    hex::encode(&digest.finalize()[..8])
}

/// SHA-256 of a file, in hex.
pub fn sha256(path: &Path) -> Result<String> {
    let mut file =
        fs::File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file
            .read(&mut buffer)
            .with_context(|| format!("cannot read {}", path.display()))?
        {
            0 => return Ok(hex::encode(digest.finalize())),
            length => digest.update(&buffer[..length]),
        }
    }
}

/// Gives the folder `name` of the cache `root`, made by `make` unless a complete one is there.
/// The stamp lists each top-level file with its size, so an entry somebody damaged is made again.
pub fn entry(root: &Path, name: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    // Released when it is dropped, or by the kernel when this program dies.
    let _lock = lock(root, name)?;
    let folder = root.join(name);
    let stamp = folder.join(STAMP);
    if let Ok(stamped) = fs::read_to_string(&stamp)
        && stamped == contents(&folder)?
    {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot remove the incomplete {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    make(&folder)?;
    fs::write(&stamp, contents(&folder)?)
        .with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(folder)
}

fn lock(root: &Path, name: &str) -> Result<fs::File> {
    let locks = root.join(LOCKS);
    let path = locks.join(name);
    let take = || {
        fs::create_dir_all(&locks)?;
        let file = fs::File::create(&path)?;
        file.lock()?;
        Ok::<_, std::io::Error>(file)
    };
    take().with_context(|| format!("cannot lock {}", path.display()))
}

fn contents(folder: &Path) -> Result<String> {
    let mut lines = Vec::new();
    for found in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let found = found?;
        if found.file_name() != STAMP {
            let meta = found.metadata()?;
            let size = if meta.is_dir() {
                "folder".to_owned()
            } else {
                meta.len().to_string()
            };
            lines.push(format!("{} {size}\n", found.file_name().to_string_lossy()));
        }
    }
    lines.sort();
    Ok(lines.concat())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn write(folder: &Path) -> Result<()> {
        Ok(fs::write(folder.join("data"), "12345")?)
    }

    #[test]
    fn a_complete_entry_is_made_once() {
        let root = tempfile::tempdir().unwrap();
        entry(root.path(), "a", write).unwrap();
        let again = entry(root.path(), "a", |_| anyhow::bail!("made twice")).unwrap();
        assert_eq!(fs::read(again.join("data")).unwrap(), b"12345");
    }

    #[test]
    fn of_two_who_want_the_same_one_makes_it() {
        let root = tempfile::tempdir().unwrap();
        let made = std::sync::atomic::AtomicUsize::new(0);
        let both = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    both.wait();
                    let make = |folder: &Path| {
                        made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        write(folder)
                    };
                    entry(root.path(), "a", make).unwrap();
                });
            }
        });
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn a_failed_or_damaged_entry_is_made_again() {
        let root = tempfile::tempdir().unwrap();
        entry(root.path(), "a", |_| anyhow::bail!("no")).unwrap_err();
        let folder = entry(root.path(), "a", write).unwrap();
        fs::write(folder.join("data"), "1").unwrap();
        entry(root.path(), "a", write).unwrap();
        assert_eq!(fs::read(folder.join("data")).unwrap(), b"12345");
    }

    #[test]
    fn keys_keep_parts_apart() {
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
    }
}
