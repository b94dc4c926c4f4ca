//! The servers that are measured beside one another: Hammerscale as it is shipped, and real Ironic. Each with fake hardware, without
//! cleaning, on a new database in a scratch folder.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::demo::programs;
use crate::differential::ironic::{self, Ironic};
use crate::lab::process::Process;

const START: Duration = Duration::from_secs(30);
const LOOK: Duration = Duration::from_millis(20);
/// What fake hardware needs in both, so that they do the same.
const INTERFACES: &[(&str, &str)] = &[
    ("bios", "no-bios"),
    ("boot", "fake"),
    ("console", "no-console"),
    ("deploy", "fake"),
    ("firmware", "no-firmware"),
    ("inspect", "fake"),
    ("management", "fake"),
    ("network", "noop"),
    ("power", "fake"),
    ("raid", "no-raid"),
    ("rescue", "no-rescue"),
    ("storage", "noop"),
    ("vendor", "no-vendor"),
];

/// A server under load.
pub struct Subject {
    /// Its name, for people.
    pub name: &'static str,
    /// Where it listens.
    pub address: SocketAddr,
    running: Running,
}

enum Running {
    Ours(Child),
    Ironic(Ironic),
}

impl Subject {
    /// Starts Hammerscale's release build; its data is in `folder`.
    pub fn ours(folder: &Path) -> Result<Self> {
        let program = programs::daemon(true)?;
        let address = free_address()?;
        let child = Command::new(program)
            .arg("serve")
            .env("HAMMERSCALE_API__LISTEN", address.to_string())
            .env("HAMMERSCALE_DATA_DIR", folder.join("data"))
            .env("HAMMERSCALE_SEALING_KEY_FILE", folder.join("sealing.key"))
            .env("HAMMERSCALE_HARDWARE__ENABLED_TYPES", "fake-hardware")
            .env("HAMMERSCALE_CONDUCTOR__AUTOMATED_CLEAN", "false")
            .env("HAMMERSCALE_LOG__LEVEL", "warn")
            .stdin(Stdio::null())
            .spawn()
            .context("cannot start the daemon")?;
        let mut subject = Self {
            name: "Hammerscale",
            address,
            running: Running::Ours(child),
        };
        subject.wait()?;
        Ok(subject)
    }

    /// Starts Ironic; its data and log are in `folder`.
    pub fn ironic(folder: &Path) -> Result<Self> {
        let bin = ironic::install()?;
        let interfaces = INTERFACES.iter();
        let settings = ironic::Settings {
            hardware_types: "fake-hardware".to_owned(),
            interfaces: interfaces
                .map(|(kind, name)| ironic::Enabled {
                    kind: (*kind).to_owned(),
                    names: vec![(*name).to_owned()],
                    default: Some((*name).to_owned()),
                })
                .collect(),
            automated_clean: false,
            concurrent: 5000,
        };
        let ironic = Ironic::start(&bin, folder, &settings)?;
        Ok(Self {
            name: "Ironic",
            address: ironic.address,
            running: Running::Ironic(ironic),
        })
    }

    fn wait(&mut self) -> Result<()> {
        let end = Instant::now() + START;
        while TcpStream::connect(self.address).is_err() {
            let ended = match &mut self.running {
                Running::Ours(child) => child.try_wait().context("the daemon's state")?,
                Running::Ironic(_) => None,
            };
            if ended.is_some() || Instant::now() >= end {
                bail!("{} does not answer", self.name);
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    fn processes(&self) -> Vec<i32> {
        match &self.running {
            Running::Ours(child) => vec![child.id().cast_signed()],
            Running::Ironic(ironic) => ironic.processes(),
        }
    }

    /// CPU time of all its processes so far, in seconds (user and system, `/proc/PID/stat`).
    pub fn cpu_seconds(&self) -> f64 {
        let processes = self.processes().into_iter();
        let known = processes.filter_map(|id| Process::observe(self.name, id));
        known.filter_map(|process| process.cpu_seconds()).sum()
    }

    /// Memory of all its processes, in bytes: resident, pages that several share counted once between them (`Pss`, proc_pid_smaps(5)).
    pub fn memory(&self) -> Result<u64> {
        let mut kib = 0;
        for id in self.processes() {
            let text = std::fs::read_to_string(format!("/proc/{id}/smaps_rollup"))
                .context("a process's memory")?;
            let line = text.lines().find_map(|line| line.strip_prefix("Pss:"));
            let number = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
            kib += number.unwrap_or(0);
        }
        Ok(kib * 1024)
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        if let Running::Ours(child) = &mut self.running {
            // Only this child, by its handle; it may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
    Ok(listener.local_addr()?)
}
