//! The key file: the keys that secrets are sealed with. It makes one when there is none; it never replaces or removes a key.

use aws_lc_rs::hkdf;
use aws_lc_rs::hmac;
use aws_lc_rs::rand;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Longest key file accepted, in bytes.
const MAX_FILE: u64 = 64 * 1024;
/// Length of a key in bytes.
pub(crate) const KEY_LENGTH: usize = 32;

const SALT: &[u8] = b"hammerscale store";

/// Why the key file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// It could not be read.
    #[error("reading the key file {path}")]
    Read {
        /// The key file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// There was none, and it could not be made.
    #[error("making the key file {path}")]
    Create {
        /// The key file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Everybody on the machine can read or change it.
    #[error("the key file {path} is open to others: take their access away with chmod o-rwx")]
    Exposed {
        /// The key file.
        path: PathBuf,
    },
    /// A line of it is not `id:key`.
    #[error(
        "line {line} of the key file {path} is not a key: it must be an id (1 to 32 letters, digits, '-' or '_'), a colon and 32 bytes in base64"
    )]
    Line {
        /// The key file.
        path: PathBuf,
        /// Which, counted from 1.
        line: usize,
    },
    /// It has no key, or one id twice.
    #[error("the key file {path} {problem}")]
    Content {
        /// The key file.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The machine gave no random numbers.
    #[error("the operating system gave no random numbers for a new key")]
    Random,
}

/// The keys that secrets are sealed with: the first seals, all open. There is no `Debug` on purpose.
///
/// Form of the file: a line `id:base64` for each key of 32 bytes; empty lines and lines that begin with `#` are skipped. To
/// change the key put a new line on top and keep the old ones: records get the new key when they are next written.
pub struct SealingKey {
    keys: Vec<(String, hkdf::Prk)>,
    path: PathBuf,
}

impl SealingKey {
    /// Reads the key file; when there is none, makes it with one new key (mode 0600, on disk before this returns).
    ///
    /// # Errors
    /// When it cannot be read or made, is open to others, or has a line that is no key.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        match Self::load(path) {
            Err(KeyError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                create(path)?;
                Self::load(path)
            }
            other => other,
        }
    }

    /// Reads the key file.
    ///
    /// # Errors
    /// As [`SealingKey::load_or_create`], and when there is none.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let text = read(path)?;
        let keys = parse(&text, path)?;
        Ok(Self {
            keys,
            path: path.to_owned(),
        })
    }

    /// The key that seals, with its id.
    pub(crate) fn current(&self) -> (&str, &hkdf::Prk) {
        let (id, key) = &self.keys[0];
        (id, key)
    }

    /// The key with an id.
    pub(crate) fn by_id(&self, wanted: &str) -> Option<&hkdf::Prk> {
        let (_, key) = self.keys.iter().find(|(id, _)| id == wanted)?;
        Some(key)
    }

    /// Where it came from, for messages.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let failed = |source| KeyError::Read {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode();
    if mode & 0o007 != 0 {
        return Err(KeyError::Exposed {
            path: path.to_owned(),
        });
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_FILE + 1)
        .read_to_string(&mut text)
        .map_err(failed)?;
    match text.len() as u64 > MAX_FILE {
        true => Err(KeyError::Content {
            path: path.to_owned(),
            problem: "is longer than 64 KiB",
        }),
        false => Ok(text),
    }
}

fn parse(text: &str, path: &Path) -> Result<Vec<(String, hkdf::Prk)>, KeyError> {
    let mut keys: Vec<(String, hkdf::Prk)> = Vec::new();
    let content = |problem| KeyError::Content {
        path: path.to_owned(),
        problem,
    };
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (id, key) = parse_line(line).ok_or_else(|| KeyError::Line {
            path: path.to_owned(),
            line: index + 1,
        })?;
        if keys.iter().any(|(known, _)| *known == id) {
            return Err(content("has one key id twice"));
        }
        keys.push((id, key));
    }
    if keys.is_empty() {
        return Err(content(
            "holds no key: restore it from its backup, or remove it when nothing was stored yet",
        ));
    }
    Ok(keys)
}

fn parse_line(line: &str) -> Option<(String, hkdf::Prk)> {
    let (id, encoded) = line.split_once(':')?;
    let accepted = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if id.is_empty() || id.len() > 32 || !id.chars().all(accepted) {
        return None;
    }
    let bytes = Zeroizing::new(STANDARD.decode(encoded.trim()).ok()?);
    if bytes.len() != KEY_LENGTH {
        return None;
    }
    Some((id.to_owned(), extracted(&bytes)))
}

/// The key that record keys are expanded from: HKDF's extract (RFC 5869, 2.2: an HMAC of the key under the salt), done once. The library's
/// own would do it again for every record.
fn extracted(key: &[u8]) -> hkdf::Prk {
    let salt = hmac::Key::new(hmac::HMAC_SHA256, SALT);
    hkdf::Prk::new_less_safe(hkdf::HKDF_SHA256, hmac::sign(&salt, key).as_ref())
}

fn create(path: &Path) -> Result<(), KeyError> {
    let mut random = Zeroizing::new([0u8; KEY_LENGTH]);
    let mut id = [0u8; 4];
    rand::fill(&mut random[..]).map_err(|_| KeyError::Random)?;
    rand::fill(&mut id).map_err(|_| KeyError::Random)?;
    let encoded = Zeroizing::new(STANDARD.encode(&random[..]));
    let line = Zeroizing::new(format!("k{}:{}\n", hex::encode(id), *encoded));
    // A name of its own for the draft: what a crash left behind is never in the way.
    let draft = path.with_extension(format!("new-{}", hex::encode(id)));
    place(path, &draft, line.as_bytes()).map_err(|source| KeyError::Create {
        path: path.to_owned(),
        source,
    })
}

/// Puts the file in place whole or not at all; whoever came first wins.
fn place(path: &Path, draft: &Path, content: &[u8]) -> io::Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(draft)
        .and_then(|mut file| file.write_all(content).and_then(|()| file.sync_all()))
        .and_then(|()| match fs::hard_link(draft, path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            other => other,
        });
    let removed = fs::remove_file(draft);
    written?;
    removed?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_was_extracted_once_expands_to_the_same_keys() {
        let key = [7u8; KEY_LENGTH];
        let usual = hkdf::Salt::new(hkdf::HKDF_SHA256, SALT).extract(&key);
        let expand = |prk: &hkdf::Prk| {
            let mut bytes = [0u8; KEY_LENGTH];
            let okm = prk.expand(&[b"a record"], hkdf::HKDF_SHA256).unwrap();
            okm.fill(&mut bytes).unwrap();
            bytes
        };
        assert_eq!(expand(&extracted(&key)), expand(&usual));
    }
}
