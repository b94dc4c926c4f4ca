//! `lab boot`: proves that a machine can run a target image, without any engine.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use netboot_media::ConfigDrive;
use serde_json::{Map, json};

use super::Name;
use crate::lab::deadline::{Interrupt, wait_for};
use crate::lab::image::{self, Kind};
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
    /// IPv4 address with prefix length for the machine, when no DHCP server runs; the mini images understand it.
    #[arg(long)]
    address: Option<String>,
    /// How long to wait for the report, in seconds.
    #[arg(long, default_value_t = 180)]
    patience: u64,
}

impl Boot {
    /// Installs, powers on, waits.
    pub fn run(self) -> Result<()> {
        if self.image == Kind::Debian {
            packages::install_for_debian_image()?;
        }
        let lab = Lab::attach(&self.lab.name, &Interrupt::on_signals()?)?;
        let image = image::build(self.image)?;
        lab.install(&self.machine, &image, &self.config_drive())?;
        let machine = lab.machine(&self.machine)?;
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

    fn config_drive(&self) -> ConfigDrive {
        let mut meta_data = Map::from_iter([
            ("hostname".to_owned(), json!(self.machine)),
            (
                "phone_home".to_owned(),
                json!(web::phone_home_url(&self.machine)),
            ),
        ]);
        meta_data.extend(
            self.address
                .iter()
                .map(|address| ("static_address".to_owned(), json!(address))),
        );
        ConfigDrive {
            meta_data,
            ..ConfigDrive::default()
        }
    }
}

/// What has been reported inside a lab so far, oldest first.
pub fn reports(lab: &Lab) -> Result<Vec<Report>> {
    #[derive(serde::Deserialize)]
    struct Status {
        reports: Vec<Report>,
    }
    lab.namespace().block_on(|| async {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(Duration::from_secs(10))
            .build()?;
        let answer = client
            .get(format!("http://{}/status", web::address()))
            .send()
            .await
            .context("the lab's web server does not answer")?;
        Ok(answer
            .json::<Status>()
            .await
            .context("the lab's web server answers nonsense")?
            .reports)
    })
}
