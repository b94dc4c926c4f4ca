//! A whole lab: brought up step by step, taken down as a whole when its owner ends.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use netboot_media::ConfigDrive;

use super::command::{output, tool};
use super::deadline::{Interrupt, wait_for};
use super::domain::Accelerator;
use super::image::{self, Image};
use super::machine::{Machine, Shape, mac_of};
use super::namespace::Namespace;
use super::process::Process;
use super::record::{self, Record};
use super::sushy::Bmc;
use super::{libvirt, network, packages, router_advertisements, sushy};

/// Most machines of one lab: their addresses are numbered by one byte.
const MOST_MACHINES: usize = 200;

/// What a lab shall be.
#[derive(Debug, Clone)]
pub struct LabOptions {
    /// Its name, 1 to 20 characters of a-z, 0-9 and `-`.
    pub name: String,
    /// Its machines: `node-0` and so on, powered off, with empty disks.
    pub machines: Vec<Shape>,
    /// How processors are run.
    pub accelerator: Accelerator,
    /// Whether the BMCs are reached by HTTPS.
    pub bmc_tls: bool,
    /// Whether dnsmasq sends router advertisements.
    pub router_advertisements: bool,
}

impl LabOptions {
    /// A lab of `count` usual machines, named after this process.
    pub fn with_machines(count: usize) -> Self {
        Self {
            name: format!("pid-{}", std::process::id()),
            machines: vec![Shape::default(); count],
            accelerator: Accelerator::Tcg,
            bmc_tls: false,
            router_advertisements: false,
        }
    }
}

/// A lab that is up. Dropping it takes it down, unless it was told to stay.
#[derive(Debug)]
pub struct Lab {
    record: Record,
    interrupt: Interrupt,
    stays: bool,
}

impl Lab {
    /// Installs what is missing, clears what crashed labs left, and brings a lab up. What was begun is removed when a
    /// step fails or `interrupt` is set.
    pub fn up(options: &LabOptions, interrupt: &Interrupt) -> Result<Self> {
        if options.machines.len() > MOST_MACHINES {
            bail!("a lab has at most {MOST_MACHINES} machines");
        }
        packages::install_for_lab()?;
        for name in record::remove_abandoned()? {
            println!("removed the lab {name}, which a crashed run had left");
        }
        interrupt.check()?;
        let mut lab = Self {
            record: Record::create(&options.name, &libvirt::MOUNT_POINTS)?,
            interrupt: interrupt.clone(),
            stays: false,
        };
        lab.build(options)?;
        Ok(lab)
    }

    fn build(&mut self, options: &LabOptions) -> Result<()> {
        let interrupt = self.interrupt.clone();
        let namespace = self.namespace();
        step("network", || {
            namespace.create().and_then(|()| network::build(&namespace))
        })?;
        step("libvirt", || {
            libvirt::start(&mut self.record, options.accelerator, &interrupt)
        })?;
        step("BMC emulator", || {
            sushy::start(&mut self.record, options.bmc_tls, &interrupt)
        })?;
        if options.router_advertisements {
            step("router advertisements", || {
                router_advertisements::start(&mut self.record)
            })?;
        }
        for (number, shape) in (0u8..).zip(&options.machines) {
            interrupt.check()?;
            libvirt::define(
                &mut self.record,
                &format!("node-{number}"),
                &mac_of(number),
                shape,
                options.accelerator,
            )?;
        }
        Ok(())
    }

    /// A lab that somebody else brought up. Dropping this value leaves it as it is.
    pub fn attach(name: &str, interrupt: &Interrupt) -> Result<Self> {
        Ok(Self {
            record: Record::load(name)?,
            interrupt: interrupt.clone(),
            stays: true,
        })
    }

    /// From now on it outlives this process, until somebody takes it down.
    pub fn stay(&mut self) -> Result<()> {
        self.record.owner = None;
        self.record.save()?;
        self.stays = true;
        Ok(())
    }

    /// Takes it down and says what could not be removed.
    pub fn down(mut self) -> Result<()> {
        self.stays = true;
        record::remove(&self.record.name)
    }

    /// Its network namespace.
    pub fn namespace(&self) -> Namespace {
        self.record.namespace()
    }

