//! What is deployed: made once for a run, held in memory, with the other versions of it that an image server comes back with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use api_types::{PatchOperation, ProvisionBody};
use axum::body::Bytes;
use netboot_media::uki::{UkiParts, unified_kernel_image};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::images::{Content, url};
use super::plan::Deploy;
use crate::lab::command::{output, tool};
use crate::lab::image::{self, Kind, Rest};
use crate::lab::machine::Firmware;
use crate::lab::packages::{self, kernel::Flavour};
use crate::lab::web;

const IMAGE: &str = "image";
const KERNEL: &str = "kernel";
const RAMDISK: &str = "ramdisk";
const STUB: &str = "/usr/lib/systemd/boot/efi/linuxx64.efi.stub";
const COMMAND_LINE: &str = "console=ttyS0,115200 quiet panic=10";
/// The deployed system finds its disk by it.
const LABEL: &str = "HS-TARGET";
/// Room in the root file system besides the program that boots.
const SPARE_MIB: u64 = 16;

/// What is deployed.
pub struct Given {
    deploy: Deploy,
    files: BTreeMap<String, Bytes>,
    sha256: String,
}

impl Given {
    /// Installs what is missing and builds it.
    pub fn prepare(deploy: Deploy, firmware: Firmware) -> Result<Self> {
        packages::install_for_image(Kind::Mini, firmware)?;
        let files: BTreeMap<String, Bytes> = match deploy {
            Deploy::Direct => {
                let image = image::mini(Flavour::Cloud, firmware, &Rest::default())?;
                [(IMAGE.to_owned(), read(&image.raw)?)].into()
            }
            Deploy::Partition => {
                ensure!(
                    firmware == Firmware::Uefi,
                    "partition images boot by UEFI only: --firmware uefi"
                );
                [(IMAGE.to_owned(), root_image()?)].into()
            }
            Deploy::Ramdisk => {
                let live = image::live(Flavour::Cloud)?;
                let file = |name: &str, path: &Path| Ok((name.to_owned(), read(path)?));
                [file(KERNEL, &live.kernel), file(RAMDISK, &live.ramdisk)]
                    .into_iter()
                    .collect::<Result<_>>()?
            }
        };
        let mut digest = Sha256::new();
        if let Some(image) = files.get(IMAGE) {
            digest.update(image);
        }
        Ok(Self {
            deploy,
            files,
            sha256: hex::encode(digest.finalize()),
        })
    }

    /// For the image server.
    pub fn contents(&self) -> BTreeMap<String, Content> {
        let content = |bytes: &Bytes| Content {
            bytes: bytes.clone(),
            version: "right",
        };
        self.files
            .iter()
            .map(|(name, bytes)| (name.clone(), content(bytes)))
            .collect()
    }

    /// All files as an image server has them that somebody put others on.
    pub fn others(&self, larger: bool) -> BTreeMap<String, Content> {
        let mut contents = self.contents();
        for content in contents.values_mut() {
            content.bytes = other(&content.bytes, larger).into();
            content.version = "other";
        }
        contents
    }

    /// Bytes of all files.
    pub fn size(&self) -> u64 {
        self.files.values().map(|bytes| bytes.len() as u64).sum()
    }

    /// What the disk must become; empty where nothing is written.
    pub fn image(&self) -> &[u8] {
        self.files.get(IMAGE).map_or(&[], |bytes| bytes)
    }

    /// The deploy interface.
    pub fn interface(&self) -> &'static str {
        match self.deploy {
            Deploy::Direct | Deploy::Partition => "direct",
            Deploy::Ramdisk => "ramdisk",
        }
    }

    /// `instance_info` as a whole.
    pub fn instance_info(&self, node: &str, host_name: &str) -> PatchOperation {
        let mut info = json!({
            "image_source": url(IMAGE),
            "image_os_hash_algo": "sha256",
            "image_os_hash_value": self.sha256,
            "image_disk_format": "raw",
        });
        match self.deploy {
            Deploy::Direct => {}
            Deploy::Partition => {
                info["image_type"] = json!("partition");
                info["root_gb"] = json!(1);
            }
            Deploy::Ramdisk => {
                let home = web::phone_home_url(node);
                info = json!({
                    "kernel": url(KERNEL),
                    "ramdisk": url(RAMDISK),
                    "ramdisk_kernel_arguments": format!("target.hostname={host_name} target.phone_home={home}"),
                });
            }
        }
        PatchOperation::add("/instance_info", info)
    }

    /// The order, from a node that is active already or is not.
    pub fn order(&self, node: &str, host_name: &str, active: bool) -> ProvisionBody {
        let verb = if active { "rebuild" } else { "active" };
        let drive = json!({"meta_data": {
            "hostname": host_name,
            "name": host_name,
            "phone_home": web::phone_home_url(node),
        }});
        ProvisionBody {
            target: verb.to_owned(),
            configdrive: Some(drive).filter(|_| self.deploy != Deploy::Ramdisk),
            ..ProvisionBody::default()
        }
    }
}

/// The same file with a hole in its middle, or with a MiB more.
fn other(bytes: &[u8], larger: bool) -> Vec<u8> {
    let mut other = bytes.to_vec();
    let middle = other.len() / 2;
    for byte in other.iter_mut().skip(middle).take(4096) {
        *byte = !*byte;
    }
    if larger {
        other.resize(bytes.len() + (1 << 20), 0x5a);
    }
    other
}

fn read(path: &Path) -> Result<Bytes> {
    let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(bytes.into())
}

/// An ext4 file system that brings the small system along as one program for the firmware.
fn root_image() -> Result<Bytes> {
    let live = image::live(Flavour::Cloud)?;
    let unified = unified_kernel_image(&UkiParts {
        stub: &read(Path::new(STUB))?,
        os_release: "ID=hammerscale-target\nNAME=\"Hammerscale target\"\nVERSION_ID=1\n",
        cmdline: COMMAND_LINE,
        initrd: &read(&live.ramdisk)?,
        linux: &read(&live.kernel)?,
    })
    .context("cannot join kernel and ramdisk")?;
    let folder = tempfile::tempdir().context("a folder for the root file system")?;
    let boot = folder.path().join("root/boot/efi/EFI/BOOT");
    fs::create_dir_all(&boot)?;
    fs::write(boot.join("BOOTX64.EFI"), &unified)?;
    let file = folder.path().join("root.img");
    let mib = (unified.len() as u64 >> 20) + SPARE_MIB;
    output(
        tool("mke2fs", ["-q", "-F", "-t", "ext4", "-L", LABEL, "-d"])
            .arg(folder.path().join("root"))
            .arg(&file)
            .arg(format!("{mib}M")),
    )?;
    read(&file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_file_is_another_file() {
        let bytes = vec![1; 1 << 16];
        let (same, larger) = (other(&bytes, false), other(&bytes, true));
        assert_eq!(same.len(), bytes.len());
        assert_ne!(same, bytes);
        assert_eq!(larger.len(), bytes.len() + (1 << 20));
    }
}
