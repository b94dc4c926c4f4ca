//! The data folder: made for the engine alone, and locked so that two daemons never open one database.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The name of the lock file in the data folder.
pub const LOCK_FILE: &str = "hammerscale.lock";

/// Why the data folder could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// It could not be made.
    #[error("making the data folder {path}")]
    Create {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The lock file could not be opened or written.
    #[error("locking the data folder with {path}")]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Another process has it.
    #[error(
        "the data folder {path} is in use by the process with pid {holder}: stop it first, or give this one a folder of its own"
    )]
    InUse {
        /// The folder.
        path: PathBuf,
        /// The pid of the process that has it, or `unknown`.
        holder: String,
    },
    /// The database file could not be made.
    #[error("making the database file {path}")]
    Database {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// Holds the data folder until it is dropped, or until the process ends in whatever way.
pub(crate) struct FolderLock {
    file: File,
}

impl Drop for FolderLock {
    /// Closing is not enough: a process that is being started elsewhere in this one holds the file open until it runs its program.
    fn drop(&mut self) {
        // The file is closed next in any case.
        let _ = self.file.unlock();
    }
}

/// Makes the data folder (mode 0700) and an empty database file (mode 0600) where there are none, and locks the folder.
pub(crate) fn take(database: &Path) -> Result<FolderLock, FolderError> {
    let folder = match database.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    make_folder(folder).map_err(|source| FolderError::Create {
        path: folder.to_owned(),
        source,
    })?;
    let lock = lock(folder)?;
    make_file(database).map_err(|source| FolderError::Database {
        path: database.to_owned(),
        source,
    })?;
    Ok(lock)
}

fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// SQLite gives its own files beside the database the database's mode.
fn make_file(database: &Path) -> io::Result<()> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(database)?;
    Ok(())
}

fn lock(folder: &Path) -> Result<FolderLock, FolderError> {
    let path = folder.join(LOCK_FILE);
    let failed = |source| FolderError::Lock {
        path: path.clone(),
        source,
    };
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(&path)
        .map_err(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(FolderError::InUse {
                path: folder.to_owned(),
                holder: holder(&mut file),
            });
        }
        Err(TryLockError::Error(source)) => return Err(failed(source)),
    }
    note_pid(&mut file).map_err(failed)?;
    Ok(FolderLock { file })
}

fn note_pid(file: &mut File) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.take(32).read_to_string(&mut text);
    match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(pid)) => pid.to_string(),
        _ => "unknown".to_owned(),
    }
}
