//! `testbed lab ...` and `testbed image`: what a person types. The work is done elsewhere; here it is told.

mod boot;
mod status;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use super::deadline::Interrupt;
use super::domain::Accelerator;
use super::image::{self, Kind};
use super::machine::{Disk, Firmware, Nic, Shape};
use super::process::Process;
use super::record::{self, Record};
use super::up::{Lab, LabOptions};
use super::web;
use super::web::process::Offer;
use super::{libvirt, packages};

/// The virtual machine lab.
#[derive(Debug, Subcommand)]
pub enum LabCommand {
    /// Bring a lab up and hold it until Ctrl-C (or leave it up with --keep).
    Up(Up),
    /// Take a lab down: its machines, daemons, network and files.
    Down {
        /// Which lab.
        #[command(flatten)]
        lab: Name,
    },
    /// Show the labs, their machines and how to reach them.
    Status,
    /// Connect to a machine's serial console (leave with Ctrl-]).
    Console {
        /// The machine, e.g. node-0.
        machine: String,
        /// Which lab.
        #[command(flatten)]
        lab: Name,
    },
    /// Put a target image on a powered-off machine's disk, boot it, and wait for it to phone home.
    Boot(boot::Boot),
    /// Serve images and receive reports inside a lab.
    #[command(hide = true)]
    Web {
        /// Which lab.
        #[command(flatten)]
        lab: Name,
        /// An image, as NAME=FILE.
        #[arg(long)]
        offer: Vec<String>,
        /// Most bytes that a download gets in a second.
        #[arg(long)]
        pace: Option<std::num::NonZeroU32>,
        /// Serve by HTTPS besides.
        #[arg(long)]
        tls: bool,
    },
}

/// Which lab.
#[derive(Debug, Args)]
pub struct Name {
    /// The lab's name.
    #[arg(long, default_value = "default")]
    name: String,
}

/// `lab up`.
#[derive(Debug, Args)]
pub struct Up {
    #[command(flatten)]
    lab: Name,
    /// How many machines.
    #[arg(long, default_value_t = 2)]
    machines: usize,
    /// Return at once and leave the lab up until `lab down`.
    #[arg(long)]
    keep: bool,
    /// Run processors by KVM; by default QEMU translates, which works everywhere.
    #[arg(long)]
    kvm: bool,
    /// Reach the BMCs by HTTPS.
    #[arg(long)]
    bmc_tls: bool,
    /// Send IPv6 router advertisements by dnsmasq.
    #[arg(long)]
    router_advertisements: bool,
    /// Memory of a machine, in MiB.
    #[arg(long, default_value_t = 1024)]
    memory: u32,
    /// Disk size of a machine, in GiB.
    #[arg(long, default_value_t = 4)]
    disk_size: u32,
    /// Firmware of the machines.
    #[arg(long, value_enum, default_value_t)]
    firmware: Firmware,
    /// Network card of the machines.
    #[arg(long, value_enum, default_value_t)]
    nic: Nic,
    /// Disk of the machines.
    #[arg(long, value_enum, default_value_t)]
    disk: Disk,
}

/// `image`.
#[derive(Debug, Args)]
pub struct ImageCommand {
    /// Which image.
    #[arg(value_enum, default_value = "mini")]
    kind: Kind,
    /// The firmware that shall boot it.
    #[arg(long, value_enum, default_value_t)]
    firmware: Firmware,
}

impl LabCommand {
    /// Does it.
    pub fn run(self) -> Result<()> {
        match self {
            Self::Up(up) => up.run(),
            Self::Down { lab } => down(&lab.name),
            Self::Status => status::show(),
            Self::Console { machine, lab } => console(&lab.name, &machine),
            Self::Boot(boot) => boot.run(),
            Self::Web {
                lab,
                offer,
                pace,
                tls,
            } => web::process::serve(&lab.name, &offer, pace, tls),
        }
    }
}

impl ImageCommand {
    /// Builds the image and says where it is.
    pub fn run(self) -> Result<()> {
        packages::install_for_image(self.kind, self.firmware)?;
        let image = image::build(self.kind, self.firmware)?;
        println!("{}  {}", image.raw_sha256, image.raw.display());
        println!("{}  {}", image.gzip_sha256, image.gzip.display());
        Ok(())
    }
}

impl Up {
    fn run(self) -> Result<()> {
        let interrupt = Interrupt::on_signals()?;
        let mut lab = Lab::up(&self.options(), &interrupt)?;
        start_web(&mut lab, self.firmware)?;
        status::print(lab.record());
        if self.keep {
            println!(
                "\nThe lab stays up; take it down with: cargo testbed lab down --name {}",
                self.lab.name
            );
            return lab.stay();
        }
        println!("\nThe lab is up until Ctrl-C.");
        while !interrupt.is_set() {
            std::thread::sleep(Duration::from_millis(200));
        }
        println!("taking the lab down");
        lab.down()
    }

    fn options(&self) -> LabOptions {
        let shape = Shape {
            firmware: self.firmware,
            nic: self.nic,
            disk: self.disk,
            memory_mib: self.memory,
            disk_gib: self.disk_size,
            ..Shape::default()
        };
        LabOptions {
            name: self.lab.name.clone(),
            machines: vec![shape; self.machines],
            accelerator: if self.kvm {
                Accelerator::Kvm
            } else {
                Accelerator::Tcg
            },
            bmc_tls: self.bmc_tls,
            router_advertisements: self.router_advertisements,
        }
    }
}

/// The small target image, plain and compressed.
fn start_web(lab: &mut Lab, firmware: Firmware) -> Result<()> {
    packages::install_for_image(Kind::Mini, firmware)?;
    let image = image::build(Kind::Mini, firmware)?;
    let images = BTreeMap::from([
        ("mini.raw".to_owned(), image.raw),
        ("mini.raw.gz".to_owned(), image.gzip),
    ]);
    web::process::start(
        lab,
        &Offer {
            images,
            ..Offer::default()
        },
    )
}

fn down(name: &str) -> Result<()> {
    if let Ok(record) = Record::load(name)
        && let Some(owner) = record.owner.filter(Process::is_alive)
    {
        bail!(
            "the lab {name} is held by process {}; end that one, and it takes the lab down",
            owner.id
        );
    }
    record::remove(name)?;
    println!("the lab {name} is down");
    Ok(())
}

fn console(lab: &str, machine: &str) -> Result<()> {
    use std::os::unix::process::CommandExt;
    let lab = Lab::attach(lab, &Interrupt::default())?;
    let machine = lab.machine(machine)?;
    if !lab.is_on(&machine.name) {
        bail!(
            "{} is off; what it said before is in {}",
            machine.name,
            machine.serial_log.display()
        );
    }
    let mut command = libvirt::virsh(&lab.folder(), &["console", "--force", &machine.name]);
    Err(command.stdin(std::process::Stdio::inherit()).exec()).context("cannot start virsh")
}
