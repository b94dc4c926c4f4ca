//! Real Ironic as a process of this run: installed from PyPI at pinned versions into the cache, one process tree, SQLite, no
//! authentication, fake hardware only, on loopback. It decides nothing about what is asked of it.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::lab::command::{output, tool};
use crate::lab::packages;
use crate::lab::process::log_tail;

/// Every package and its version, as pip resolved them for this Ironic.
const REQUIREMENTS: &str = include_str!("requirements.txt");
const START: Duration = Duration::from_secs(90);
const LOOK: Duration = Duration::from_millis(100);
const GRACE: Duration = Duration::from_secs(20);

/// The interfaces of one kind that nodes may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enabled {
    /// The kind: `deploy`.
    pub kind: String,
    /// Their names.
    pub names: Vec<String>,
    /// The one of nodes that name none; else each hardware type has its own.
    pub default: Option<String>,
}

/// What is set otherwise than Ironic's defaults, besides what running it here takes.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The hardware types, joined by commas.
    pub hardware_types: String,
    /// What is enabled of each kind.
    pub interfaces: Vec<Enabled>,
    /// Whether machines are cleaned between their uses.
    pub automated_clean: bool,
    /// How many nodes may be deployed or cleaned at once.
    pub concurrent: u32,
}

/// A running Ironic; its end is the end of its processes.
pub struct Ironic {
    child: Child,
    /// Where its API listens.
    pub address: SocketAddr,
    log: PathBuf,
}

/// The `bin` folder of an environment that holds Ironic; made on first use.
pub fn install() -> Result<PathBuf> {
    packages::install_for_clients()?;
    let requirements: Vec<&str> = REQUIREMENTS
        .lines()
        .filter(|line| !line.is_empty())
        .collect();
    println!("Ironic: {}", version());
    packages::python::isolated_environment(&requirements)
}

/// Which Ironic it is.
pub fn version() -> &'static str {
    let mut lines = REQUIREMENTS.lines();
    lines
        .find_map(|line| line.strip_prefix("ironic=="))
        .unwrap_or_default()
}

impl Ironic {
    /// Starts it on a new database in `folder` and waits until it answers.
    pub fn start(bin: &Path, folder: &Path, settings: &Settings) -> Result<Self> {
        let address = free_address()?;
        // Ironic writes boot scripts there at its start, and makes no folder.
        for name in ["http", "tftp", "images"] {
            std::fs::create_dir_all(folder.join(name)).context("folders for Ironic")?;
        }
        let file = folder.join("ironic.conf");
        std::fs::write(&file, configuration(folder, address, settings))
            .context("writing Ironic's configuration")?;
        // Ironic's own way for SQLite: its migrations need what SQLite does not have.
        output(
            tool(bin.join("ironic-dbsync"), ["--config-file"])
                .arg(&file)
                .arg("create_schema"),
        )
        .context("making Ironic's database")?;
        let log = folder.join("ironic.log");
        let mut ironic = Self {
            child: spawn(bin, &file, &log)?,
            address,
            log,
        };
        ironic.wait_until_it_answers()?;
        Ok(ironic)
    }

    fn wait_until_it_answers(&mut self) -> Result<()> {
        let end = Instant::now() + START;
        while TcpStream::connect(self.address).is_err() {
            let ended = self.child.try_wait().context("Ironic's state")?;
            if ended.is_some() || Instant::now() >= end {
                bail!("Ironic does not answer. It said: {}", log_tail(&self.log));
            }
            std::thread::sleep(LOOK);
        }
        Ok(())
    }

    /// The ids of its processes: the master and the service that it forked.
    pub fn processes(&self) -> Vec<i32> {
        let master = self.child.id().cast_signed();
        let mut all = vec![master];
        all.extend(children(master));
        all
    }

    /// The tail of its log.
    pub fn said(&self) -> String {
        log_tail(&self.log)
    }

