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
    /// A kernel and its ramdisk, by their URLs.
    Live {
        /// The kernel.
        kernel: String,
        /// The ramdisk.
        ramdisk: String,
    },
}

/// `instance_info` as a whole: nothing of the machine's last deployment stays in it.
pub fn instance_info(cell: &Cell, given: &Given, node: &str) -> PatchOperation {
    let info = match (given, cell.interface) {
        (Given::Image { .. }, Interface::CustomAgent) => json!({}),
        (Given::Image { target, .. }, _) => json!({
            "image_source": target.url,
            "image_os_hash_algo": "sha256",
            "image_os_hash_value": target.sha256,
            "image_disk_format": target.format,
        }),
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
            order.deploy_steps = Some(vec![step(cell, target, node)?]);
        }
        (Given::Image { .. }, _) => {
            order.configdrive = Some(json!({"meta_data": meta_data(cell, node)}));
        }
        (Given::Live { .. }, _) => {}
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

/// As the agent protocol has it: the conductor has no part in what the step is told.
fn step(cell: &Cell, target: &Target, node: &str) -> Result<Value> {
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
            "image_info": {
                "id": cell.host_name(),
                "urls": [target.url],
                "disk_format": target.format,
                "os_hash_algo": "sha256",
                "os_hash_value": target.sha256,
            },
            "configdrive": STANDARD.encode(packed.finish()?),
        },
    }))
}
