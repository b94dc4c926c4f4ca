//! The directory tree of an ISO image in its two namespaces: primary (with Rock Ridge) and Joliet. It turns paths
//! into nodes, gives each a short identifier, and renders directories and path tables.

use super::records::{alternate_name, announcement, posix_attributes, record};
use super::{IsoError, IsoFile, SECTOR};
use std::collections::BTreeSet;

/// Directories may nest to this level, the root being the first (ECMA-119 section 6.8.2.1).
const LEVELS_MAX: usize = 8;
/// Joliet's limit in UCS-2 units, less the version; the limit in bytes keeps a record with its Rock Ridge name under 255.
const NAME_UNITS_MAX: usize = 62;
const NAME_BYTES_MAX: usize = 120;
const EXTENSION_MAX: usize = 8;
/// Identifiers of level 2: 31 characters with the dot, without the version.
const IDENTIFIER_MAX: usize = 30;
const ROOT: usize = 0;

/// The two sets of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Namespace {
    /// Short identifiers, with Rock Ridge's true names beside them.
    Primary,
    /// UCS-2 names.
    Joliet,
}

struct Node {
    name: String,
    parent: usize,
    /// The identifier in each namespace.
    primary: Vec<u8>,
    joliet: Vec<u8>,
    kind: Kind,
}

enum Kind {
    Directory { children: Vec<usize> },
    File { index: usize, size: u32 },
}

impl Node {
    fn id(&self, space: Namespace) -> &[u8] {
        match space {
            Namespace::Primary => &self.primary,
            Namespace::Joliet => &self.joliet,
        }
    }
    fn children(&self) -> &[usize] {
        match &self.kind {
            Kind::Directory { children } => children,
            Kind::File { .. } => &[],
        }
    }
    fn is_directory(&self) -> bool {
        matches!(self.kind, Kind::Directory { .. })
    }
}

/// All nodes; the root is node 0.
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Directories by level, then parent, then identifier: the order of the path tables.
    primary_order: Vec<usize>,
    joliet_order: Vec<usize>,
}

impl Tree {
    pub(super) fn new(files: &[IsoFile]) -> Result<Self, IsoError> {
        let root = Node {
            name: String::new(),
            parent: ROOT,
            primary: vec![0],
            joliet: vec![0],
            kind: Kind::Directory {
                children: Vec::new(),
            },
        };
        let mut tree = Self {
            nodes: vec![root],
            primary_order: Vec::new(),
            joliet_order: Vec::new(),
        };
        for (index, file) in files.iter().enumerate() {
            tree.insert(index, file)?;
        }
        tree.name_all();
        tree.primary_order = tree.breadth_first(Namespace::Primary);
        tree.joliet_order = tree.breadth_first(Namespace::Joliet);
        Ok(tree)
    }

    fn insert(&mut self, index: usize, file: &IsoFile) -> Result<(), IsoError> {
        let parts: Vec<&str> = file.path.split('/').collect();
        if parts.len() > LEVELS_MAX || !parts.iter().all(|part| is_plain_name(part)) {
            return Err(IsoError::Path(file.path.clone()));
        }
        let size = u32::try_from(file.size).map_err(|_| IsoError::TooLarge(file.path.clone()))?;
        let mut parent = ROOT;
        for (depth, part) in parts.iter().enumerate() {
            let last = depth + 1 == parts.len();
            parent = match self.child(parent, part) {
                Some(found) if !last && self.nodes[found].is_directory() => found,
                Some(_) => return Err(IsoError::Duplicate(file.path.clone())),
                None if last => self.add(parent, part, Kind::File { index, size }),
                None => self.add(
                    parent,
                    part,
                    Kind::Directory {
                        children: Vec::new(),
                    },
                ),
            };
        }
        Ok(())
    }

    fn child(&self, parent: usize, name: &str) -> Option<usize> {
        self.nodes[parent]
            .children()
            .iter()
            .copied()
            .find(|&n| self.nodes[n].name == name)
    }

