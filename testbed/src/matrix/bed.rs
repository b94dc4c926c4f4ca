//! A machine that is deployed again and again, and what each deployment must show.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use api_types::{PatchOperation, ProvisionBody};
use client::{Client, Goal, WaitOptions};
use serde_json::{Value, json};

use super::cell::{Cell, firmware_name};
use super::disk;
use crate::demo::lab_machine;
use crate::demo::story::{Story, Subject, Target, instance_info};
use crate::lab::web::{self, Report};
use crate::lab::{Lab, Machine};

const LOOK: Duration = Duration::from_millis(250);
/// The longest that a deployment may take, and a report, and a power-off.
const PATIENCE: Duration = Duration::from_secs(600);

/// What a cell deploys.
pub struct Given {
    /// For the machine.
    pub target: Target,
    /// The disk that it must become.
    pub raw: PathBuf,
}

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
            // The site does not clean by itself: what a deployment leaves is judged after each.
            story.verb("provide", "available").await?;
            self.enrolled = true;
        }
        self.power_off().await?;
        disk::fill(
            &self.machine.disk_file,
            std::fs::metadata(&given.raw).context("the image")?.len(),
        )?;
        self.order(cell, &given.target).await?;
        self.arrive().await?;
        let report = tokio::time::timeout(PATIENCE, self.report(&cell.host_name()))
            .await
            .context("the deployed system does not report itself")??;
        judge(cell, &report)?;
        self.power_off().await?;
        disk::compare(&self.machine.disk_file, &given.raw)
    }

    fn name(&self) -> &str {
        &self.machine.name
    }

    async fn order(&self, cell: &Cell, target: &Target) -> Result<()> {
        let mut patch = instance_info(target);
        patch.push(PatchOperation::add(
            "/deploy_interface",
            cell.interface.name(),
        ));
        self.client.patch_node(self.name(), &patch).await?;
        let node = self.client.node(self.name()).await?;
        let verb = match node.provision_state.as_deref() {
            Some("available") => "active",
            _ => "rebuild",
        };
        let order = ProvisionBody {
            target: verb.to_owned(),
            configdrive: Some(self.config_drive(cell)),
            ..ProvisionBody::default()
        };
        Ok(self.client.provision(self.name(), &order).await?)
    }

    /// The host name is the cell's: so a report of an earlier deployment is not taken for this one's.
    fn config_drive(&self, cell: &Cell) -> Value {
        let (name, home) = (cell.host_name(), web::phone_home_url(self.name()));
        json!({"meta_data": {"hostname": name, "name": name, "phone_home": home}})
    }

    async fn arrive(&self) -> Result<()> {
        let options = WaitOptions {
            timeout: Some(PATIENCE),
            ..WaitOptions::default()
        };
        let goal = Goal::Provision("active".to_owned());
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
