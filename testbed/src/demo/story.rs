//! One machine's story, told to the engine through its API: enrolled, inspected, cleaned, deployed, heard from, undeployed.

use std::fs;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, bail};
use api_types::{NodeCreate, PatchOperation, PortCreate, ProvisionBody};
use client::{Client, Goal, WaitOptions};
use model::Timestamp;
use serde_json::{Map, Value, json};

use crate::lab::Machine;
use crate::lab::image::cloud_init;
use crate::lab::sushy::Bmc;
use crate::lab::web::{self, Report};

/// The longest that one verb may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(1800);
const LOOK: Duration = Duration::from_millis(250);

/// What a machine is given.
#[derive(Clone)]
pub struct Target {
    /// The image's URL.
    pub url: String,
    /// SHA-256 of what the URL gives, in hex.
    pub sha256: String,
}

/// A part of a story.
#[derive(Debug, Clone)]
pub struct Chapter {
    /// What was wanted.
    pub name: &'static str,
    /// When.
    pub began: Timestamp,
    /// When it was there.
    pub ended: Timestamp,
}

impl Chapter {
    /// How long it took.
    pub fn seconds(&self) -> f64 {
        (self.ended - self.began).as_seconds_f64()
    }
}

/// The machine whose story failed, and why.
#[derive(Debug, thiserror::Error)]
#[error("{machine}: {chapter}: {reason:#}")]
pub struct Failed {
    /// The machine.
    pub machine: String,
    /// What was wanted.
    pub chapter: &'static str,
    /// What came instead.
    pub reason: anyhow::Error,
}

/// A machine and the engine that shall provision it.
pub struct Story<'a> {
    client: &'a Client,
    machine: &'a Machine,
    chapters: Vec<Chapter>,
}

impl<'a> Story<'a> {
    /// A story that has not begun.
    pub fn of(client: &'a Client, machine: &'a Machine) -> Self {
        Self {
            client,
            machine,
            chapters: Vec::new(),
        }
    }

    /// Its chapters so far.
    pub fn chapters(&self) -> &[Chapter] {
        &self.chapters
    }

    /// Whose story it is.
    pub fn machine(&self) -> &Machine {
        self.machine
    }

    async fn chapter<T>(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let began = Timestamp::from(SystemTime::now());
        let done = work.await.map_err(|reason| Failed {
            machine: self.machine.name.clone(),
            chapter: name,
            reason,
        })?;
        self.chapters.push(Chapter {
            name,
            began,
            ended: Timestamp::from(SystemTime::now()),
        });
        Ok(done)
    }

    /// Registers the machine by its BMC and its network card.
    pub async fn enroll(&mut self, bmc: &Bmc) -> Result<()> {
        let (client, machine) = (self.client, self.machine);
        let node = NodeCreate {
            driver: "redfish".to_owned(),
            name: Some(machine.name.clone()),
            driver_info: driver_info(bmc, machine)?,
            ..NodeCreate::default()
        };
        self.chapter("enroll", async {
            let node = client.create_node(&node).await?;
            let port = PortCreate {
                address: machine.mac.clone(),
                node_uuid: Some(node.uuid),
                ..PortCreate::default()
            };
            client.create_port(&port).await?;
            Ok(())
        })
        .await?;
        self.verb("manage", "manageable").await
    }

    /// A verb without arguments, and the state it leads to.
    pub async fn verb(&mut self, verb: &'static str, goal: &str) -> Result<()> {
        let (client, node) = (self.client, self.machine.name.as_str());
        self.chapter(verb, async {
            client.provision_verb(node, verb).await?;
            arrival(client, node, goal).await
        })
        .await
    }

    /// Inspection, then cleaning of the disk's metadata.
    pub async fn make_available(&mut self) -> Result<()> {
        self.verb("inspect", "manageable").await?;
        self.verb("provide", "available").await
    }

    /// Writes the image with a config drive that names the machine.
    pub async fn deploy(&mut self, target: &Target) -> Result<()> {
        self.begin_deploy(target).await?;
        self.reach("deploy", "active").await
    }

    /// Orders the deployment and does not wait for it.
    pub async fn begin_deploy(&mut self, target: &Target) -> Result<()> {
        let (client, node) = (self.client, self.machine.name.as_str());
        let order = ProvisionBody {
            target: "active".to_owned(),
            configdrive: Some(config_drive(node)),
            ..ProvisionBody::default()
        };
        self.chapter("order", async {
            client.patch_node(node, &instance_info(target)).await?;
            Ok(client.provision(node, &order).await?)
        })
        .await
    }

    /// Waits for what was ordered.
    pub async fn reach(&mut self, name: &'static str, goal: &str) -> Result<()> {
        let (client, node) = (self.client, self.machine.name.as_str());
        self.chapter(name, arrival(client, node, goal)).await
    }

    /// Waits until the deployed system itself has reported, and checks that it is the one that was ordered.
    pub async fn hear(&mut self, patience: Duration) -> Result<Report> {
        let machine = self.machine;
        let report = self
            .chapter("phone home", async {
                let end = Instant::now() + patience;
                loop {
                    let reports = web::process::status().await?.reports;
                    if let Some(report) =
                        reports.into_iter().find(|report| report.mac == machine.mac)
                    {
                        return Ok(report);
                    }
                    if Instant::now() >= end {
                        bail!(
                            "the deployed system did not report within {} s",
                            patience.as_secs()
                        );
                    }
                    tokio::time::sleep(LOOK).await;
                }
            })
            .await?;
        if report.hostname != self.machine.name {
            bail!(
                "{} reports the host name {:?} instead of the one in its config drive",
                self.machine.name,
                report.hostname
            );
        }
        Ok(report)
    }
}

async fn arrival(client: &Client, node: &str, goal: &str) -> Result<()> {
    let options = WaitOptions {
        timeout: Some(PATIENCE),
        ..WaitOptions::default()
    };
    let goal = Goal::Provision(goal.to_owned());
    client.wait_for(node, &goal, &options, |_| {}).await?;
    Ok(())
}

fn driver_info(bmc: &Bmc, machine: &Machine) -> Result<Map<String, Value>> {
    let mut info = Map::from_iter([
        ("redfish_address".to_owned(), json!(bmc.url)),
        (
            "redfish_system_id".to_owned(),
            json!(Bmc::system(&machine.uuid)),
        ),
        ("redfish_username".to_owned(), json!(bmc.user)),
        ("redfish_password".to_owned(), json!(bmc.password)),
    ]);
    if let Some(path) = &bmc.certificate {
        let pem =
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        info.insert("redfish_verify_ca".to_owned(), json!(pem));
    }
    Ok(info)
}

fn instance_info(target: &Target) -> Vec<PatchOperation> {
    let values = [
        ("image_source", target.url.as_str()),
        ("image_os_hash_algo", "sha256"),
        ("image_os_hash_value", target.sha256.as_str()),
        ("image_disk_format", "raw"),
    ];
    values
        .map(|(key, value)| PatchOperation::add(format!("/instance_info/{key}"), value))
        .to_vec()
}

fn config_drive(name: &str) -> Value {
    let home = web::phone_home_url(name);
    json!({
        "meta_data": {"hostname": name, "name": name, "phone_home": home},
        "user_data": cloud_init::reporting_user_data(&home),
    })
}
