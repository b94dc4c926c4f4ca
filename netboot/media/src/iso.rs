//! ISO 9660 images with Rock Ridge and Joliet names, bootable by UEFI when asked: config drives and boot media.
//! The layout is computed from names and sizes alone, so an image can be streamed, or served by ranges, with the
//! large files never in memory. Every time stamp is fixed.
//!
//! Sources: ECMA-119 (the base), IEEE P1282 (Rock Ridge: names and modes), the Joliet specification (UCS-2
//! names), El Torito 1.0 with UEFI section 13.3.2 (platform 0xEF, a FAT image without emulation).

mod descriptors;
mod records;
mod tree;

#[cfg(test)]
mod tests;

use std::io::{self, Write};
use tree::{Namespace, Tree};

/// Bytes of a sector; all extents begin on one.
pub const SECTOR: u64 = 2048;
/// The first descriptor's sector; those before it belong to the system and are zero.
const FIRST_DESCRIPTOR: u32 = 16;
/// The head (descriptors and directories) is built in memory; more than this means absurd input.
const FILES_MAX: usize = 5_000;

/// Why an image could not be laid out or written.
#[derive(Debug, thiserror::Error)]
pub enum IsoError {
    /// Labels have 1 to 16 characters of printable ASCII (16 is Joliet's limit).
    #[error("{0:?} is not a volume label: it needs 1 to 16 printable ASCII characters")]
    Label(String),
    /// The path is empty, absolute, too deep, or has a part that cannot be stored.
    #[error("{0:?} is not a path that an ISO image can hold")]
    Path(String),
    /// Two files have one path, or a file lies where a directory is needed.
    #[error("{0:?} is in the list twice, or is both a file and a directory")]
    Duplicate(String),
    /// A file or the image exceeds the format (files: 4 GiB less one byte).
    #[error("{0} is too large for an ISO image")]
    TooLarge(String),
    /// The file to boot is not among the files.
    #[error("{0:?} was named as the boot image but is not among the files")]
    NoBootFile(String),
    /// The content that was given for a file has another length than announced.
    #[error("{path} was announced with {announced} bytes but has {found}")]
    Length {
        /// Path in the image.
        path: String,
        /// Bytes that the layout was made for.
        announced: u64,
        /// Bytes that came.
        found: u64,
    },
    /// Writing to the underlying writer failed.
    #[error("writing the ISO image")]
    Write(#[from] io::Error),
}

/// A file of an image, by name and size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IsoFile {
    /// Relative path with `/` between parts, e.g. `openstack/latest/meta_data.json`.
    pub path: String,
    /// Bytes of its content.
    pub size: u64,
}

/// What an image shall hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IsoSpec {
    /// The volume label, e.g. `config-2`; kept as it is, in any case.
    pub label: String,
    /// The files, in any order.
    pub files: Vec<IsoFile>,
    /// Path of that file which is a FAT image for UEFI to boot from.
    pub efi_boot: Option<String>,
}

/// Where a file's content lies in the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IsoExtent {
    /// Byte offset in the image, a multiple of [`SECTOR`].
    pub offset: u64,
    /// Bytes of content; zeros follow up to the next multiple of [`SECTOR`].
    pub size: u64,
    /// Index into [`IsoSpec::files`].
    pub file: usize,
}

/// A finished layout: `head`, then each extent's content at its offset, zeros in between, `size` bytes in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IsoLayout {
    /// All descriptors and directories: the image's first bytes.
    pub head: Vec<u8>,
    /// The files' places, by ascending offset; empty files have none. The file to boot is the last.
    pub extents: Vec<IsoExtent>,
    /// Bytes of the whole image.
    pub size: u64,
}

