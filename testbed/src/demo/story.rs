//! One machine's story, told to the engine through its API: enrolled, inspected, cleaned, deployed, heard from, undeployed.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use api_types::{NodeCreate, PatchOperation, PortCreate, ProvisionBody};
use client::{Client, Goal, WaitOptions};
use model::Timestamp;
use serde_json::{Map, Value};
use tokio::time::timeout;

/// The longest that one verb may take on a slow machine.
const PATIENCE: Duration = Duration::from_secs(1800);

/// What a machine is given.
#[derive(Clone)]
pub struct Target {
    /// The image's URL.
    pub url: String,
    /// SHA-256 of what the URL gives, in hex.
    pub sha256: String,
    /// The disk's format, packed or not: `raw` or `qcow2`.
    pub format: &'static str,
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

/// A machine as the engine is told of it.
pub struct Subject {
    /// The node's name.
    pub name: String,
    /// Address of its network card.
    pub mac: String,
    /// How its BMC is reached.
    pub driver_info: Map<String, Value>,
    /// Its config drive.
    pub config_drive: Value,
}

/// A machine and the engine that shall provision it.
pub struct Story<'a> {
    client: &'a Client,
    subject: &'a Subject,
    chapters: Vec<Chapter>,
}

impl<'a> Story<'a> {
    /// A story that has not begun.
    pub fn of(client: &'a Client, subject: &'a Subject) -> Self {
        Self {
            client,
            subject,
            chapters: Vec::new(),
        }
    }

    /// Its chapters so far.
    pub fn chapters(&self) -> &[Chapter] {
        &self.chapters
    }

    /// Whose story it is.
    pub fn name(&self) -> &'a str {
        &self.subject.name
    }

    /// Adds a chapter that ends with `work`.
    pub async fn chapter<T>(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let began = Timestamp::from(SystemTime::now());
        let done = work.await.map_err(|reason| Failed {
            machine: self.subject.name.clone(),
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
    pub async fn enroll(&mut self) -> Result<()> {
        let (client, subject) = (self.client, self.subject);
        let node = NodeCreate {
            driver: "redfish".to_owned(),
            name: Some(subject.name.clone()),
            driver_info: subject.driver_info.clone(),
            ..NodeCreate::default()
        };
        self.chapter("enroll", async {
            let node = client.create_node(&node).await?;
            let port = PortCreate {
                address: subject.mac.clone(),
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
        let (client, node) = (self.client, self.name());
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

    /// The same, with `more` in the node's `instance_info`.
    pub async fn deploy_with(&mut self, target: &Target, more: &[(&str, Value)]) -> Result<()> {
        let mut info = instance_info(target);
        info.extend(more.iter().map(|(key, value)| {
            PatchOperation::add(format!("/instance_info/{key}"), value.clone())
        }));
        self.begin_with("active", &info).await?;
        self.reach("deploy", "active").await
    }

    /// Writes an image anew onto a machine that is deployed.
    pub async fn rebuild(&mut self, target: &Target) -> Result<()> {
        self.begin("rebuild", target).await?;
        self.reach("rebuild", "active").await
    }

    /// Orders the deployment and does not wait for it.
    pub async fn begin_deploy(&mut self, target: &Target) -> Result<()> {
        self.begin("active", target).await
    }

    async fn begin(&mut self, verb: &str, target: &Target) -> Result<()> {
        self.begin_with(verb, &instance_info(target)).await
    }

    async fn begin_with(&mut self, verb: &str, info: &[PatchOperation]) -> Result<()> {
        let (client, node) = (self.client, self.name());
        let order = ProvisionBody {
            target: verb.to_owned(),
            configdrive: Some(self.subject.config_drive.clone()),
            ..ProvisionBody::default()
        };
        self.chapter("order", async {
            client.patch_node(node, info).await?;
            Ok(client.provision(node, &order).await?)
        })
        .await
    }

    /// Waits for what was ordered.
    pub async fn reach(&mut self, name: &'static str, goal: &str) -> Result<()> {
        let (client, node) = (self.client, self.name());
        self.chapter(name, arrival(client, node, goal)).await
    }

    /// Waits until the deployed system itself has told its host name, and checks that it is the one from its config drive.
    pub async fn hear<T>(
        &mut self,
        patience: Duration,
        report: impl Future<Output = Result<(String, T)>>,
    ) -> Result<T> {
        let wanted = self.name();
        self.chapter("phone home", async {
            let (told, report) = timeout(patience, report).await.with_context(|| {
                let seconds = patience.as_secs();
                format!("the deployed system did not report within {seconds} s")
            })??;
            ensure!(
                told == wanted,
                "it reports the host name {told:?} instead of the one in its config drive"
            );
            Ok(report)
        })
        .await
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

/// The image, as a node is told of it.
pub fn instance_info(target: &Target) -> Vec<PatchOperation> {
    let values = [
        ("image_source", target.url.as_str()),
        ("image_os_hash_algo", "sha256"),
        ("image_os_hash_value", target.sha256.as_str()),
        ("image_disk_format", target.format),
    ];
    values
        .map(|(key, value)| PatchOperation::add(format!("/instance_info/{key}"), value))
        .to_vec()
}