    fn add(&mut self, parent: usize, name: &str, kind: Kind) -> usize {
        let new = self.nodes.len();
        self.nodes.push(Node {
            name: name.to_owned(),
            parent,
            primary: Vec::new(),
            joliet: Vec::new(),
            kind,
        });
        if let Kind::Directory { children } = &mut self.nodes[parent].kind {
            children.push(new);
        }
        new
    }

    /// Gives identifiers. Names are visited in sorted order, so the result does not depend on the input's order.
    fn name_all(&mut self) {
        for directory in 0..self.nodes.len() {
            let mut children = self.nodes[directory].children().to_vec();
            children.sort_by(|&a, &b| self.nodes[a].name.cmp(&self.nodes[b].name));
            let mut taken = BTreeSet::new();
            for child in children {
                let node = &mut self.nodes[child];
                let versioned = if node.is_directory() {
                    node.name.clone()
                } else {
                    format!("{};1", node.name)
                };
                node.joliet = versioned
                    .encode_utf16()
                    .flat_map(u16::to_be_bytes)
                    .collect();
                node.primary = unique_identifier(&node.name, node.is_directory(), &mut taken);
            }
        }
    }

    fn sorted_children(&self, space: Namespace, node: usize) -> Vec<usize> {
        let mut children = self.nodes[node].children().to_vec();
        children.sort_by(|&a, &b| self.nodes[a].id(space).cmp(self.nodes[b].id(space)));
        children
    }

    fn breadth_first(&self, space: Namespace) -> Vec<usize> {
        let mut order = vec![ROOT];
        let mut at = 0;
        while let Some(&node) = order.get(at) {
            order.extend(
                self.sorted_children(space, node)
                    .into_iter()
                    .filter(|&n| self.nodes[n].is_directory()),
            );
            at += 1;
        }
        order
    }

    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(super) fn order(&self, space: Namespace) -> &[usize] {
        match space {
            Namespace::Primary => &self.primary_order,
            Namespace::Joliet => &self.joliet_order,
        }
    }

    /// The path table. Without sectors (an empty slice) only its length means anything.
    pub(super) fn path_table(
        &self,
        space: Namespace,
        sectors: &[u32],
        big_endian: bool,
    ) -> Vec<u8> {
        let order = self.order(space);
        let mut numbers = vec![1_u16; self.nodes.len()];
        let mut table = Vec::new();
        for (&node, number) in order.iter().zip(1_u16..) {
            numbers[node] = number;
            let (id, parent) = (self.nodes[node].id(space), numbers[self.nodes[node].parent]);
            let sector = sectors.get(node).copied().unwrap_or_default();
            table.extend([u8::try_from(id.len()).unwrap_or(u8::MAX), 0]);
            table.extend(if big_endian {
                sector.to_be_bytes()
            } else {
                sector.to_le_bytes()
            });
            table.extend(if big_endian {
                parent.to_be_bytes()
            } else {
                parent.to_le_bytes()
            });
            table.extend(id);
            if id.len() % 2 == 1 {
                table.push(0);
            }
        }
        table
    }

    /// Bytes of a directory, a multiple of the sector size.
    pub(super) fn directory_size(&self, space: Namespace, node: usize) -> u32 {
        u32::try_from(self.render(space, node, &|_| (0, 0)).len()).unwrap_or(u32::MAX)
    }

    /// The record of the root as the volume descriptor holds it.
    pub(super) fn root_record(&self, space: Namespace, sectors: &[u32]) -> Vec<u8> {
        let sector = sectors.first().copied().unwrap_or_default();
        record(&[0], sector, self.directory_size(space, ROOT), true, &[])
    }

