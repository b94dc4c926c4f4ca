//! Model machines: a fleet of simulated bare metal machines that a real daemon provisions over real TCP and TLS on loopback.
//!
//! Each machine has a BMC (Redfish over HTTP, a service of its own under a path of one shared port), firmware that boots over HTTP as iPXE
//! would, and an agent that speaks the Ironic agent protocol (HTTPS, one shared port). Nothing is downloaded or written: a disk is a line
//! in the machine's [`Truth`]. There is no thread, listener or timer per machine, only one task while it is on; ten thousand fit.
//!
//! # Use
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use hammerscale_testbed::machines::{Fleet, FleetOptions, Runs};
//!
//! let fleet = Fleet::start(FleetOptions { count: 3, seed: 1, ..FleetOptions::default() }).await?;
//! let machine = fleet.machine(0);
//! // Create a node with driver `redfish`, `machine.driver_info()` and a port with `machine.mac`.
//! // Start the daemon in development mode, since everything is on loopback, then:
//! fleet.set_boot_listener("http://127.0.0.1:8080");
//! let truth = fleet.wait(0, |truth| truth.runs == Runs::DeployedSystem).await;
//! assert_eq!(truth.phoned_home.as_deref(), Some("web-1"));
//! # Ok(())
//! # }
//! ```
//!
//! [`Fleet::truth`] and [`Fleet::wait`] look behind the scenes; [`Fleet::inject`] makes a [`Fault`] happen; [`Fleet::by_hand`] is somebody
//! with a finger on the button. The fleet lives as long as its value and outlives any daemon that is killed meanwhile.
//!
//! # What a machine does
//!
//! - A power order takes effect after [`Timings::power`]. Whatever runs is dead at once when power is cut; the BMC shows `Off` a moment
//!   later. A graceful order needs something that runs an operating system, and is lost otherwise.
//! - The firmware tries the boot override (`Once` is used up by it), then the disk, then the network; with nothing to boot it stays on
//!   and does nothing.
//! - Network boot asks `<boot listener>/boot.ipxe?mac=…`, and fetches kernel and ramdisk (their heads only) and the identity. It tries
//!   eight times with growing pauses, so a daemon that restarts is met again.
//! - The agent looks itself up until it is known, and beats at once, when a command begins or ends, and every [`Timings::heartbeat`]. Its
//!   inventory follows the first beat if it is asked for; a boot without an identity sends it before lookup. A write that is cut off leaves [`DiskContent::HalfWritten`], which does not boot.
//! - A deployed system runs if the disk holds a whole image, and phones home with the host name of its config drive.
//!
//! All machines call from 127.0.0.1. The seed decides addresses, delays and which machines a share of faults hits; the order of events
//! between machines is the scheduler's.

mod agent;
mod bmc;
mod board;
mod boot;
mod certificate;
mod dice;
mod fault;
mod fleet;
mod guard;
mod listener;
mod machine;
mod options;
mod power;
mod truth;
mod world;

#[cfg(test)]
mod tests;

pub use certificate::CertificateError;
pub use fault::{Fault, Machines, PlannedFault};
pub use fleet::{Fleet, StartError};
pub use machine::Machine;
pub use options::{FleetOptions, IdentityRule, Timings};
pub use power::ResetType;
pub use truth::{
    BootMode, BootOverride, BootTarget, DiskContent, OverrideEnabled, Power, ReceivedConfigDrive,
    Runs, Truth, WrittenImage,
};
