//! A lab with the engine in it: machines, their BMCs, the image server and `hammerscale serve`, all in one network namespace.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use client::{Client, Connection};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::lab::deadline::wait_for;
use crate::lab::network::{BRIDGE, ENGINE, ENGINE_V6, OUTSIDE, PREFIX_V6};
use crate::lab::process::{Process, require_alive};
use crate::lab::web::process::Offer;
use crate::lab::{Lab, web};

use super::ramdisk::CONSOLE;

/// Where the engine's API listens, inside the namespace only.
pub const API: &str = "http://127.0.0.1:6385";
const START: Duration = Duration::from_secs(60);

/// A lab with the engine.
pub struct Site {
    /// The lab.
    pub lab: Lab,
    program: PathBuf,
    keys: Vec<(&'static str, String)>,
    engine: Option<Process>,
    starts: u32,
    first_answer: Duration,
}

impl Site {
    /// Starts the image server with what it `offer`s and the engine from `program` in a lab that is up.
    pub fn start(lab: Lab, program: PathBuf, ramdisk: PathBuf, offer: &Offer) -> Result<Self> {
        Self::start_with(lab, program, ramdisk, offer, &[])
    }

    /// The same with `further` configuration keys, which go before the usual ones.
    pub fn start_with(
        mut lab: Lab,
        program: PathBuf,
        ramdisk: PathBuf,
        offer: &Offer,
        further: &[(&'static str, &str)],
    ) -> Result<Self> {
        web::process::start(&mut lab, offer)?;
        let mut keys = keys(&lab, ramdisk);
        for (key, value) in further {
            keys.retain(|(known, _)| known != key);
            keys.push((key, (*value).to_owned()));
        }
        let mut site = Self {
            lab,
            program,
            keys,
            engine: None,
            starts: 0,
            first_answer: Duration::ZERO,
        };
        site.first_answer = site.start_engine()?;
        Ok(site)
    }

    /// Starts the engine on the data that it left; gives the time until its first answer.
    pub fn start_engine(&mut self) -> Result<Duration> {
        self.starts += 1;
        let name = format!("engine-{}", self.starts);
        let mut command = Command::new(&self.program);
        command.arg("serve").env("NO_COLOR", "1");
        for (key, value) in &self.keys {
            let key = hammerscale::config::KEYS
                .iter()
                .find(|known| known.path == *key);
            let flag = key.context("a configuration key is gone")?.flag();
            command.arg(format!("--{flag}={value}"));
        }
        let begin = Instant::now();
        let process = self.lab.spawn(&name, &mut command)?;
        let log = self.lab.folder().join(format!("{name}.out"));
        self.engine = Some(process.clone());
        let namespace = self.lab.namespace();
        wait_for(
            "the engine's first answer",
            START,
            self.lab.interrupt(),
            || {
                require_alive(&process, &log)?;
                Ok(namespace.block_on(answers).ok())
            },
        )?;
        Ok(begin.elapsed())
    }

    /// Ends the engine as a power cut would: by SIGKILL.
    pub fn kill_engine(&mut self) -> Result<()> {
        let engine = self.engine.take().context("no engine runs")?;
        kill(Pid::from_raw(engine.id), Signal::SIGKILL).context("cannot kill the engine")?;
        wait_for("the engine's end", START, self.lab.interrupt(), || {
            Ok((!engine.is_alive()).then_some(()))
        })
    }

    /// How long its first start took until the first answer.
    pub fn first_answer(&self) -> Duration {
        self.first_answer
    }

    /// The engine's process.
    pub fn engine(&self) -> Option<&Process> {
        self.engine.as_ref()
    }
}

/// A client of the engine; use it inside the namespace only.
pub fn client() -> Result<Client> {
    Ok(Client::new(&Connection::to(API))?)
}

async fn answers() -> Result<()> {
    let mut connection = Connection::to(API);
    connection.timeout = Duration::from_secs(5);
    connection.retry.tries = 1;
    Client::new(&connection)?.conductors().await?;
    Ok(())
}

fn keys(lab: &Lab, ramdisk: PathBuf) -> Vec<(&'static str, String)> {
    let folder = lab.folder();
    let mut last = ENGINE.octets();
    let mut range = |end| {
        last[3] = end;
        std::net::Ipv4Addr::from(last).to_string()
    };
    vec![
        ("data_dir", folder.join("engine").display().to_string()),
        (
            "sealing_key_file",
            folder.join("sealing.key").display().to_string(),
        ),
        ("api.listen", API.trim_start_matches("http://").to_owned()),
        ("bmc.allowed_networks", format!("{ENGINE}/32")),
        ("agents.allowed_networks", format!("{OUTSIDE}/32")),
        ("netboot.interface", BRIDGE.to_owned()),
        ("netboot.address", ENGINE.to_string()),
        ("netboot.dhcp", "server".to_owned()),
        ("netboot.range_start", range(50)),
        ("netboot.range_end", range(250)),
        ("netboot.router_advertisements", "true".to_owned()),
        ("netboot.ra_prefix", format!("{}/{PREFIX_V6}", prefix_v6())),
        ("netboot.ramdisk_dir", ramdisk.display().to_string()),
        ("netboot.kernel_append_params", CONSOLE.to_owned()),
    ]
}

fn prefix_v6() -> std::net::Ipv6Addr {
    let mut segments = ENGINE_V6.segments();
    segments[4..].fill(0);
    segments.into()
}
