//! The deployed system: where its machine boots it from, and when. It knows nothing of agents.

use super::{boot_device, on_or_restart};
use model::{InterfaceKind, Node, ProvisionState as S, Stage};

/// Whether the deployed system is a ramdisk or a bootable medium that the machine loads anew each time, and not a disk.
pub(crate) fn is_ramdisk(node: &Node) -> bool {
    node.interface(InterfaceKind::Deploy) == "ramdisk"
}

/// Whether a machine that asks the network now, and that no agent is to be booted on, is to be given its deployed system. It stands on the
/// node's record alone: a restart of the engine changes nothing about it.
pub fn boots_from_network(node: &Node) -> bool {
    let deployed = match node.provision_state {
        S::Deploying
        | S::Active
        | S::Adopting
        | S::Rescuing
        | S::RescueWait
        | S::Rescue
        | S::RescueFailed
        | S::Unrescuing
        | S::UnrescueFailed
        | S::Servicing
        | S::ServiceWait
        | S::ServiceHold
        | S::ServiceFailed => true,
        S::Enroll
        | S::Verifying
        | S::Manageable
        | S::Available
        | S::Inspecting
        | S::InspectWait
        | S::InspectFailed
        | S::Cleaning
        | S::CleanWait
        | S::CleanHold
        | S::CleanFailed
        | S::DeployWait
        | S::DeployHold
        | S::DeployFailed
        | S::Deleting
        | S::Error
        | S::AdoptFailed => false,
    };
    deployed && is_ramdisk(node)
}

/// Boots the deployed system, now and whenever the machine is switched on.
pub(crate) fn boot_instance(node: &Node) -> Vec<Stage> {
    let device = if is_ramdisk(node) { "pxe" } else { "disk" };
    vec![boot_device(node, device, true), on_or_restart(node)]
}
