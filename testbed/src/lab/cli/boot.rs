//! `lab boot`: proves that a machine can run a target image, without any engine.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use netboot_media::ConfigDrive;
use netboot_media::config_drive::UserData;
use serde_json::{Map, json};

use super::Name;
use crate::lab::deadline::{Interrupt, wait_for};
use crate::lab::image::{self, Kind, cloud_init};
use crate::lab::up::Lab;
use crate::lab::web::{self, Report};
use crate::lab::{packages, redfish};

/// `lab boot`.
#[derive(Debug, Args)]
pub struct Boot {
    /// The machine, e.g. node-0.
    machine: String,
    #[command(flatten)]
    lab: Name,
    /// Which image.
    #[arg(long, value_enum, default_value = "mini")]
    image: Kind,
    /// IPv4 address with prefix length for the machine, when no DHCP server runs.
    #[arg(long)]
    address: Option<Address>,
    /// How long to wait for the report, in seconds.
    #[arg(long, default_value_t = 600)]
    patience: u64,
}

impl Boot {
    /// Installs, powers on, waits.
    pub fn run(self) -> Result<()> {
        let lab = Lab::attach(&self.lab.name, &Interrupt::on_signals()?)?;
        let machine = lab.machine(&self.machine)?;
        packages::install_for_image(self.image, machine.shape.firmware)?;
        let image = image::build(self.image, machine.shape.firmware)?;
        lab.install(&self.machine, &image, &self.config_drive(&machine.mac))?;
        let earlier = reports(&lab)?.len();
        let begin = Instant::now();
        redfish::power_on(&lab.namespace(), lab.bmc()?, &machine.uuid, "Hdd")?;
        let report = wait_for(
            "the report",
            Duration::from_secs(self.patience),
            lab.interrupt(),
            || {
                Ok(reports(&lab)?
                    .into_iter()
                    .skip(earlier)
                    .find(|report| report.mac == machine.mac))
            },
        )
        .with_context(|| format!("see {}", machine.serial_log.display()))?;
        let processor = lab
            .qemu(&self.machine)
            .and_then(|process| process.cpu_seconds())
            .unwrap_or_default();
        println!(
            "phoned home {:.1} s after power-on, {processor:.1} CPU s",
            begin.elapsed().as_secs_f32()
        );
        println!("{}", serde_json::to_string_pretty(&report)?);
        Ok(())
    }

    fn config_drive(&self, mac: &str) -> ConfigDrive {
        let url = web::phone_home_url(&self.machine);
        let mut meta_data = Map::from_iter([
            ("hostname".to_owned(), json!(self.machine)),
            ("phone_home".to_owned(), json!(url)),
        ]);
        let fixed = self
            .address
            .map(|address| ("static_address".to_owned(), json!(address.to_string())));
        meta_data.extend(fixed);
        let network_data = self
            .address
            .map(|Address { host, prefix }| cloud_init::fixed_network(mac, host, prefix));
        let user_data = Some(UserData::Text(cloud_init::reporting_user_data(&url)));
        ConfigDrive {
            meta_data,
            user_data,
            network_data,
            ..ConfigDrive::default()
        }
    }
}

/// An IPv4 address with its network's prefix length, `A.B.C.D/N`.
#[derive(Debug, Clone, Copy)]
struct Address {
    host: Ipv4Addr,
    prefix: u8,
}

impl FromStr for Address {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (host, prefix) = text.split_once('/').context("write it as A.B.C.D/N")?;
        let prefix = prefix
            .parse()
            .ok()
            .filter(|prefix| *prefix <= 32)
            .context("the prefix length is 0 to 32")?;
        Ok(Self {
            host: host.parse().context("not an IPv4 address")?,
            prefix,
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.host, self.prefix)
    }
}

/// What has been reported inside a lab so far, oldest first.
fn reports(lab: &Lab) -> Result<Vec<Report>> {
    Ok(lab.namespace().block_on(web::process::status)?.reports)
}
