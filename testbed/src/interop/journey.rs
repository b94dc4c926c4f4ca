//! What both directions do with a machine: enrolled, inspected, cleaned, deployed, heard from, undeployed. Each part is checked by what can be
//! seen from outside: the API, the deployed system's own report, and the disk.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use client::{Client, Goal, WaitOptions};
use serde_json::{Value, json};

use super::disk;
use super::observer::{Boot, Observer};
use super::table::Table;
use crate::demo::lab_machine;
use crate::demo::story::{Story, Subject, Target};
use crate::lab::web;
use crate::lab::{Lab, Machine};

const PATIENCE: Duration = Duration::from_secs(300);
const WIPE: &str = "deploy.erase_devices_metadata";
const WRITE: &str = "deploy.write_image";

/// Of the root partition that is made for an image of a root file system alone, in GiB.
const ROOT_GIB: u32 = 1;
/// Of the swap partition beside it.
const SWAP_MIB: u32 = 64;

/// What a machine is given in one of its deployments.
pub struct Deployment {
    /// What it is, as a row of the table.
    pub what: &'static str,
    /// The image.
    pub target: Target,
    /// The file, where the image is a root file system alone.
    pub root: Option<PathBuf>,
}

/// A machine, who provisions it, and what it is given.
pub struct Journey<'a> {
    /// The lab.
    pub lab: &'a Lab,
    /// Whoever provisions.
    pub client: &'a Client,
    /// The machine.
    pub machine: &'a Machine,
    /// What is told of it.
    pub subject: &'a Subject,
    /// What it is given, one after the other.
    pub deployments: &'a [Deployment],
    /// The version that the agent must give for itself.
    pub agent: &'a str,
}

/// Adds a row, and gives the value; a failure becomes a row and goes on upwards.
fn row<T>(
    table: &mut Table,
    what: &'static str,
    begun: Instant,
    done: Result<T>,
    detail: impl FnOnce(&T) -> String,
) -> Result<T> {
    let seconds = begun.elapsed().as_secs_f64();
    match &done {
        Ok(value) => table.passed(what, seconds, detail(value)),
        Err(error) => table.failed(what, seconds, error),
    }
    done
}

