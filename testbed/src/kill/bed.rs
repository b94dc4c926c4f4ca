//! The machine of a run with all that can be broken around it: orders, blows, and what is seen of them.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use api_types::{Node, PatchOperation};
use client::{Client, Connection};

use super::blow::Blow;
use super::given::Given;
use super::images::Images;
use super::moment::{Moment, Seen};
use super::network::{self, Cut};
use super::{disk, machine};
use crate::demo::lab_machine;
use crate::demo::site::{API, Site};
use crate::demo::story::Story;
use crate::lab::Machine;
use crate::lab::machine::Firmware;
use crate::lab::web::{self, Report};

const LOOK: Duration = Duration::from_millis(40);
const SLOW_LOOK: Duration = Duration::from_millis(400);
/// From the order to the last moment of a deployment, on a slow machine.
const MOMENT: Duration = Duration::from_secs(420);

/// The machine and its surroundings.
pub struct Bed {
    /// The lab with the daemon.
    pub site: Site,
    /// The image server.
    pub images: Images,
    /// The machine.
    pub machine: Machine,
    /// What is deployed.
    pub given: Given,
    client: Client,
    /// How much the serial port had said, and the image server had done, when the order was given.
    marks: (usize, u64, u64),
}

impl Bed {
    /// A lab with one machine, of which nobody knows yet.
    pub fn new(site: Site, images: Images, given: Given) -> Result<Self> {
        let machines = site.lab.machines();
        let machine = machines.first().context("the lab has no machine")?.clone();
        let mut connection = Connection::to(API);
        connection.timeout = Duration::from_secs(20);
        // Whoever asks here asks again: the daemon is away now and then.
        connection.retry.tries = 1;
        Ok(Self {
            site,
            images,
            machine,
            given,
            client: Client::new(&connection)?,
            marks: (0, 0, 0),
        })
    }

    fn name(&self) -> &str {
        &self.machine.name
    }

    /// Makes the node available, without cleaning.
    pub async fn enroll(&self, firmware: Firmware) -> Result<()> {
        let subject = lab_machine::subject(&self.machine, self.site.lab.bmc()?)?;
        let mut story = Story::of(&self.client, &subject);
        story.enroll().await?;
        let mode = match firmware {
            Firmware::Uefi => "boot_mode:uefi",
            Firmware::Bios => "boot_mode:bios",
        };
        let changes = [
            PatchOperation::add("/properties/capabilities", mode),
            PatchOperation::add("/deploy_interface", self.given.interface()),
        ];
        self.client.patch_node(self.name(), &changes).await?;
        story.verb("provide", "available").await
    }

    /// Everything is whole again, and the machine off.
    pub fn clear(&mut self) -> Result<()> {
        self.lift_all()?;
        machine::cut_power(&self.site.lab, &self.machine)?;
        self.site
            .lab
            .wait_until_off(self.name(), Duration::from_secs(30))
    }

    /// The disk is empty, as cleaning would leave it.
    pub fn blank_disk(&self) -> Result<()> {
        disk::blank(&self.machine.disk_file, self.machine.shape.disk_gib)
    }

    /// Orders the deployment.
    pub async fn order(&mut self, host_name: &str) -> Result<()> {
        let serial = self.serial(0).len();
        let (requests, sent) = self.images.counted();
        self.marks = (serial, requests, sent);
        let node = self.client.node(self.name()).await?;
        let active = node.provision_state.as_deref() == Some("active");
        let info = self.given.instance_info(self.name(), host_name);
        self.client.patch_node(self.name(), &[info]).await?;
        let order = self.given.order(self.name(), host_name, active);
        Ok(self.client.provision(self.name(), &order).await?)
    }

    /// What the serial port has said beyond so many bytes. It paints screens, so not all of it is text.
    pub fn serial(&self, from: usize) -> Vec<u8> {
        let mut all = std::fs::read(&self.machine.serial_log).unwrap_or_default();
        all.drain(..from.min(all.len()));
        all
    }

