//! From the finished root file system to a disk that boots: everything around it is made first, the partition table last. Blocks; it belongs
//! on a thread of its own.

use std::collections::BTreeMap;

use agent_wire::ImageInfo;

use super::layout::{Layout, Role};
use super::root_files::RootFiles;
use super::wishes::Wishes;
use super::{ephemeral, esp, loader, swap};
use crate::disk::device::Device;
use crate::disk::partitions::{self, Table, TableKind};
use crate::failure::Failure;
use crate::host::Host;
use crate::image::config_drive;
use crate::image::sink::Sink;
use crate::inventory::system;

const MIB: u64 = 1 << 20;

/// What conductors ask for after a partition image was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identifiers {
    /// The root file system's UUID.
    pub root: String,
    /// The EFI system partition's volume identifier.
    pub esp: String,
    /// The partitions' device nodes, by what they are for.
    pub partitions: BTreeMap<&'static str, String>,
}

/// What is made around a root file system.
pub struct Surroundings {
    layout: Layout,
    drive: Option<Vec<u8>>,
}

fn identifier() -> [u8; 16] {
    *uuid::Uuid::new_v4().as_bytes()
}

impl Surroundings {
    /// Decides where everything goes. Nothing is written.
    ///
    /// # Errors
    /// What was asked for is not done here, or does not fit.
    pub fn plan(
        host: &Host,
        image: &ImageInfo,
        device: &Device,
        drive: Option<&[u8]>,
    ) -> Result<Self, Failure> {
        let wishes = Wishes::parse(image, system::boot_mode(host))?;
        let drive = drive
            .map(|bytes| config_drive::fitted(bytes, device.sector))
            .transpose()
            .map_err(|why| {
                Failure::deployment(format!("the config drive cannot be placed: {why}"))
            })?
            .map(|bytes| bytes.into_owned());
        let length = drive.as_ref().map(|bytes| bytes.len() as u64);
        let layout = Layout::plan(&wishes, length, (device.size, device.sector), identifier)?;
        Ok(Self { layout, drive })
    }

    /// The part of the disk that the image goes to.
    ///
    /// # Errors
    /// The disk cannot be opened once more.
    pub fn root(&self, device: &Device) -> Result<Device, Failure> {
        self.part(device, Role::Root)
    }

    fn part(&self, device: &Device, role: Role) -> Result<Device, Failure> {
        let partition = self.layout.get(role).ok_or_else(|| {
            Failure::deployment(format!("there is no {} partition", role.label()))
        })?;
        device
            .part(partition.start, partition.length, role.label())
            .map_err(|e| Failure::deployment(format!("{}: {e}", device.path.display())))
    }

    /// Completes the root file system, makes all else, and writes the table if that is still `wanted` then.
    ///
    /// # Errors
    /// Writing failed, the image cannot boot, or nobody wants it any more; then there is no table.
    pub fn complete(
        &self,
        host: &Host,
        device: &Device,
        sink: &Sink,
        wanted: &dyn Fn() -> Result<(), Failure>,
    ) -> Result<(Table, Identifiers), Failure> {
        let broken = |error: &dyn std::fmt::Display| {
            Failure::deployment(format!(
                "{} after the image was written: {error}",
                device.path.display()
            ))
        };
        sink.commit()
            .map_err(|e| Failure::image_write(e.to_string()))?;
        device.flush_buffers().map_err(|e| broken(&e))?;
        let root = RootFiles::open(self.root(device)?).map_err(|e| {
            Failure::image(format!("{e}. The disk was left without a partition table"))
        })?;
        let files = loader::files(&root)?;
        let volume = u32::from_le_bytes(identifier()[..4].try_into().unwrap_or_default());
        self.clear_ends(device).map_err(|e| broken(&e))?;
        esp::fill(&self.part(device, Role::Esp)?, volume, &root, &files).map_err(|e| broken(&e))?;
        self.fill_others(device).map_err(|e| broken(&e))?;
        device.sync().map_err(|e| broken(&e))?;
        wanted()?;
        self.layout
            .write(device, identifier())
            .map_err(|e| broken(&e))?;
        device.flush_buffers().map_err(|e| broken(&e))?;
        partitions::tell_kernel(host, device).map_err(|e| broken(&e))?;
        let table = Table {
            kind: TableKind::Gpt,
            partitions: self.layout.iter().map(|(_, it)| it.clone()).collect(),
        };
        Ok((table, self.identifiers(device, root.uuid(), volume)))
    }

    /// What another system left at the ends of the new partitions must not be taken for something of this one.
    fn clear_ends(&self, device: &Device) -> std::io::Result<()> {
        let others = self.layout.iter().filter(|(role, _)| *role != Role::Root);
        for (_, partition) in others {
            let width = MIB.min(partition.length);
            device.zero(partition.start, width)?;
            device.zero(partition.start + partition.length - width, width)?;
        }
        Ok(())
    }

    fn fill_others(&self, device: &Device) -> std::io::Result<()> {
        for (role, partition) in self.layout.iter() {
            let part = || device.part(partition.start, partition.length, role.label());
            match role {
                Role::Swap => swap::format(&part()?, identifier(), role.label())?,
                Role::Ephemeral => ephemeral::format(&part()?, identifier(), role.label())?,
                Role::ConfigDrive => {
                    part()?.write(self.drive.as_deref().unwrap_or_default(), 0)?;
                }
                Role::Esp | Role::Root => {}
            }
        }
        Ok(())
    }

    fn identifiers(&self, device: &Device, root: String, volume: u32) -> Identifiers {
        let node = |number| partitions::node_of(&device.path, number);
        let parts = self.layout.iter();
        Identifiers {
            root,
            esp: format!("{:04X}-{:04X}", volume >> 16, volume & 0xffff),
            partitions: parts
                .map(|(role, it)| (role.key(), node(it.number)))
                .collect(),
        }
    }
}
