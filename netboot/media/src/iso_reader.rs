//! Reads the files of an ISO 9660 image in memory: of config drives that somebody else made. The image is a stranger's, so
//! every number in it is checked, and nothing is copied: what is returned are pieces of the image.
//!
//! Sources: ECMA-119 sections 8 and 9, the Joliet specification (UCS-2 names), IEEE P1282 (Rock Ridge's NM field). Names are
//! taken from Joliet, else from Rock Ridge, else from the short identifiers in lower case, as Linux shows them.

use std::collections::BTreeSet;

const SECTOR: usize = 2048;
const FIRST_DESCRIPTOR: usize = 16;
const MOST_DESCRIPTORS: usize = 64;
const MOST_FILES: usize = 5_000;
const DEEPEST: usize = 16;
const RECORD_FIXED: usize = 33;
const FLAG_DIRECTORY: u8 = 2;
const FLAG_CONTINUED: u8 = 0x80;

/// Why an image cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IsoReadError {
    /// There is no primary volume descriptor.
    #[error("it is not an ISO 9660 image")]
    NotIso,
    /// Something lies outside of the image, or makes no sense.
    #[error("the ISO image is damaged: {0}")]
    Damaged(&'static str),
    /// More than is read.
    #[error(
        "the ISO image has more than {MOST_FILES} files, or folders within folders beyond {DEEPEST}"
    )]
    TooMuch,
    /// A file in several pieces.
    #[error("the ISO image has a file in several extents ({0}), which is not supported")]
    Pieces(String),
}

/// A file of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile<'a> {
    /// Path with `/` between parts.
    pub path: String,
    /// Content.
    pub content: &'a [u8],
}

/// The volume's label, without the spaces behind it.
///
/// # Errors
/// Not an ISO image.
pub fn label(image: &[u8]) -> Result<String, IsoReadError> {
    let volume = descriptor(image, FIRST_DESCRIPTOR, 1).ok_or(IsoReadError::NotIso)?;
    let bytes = volume.get(40..72).unwrap_or_default();
    let text = String::from_utf8_lossy(bytes);
    Ok(text.trim_end_matches([' ', '\0']).to_owned())
}

/// All files, in the image's order.
///
/// # Errors
/// Not an ISO image, a damaged one, or one with too much in it.
pub fn files(image: &[u8]) -> Result<Vec<FoundFile<'_>>, IsoReadError> {
    descriptor(image, FIRST_DESCRIPTOR, 1).ok_or(IsoReadError::NotIso)?;
    let (volume, names) = volume(image)?;
    let root = volume.get(156..190).ok_or(IsoReadError::NotIso)?;
    let root = Record::parse(root).ok_or(IsoReadError::Damaged("the root's record"))?;
    let mut walk = Walk {
        image,
        names,
        found: Vec::new(),
        seen: BTreeSet::new(),
    };
    walk.folder(&root, "", 0)?;
    Ok(walk.found)
}

/// Where names come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Joliet,
    Primary,
}

fn descriptor(image: &[u8], sector: usize, kind: u8) -> Option<&[u8]> {
    let bytes = image.get(sector * SECTOR..(sector + 1) * SECTOR)?;
    (bytes.starts_with(&[kind]) && bytes.get(1..6) == Some(b"CD001")).then_some(bytes)
}

/// The Joliet descriptor when there is one, else the primary one.
fn volume(image: &[u8]) -> Result<(&[u8], Names), IsoReadError> {
    for sector in FIRST_DESCRIPTOR..FIRST_DESCRIPTOR + MOST_DESCRIPTORS {
        if descriptor(image, sector, 255).is_some() {
            break;
        }
        if let Some(found) = descriptor(image, sector, 2)
            && matches!(found.get(88..91), Some(b"%/@" | b"%/C" | b"%/E"))
        {
            return Ok((found, Names::Joliet));
        }
    }
    descriptor(image, FIRST_DESCRIPTOR, 1)
        .map(|found| (found, Names::Primary))
        .ok_or(IsoReadError::NotIso)
}

/// A directory record.
struct Record<'a> {
    sector: usize,
    size: usize,
    flags: u8,
    identifier: &'a [u8],
    system_use: &'a [u8],
}

