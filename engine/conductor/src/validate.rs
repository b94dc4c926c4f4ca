//! Checks a node without touching its machine: what `validate` tells, and what a deployment is refused for before anything begins.

use crate::hardware::Catalogue;
use model::{InterfaceKind, Node, Port, Refusal, RefusalKind};
use ports::hardware::Validation;
use std::collections::BTreeMap;

/// Image formats that the engine's own agent writes.
const FORMATS: &[&str] = &["raw"];

/// Every interface's verdict.
pub(crate) fn all(
    hardware: &Catalogue,
    node: &Node,
    ports: &[Port],
) -> BTreeMap<InterfaceKind, Validation> {
    InterfaceKind::ALL
        .iter()
        .filter(|kind| **kind != InterfaceKind::Vendor)
        .map(|kind| (*kind, one(hardware, node, ports, *kind)))
        .collect()
}

fn one(hardware: &Catalogue, node: &Node, ports: &[Port], kind: InterfaceKind) -> Validation {
    let name = node.interface(kind);
    if name.is_empty() || name.starts_with("no-") {
        return Validation::Unsupported;
    }
    let verdict = match kind {
        InterfaceKind::Power | InterfaceKind::Management => driver_info(hardware, node),
        InterfaceKind::Boot => boot(hardware, node, ports),
        InterfaceKind::Deploy => deploy(node),
        InterfaceKind::Inspect => driver_info(hardware, node),
        InterfaceKind::Bios
        | InterfaceKind::Console
        | InterfaceKind::Firmware
        | InterfaceKind::Network
        | InterfaceKind::Raid
        | InterfaceKind::Rescue
        | InterfaceKind::Storage
        | InterfaceKind::Vendor => Ok(()),
    };
    verdict.map_or_else(Validation::Bad, |()| Validation::Good)
}

fn driver_info(hardware: &Catalogue, node: &Node) -> Result<(), String> {
    let kind = hardware
        .find(&node.driver)
        .map_err(|refusal| refusal.message)?;
    let problems = kind.problems(node.driver_info.expose());
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.join("; "))
    }
}

fn boot(hardware: &Catalogue, node: &Node, ports: &[Port]) -> Result<(), String> {
    driver_info(hardware, node)?;
    if node.interface(InterfaceKind::Boot) == "fake" || ports.iter().any(|port| port.pxe_enabled) {
        return Ok(());
    }
    Err(format!(
        "Node {} does not have any port with pxe_enabled: add one with the MAC address it boots from",
        node.uuid
    ))
}

fn deploy(node: &Node) -> Result<(), String> {
    if node.interface(InterfaceKind::Deploy) != "direct" {
        return Ok(());
    }
    let info = &node.instance_info;
    let source = info
        .text("image_source")
        .ok_or("instance_info/image_source is missing: the URL of the image to deploy")?;
    if !source.starts_with("http://") && !source.starts_with("https://") {
        return Err(format!(
            "instance_info/image_source '{source}': only http:// and https:// URLs are accepted"
        ));
    }
    let has_checksum = info.text("image_checksum").is_some()
        || (info.text("image_os_hash_algo").is_some()
            && info.text("image_os_hash_value").is_some());
    if !has_checksum {
        return Err("instance_info/image_checksum (or image_os_hash_algo and image_os_hash_value) is missing: without it nobody can tell whether the image arrived whole".into());
    }
    match info.text("image_disk_format") {
        Some(format) if !FORMATS.contains(&format) => Err(format!(
            "instance_info/image_disk_format '{format}' is not supported yet; supported: {} (also gzip-compressed)",
            FORMATS.join(", ")
        )),
        _ => Ok(()),
    }
}

/// Refuses a deployment that cannot succeed.
pub(crate) fn may_deploy(hardware: &Catalogue, node: &Node, ports: &[Port]) -> Result<(), Refusal> {
    for kind in [
        InterfaceKind::Power,
        InterfaceKind::Deploy,
        InterfaceKind::Boot,
    ] {
        if let Validation::Bad(reason) = one(hardware, node, ports, kind) {
            return Err(Refusal::new(
                RefusalKind::Invalid,
                format!(
                    "Cannot deploy node {}: its {} interface is not ready: {reason}",
                    node.uuid,
                    kind.as_str()
                ),
            ));
        }
    }
    Ok(())
}