impl Journey<'_> {
    /// There and back; each part becomes a row of the table.
    pub async fn travel(&self, table: &mut Table) -> Result<()> {
        let observer = Observer::of(self.lab, self.client, self.machine);
        let mut story = Story::of(self.client, self.subject);
        let begun = Instant::now();
        let done = story.enroll().await;
        row(table, "enroll", begun, done, |()| "BMC reached".to_owned())?;

        let begun = Instant::now();
        let done = self.inspect(&mut story, &observer).await;
        row(table, "inspect", begun, done, Clone::clone)?;

        let begun = Instant::now();
        let done = self.step(&observer, story.verb("provide", "available"), &[WIPE]);
        row(table, "clean", begun, done.await, Clone::clone)?;

        for deployment in self.deployments {
            self.deploy(table, &mut story, &observer, deployment)
                .await?;
        }
        let begun = Instant::now();
        let done = self.wiped().await;
        row(table, "disk wiped", begun, done, |()| {
            "no partition table at either end".to_owned()
        })?;
        self.figures(table, &observer.boots())
    }

    /// Deployed, heard from, looked at, given back.
    async fn deploy(
        &self,
        table: &mut Table,
        story: &mut Story<'_>,
        observer: &Observer<'_>,
        deployment: &Deployment,
    ) -> Result<()> {
        let more = match deployment.root {
            Some(_) => around_root(),
            None => Vec::new(),
        };
        let before = self.reports().await?;
        let begun = Instant::now();
        let work = story.deploy_with(&deployment.target, &more);
        let done = self.step(observer, work, &[WRITE]).await;
        row(table, deployment.what, begun, done, Clone::clone)?;

        let begun = Instant::now();
        let report = lab_machine::report_after(&self.machine.mac, before);
        let done = observer.during(story.hear(PATIENCE, report)).await;
        let report = row(table, "system reports", begun, done, |report| {
            format!(
                "{:?} on {}, config drive on {}",
                report.hostname, report.root_device, report.config_drive
            )
        })?;
        if let Some(root) = &deployment.root {
            ensure!(
                report.config_drive.starts_with(&report.root_device),
                "the config drive is not on the disk of the system"
            );
            let begun = Instant::now();
            let done = self.off().await;
            let done = done.and_then(|()| disk::around_root(&self.machine.disk_file, root));
            row(table, "disk as deployed", begun, done, Clone::clone)?;
        }
        let begun = Instant::now();
        let done = self.step(observer, story.verb("deleted", "available"), &[WIPE]);
        row(table, "give back", begun, done.await, Clone::clone).map(drop)
    }

    async fn reports(&self) -> Result<usize> {
        let all = web::process::status().await?.reports.into_iter();
        Ok(all.filter(|report| report.mac == self.machine.mac).count())
    }

    async fn inspect(&self, story: &mut Story<'_>, observer: &Observer<'_>) -> Result<String> {
        observer.during(story.verb("inspect", "manageable")).await?;
        // It stays up for what comes next: fast track.
        observer.agent_reports().await?;
        let boot = observer.boots().pop().context("no boot was seen")?;
        ensure!(
            boot.agent == self.agent,
            "the agent gives its version as {:?}, not {:?}",
            boot.agent,
            self.agent
        );
        let node = self.client.node(&self.machine.name).await?;
        let found = self.client.inventory(&self.machine.name).await?;
        let inventory = serde_json::Value::Object(found.inventory);
        let cards = inventory["interfaces"].as_array().map_or(0, |cards| {
            let is_ours = |card: &&serde_json::Value| card["mac_address"] == *self.machine.mac;
            cards.iter().filter(is_ours).count()
        });
        ensure!(cards == 1, "the inventory lacks {}", self.machine.mac);
        let disks = inventory["disks"].as_array().map_or(0, Vec::len);
        ensure!(disks == 1, "the inventory has {disks} disks");
        ensure!(
            inventory["boot"]["current_boot_mode"] == "uefi",
            "the inventory's boot is {}",
            inventory["boot"]
        );
        let cpu = node.properties.get("cpu_arch").context("no cpu_arch")?;
        Ok(format!("agent {}, {cpu}, one disk and card", boot.agent))
    }

    async fn step(
        &self,
        observer: &Observer<'_>,
        work: impl Future<Output = Result<()>>,
        wanted: &[&str],
    ) -> Result<String> {
        observer.during(work).await?;
        observer.take_steps(wanted)
    }

    async fn off(&self) -> Result<()> {
        let name = &self.machine.name;
        if self.lab.is_on(name) {
            self.client.set_power(name, "power off", None).await?;
        }
        let off = async {
            while self.lab.is_on(name) {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let ended = tokio::time::timeout(PATIENCE, off).await;
        ended.context("the machine does not power off")?;
        // The next verb is refused while the power is being changed.
        let options = WaitOptions {
            timeout: Some(PATIENCE),
            ..WaitOptions::default()
        };
        let goal = Goal::Power("power off".to_owned());
        self.client.wait_for(name, &goal, &options, |_| {}).await?;
        Ok(())
    }

    async fn wiped(&self) -> Result<()> {
        self.off().await?;
        let size = u64::from(self.machine.shape.disk_gib) << 30;
        disk::require_no_table(&self.machine.disk_file, size)
    }

    fn figures(&self, table: &mut Table, boots: &[Boot]) -> Result<()> {
        // Once to be inspected, and once after each deployment; everything else is done by the agent that is up.
        let wanted = 1 + self.deployments.len();
        ensure!(
            boots.len() == wanted,
            "the agent was booted {} times instead of {wanted}: {boots:?}",
            boots.len()
        );
        for boot in boots {
            table.figure(
                "power-on to first heartbeat",
                format!("{:.1} s, {:.1} CPU s", boot.seconds, boot.cpu_seconds),
            );
        }
        Ok(())
    }
}

/// What a node is told of the partitions around a root file system.
fn around_root() -> Vec<(&'static str, Value)> {
    vec![
        ("image_type", json!("partition")),
        ("root_gb", json!(ROOT_GIB)),
        ("swap_mb", json!(SWAP_MIB)),
    ]
}