    fn end(&mut self) {
        let forked = children(self.child.id().cast_signed());
        // Only this child and what it forked, by their ids; a failure means that one has ended already.
        let _ = kill(
            Pid::from_raw(self.child.id().cast_signed()),
            Signal::SIGTERM,
        );
        let end = Instant::now() + GRACE;
        while matches!(self.child.try_wait(), Ok(None)) && Instant::now() < end {
            std::thread::sleep(LOOK);
        }
        if matches!(self.child.try_wait(), Ok(None)) {
            for id in forked {
                let _ = kill(Pid::from_raw(id), Signal::SIGKILL);
            }
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

impl Drop for Ironic {
    fn drop(&mut self) {
        self.end();
    }
}

/// Processes whose parent is this one, as the kernel lists them by the thread that forked (`/proc/PID/task/TID/children`).
fn children(id: i32) -> Vec<i32> {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{id}/task")) else {
        return Vec::new();
    };
    let listed = threads.filter_map(|thread| {
        let file = thread.ok()?.path().join("children");
        std::fs::read_to_string(file).ok()
    });
    let listed: Vec<String> = listed.collect();
    let words = listed.iter().flat_map(|text| text.split_whitespace());
    words.filter_map(|word| word.parse().ok()).collect()
}

fn spawn(bin: &Path, file: &Path, log: &Path) -> Result<Child> {
    let out = std::fs::File::create(log).context("Ironic's log")?;
    let errors = out.try_clone().context("Ironic's log")?;
    // Should this run be killed, the kernel ends Ironic for it.
    Command::new("setpriv")
        .args(["--pdeathsig", "SIGTERM", "--"])
        .arg(bin.join("ironic"))
        .arg("--config-file")
        .arg(file)
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(errors)
        .spawn()
        .context("starting Ironic")
}

fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
    Ok(listener.local_addr()?)
}

fn configuration(folder: &Path, address: SocketAddr, settings: &Settings) -> String {
    let interfaces: String = settings
        .interfaces
        .iter()
        .map(
            |Enabled {
                 kind,
                 names,
                 default,
             }| {
                let names = names.join(",");
                let default = default.iter();
                let default: String = default
                    .map(|name| format!("default_{kind}_interface = {name}\n"))
                    .collect();
                format!("enabled_{kind}_interfaces = {names}\n{default}")
            },
        )
        .collect();
    format!(
        "[DEFAULT]\n\
         auth_strategy = noauth\nhost = hammerscale\nrpc_transport = none\nuse_stderr = true\n\
         enabled_hardware_types = {types}\n{interfaces}\
         hash_ring_algorithm = sha256\nmy_ip = 127.0.0.1\n\
         [database]\nconnection = sqlite:///{folder}/ironic.sqlite\nsqlite_synchronous = false\n\
         [api]\nhost_ip = 127.0.0.1\nport = {port}\n\
         [conductor]\nautomated_clean = {clean}\nsync_power_state_interval = 0\n\
         heartbeat_timeout = 315576000\nmax_concurrent_deploy = {concurrent}\nmax_concurrent_clean = {concurrent}\n\
         [dhcp]\ndhcp_provider = none\n\
         [deploy]\nhttp_url = http://127.0.0.1:9\nhttp_root = {folder}/http\n\
         [pxe]\ntftp_root = {folder}/tftp\ntftp_master_path = {folder}/tftp/master_images\n\
         images_path = {folder}/images\ninstance_master_path = {folder}/images/masters\n",
        folder = folder.display(),
        types = settings.hardware_types,
        port = address.port(),
        clean = settings.automated_clean,
        concurrent = settings.concurrent,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_requirement_is_pinned() {
        let lines: Vec<&str> = REQUIREMENTS
            .lines()
            .filter(|line| !line.is_empty())
            .collect();
        assert!(lines.iter().any(|line| line.starts_with("ironic==")));
        assert!(lines.iter().all(|line| line.contains("==")), "{lines:?}");
    }

    #[test]
    fn a_default_interface_is_set() {
        let settings = Settings {
            hardware_types: "fake-hardware".into(),
            interfaces: vec![Enabled {
                kind: "inspect".into(),
                names: vec!["fake".into(), "no-inspect".into()],
                default: Some("fake".into()),
            }],
            automated_clean: true,
            concurrent: 7,
        };
        let text = configuration(Path::new("/x"), "127.0.0.1:81".parse().unwrap(), &settings);
        assert!(text.contains("enabled_inspect_interfaces = fake,no-inspect\n"));
        assert!(text.contains("default_inspect_interface = fake\n"));
        assert!(text.contains("port = 81\n"));
    }
}
