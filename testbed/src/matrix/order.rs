//! What the engine is told of a cell: `instance_info`, and the order itself.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, Result};
use api_types::{PatchOperation, ProvisionBody};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use netboot_media::ConfigDrive;
use serde_json::{Map, Value, json};

use super::cell::{Cell, Interface};
use crate::demo::story::Target;
use crate::lab::web;

/// What a cell deploys.
pub enum Given {
    /// A disk image.
    Image {
        /// For the machine.
        target: Target,
        /// The disk that it must become.
        raw: PathBuf,
    },
    /// An image of a root file system.
    Partition {
        /// For the machine.
        target: Target,
        /// What the root partition must become.
        raw: PathBuf,
    },
    /// A bootable ISO image, by its URL; its system knows its name.
    Medium {
        /// The URL.
        url: String,
    },
    /// A kernel and its ramdisk, by their URLs.
    Live {
        /// The kernel.
        kernel: String,
        /// The ramdisk.
        ramdisk: String,
    },
}

/// Of the root partition that is made for a partition image, in GiB.
const ROOT_GIB: u64 = 1;
/// Of the swap partition beside it.
const SWAP_MIB: u64 = 64;

/// `instance_info` as a whole: nothing of the machine's last deployment stays in it.
pub fn instance_info(cell: &Cell, given: &Given, node: &str) -> PatchOperation {
    let info = match (given, cell.interface) {
        (Given::Image { .. } | Given::Partition { .. }, Interface::CustomAgent) => json!({}),
        (Given::Image { target, .. }, _) => json!({
            "image_source": target.url,
            "image_os_hash_algo": "sha256",
            "image_os_hash_value": target.sha256,
            "image_disk_format": target.format,
        }),
        (Given::Partition { target, .. }, _) => json!({
            "image_source": target.url,
            "image_os_hash_algo": "sha256",
            "image_os_hash_value": target.sha256,
            "image_disk_format": target.format,
            "image_type": "partition",
            "root_gb": ROOT_GIB,
            "swap_mb": SWAP_MIB,
        }),
        (Given::Medium { url }, _) => json!({"boot_iso": url}),
        (Given::Live { kernel, ramdisk }, _) => json!({
            "kernel": kernel,
            "ramdisk": ramdisk,
            "ramdisk_kernel_arguments": format!(
                "target.hostname={} target.phone_home={}",
                cell.host_name(),
                web::phone_home_url(node)
            ),
        }),
    };
    PatchOperation::add("/instance_info", info)
}

/// The order, from a machine that is deployed already or is not.
pub fn order(cell: &Cell, given: &Given, node: &str, deployed: bool) -> Result<ProvisionBody> {
    let verb = if deployed { "rebuild" } else { "active" };
    let mut order = ProvisionBody {
        target: verb.to_owned(),
        ..ProvisionBody::default()
    };
    match (given, cell.interface) {
        (Given::Image { target, .. }, Interface::CustomAgent) => {
            order.deploy_steps = Some(vec![step(cell, image_info(cell, target), node)?]);
        }
        (Given::Partition { target, .. }, Interface::CustomAgent) => {
            let mut info = image_info(cell, target);
            info.extend(around());
            order.deploy_steps = Some(vec![step(cell, info, node)?]);
        }
        (Given::Image { .. } | Given::Partition { .. }, _) => {
            order.configdrive = Some(json!({"meta_data": meta_data(cell, node)}));
        }
        (Given::Live { .. } | Given::Medium { .. }, _) => {}
    }
    Ok(order)
}

/// The host name is the cell's: so a report of an earlier deployment is not taken for this one's.
fn meta_data(cell: &Cell, node: &str) -> Map<String, Value> {
    let name = cell.host_name();
    let home = web::phone_home_url(node);
    [("hostname", &name), ("name", &name), ("phone_home", &home)]
        .map(|(key, value)| (key.to_owned(), json!(value)))
        .into_iter()
        .collect()
}

fn image_info(cell: &Cell, target: &Target) -> Map<String, Value> {
    let (name, urls) = (json!(cell.host_name()), json!([target.url]));
    [
        ("id", name),
        ("urls", urls),
        ("disk_format", json!(target.format)),
        ("os_hash_algo", json!("sha256")),
        ("os_hash_value", json!(target.sha256)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect()
}

/// What is said of a partition image besides.
fn around() -> Map<String, Value> {
    [
        ("image_type", json!("partition")),
        ("root_mb", json!(ROOT_GIB * 1024)),
        ("swap_mb", json!(SWAP_MIB)),
        ("ephemeral_mb", json!(0)),
        ("ephemeral_format", Value::Null),
        ("preserve_ephemeral", json!(false)),
        ("deploy_boot_mode", json!("uefi")),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect()
}

/// As the agent protocol has it: the conductor has no part in what the step is told.
fn step(cell: &Cell, image_info: Map<String, Value>, node: &str) -> Result<Value> {
    let drive = ConfigDrive {
        meta_data: meta_data(cell, node),
        ..ConfigDrive::default()
    };
    let iso = drive.iso(node, Some(node)).context("the config drive")?;
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&iso)?;
    Ok(json!({
        "interface": "deploy",
        "step": "write_image",
        "priority": 80,
        "args": {
            "image_info": image_info,
            "configdrive": STANDARD.encode(packed.finish()?),
        },
    }))
}