impl IsoSpec {
    /// Computes where everything lies.
    pub fn layout(&self) -> Result<IsoLayout, IsoError> {
        if self.label.is_empty()
            || self.label.len() > 16
            || !self.label.bytes().all(|b| (b' '..=b'~').contains(&b))
        {
            return Err(IsoError::Label(self.label.clone()));
        }
        if self.files.len() > FILES_MAX {
            return Err(IsoError::TooLarge("the list of files".to_owned()));
        }
        let boot = self.boot_index()?;
        let tree = Tree::new(&self.files)?;
        let plan = Plan::new(self, &tree, boot)?;
        Ok(IsoLayout {
            head: plan.head(self, &tree, boot)?,
            extents: plan.extents,
            size: plan.sectors * SECTOR,
        })
    }

    fn boot_index(&self) -> Result<Option<usize>, IsoError> {
        let Some(path) = &self.efi_boot else {
            return Ok(None);
        };
        let found = self.files.iter().position(|file| file.path == *path);
        found
            .map(Some)
            .ok_or_else(|| IsoError::NoBootFile(path.clone()))
    }
}

/// Sector numbers of everything.
struct Plan {
    path_tables: [PathTables; 2],
    boot_catalog: Option<u32>,
    /// Per namespace (primary, Joliet), each directory's first sector, by the tree's node number.
    directories: [Vec<u32>; 2],
    /// Each file's first sector, by its index.
    files: Vec<u32>,
    extents: Vec<IsoExtent>,
    head_sectors: u64,
    sectors: u64,
}

struct PathTables {
    little: u32,
    big: u32,
    bytes: usize,
}

const NAMESPACES: [Namespace; 2] = [Namespace::Primary, Namespace::Joliet];

impl Plan {
    fn new(spec: &IsoSpec, tree: &Tree, boot: Option<usize>) -> Result<Self, IsoError> {
        // Descriptors: primary, boot record, Joliet, terminator.
        let mut next = u64::from(FIRST_DESCRIPTOR) + 3 + u64::from(boot.is_some());
        let mut take = |bytes: u64| {
            let at = u32::try_from(next).map_err(|_| IsoError::TooLarge(spec.label.clone()));
            next += bytes.div_ceil(SECTOR);
            at
        };
        let mut tables = |space| {
            let bytes = tree.path_table(space, &[], false).len();
            Ok::<_, IsoError>(PathTables {
                little: take(bytes as u64)?,
                big: take(bytes as u64)?,
                bytes,
            })
        };
        let path_tables = [tables(Namespace::Primary)?, tables(Namespace::Joliet)?];
        let boot_catalog = boot.map(|_| take(SECTOR)).transpose()?;
        let mut directories = [vec![0; tree.len()], vec![0; tree.len()]];
        for (space, sectors) in NAMESPACES.iter().zip(&mut directories) {
            for &node in tree.order(*space) {
                let size = tree.directory_size(*space, node);
                *sectors
                    .get_mut(node)
                    .ok_or_else(|| IsoError::TooLarge(spec.label.clone()))? =
                    take(u64::from(size))?;
            }
        }
        let head_sectors = u64::from(take(0)?);
        // The boot image goes last: one too long for the catalogue's count is found by "to the end of the medium".
        let order = (0..spec.files.len())
            .filter(|n| Some(*n) != boot)
            .chain(boot);
        let (mut files, mut extents) = (vec![0; spec.files.len()], Vec::new());
        for (n, file) in order.filter_map(|n| spec.files.get(n).map(|file| (n, file))) {
            let at = take(file.size)?;
            if let Some(slot) = files.get_mut(n).filter(|_| file.size > 0) {
                *slot = at;
                extents.push(IsoExtent {
                    offset: u64::from(at) * SECTOR,
                    size: file.size,
                    file: n,
                });
            }
        }
        let sectors = u64::from(take(0)?);
        Ok(Self {
            path_tables,
            boot_catalog,
            directories,
            files,
            extents,
            head_sectors,
            sectors,
        })
    }