impl<'a> Record<'a> {
    fn parse(bytes: &'a [u8]) -> Option<Self> {
        let number = |at: usize| {
            let four: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(four)).ok()
        };
        let length = usize::from(*bytes.get(RECORD_FIXED - 1)?);
        let end = RECORD_FIXED + length;
        // A byte fills up an identifier of even length.
        let system_use = bytes.get(end + usize::from(length.is_multiple_of(2))..);
        Some(Self {
            sector: number(2)?,
            size: number(10)?,
            flags: *bytes.get(25)?,
            identifier: bytes.get(RECORD_FIXED..end)?,
            system_use: system_use.unwrap_or_default(),
        })
    }

    fn is_folder(&self) -> bool {
        self.flags & FLAG_DIRECTORY != 0
    }

    /// The folder itself and its parent stand first in every folder.
    fn is_self_or_parent(&self) -> bool {
        matches!(self.identifier, [0] | [1])
    }

    fn name(&self, names: Names) -> Option<String> {
        let name = match names {
            Names::Joliet => {
                let (pairs, _) = self.identifier.as_chunks::<2>();
                let units: Vec<_> = pairs.iter().map(|p| u16::from_be_bytes(*p)).collect();
                without_version(&String::from_utf16(&units).ok()?).to_owned()
            }
            Names::Primary => match rock_ridge(self.system_use) {
                Some(name) => name,
                None => {
                    let text = String::from_utf8_lossy(self.identifier).to_lowercase();
                    without_version(&text).trim_end_matches('.').to_owned()
                }
            },
        };
        let usable = !name.is_empty() && name != "." && name != "..";
        (usable && !name.contains(['/', '\0'])).then_some(name)
    }
}

fn without_version(name: &str) -> &str {
    match name.rsplit_once(';') {
        Some((plain, version)) if version.bytes().all(|b| b.is_ascii_digit()) => plain,
        _ => name,
    }
}

/// The name in NM fields; names that go on in another sector are not followed.
fn rock_ridge(mut fields: &[u8]) -> Option<String> {
    let mut name = Vec::new();
    while let [a, b, length, _, rest @ ..] = fields {
        let length = usize::from(*length);
        if length < 4 {
            break;
        }
        if (*a, *b) == (b'N', b'M') {
            name.extend_from_slice(rest.get(1..length - 4).unwrap_or_default());
        }
        fields = fields.get(length..).unwrap_or_default();
    }
    String::from_utf8(name).ok().filter(|name| !name.is_empty())
}

struct Walk<'a> {
    image: &'a [u8],
    names: Names,
    found: Vec<FoundFile<'a>>,
    /// Folders that were read: one that contains itself would have no end.
    seen: BTreeSet<usize>,
}

impl<'a> Walk<'a> {
    fn folder(
        &mut self,
        folder: &Record<'_>,
        path: &str,
        depth: usize,
    ) -> Result<(), IsoReadError> {
        if depth > DEEPEST || self.seen.len() > MOST_FILES {
            return Err(IsoReadError::TooMuch);
        }
        if !self.seen.insert(folder.sector) {
            return Err(IsoReadError::Damaged("a folder is in two places"));
        }
        let mut rest = extent(self.image, folder)?;
        while !rest.is_empty() {
            // Records do not cross sectors; a length of zero ends a sector.
            let sector = rest.get(..SECTOR.min(rest.len())).unwrap_or_default();
            self.sector(sector, path, depth)?;
            rest = rest.get(SECTOR..).unwrap_or_default();
        }
        Ok(())
    }