    /// Waits for a moment of the deployment.
    pub async fn reach(&self, moment: Moment) -> Result<()> {
        let begun = Instant::now();
        loop {
            let (requests, sent) = self.images.counted();
            let said = self.serial(self.marks.0);
            let seen = Seen {
                on: self.site.lab.is_on(self.name()),
                serial: &String::from_utf8_lossy(&said),
                requests: requests - self.marks.1,
                sent: (sent - self.marks.2, self.given.size()),
            };
            if moment.has_come(&seen) {
                return Ok(());
            }
            if begun.elapsed() > MOMENT {
                bail!(
                    "the moment '{moment}' did not come within {} s",
                    MOMENT.as_secs()
                );
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Strikes.
    pub fn strike(&mut self, blow: Blow) -> Result<()> {
        let (lab, namespace) = (&self.site.lab, self.site.lab.namespace());
        match blow {
            Blow::Reset => machine::reset(lab, &self.machine),
            Blow::PowerLoss => machine::cut_power(lab, &self.machine),
            Blow::Freeze { bmc_answers } => {
                if !bmc_answers {
                    network::cut(&namespace, Cut::Bmc)?;
                }
                machine::freeze(lab, &self.machine)
            }
            Blow::CutOff(_) => network::cut(&namespace, Cut::Engine),
            Blow::Silence(_) => network::cut(&namespace, Cut::All),
            Blow::BmcGone(_) => network::cut(&namespace, Cut::Bmc),
            Blow::LinkDown(_) => network::ports(&namespace, false),
            Blow::KillDaemon { .. } => self.site.kill_engine(),
            Blow::KillImages(_) => self.images.kill(),
            Blow::OtherContent { larger } => {
                self.images.kill()?;
                self.offer(self.given.others(larger));
                Ok(())
            }
            Blow::Unavailable(_) => {
                self.images.refuse(true);
                // Answers that are on their way would go on.
                self.images.kill()?;
                self.images.revive()
            }
            Blow::BreakOff { answers, percent } => {
                self.images.break_off(answers, percent);
                self.images.kill()?;
                self.images.revive()
            }
        }
    }

    /// Takes a blow back.
    pub fn lift(&mut self, blow: Blow) -> Result<()> {
        match blow {
            // The other file stays until the node has come to rest.
            Blow::OtherContent { .. } => self.images.revive(),
            Blow::BreakOff { .. } => Ok(()),
            Blow::Freeze { .. } => {
                machine::thaw(&self.site.lab, &self.machine)?;
                network::mend(&self.site.lab.namespace())
            }
            _ => self.lift_all(),
        }
    }

    fn offer(&self, contents: std::collections::BTreeMap<String, super::images::Content>) {
        for (name, content) in contents {
            self.images.replace(&name, content);
        }
    }

    /// Network, image server and daemon are as they should be.
    pub fn lift_all(&mut self) -> Result<()> {
        let namespace = self.site.lab.namespace();
        network::mend(&namespace)?;
        network::ports(&namespace, true)?;
        self.images.refuse(false);
        self.images.break_off(0, 0);
        self.offer(self.given.contents());
        self.images.revive()?;
        if self.site.engine().is_none() {
            self.site.start_engine()?;
        }
        Ok(())
    }

    /// Waits until the engine has done with the node: `active`, or a failure with nothing under way beside it.
    pub async fn rest(&self, patience: Duration) -> Result<Node> {
        let begun = Instant::now();
        let mut last = "never seen".to_owned();
        loop {
            // The daemon is asked again when it is away.
            if let Ok(node) = self.client.node(self.name()).await {
                let state = node.provision_state.clone().unwrap_or_default();
                let active = state == "active" && node.target_provision_state.is_none();
                let idle = node.reservation.is_none() && node.target_power_state.is_none();
                if idle && (active || state.ends_with("failed") || state == "error") {
                    return Ok(node);
                }
                last = state;
            }
            if begun.elapsed() > patience {
                bail!(
                    "stuck: after {} s the node is still in '{last}'",
                    patience.as_secs()
                );
            }
            tokio::time::sleep(SLOW_LOOK).await;
        }
    }

    /// The deployed system's own report.
    pub async fn report(&self, host_name: &str, patience: Duration) -> Result<Report> {
        let begun = Instant::now();
        loop {
            let reports = web::process::status().await?.reports;
            let own =
                |report: &Report| report.mac == self.machine.mac && report.hostname == host_name;
            if let Some(report) = reports.into_iter().find(own) {
                return Ok(report);
            }
            if begun.elapsed() > patience {
                bail!(
                    "the deployed system did not report as {host_name} within {} s",
                    patience.as_secs()
                );
            }
            tokio::time::sleep(SLOW_LOOK).await;
        }
    }
}
