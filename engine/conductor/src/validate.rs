//! Checks a node without touching its machine: what `validate` tells, and what a deployment is refused for before anything begins.

use crate::hardware::Catalogue;
use crate::image;
use crate::instance_boot;
use crate::node_ramdisk;
use crate::settings::RamdiskSettings;
use lifecycle::Policy;
use model::{InterfaceKind, Node, Port, Refusal, RefusalKind, Verb};
use ports::hardware::Validation;
use std::collections::BTreeMap;

/// What validation stands on.
pub(crate) struct Ground<'a> {
    pub hardware: &'a Catalogue,
    pub policy: &'a Policy,
    /// What agents are booted from here.
    pub ramdisk: Option<&'a RamdiskSettings>,
    /// Whether images may be known by MD5 digests.
    pub md5_checksums: bool,
}

/// Every interface's verdict.
pub(crate) fn all(
    ground: &Ground<'_>,
    node: &Node,
    ports: &[Port],
) -> BTreeMap<InterfaceKind, Validation> {
    InterfaceKind::ALL
        .iter()
        .filter(|kind| **kind != InterfaceKind::Vendor)
        .map(|kind| (*kind, one(ground, node, ports, *kind)))
        .collect()
}

fn one(ground: &Ground<'_>, node: &Node, ports: &[Port], kind: InterfaceKind) -> Validation {
    let name = node.interface(kind);
    if name.is_empty() {
        return Validation::Unsupported;
    }
    if name.starts_with("no-") {
        return Validation::Bad(unsupported(node, kind.as_str()).message);
    }
    let verdict = match kind {
        InterfaceKind::Power | InterfaceKind::Management => driver_info(ground.hardware, node),
        InterfaceKind::Boot => boot(ground, node, ports),
        InterfaceKind::Deploy => lifecycle::instance_traits(node)
            .map_err(|refusal| refusal.message)
            .and_then(|_| deploy(ground, node, ports)),
        InterfaceKind::Inspect if name == "agent" => boot(ground, node, ports),
        InterfaceKind::Inspect => driver_info(ground.hardware, node),
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

/// Ironic's words for what a driver cannot do.
pub(crate) fn unsupported(node: &Node, feature: &str) -> Refusal {
    let text = format!(
        "Driver {} does not support {feature} (disabled or not implemented).",
        node.driver
    );
    Refusal::new(RefusalKind::Invalid, text)
}

/// What is wrong with what a node says of its BMC.
pub(crate) fn driver_info(hardware: &Catalogue, node: &Node) -> Result<(), String> {
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

fn boot(ground: &Ground<'_>, node: &Node, ports: &[Port]) -> Result<(), String> {
    driver_info(ground.hardware, node)?;
    if node.interface(InterfaceKind::Boot) == "fake" {
        return Ok(());
    }
    node_ramdisk::choose(ground.ramdisk, node).map_err(|error| error.to_string())?;
    network_port(node, ports)
}

fn network_port(node: &Node, ports: &[Port]) -> Result<(), String> {
    if ports.iter().any(|port| port.pxe_enabled) {
        return Ok(());
    }
    Err(format!(
        "Node {} does not have any port with pxe_enabled: add one with the MAC address it boots from",
        node.uuid
    ))
}

/// A deployment that has an agent boots it first.
fn deploy(ground: &Ground<'_>, node: &Node, ports: &[Port]) -> Result<(), String> {
    let name = node.interface(InterfaceKind::Deploy);
    match name {
        "fake" => Ok(()),
        "ramdisk" => {
            driver_info(ground.hardware, node)?;
            network_port(node, ports)?;
            instance_boot::check(node, ground.ramdisk).map_err(|error| error.to_string())
        }
        "direct" => {
            boot(ground, node, ports)?;
            image::check(node, ground.ramdisk, ground.md5_checksums)
        }
        _ => boot(ground, node, ports),
    }
}

/// Refuses a verb that cannot succeed, before anything is touched.
pub(crate) fn may_begin(
    ground: &Ground<'_>,
    node: &Node,
    ports: &[Port],
    verb: Verb,
) -> Result<(), Refusal> {
    let needed: &[InterfaceKind] = match verb {
        Verb::Deploy | Verb::Rebuild => &[
            InterfaceKind::Power,
            InterfaceKind::Deploy,
            InterfaceKind::Boot,
        ],
        Verb::Inspect if node.interface(InterfaceKind::Inspect) == "agent" => {
            &[InterfaceKind::Boot]
        }
        Verb::Clean | Verb::Service => &[InterfaceKind::Boot],
        Verb::Provide
            if node
                .automated_clean
                .unwrap_or(ground.policy.automated_clean) =>
        {
            &[InterfaceKind::Boot]
        }
        Verb::Inspect
        | Verb::Provide
        | Verb::Manage
        | Verb::Adopt
        | Verb::Undeploy
        | Verb::Rescue
        | Verb::Unrescue
        | Verb::Unhold
        | Verb::Abort => &[],
    };
    for kind in needed {
        if let Validation::Bad(reason) = one(ground, node, ports, *kind) {
            return Err(Refusal::new(
                RefusalKind::Invalid,
                format!(
                    "Cannot {verb} node {}: its {} interface is not ready: {reason}",
                    node.uuid,
                    kind.as_str()
                ),
            ));
        }
    }
    Ok(())
}
