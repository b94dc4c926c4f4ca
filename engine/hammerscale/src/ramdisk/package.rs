//! Unpacks a Debian kernel package: the `ar` archive, the tar archive in it, and of that only kernel and modules,
//! into a folder. Nothing in the package is run, links are not followed, and no path leaves the folder.

use super::{Progress, compression};
use anyhow::{Context, Result, bail, ensure};
use std::fs::{self, File};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

const AR_MAGIC: &[u8] = b"!<arch>\n";
const AR_HEADER: usize = 60;
/// Bounds on what a package may unpack to: Debian's largest kernels stay below a quarter.
const FILE_MAX: u64 = 512 << 20;
const TOTAL_MAX: u64 = 4 << 30;

/// Unpacks `boot/vmlinuz-*` and the modules of the package `deb` below `target`.
pub(super) fn unpack(deb: &Path, target: &Path, progress: &dyn Fn(Progress)) -> Result<()> {
    let file =
        File::open(deb).with_context(|| format!("opening the kernel package {}", deb.display()))?;
    let total = file.metadata()?.len();
    let data =
        find_data(BufReader::new(file)).with_context(|| format!("reading {}", deb.display()))?;
    let counted = Counted {
        inner: data,
        bytes: 0,
        total,
        progress,
    };
    let mut archive = tar::Archive::new(compression::reader(counted)?);
    let mut unpacked = 0_u64;
    for entry in archive.entries().context("reading the package's content")? {
        let mut entry = entry.context("reading the package's content")?;
        let path = safe_path(&entry.path()?)?;
        if !entry.header().entry_type().is_file() || !is_wanted(&path) {
            continue;
        }
        unpacked += entry.size();
        ensure!(
            entry.size() <= FILE_MAX && unpacked <= TOTAL_MAX,
            "the package unpacks to absurdly much"
        );
        write(&target.join(&path), &mut entry)
            .with_context(|| format!("unpacking {}", path.display()))?;
    }
    Ok(())
}

fn write(path: &Path, content: &mut impl Read) -> Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    // `create_new`: a package that names a file twice is not one that a distribution made.
    std::io::copy(content, &mut File::create_new(path)?)?;
    Ok(())
}

/// The path without leading dots; anything that could climb out is refused.
fn safe_path(path: &Path) -> Result<PathBuf> {
    let mut safe = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => safe.push(name),
            Component::CurDir => {}
            _ => bail!("the package holds the unsafe path {}", path.display()),
        }
    }
    Ok(safe)
}

fn is_wanted(path: &Path) -> bool {
    let kernel = path.parent() == Some(Path::new("boot"))
        && path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("vmlinu"));
    kernel || path.starts_with("lib/modules") || path.starts_with("usr/lib/modules")
}

/// The `data.tar.*` member of an `ar` archive.
fn find_data<R: Read + Seek>(mut archive: R) -> Result<impl Read> {
    let mut magic = [0; 8];
    archive
        .read_exact(&mut magic)
        .context("the file is too short for a Debian package")?;
    ensure!(magic == AR_MAGIC, "this is not a Debian package");
    loop {
        let mut header = [0; AR_HEADER];
        archive
            .read_exact(&mut header)
            .context("the package has no data.tar member")?;
        let header = std::str::from_utf8(&header).context("a damaged package header")?;
        let name = header
            .get(..16)
            .unwrap_or_default()
            .trim_end()
            .trim_end_matches('/');
        let size: u64 = header
            .get(48..58)
            .unwrap_or_default()
            .trim()
            .parse()
            .context("a damaged package header")?;
        ensure!(header.ends_with("`\n"), "a damaged package header");
        if name.starts_with("data.tar") {
            return Ok(archive.take(size));
        }
        let skip = i64::try_from(size.next_multiple_of(2)).context("a damaged package header")?;
        archive.seek(SeekFrom::Current(skip))?;
    }
}

/// Tells the progress by the bytes of the package that were read.
struct Counted<'a, R> {
    inner: R,
    bytes: u64,
    total: u64,
    progress: &'a dyn Fn(Progress),
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(buffer)?;
        let before = self.bytes >> 20;
        self.bytes += read as u64;
        if self.bytes >> 20 != before {
            (self.progress)(Progress::Unpacking {
                bytes: self.bytes,
                total: self.total,
            });
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn member(name: &str, content: &[u8]) -> Vec<u8> {
        let mut bytes = format!(
            "{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n",
            0,
            0,
            0,
            100_644,
            content.len()
        )
        .into_bytes();
        bytes.extend(content);
        if content.len() % 2 == 1 {
            bytes.push(b'\n');
        }
        bytes
    }

    /// A package whose tar archive holds these files; paths are written as they are, however odd.
    fn package(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut tar = tar::Builder::new(Vec::new());
        for (path, content) in files {
            let mut header = tar::Header::new_gnu();
            header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path.as_bytes());
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            tar.append(&header, *content).unwrap();
        }
        let data = zstd::encode_all(tar.into_inner().unwrap().as_slice(), 1).unwrap();
        [
            AR_MAGIC,
            &member("debian-binary", b"2.0\n"),
            &member("control.tar.xz", b"odd"),
            &member("data.tar.zst", &data),
        ]
        .concat()
    }

    fn unpacked(bytes: &[u8]) -> Result<tempfile::TempDir> {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("k.deb"), bytes).unwrap();
        unpack(
            &folder.path().join("k.deb"),
            &folder.path().join("x"),
            &|_| {},
        )
        .map(|()| folder)
    }

    #[test]
    fn kernel_and_modules_are_unpacked_and_nothing_else() {
        let deb = package(&[
            ("./boot/vmlinuz-1", b"MZ"),
            ("./boot/System.map-1", b"x"),
            ("./usr/share/doc/x", b"x"),
            ("./lib/modules/1/kernel/a.ko", b"module"),
            ("usr/lib/modules/1/kernel/b.ko", b"module"),
        ]);
        let folder = unpacked(&deb).unwrap();
        let there = |path: &str| folder.path().join("x").join(path).exists();
        assert!(
            there("boot/vmlinuz-1")
                && there("lib/modules/1/kernel/a.ko")
                && there("usr/lib/modules/1/kernel/b.ko")
        );
        assert!(!there("boot/System.map-1") && !there("usr/share"));
    }

    #[test]
    fn paths_that_climb_are_refused() {
        for path in [
            "./lib/modules/../../../evil",
            "/lib/modules/x",
            "../boot/vmlinuz-1",
        ] {
            let refused = unpacked(&package(&[(path, b"x")])).unwrap_err();
            assert!(
                refused.to_string().contains("unsafe path"),
                "{path}: {refused:#}"
            );
        }
    }

    #[test]
    fn other_files_are_named_for_what_they_are_not() {
        assert!(format!("{:#}", unpacked(b"PK").unwrap_err()).contains("too short"));
        assert!(
            format!("{:#}", unpacked(b"not an archive").unwrap_err())
                .contains("not a Debian package")
        );
        let empty = [AR_MAGIC, &member("debian-binary", b"2.0\n")].concat();
        assert!(format!("{:#}", unpacked(&empty).unwrap_err()).contains("no data.tar"));
    }
}