    fn sector(&mut self, mut rest: &[u8], path: &str, depth: usize) -> Result<(), IsoReadError> {
        while let [length, ..] = rest {
            let length = usize::from(*length);
            if length == 0 {
                break;
            }
            let bytes = rest
                .get(..length)
                .ok_or(IsoReadError::Damaged("a record crosses its sector"))?;
            let record = Record::parse(bytes).ok_or(IsoReadError::Damaged("a record"))?;
            if !record.is_self_or_parent() {
                self.entry(&record, path, depth)?;
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        Ok(())
    }

    fn entry(
        &mut self,
        record: &Record<'_>,
        folder: &str,
        depth: usize,
    ) -> Result<(), IsoReadError> {
        let name = record
            .name(self.names)
            .ok_or(IsoReadError::Damaged("a name"))?;
        let path = if folder.is_empty() {
            name
        } else {
            format!("{folder}/{name}")
        };
        if record.is_folder() {
            return self.folder(record, &path, depth + 1);
        }
        if record.flags & FLAG_CONTINUED != 0 {
            return Err(IsoReadError::Pieces(path));
        }
        if self.found.len() >= MOST_FILES {
            return Err(IsoReadError::TooMuch);
        }
        let content = extent(self.image, record)?;
        self.found.push(FoundFile { path, content });
        Ok(())
    }
}

fn extent<'a>(image: &'a [u8], record: &Record<'_>) -> Result<&'a [u8], IsoReadError> {
    if record.size == 0 {
        return Ok(&[]);
    }
    let start = record.sector.checked_mul(SECTOR);
    start
        .and_then(|start| image.get(start..start.checked_add(record.size)?))
        .ok_or(IsoReadError::Damaged("an extent lies outside of it"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::iso::iso_image;
    use proptest::prelude::*;
    use std::process::Command;

    const FILES: [(&str, &[u8]); 4] = [
        ("openstack/latest/meta_data.json", b"{}"),
        ("openstack/2012-08-10/user_data", b"#!/bin/sh\n"),
        ("openstack/content/0000", b""),
        ("ec2/Mixed Case-and_long.name.txt", &[7; 5000]),
    ];

    fn sorted(mut files: Vec<FoundFile<'_>>) -> Vec<(String, Vec<u8>)> {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let plain = files.into_iter().map(|f| (f.path, f.content.to_vec()));
        plain.collect()
    }

    fn expected() -> Vec<(String, Vec<u8>)> {
        let mut list: Vec<_> = FILES
            .iter()
            .map(|(path, content)| ((*path).to_owned(), content.to_vec()))
            .collect();
        list.sort();
        list
    }

    fn ours() -> Vec<u8> {
        iso_image("config-2", &FILES, None).unwrap()
    }

    #[test]
    fn an_image_of_our_own_reads_back_in_both_namespaces() {
        let mut image = ours();
        assert_eq!(label(&image).unwrap(), "config-2");
        assert_eq!(sorted(files(&image).unwrap()), expected());
        // Without the Joliet descriptor the names are Rock Ridge's.
        image[17 * SECTOR] = 3;
        assert_eq!(sorted(files(&image).unwrap()), expected());
    }

    #[test]
    fn images_of_others_are_read() {
        let folder = tempfile::tempdir().unwrap();
        for (path, content) in FILES {
            let path = folder.path().join("tree").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        let options: [&[&str]; 3] = [&["-J", "-r"], &["-r"], &["-J"]];
        for options in options {
            let out = folder.path().join("out.iso");
            let made = Command::new("xorriso")
                .args(["-as", "mkisofs", "-quiet", "-V", "config-2", "-o"])
                .arg(&out)
                .args(options)
                .arg(folder.path().join("tree"))
                .output();
            let Ok(made) = made else {
                eprintln!("SKIPPED: no xorriso here");
                return;
            };
            assert!(
                made.status.success(),
                "{}",
                String::from_utf8_lossy(&made.stderr)
            );
            let image = std::fs::read(out).unwrap();
            assert_eq!(label(&image).unwrap(), "config-2");
            assert_eq!(sorted(files(&image).unwrap()), expected(), "{options:?}");
        }
    }

    #[test]
    fn what_is_no_image_is_told() {
        for bytes in [&b""[..], &[0; 40_000], &[0xff; 40_000]] {
            assert_eq!(files(bytes), Err(IsoReadError::NotIso));
            assert_eq!(label(bytes), Err(IsoReadError::NotIso));
        }
        let image = ours();
        let cut = files(&image[..image.len() - SECTOR]);
        assert!(matches!(cut, Err(IsoReadError::Damaged(_))), "{cut:?}");
    }

    #[test]
    fn a_folder_within_itself_is_damage() {
        let mut image = ours();
        // The root of the Joliet tree becomes the place of its first folder.
        let descriptor = 17 * SECTOR;
        let sector =
            |at: usize, image: &[u8]| u32::from_le_bytes(image[at..at + 4].try_into().unwrap());
        let root = sector(descriptor + 158, &image) as usize * SECTOR;
        let first = root + 34 + usize::from(image[root + 34]);
        let place = sector(descriptor + 158, &image).to_le_bytes();
        image[first + 2..first + 6].copy_from_slice(&place);
        assert_eq!(
            files(&image),
            Err(IsoReadError::Damaged("a folder is in two places"))
        );
    }

    proptest! {
        #[test]
        fn damaged_images_never_panic(at in 0_usize..60_000, bytes in prop::collection::vec(any::<u8>(), 1..64)) {
            let mut image = ours();
            let at = at % image.len();
            for (to, from) in image[at..].iter_mut().zip(bytes) {
                *to = from;
            }
            if let Ok(found) = files(&image) {
                prop_assert!(found.len() <= MOST_FILES);
            }
        }
    }
}
