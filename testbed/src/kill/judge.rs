//! The verdict of a round, from outside alone: what the API says, what the disk holds, what the machine boots from it, and whether the node can be
//! deployed once more.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use api_types::Node;

use super::bed::Bed;
use super::disk::{self, Found};
use super::plan::{Deploy, Round};
use super::{images, machine};
use crate::lab::redfish;

/// A deployed system is up within this time on a slow machine.
const BOOT: Duration = Duration::from_secs(120);
/// How long an agent that was given up is left to do what it must not.
const MISCHIEF: Duration = Duration::from_secs(25);
/// How long the firmware may look for a system; what is there starts sooner.
const SEARCH: Duration = Duration::from_secs(45);
const LOOK: Duration = Duration::from_millis(250);
/// What firmware says that found nothing to boot.
const NOTHING: [&str; 5] = [
    "No bootable option",
    "No bootable device",
    "not a bootable disk",
    "Boot Manager Menu",
    "EFI Interactive Shell",
];
/// What the deployed system says first.
const STARTED: &str = "target: started";
/// No message that explains anything is shorter.
const SHORTEST: usize = 30;

/// What became of a round.
#[derive(Debug)]
pub struct Ended {
    /// `active`, or a failure and what the disk held then.
    pub outcome: String,
    /// The node's `last_error`; empty when it is active.
    pub message: String,
}

impl Bed {
    /// Judges a node that has come to rest. `redeploy`: whether one that failed is deployed once more.
    pub async fn judge(&mut self, round: &Round, node: &Node, redeploy: bool) -> Result<Ended> {
        let state = node.provision_state.as_deref().unwrap_or_default();
        if state == "active" {
            self.deployed(round.deploy, &round.host_name()).await?;
            return Ok(Ended {
                outcome: "active".to_owned(),
                message: String::new(),
            });
        }
        let message = node.last_error.clone().unwrap_or_default();
        let judged = self.failed(round, node, &message, redeploy).await;
        let found = judged.with_context(|| format!("the node is in '{state}': {message:?}"))?;
        let on_disk = match found {
            Found::NoTable => "nothing boots",
            Found::WholeImage => "the whole image is there",
        };
        let again = if redeploy { ", deployed again" } else { "" };
        Ok(Ended {
            outcome: format!("{state}, {on_disk}{again}"),
            message,
        })
    }

    async fn failed(
        &mut self,
        round: &Round,
        node: &Node,
        message: &str,
        redeploy: bool,
    ) -> Result<Found> {
        ensure!(
            !round.blow.must_be_survived(),
            "such a blow must be survived"
        );
        explains(round, message)?;
        ensure!(!node.maintenance, "the node went to maintenance");
        if round.blow.may_leave_an_agent() {
            tokio::time::sleep(MISCHIEF).await;
        } else {
            ensure!(
                !self.site.lab.is_on(&self.machine.name),
                "the machine was left running"
            );
        }
        self.clear()?;
        let found = self.look(round.deploy)?;
        self.boots_only(found).await?;
        if redeploy {
            let host_name = format!("{}-again", round.host_name());
            self.blank_disk()?;
            self.order(&host_name).await.context("once more")?;
            let node = self.rest(BOOT * 4).await.context("once more")?;
            ensure!(
                node.provision_state.as_deref() == Some("active"),
                "once more it failed: {:?}",
                node.last_error
            );
            self.deployed(round.deploy, &host_name)
                .await
                .context("once more")?;
        }
        Ok(found)
    }

    fn look(&self, deploy: Deploy) -> Result<Found> {
        disk::look(&self.machine.disk_file, deploy, self.given.image())
    }

    /// The deployed system reports itself, at the latest after somebody switched it off and on; its disk has the image.
    async fn deployed(&mut self, deploy: Deploy, host_name: &str) -> Result<()> {
        self.lift_all()?;
        if self.report(host_name, BOOT).await.is_err() {
            machine::cut_power(&self.site.lab, &self.machine)?;
            let device = if deploy == Deploy::Ramdisk {
                "Pxe"
            } else {
                "Hdd"
            };
            self.power_on(device)?;
            self.report(host_name, BOOT)
                .await
                .context("even after it was switched off and on")?;
        }
        self.clear()?;
        if deploy != Deploy::Ramdisk {
            ensure!(
                self.look(deploy)? == Found::WholeImage,
                "the node is active and its disk is empty"
            );
        }
        Ok(())
    }

    fn power_on(&self, device: &str) -> Result<()> {
        let lab = &self.site.lab;
        redfish::power_on(&lab.namespace(), lab.bmc()?, &self.machine.uuid, device)
    }

    /// Boots the disk as it is: a system must start if and only if the whole image is there.
    async fn boots_only(&mut self, found: Found) -> Result<()> {
        let before = self.serial(0).len();
        self.power_on("Hdd")?;
        let begun = Instant::now();
        let started = loop {
            let said = self.serial(before);
            let said = String::from_utf8_lossy(&said);
            if said.contains(STARTED) {
                break true;
            }
            let nothing = NOTHING.iter().any(|words| said.contains(words));
            let patience = if found == Found::NoTable {
                SEARCH
            } else {
                BOOT
            };
            if nothing && found == Found::NoTable || begun.elapsed() > patience {
                break false;
            }
            tokio::time::sleep(LOOK).await;
        };
        self.clear()?;
        match (found, started) {
            (Found::NoTable, true) => bail!("the disk has no table, and a system booted from it"),
            (Found::WholeImage, false) => {
                bail!("the disk has the whole image, and it does not boot")
            }
            _ => Ok(()),
        }
    }
}

/// The message must say what does not answer, or what is wrong.
fn explains(round: &Round, message: &str) -> Result<()> {
    let words = round.blow.words(&images::host());
    let lower = message.to_lowercase();
    ensure!(
        message.len() >= SHORTEST && words.iter().any(|word| lower.contains(word.as_str())),
        "the message does not say what and why (none of {words:?})"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::kill::blow::{Blow, Lasting};
    use crate::kill::moment::Moment;

    #[test]
    fn a_message_names_its_cause() {
        let mut round = Round {
            seed: 1,
            deploy: Deploy::Direct,
            moment: Moment::Digest,
            blow: Blow::KillImages(Lasting::ForGood),
        };
        explains(
            &round,
            "deploy.write_image: http://172.22.0.2:8082/image: refused",
        )
        .unwrap();
        explains(&round, "deploy.write_image: something went wrong somewhere").unwrap_err();
        round.blow = Blow::PowerLoss;
        explains(
            &round,
            "Timeout reached: the agent has been silent for 300 s",
        )
        .unwrap();
        explains(&round, "the agent").unwrap_err();
    }
}
