//! A machine that is deployed again and again, and what each deployment must show.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use api_types::PatchOperation;
use client::{Client, Goal, WaitOptions};

use super::cell::{Cell, firmware_name};
use super::disk;
use super::order::{self, Given};
use crate::demo::lab_machine;
use crate::demo::story::{Story, Subject};
use crate::lab::web::{self, Report};
use crate::lab::{Lab, Machine};

const LOOK: Duration = Duration::from_millis(250);
/// The longest that a deployment may take, and a report, and a power-off.
const PATIENCE: Duration = Duration::from_secs(600);
/// How much of the disk must not change when nothing is to be written.
const LIVE_FILLED: u64 = 64 << 20;
/// How much of the disk is full of old data when partitions are made: into the root partition.
const PARTITIONS_FILLED: u64 = 700 << 20;

/// The machine.
pub struct Bed<'a> {
    lab: &'a Lab,
    client: &'a Client,
    machine: &'a Machine,
    subject: Subject,
    enrolled: bool,
}

impl<'a> Bed<'a> {
    /// A machine that nobody knows yet.
    pub fn new(lab: &'a Lab, client: &'a Client, machine: &'a Machine) -> Result<Self> {
        Ok(Self {
            lab,
            client,
            machine,
            subject: lab_machine::subject(machine, lab.bmc()?)?,
            enrolled: false,
        })
    }

    /// Deploys, hears from the deployed system, powers it off and looks at the disk.
    pub async fn deploy(&mut self, cell: &Cell, given: &Given) -> Result<()> {
        if !self.enrolled {
            let mut story = Story::of(self.client, &self.subject);
            story.enroll().await?;
            // Nobody has inspected it.
            let firmware = format!("boot_mode:{}", firmware_name(cell.firmware));
            let told = PatchOperation::add("/properties/capabilities", firmware);
            self.client.patch_node(self.name(), &[told]).await?;
            // The site does not clean by itself: what a deployment leaves is judged after each.
            story.verb("provide", "available").await?;
            self.enrolled = true;
        }
        self.power_off().await?;
        let filled = match given {
            Given::Image { raw, .. } => std::fs::metadata(raw).context("the image")?.len(),
            Given::Partition { .. } => PARTITIONS_FILLED,
            Given::Live { .. } | Given::Medium { .. } => LIVE_FILLED,
        };
        disk::fill(&self.machine.disk_file, filled)?;
        self.order(cell, given).await?;
        self.arrive("active").await?;
        let report = tokio::time::timeout(PATIENCE, self.report(&cell.host_name()))
            .await
            .context("the deployed system does not report itself")??;
        judge(cell, &report)?;
        self.power_off().await?;
        match given {
            Given::Image { raw, .. } => disk::compare(&self.machine.disk_file, raw),
            Given::Partition { raw, .. } => disk::compare_root(&self.machine.disk_file, raw),
            Given::Live { .. } | Given::Medium { .. } => {
                disk::untouched(&self.machine.disk_file, filled)
            }
        }
    }

    fn name(&self) -> &str {
        &self.machine.name
    }

    async fn order(&self, cell: &Cell, given: &Given) -> Result<()> {
        let node = self.client.node(self.name()).await?;
        let mut deployed = node.provision_state.as_deref() != Some("available");
        let interface = cell.interface.name();
        if node.deploy_interface.as_deref() != Some(interface) {
            if deployed {
                self.client.provision_verb(self.name(), "deleted").await?;
                self.arrive("available").await?;
                deployed = false;
            }
            let change = PatchOperation::add("/deploy_interface", interface);
            self.client.patch_node(self.name(), &[change]).await?;
        }
        let info = order::instance_info(cell, given, self.name());
        self.client.patch_node(self.name(), &[info]).await?;
        let order = order::order(cell, given, self.name(), deployed)?;
        Ok(self.client.provision(self.name(), &order).await?)
    }

    async fn arrive(&self, state: &str) -> Result<()> {
        let options = WaitOptions {
            timeout: Some(PATIENCE),
            ..WaitOptions::default()
        };
        let goal = Goal::Provision(state.to_owned());
        self.client
            .wait_for(self.name(), &goal, &options, |_| {})
            .await?;
        Ok(())
    }

    async fn report(&self, host_name: &str) -> Result<Report> {
        loop {
            let reports = web::process::status().await?.reports;
            let own =
                |report: &Report| report.mac == self.machine.mac && report.hostname == host_name;
            if let Some(report) = reports.into_iter().find(own) {
                return Ok(report);
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn power_off(&self) -> Result<()> {
        if !self.lab.is_on(self.name()) {
            return Ok(());
        }
        self.client
            .set_power(self.name(), "power off", None)
            .await?;
        let off = async {
            while self.lab.is_on(self.name()) {
                tokio::time::sleep(LOOK).await;
            }
        };
        tokio::time::timeout(PATIENCE, off)
            .await
            .context("the machine does not power off")?;
        let options = WaitOptions {
            timeout: Some(PATIENCE),
            ..WaitOptions::default()
        };
        let goal = Goal::Power("power off".to_owned());
        self.client
            .wait_for(self.name(), &goal, &options, |_| {})
            .await?;
        Ok(())
    }
}

fn judge(cell: &Cell, report: &Report) -> Result<()> {
    let firmware = firmware_name(cell.firmware);
    ensure!(
        report.firmware == firmware,
        "the system was booted by {} firmware",
        report.firmware
    );
    ensure!(
        report.root_device == cell.device(),
        "the system runs from {}",
        report.root_device
    );
    Ok(())
}