    /// Where it keeps its files; gone when it is down.
    pub fn folder(&self) -> PathBuf {
        self.record.folder()
    }

    /// What it wrote down about itself.
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Set when the lab shall end.
    pub fn interrupt(&self) -> &Interrupt {
        &self.interrupt
    }

    /// How to reach the BMCs.
    pub fn bmc(&self) -> Result<&Bmc> {
        self.record
            .bmc
            .as_ref()
            .context("the lab has no BMC emulator yet")
    }

    /// Its machines.
    pub fn machines(&self) -> &[Machine] {
        &self.record.machines
    }

    /// The machine of this name.
    pub fn machine(&self, name: &str) -> Result<&Machine> {
        self.machines()
            .iter()
            .find(|machine| machine.name == name)
            .with_context(|| format!("the lab has no machine {name}"))
    }

    /// Starts a program of one's own inside the namespace; it ends with the lab. Its output goes to `NAME.out` in the lab's folder.
    pub fn spawn(&mut self, name: &str, command: &mut Command) -> Result<Process> {
        let log = File::create(self.folder().join(format!("{name}.out")))?;
        command
            .process_group(0)
            .stdin(std::process::Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        let child = self.namespace().spawn(command)?;
        let process = Process::observe(name, child.id().cast_signed())
            .with_context(|| format!("{name} ended at once"))?;
        self.record.add_process(process.clone())?;
        Ok(process)
    }

    /// What a machine's serial port has said so far; empty before its first power-on.
    pub fn serial(&self, machine: &str) -> Result<String> {
        let log = fs::read(&self.machine(machine)?.serial_log).unwrap_or_default();
        Ok(String::from_utf8_lossy(&log).into_owned())
    }

    /// Waits until a machine's serial port has said `text`.
    pub fn wait_for_serial(&self, machine: &str, text: &str, limit: Duration) -> Result<()> {
        let what = format!("{text:?} on the serial port of {machine}");
        wait_for(&what, limit, &self.interrupt, || {
            Ok(self.serial(machine)?.contains(text).then_some(()))
        })
    }

    /// Whether libvirt runs the machine: the truth behind what its BMC says.
    pub fn is_on(&self, machine: &str) -> bool {
        self.qemu(machine).is_some_and(|process| process.is_alive())
    }

    /// Waits until a machine is off.
    pub fn wait_until_off(&self, machine: &str, limit: Duration) -> Result<()> {
        let what = format!("the end of {machine}");
        wait_for(&what, limit, &self.interrupt, || {
            Ok((!self.is_on(machine)).then_some(()))
        })
    }

    /// The process that runs a machine; none while it is off.
    pub fn qemu(&self, machine: &str) -> Option<Process> {
        libvirt::process_of(&self.folder(), machine)
    }

    /// Writes an image and a config drive to the disk of a powered-off machine, as a deployment would.
    pub fn install(&self, machine: &str, image: &Image, config_drive: &ConfigDrive) -> Result<()> {
        if self.is_on(machine) {
            bail!("{machine} is on: its disk cannot be written");
        }
        let machine = self.machine(machine)?;
        let drive = config_drive
            .iso(&machine.uuid, Some(&machine.name))
            .context("cannot make the config drive")?;
        let raw = self
            .folder()
            .join("machines")
            .join(format!("{}.raw", machine.name));
        image::deployed(
            &image.raw,
            drive,
            u64::from(machine.shape.disk_gib) << 30,
            &raw,
        )?;
        output(
            tool("qemu-img", ["convert", "-f", "raw", "-O", "qcow2"])
                .arg(&raw)
                .arg(&machine.disk_file),
        )?;
        fs::remove_file(&raw).context("cannot remove the raw disk")
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        if self.stays {
            return;
        }
        if let Err(error) = record::remove(&self.record.name) {
            tracing::error!("the lab {} is not fully down: {error:#}", self.record.name);
        }
    }
}

fn step(what: &str, act: impl FnOnce() -> Result<()>) -> Result<()> {
    let begin = Instant::now();
    act().with_context(|| format!("cannot bring up the {what}"))?;
    println!("{what}: up after {:.1} s", begin.elapsed().as_secs_f32());
    Ok(())
}