    /// A directory's content, given the first sectors of directories (by node) and of files (by index).
    pub(super) fn directory(
        &self,
        space: Namespace,
        node: usize,
        sectors: &[u32],
        files: &[u32],
    ) -> Vec<u8> {
        self.render(space, node, &|n| match self.nodes[n].kind {
            Kind::Directory { .. } => (
                sectors.get(n).copied().unwrap_or_default(),
                self.directory_size(space, n),
            ),
            Kind::File { index, size } => (files.get(index).copied().unwrap_or_default(), size),
        })
    }

    fn render(
        &self,
        space: Namespace,
        node: usize,
        place: &dyn Fn(usize) -> (u32, u32),
    ) -> Vec<u8> {
        let mut content = Vec::new();
        let mut put = |id: &[u8], of: usize, name: Option<&str>, extra: Vec<u8>| {
            let (sector, size) = place(of);
            let system_use = match space {
                Namespace::Primary => self.rock_ridge(of, name, extra),
                Namespace::Joliet => Vec::new(),
            };
            let record = record(id, sector, size, self.nodes[of].is_directory(), &system_use);
            // A record never crosses a sector boundary.
            let sector_size = SECTOR as usize;
            if content.len() % sector_size + record.len() > sector_size {
                content.resize(content.len().next_multiple_of(sector_size), 0);
            }
            content.extend(record);
        };
        put(
            &[0],
            node,
            None,
            if node == ROOT {
                announcement()
            } else {
                Vec::new()
            },
        );
        put(&[1], self.nodes[node].parent, None, Vec::new());
        for child in self.sorted_children(space, node) {
            put(
                self.nodes[child].id(space),
                child,
                Some(&self.nodes[child].name),
                Vec::new(),
            );
        }
        content.resize(content.len().next_multiple_of(SECTOR as usize), 0);
        content
    }

    fn rock_ridge(&self, node: usize, name: Option<&str>, announcement: Vec<u8>) -> Vec<u8> {
        let node = &self.nodes[node];
        let folders = node
            .children()
            .iter()
            .filter(|&&n| self.nodes[n].is_directory())
            .count();
        let links = if node.is_directory() { 2 + folders } else { 1 };
        let mut fields = announcement;
        fields.extend(posix_attributes(
            node.is_directory(),
            u32::try_from(links).unwrap_or(u32::MAX),
        ));
        fields.extend(name.map(alternate_name).unwrap_or_default());
        fields
    }
}

/// Names that survive in all three forms: no control characters, nothing that Joliet forbids, nothing beyond UCS-2.
fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && name != "."
        && name != ".."
        && name.len() <= NAME_BYTES_MAX
        && name.chars().count() <= NAME_UNITS_MAX
        && name
            .chars()
            .all(|c| !c.is_control() && !"*/:;?\\".contains(c) && (c as u32) < 0x1_0000)
}

/// An identifier of level 2 that none of `taken` has: upper case, digits and underscores.
fn unique_identifier(name: &str, directory: bool, taken: &mut BTreeSet<Vec<u8>>) -> Vec<u8> {
    let plain = |text: &str| -> String {
        text.chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() {
                    c.to_ascii_uppercase()
                } else {
                    '_'
                }
            })
            .collect()
    };
    let (base, extension) = match name.rsplit_once('.') {
        Some((base, extension)) if !directory && !base.is_empty() => {
            (plain(base), plain(extension))
        }
        _ => (plain(name), String::new()),
    };
    let extension: String = extension.chars().take(EXTENSION_MAX).collect();
    (0_usize..)
        .map(|attempt| {
            let suffix = if attempt == 0 {
                String::new()
            } else {
                format!("_{attempt}")
            };
            let room = IDENTIFIER_MAX - 1 - extension.len() - suffix.len();
            let base: String = base.chars().take(room).collect();
            if directory {
                format!("{base}{suffix}")
            } else {
                format!("{base}{suffix}.{extension};1")
            }
            .into_bytes()
        })
        .find(|id| taken.insert(id.clone()))
        .unwrap_or_default()
}