    fn head(&self, spec: &IsoSpec, tree: &Tree, boot: Option<usize>) -> Result<Vec<u8>, IsoError> {
        let mut head =
            vec![0; usize::try_from(u64::from(FIRST_DESCRIPTOR) * SECTOR).unwrap_or_default()];
        let sectors =
            u32::try_from(self.sectors).map_err(|_| IsoError::TooLarge(spec.label.clone()))?;
        let [primary, joliet] = NAMESPACES.map(|space| {
            let [tables, sectors_of] = match space {
                Namespace::Primary => [0, 0],
                Namespace::Joliet => [1, 1],
            };
            let root = tree.root_record(space, &self.directories[sectors_of]);
            descriptors::volume(
                space,
                &spec.label,
                sectors,
                &self.path_tables[tables],
                &root,
            )
        });
        head.extend(primary);
        head.extend(
            self.boot_catalog
                .map(descriptors::boot_record)
                .unwrap_or_default(),
        );
        head.extend(joliet);
        head.extend(descriptors::terminator());
        for (n, space) in NAMESPACES.iter().enumerate() {
            for big_endian in [false, true] {
                head.extend(tree.path_table(*space, &self.directories[n], big_endian));
                fill_sector(&mut head);
            }
        }
        if let (Some(_), Some(file)) = (self.boot_catalog, boot) {
            let size = spec.files.get(file).map_or(0, |f| f.size);
            head.extend(descriptors::boot_catalog(
                self.files.get(file).copied().unwrap_or_default(),
                size,
            ));
        }
        for (n, space) in NAMESPACES.iter().enumerate() {
            for &node in tree.order(*space) {
                head.extend(tree.directory(*space, node, &self.directories[n], &self.files));
                fill_sector(&mut head);
            }
        }
        debug_assert_eq!(head.len() as u64, self.head_sectors * SECTOR);
        Ok(head)
    }
}

fn fill_sector(head: &mut Vec<u8>) {
    head.resize((head.len() as u64).next_multiple_of(SECTOR) as usize, 0);
}

impl IsoLayout {
    /// Writes the image; `content` is asked for each file's bytes, by index, in ascending order of offset.
    pub fn write<W: Write>(
        &self,
        spec: &IsoSpec,
        out: &mut W,
        mut content: impl FnMut(usize, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), IsoError> {
        out.write_all(&self.head)?;
        let mut position = self.head.len() as u64;
        for extent in &self.extents {
            zeros(out, extent.offset.saturating_sub(position))?;
            let mut counted = Counted { out, bytes: 0 };
            content(extent.file, &mut counted)?;
            if counted.bytes != extent.size {
                let path = spec
                    .files
                    .get(extent.file)
                    .map(|f| f.path.clone())
                    .unwrap_or_default();
                return Err(IsoError::Length {
                    path,
                    announced: extent.size,
                    found: counted.bytes,
                });
            }
            position = extent.offset + extent.size;
        }
        zeros(out, self.size.saturating_sub(position))?;
        out.flush()?;
        Ok(())
    }
}

/// Makes an image in memory of files that are in memory.
pub fn iso_image(
    label: &str,
    files: &[(&str, &[u8])],
    efi_boot: Option<&str>,
) -> Result<Vec<u8>, IsoError> {
    let named = |(path, content): &(&str, &[u8])| IsoFile {
        path: (*path).to_owned(),
        size: content.len() as u64,
    };
    let spec = IsoSpec {
        label: label.to_owned(),
        files: files.iter().map(named).collect(),
        efi_boot: efi_boot.map(str::to_owned),
    };
    let layout = spec.layout()?;
    let mut image = Vec::with_capacity(usize::try_from(layout.size).unwrap_or_default());
    layout.write(&spec, &mut image, |n, out| {
        out.write_all(files.get(n).map_or(&[], |(_, content)| *content))
    })?;
    Ok(image)
}

struct Counted<'a, W: Write> {
    out: &'a mut W,
    bytes: u64,
}

impl<W: Write> Write for Counted<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.out.write(bytes)?;
        self.bytes += taken as u64;
        Ok(taken)
    }
    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn zeros(out: &mut impl Write, count: u64) -> io::Result<()> {
    let chunk = [0; SECTOR as usize];
    let mut left = usize::try_from(count).unwrap_or_default();
    while left > 0 {
        let step = left.min(chunk.len());
        out.write_all(chunk.get(..step).unwrap_or_default())?;
        left -= step;
    }
    Ok(())
}
