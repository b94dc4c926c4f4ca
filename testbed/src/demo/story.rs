//! One machine's story, told to the engine through its API: enrolled, inspected, cleaned, deployed, heard from, undeployed.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use api_types::{NodeCreate, PatchOperation, PortCreate, ProvisionBody};
use client::{Client, Goal, WaitOptions};
use serde_json::{Map, Value, json};

use crate::lab::Machine;
use crate::lab::image::{Image, cloud_init};
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

impl Target {
    /// The compressed form of an image, served under this name.
    pub fn gzip(name: &str, image: &Image) -> Self {
        Self {
            url: web::image_url(name),
            sha256: image.gzip_sha256.clone(),
        }
    }
}

/// A machine and the engine that shall provision it.
pub struct Story<'a> {
    client: &'a Client,
    machine: &'a Machine,
    chapters: Vec<(&'static str, Duration)>,
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

    /// The seconds of each chapter so far.
    pub fn chapters(&self) -> &[(&'static str, Duration)] {
        &self.chapters
    }

    async fn chapter<T>(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let begin = Instant::now();
        let done = work
            .await
            .with_context(|| format!("{}: {name}", self.machine.name))?;
        self.chapters.push((name, begin.elapsed()));
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
        let order = ProvisionBody {
            target: verb.to_owned(),
            ..ProvisionBody::default()
        };
        self.order(verb, &order, goal).await
    }

    async fn order(&mut self, name: &'static str, order: &ProvisionBody, goal: &str) -> Result<()> {
        let (client, node) = (self.client, self.machine.name.as_str());
        let options = WaitOptions {
            timeout: Some(PATIENCE),
            ..WaitOptions::default()
        };
        self.chapter(name, async {
            client.provision(node, order).await?;
            let goal = Goal::Provision(goal.to_owned());
            client.wait_for(node, &goal, &options, |_| {}).await?;
            Ok(())
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
        self.client
            .patch_node(&self.machine.name, &instance_info(target))
            .await?;
        let order = ProvisionBody {
            target: "active".to_owned(),
            configdrive: Some(config_drive(&self.machine.name)),
            ..ProvisionBody::default()
        };
        self.order("deploy", &order, "active").await
    }

    /// Waits until the deployed system itself has reported, and checks that it is the one that was ordered.
    pub async fn hear(&mut self, patience: Duration) -> Result<Report> {
        let machine = self.machine;
        let report = self
            .chapter("phone home", async {
                let end = Instant::now() + patience;
                loop {
                    let reports = web::process::reports().await?;
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
