//! A map from names to content: bytes in memory, or files that an administrator named and that were opened when they were named.
//! Nothing from the wire ever becomes a path.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use async_trait::async_trait;
use model::boot::ArtefactName;
use ports::netboot::{Artefact, ArtefactContent, Artefacts};

/// A file could not be taken into the map.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It could not be opened.
    #[error("opening the boot file {path}")]
    Open {
        /// Its path.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// It is a folder, a device or a pipe.
    #[error("the boot file {path} is not a regular file")]
    NotAFile {
        /// Its path.
        path: PathBuf,
    },
}

/// The map. Readers keep what they opened, also when the name is removed or given to other content.
#[derive(Default)]
pub struct ArtefactMap {
    entries: RwLock<BTreeMap<ArtefactName, Artefact>>,
}

impl ArtefactMap {
    /// A map of these files, each opened now.
    ///
    /// # Errors
    /// When one cannot be opened or is not a regular file.
    pub fn of_files<P: AsRef<Path>>(
        files: impl IntoIterator<Item = (ArtefactName, P)>,
    ) -> Result<Self, LoadError> {
        let map = Self::default();
        for (name, path) in files {
            map.insert_file(name, path)?;
        }
        Ok(map)
    }

    /// Opens a file and serves it under `name`. The open file is served, so a path that changes its meaning later changes nothing.
    ///
    /// # Errors
    /// When it cannot be opened or is not a regular file.
    pub fn insert_file<P: AsRef<Path>>(
        &self,
        name: ArtefactName,
        path: P,
    ) -> Result<(), LoadError> {
        let path = path.as_ref();
        let failed = |source| LoadError::Open {
            path: path.to_owned(),
            source,
        };
        // A pipe must not hang the start: it is opened without waiting and then refused.
        let nonblock = nix::libc::O_NONBLOCK;
        let file = File::options()
            .read(true)
            .custom_flags(nonblock)
            .open(path)
            .map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if !metadata.is_file() {
            return Err(LoadError::NotAFile {
                path: path.to_owned(),
            });
        }
        let etag = format!(
            "{:x}-{:x}-{:x}.{:x}",
            metadata.ino(),
            metadata.len(),
            metadata.mtime(),
            metadata.mtime_nsec()
        );
        self.insert(
            name,
            Artefact {
                length: metadata.len(),
                etag,
                content: Arc::new(OpenFile(Arc::new(file))),
            },
        );
        Ok(())
    }

    /// Serves bytes under `name`. `etag` must change when the bytes do (a digest).
    pub fn insert_bytes(&self, name: ArtefactName, etag: String, bytes: Vec<u8>) {
        let length = bytes.len() as u64;
        self.insert(
            name,
            Artefact {
                length,
                etag,
                content: Arc::new(bytes),
            },
        );
    }

    /// Serves any content under `name`.
    pub fn insert(&self, name: ArtefactName, artefact: Artefact) {
        self.entries
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(name, artefact);
    }

    /// Serves `name` no longer.
    pub fn remove(&self, name: &ArtefactName) {
        self.entries
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name);
    }
}

#[async_trait]
impl Artefacts for ArtefactMap {
    async fn open(&self, name: &ArtefactName) -> Option<Artefact> {
        self.entries
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(name)
            .cloned()
    }
}

struct OpenFile(Arc<File>);

#[async_trait]
impl ArtefactContent for OpenFile {
    async fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let file = Arc::clone(&self.0);
        let read = move || {
            let mut bytes = vec![0; length];
            let mut filled = 0;
            while filled < length {
                match file.read_at(&mut bytes[filled..], offset + filled as u64) {
                    Ok(0) => break,
                    Ok(n) => filled += n,
                    Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                    Err(e) => return Err(e),
                }
            }
            bytes.truncate(filled);
            Ok(bytes)
        };
        tokio::task::spawn_blocking(read)
            .await
            .map_err(io::Error::other)?
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn name(text: &str) -> ArtefactName {
        text.parse().unwrap()
    }

    #[tokio::test]
    async fn an_open_file_is_served_whatever_happens_to_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, b"0123456789").unwrap();
        let map = ArtefactMap::of_files([(name("a"), &path)]).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, b"other").unwrap();
        let artefact = map.open(&name("a")).await.unwrap();
        assert_eq!(artefact.length, 10);
        assert_eq!(artefact.content.read_at(4, 3).await.unwrap(), b"456");
        assert_eq!(artefact.content.read_at(8, 100).await.unwrap(), b"89");
        assert_eq!(artefact.content.read_at(100, 100).await.unwrap(), b"");
        map.remove(&name("a"));
        assert!(map.open(&name("a")).await.is_none());
    }

    #[test]
    fn only_regular_files_are_taken() {
        let folder = tempfile::tempdir().unwrap();
        let map = ArtefactMap::default();
        assert!(matches!(
            map.insert_file(name("a"), folder.path()),
            Err(LoadError::NotAFile { .. })
        ));
        assert!(matches!(
            map.insert_file(name("a"), folder.path().join("none")),
            Err(LoadError::Open { .. })
        ));
    }
}
