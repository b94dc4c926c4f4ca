//! `cargo testbed interop`: the agent protocol against its other speakers. ironic-python-agent works under Hammerscale, and Hammerscale's agent
//! works under Ironic, each on a virtual machine from powered off to a running system and back.

mod disk;
mod ironic;
mod journey;
mod observer;
mod stock_agent;
mod table;

pub use ironic::stage as ironic_stage;
pub(crate) use observer::age as process_age;
pub use stock_agent::stage as stock_agent_stage;
pub(crate) use stock_agent::{Ramdisk as StockRamdisk, prepare as stock_agent_ramdisk};

use anyhow::Result;
use clap::{Args, Subcommand};

/// Prove that agent and engine speak the protocol of Ironic's own.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo testbed interop ipa                  ironic-python-agent under Hammerscale
  cargo testbed interop ipa --build-only     only build its ramdisk, and say how large it is
  cargo testbed interop ironic               Hammerscale's agent under Ironic
  cargo testbed interop ironic --partitions  the same, with partition images besides")]
pub struct InteropCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// ironic-python-agent, from PyPI in a ramdisk of ironic-python-agent-builder, works under Hammerscale
    Ipa(stock_agent::StockAgentCommand),
    /// Hammerscale's agent works under Ironic from PyPI
    Ironic(ironic::IronicCommand),
}

impl InteropCommand {
    /// Does it.
    pub fn run(self) -> Result<()> {
        match self.what {
            What::Ipa(command) => command.run(),
            What::Ironic(command) => command.run(),
        }
    }
}
