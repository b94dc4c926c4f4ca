//! `image.install_bootloader`: in UEFI mode a boot entry for the loader on the image's EFI system partition. Nothing of
//! the image is executed. In BIOS mode a whole-disk image brings its own boot code and there is nothing to do.

use std::io;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::{CommandSpec, Params};
use crate::agent::Agent;
use crate::disk::choose;
use crate::disk::device::{Device, Window};
use crate::disk::partitions::{self, Partition, Table, TableKind};
use crate::efi::boot_entry;
use crate::efi::esp::{self, Loader};
use crate::efi::load_option::{LoadOption, Signature};
use crate::efi::variables::Variables;
use crate::failure::Failure;
use crate::host::Host;
use crate::inventory::{disks, system};
use crate::log::{info, warning};

const LABEL: &str = "hammerscale1";

/// The command.
pub const SPEC: CommandSpec = CommandSpec {
    name: "image.install_bootloader",
    sync: false,
    run: |agent, params| {
        Box::pin(async move {
            let ignore = params
                .get("ignore_bootloader_failure")
                .and_then(Value::as_bool)
                .unwrap_or(agent.params.ignore_bootloader_failure);
            match install(&agent, &params).await {
                Err(failure) if ignore => {
                    warning!("ignored as told: {failure}");
                    Ok(None)
                }
                other => other.map(|()| None),
            }
        })
    },
};

async fn install(agent: &Arc<Agent>, params: &Params) -> Result<(), Failure> {
    let text = |key: &str| params.get(key).and_then(Value::as_str).unwrap_or_default();
    let mode = text("target_boot_mode");
    if mode != "uefi" {
        return bios(text("root_uuid"));
    }
    if system::boot_mode(&agent.host) != "uefi" {
        return Err(Failure::boot_entry(
            "the node is to boot by UEFI, but the ramdisk was booted by BIOS; set the machine's boot mode to UEFI, or the node's capability boot_mode to bios",
        ));
    }
    let disk = match agent.written_disk() {
        Some(disk) => disk,
        None => choose::root_path(&agent.node(), &disks::collect(&agent.host))?,
    };
    let host = agent.host.clone();
    tokio::task::spawn_blocking(move || set_entry(&host, &disk))
        .await
        .map_err(|e| Failure::boot_entry(format!("the working thread broke: {e}")))?
}

/// A whole-disk image has no root file system UUID; with one it would be a partition image.
fn bios(root_uuid: &str) -> Result<(), Failure> {
    if root_uuid.is_empty() || root_uuid.starts_with("0x") {
        info!("BIOS mode: the whole-disk image brings its own boot code");
        return Ok(());
    }
    Err(Failure::image(
        "installing a boot loader of a partition image in BIOS mode is not supported; use a whole-disk image or UEFI",
    ))
}

fn set_entry(host: &Host, disk: &Path) -> Result<(), Failure> {
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        Failure::boot_entry(format!("{}: {what}: {error}", disk.display()))
    };
    let device = Device::open_read(disk).map_err(|e| failed("opening the disk", &e))?;
    let table = partitions::read(&device).map_err(|e| failed("reading the partition table", &e))?;
    let (partition, loader) = find_loader(&device, &table)?;
    let signature = match table.kind {
        TableKind::Gpt => Signature::Gpt(partition.guid),
        TableKind::Mbr => Signature::Mbr(
            disk_id(&device).map_err(|e| failed("reading the disk's identifier", &e))?,
        ),
    };
    let option = LoadOption {
        label: loader.label.unwrap_or_else(|| LABEL.to_owned()),
        partition: partition.number,
        start_lba: partition.start / device.sector,
        sectors: partition.length / device.sector,
        signature,
        loader: loader.path,
    };
    match write_entry(host, &option) {
        Err(error) if loader.removable => {
            warning!(
                "no boot entry was written ({error}); the firmware finds the loader on {} by its default path",
                disk.display()
            );
            Ok(())
        }
        other => other.map_err(|e| failed("writing the boot entry", &e)),
    }
}

fn write_entry(host: &Host, option: &LoadOption) -> io::Result<()> {
    let variables = Variables::open(host).ok_or_else(|| {
        io::Error::other(
            "efivarfs is not there or empty; the firmware's variables cannot be written",
        )
    })?;
    boot_entry::put_first(&variables, option).map(|_| ())
}

/// The first EFI system partition that holds a loader for this machine.
fn find_loader<'t>(device: &Device, table: &'t Table) -> Result<(&'t Partition, Loader), Failure> {
    let disk = device.path.display();
    let mut unread = None;
    let mut any = false;
    for partition in table.partitions.iter().filter(|p| p.esp) {
        any = true;
        match esp::find_loader(Window::new(device, partition.start, partition.length)) {
            Ok(Some(loader)) => return Ok((partition, loader)),
            Ok(None) => {}
            Err(error) => unread = Some(error),
        }
    }
    match unread {
        _ if !any => Err(Failure::device(format!(
            "{disk} has no EFI system partition; the image does not boot by UEFI"
        ))),
        Some(error) => Err(Failure::boot_entry(format!(
            "{disk}: reading the EFI system partition: {error}"
        ))),
        None => Err(Failure::boot_entry(format!(
            "{disk}: the EFI system partition has no loader for this machine's processor: neither a boot CSV nor one in EFI/BOOT"
        ))),
    }
}

fn disk_id(device: &Device) -> io::Result<[u8; 4]> {
    let bytes = device.read(512, 0)?;
    <[u8; 4]>::try_from(&bytes[440..444]).map_err(io::Error::other)
}

#[cfg(test)]
mod tests;
