//! The demo: machines that are off become machines that run a system, before a person's eyes. Also what tests need to do the same.

mod account;
pub(crate) mod kit;
pub(crate) mod lab_machine;
pub(crate) mod play;
pub(crate) mod post_mortem;
pub(crate) mod programs;
pub(crate) mod ramdisk;
mod screen;
mod simulated;
pub(crate) mod site;
mod stage;
pub(crate) mod story;
mod virtual_machines;

pub use simulated::run as fleet_stage;
pub use stage::{bios_stage, error_stage, odd_stage, vm_stage};

use anyhow::Result;
use clap::Args;

use crate::lab::image::Kind;
use crate::lab::machine::{Firmware, Shape};
use crate::lab::packages::kernel::Flavour;

/// Bring machines from powered off to running a deployed system, and show it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo testbed demo                          two virtual machines; needs root and Debian
  cargo testbed demo --keep                   and leave everything up to play with
  cargo testbed demo --machines 4 --image debian
  cargo testbed demo --firmware bios          legacy machines: SeaBIOS, iPXE as the network card's ROM
  cargo testbed demo --simulated              no root, no packages, seconds")]
pub struct DemoCommand {
    /// How many machines [default: 2, or 8 simulated ones]
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=100))]
    machines: Option<u8>,
    /// What they are given
    #[arg(long, value_enum, default_value = "mini")]
    image: Kind,
    /// Firmware of the machines
    #[arg(long, value_enum, default_value_t)]
    firmware: Firmware,
    /// Leave everything up afterwards, and say how to talk to it
    #[arg(long)]
    keep: bool,
    /// Model machines instead of virtual ones: no root, no packages, seconds
    #[arg(long, conflicts_with_all = ["image", "firmware", "keep", "kernel", "memory", "kvm"])]
    simulated: bool,
    /// Kernel of the agent's ramdisk
    #[arg(long, value_enum, default_value = "cloud")]
    kernel: Flavour,
    /// Memory of a machine, in MiB
    #[arg(long, default_value_t = 1024)]
    memory: u32,
    /// Run processors by KVM; by default QEMU translates, which works everywhere
    #[arg(long)]
    kvm: bool,
}

impl DemoCommand {
    /// Does it.
    pub fn run(self) -> Result<()> {
        if self.simulated {
            return simulated::run(usize::from(self.machines.unwrap_or(8)));
        }
        let wishes = kit::Wishes {
            machines: usize::from(self.machines.unwrap_or(2)),
            image: self.image,
            kernel: self.kernel,
            kvm: self.kvm,
            shape: Shape {
                firmware: self.firmware,
                memory_mib: self.memory,
                ..Shape::default()
            },
            ..kit::Wishes::default()
        };
        virtual_machines::run(&wishes, self.keep)
    }
}
