//! The lab of the measurement: one daemon as it is shipped, one machine for the deployments, and one for each amount of memory that is tried.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use api_types::{PatchOperation, ProvisionBody};
use client::{Client, Goal, WaitOptions};
use serde_json::json;

use super::report::Report;
use super::smallest;
use super::watch::{Seen, Watch};
use super::{Agent, image};
use crate::demo::kit::Wishes;
use crate::demo::play::interrupted;
use crate::demo::ramdisk::{self, CONSOLE};
use crate::demo::site::{Site, client};
use crate::demo::story::{Story, Target, instance_info};
use crate::demo::{lab_machine, post_mortem, programs};
use crate::interop::StockRamdisk;
use crate::lab::deadline::Interrupt;
use crate::lab::image::packed::{Format, packed};
use crate::lab::machine::Shape;
use crate::lab::packages::{self, kernel::Flavour};
use crate::lab::web::{self, process::Offer};
use crate::lab::{Lab, LabOptions, Machine};

const STOCK_KERNEL: &str = "ipa.kernel";
const STOCK_INITRAMFS: &str = "ipa.initramfs";
/// The longest that anything may take.
const PATIENCE: Duration = Duration::from_secs(1800);
const PATIENCE_SECONDS: &str = "1800";

/// All that is needed.
pub struct Bench {
    /// The lab with the engine.
    pub site: Site,
    targets: BTreeMap<&'static str, Target>,
    /// Bytes that each agent's machine fetches to boot.
    pub fetched: BTreeMap<&'static str, u64>,
    interrupt: Interrupt,
}

impl Bench {
    /// Builds and brings up. Without `stock`, ironic-python-agent cannot be measured.
    pub fn up(memory_mib: u32, stock: Option<StockRamdisk>, interrupt: &Interrupt) -> Result<Self> {
        packages::install_for_lab()?;
        packages::install_for_formats()?;
        let program = programs::daemon(true)?;
        let own = ramdisk::prepare(Flavour::Cloud)?;
        let mut fetched = BTreeMap::from([(Agent::Hammerscale.name(), own.bytes)]);
        let (mut images, targets) = images()?;
        if let Some(stock) = stock {
            let size = |path: &Path| std::fs::metadata(path).map(|about| about.len());
            let bytes = size(&stock.kernel)? + size(&stock.initramfs)?;
            fetched.insert(Agent::Ipa.name(), bytes);
            images.insert(STOCK_KERNEL.to_owned(), stock.kernel);
            images.insert(STOCK_INITRAMFS.to_owned(), stock.initramfs);
        }
        interrupt.check()?;
        let lab = Lab::up(&options(memory_mib), interrupt)?;
        let parameters = format!("{CONSOLE} nofb nomodeset");
        let further = [
            ("netboot.node_ramdisks", "true"),
            ("netboot.kernel_append_params", parameters.as_str()),
            ("conductor.automated_clean", "false"),
            ("timeouts.agent_boot", PATIENCE_SECONDS),
        ];
        let offer = Offer {
            images,
            ..Offer::default()
        };
        Ok(Self {
            site: Site::start_with(lab, program, own.folder, &offer, &further)?,
            targets,
            fetched,
            interrupt: interrupt.clone(),
        })
    }

    /// Runs `work` inside the lab's namespace.
    pub fn measure(&self, work: impl AsyncFnOnce(&Self) -> Result<()> + Send) -> Result<()> {
        let told = self.site.lab.namespace().block_on(|| async {
            tokio::select! {
                told = work(self) => told,
                error = interrupted(&self.interrupt) => Err(error),
            }
        });
        if told.is_err() && !self.interrupt.is_set() {
            let machines = self.site.lab.machines().iter();
            let on = machines.filter(|machine| self.site.lab.is_on(&machine.name));
            let names: Vec<String> = on.map(|machine| machine.name.clone()).collect();
            post_mortem::print(&self.site.lab, &names);
        }
        told
    }

    /// Takes all down.
    pub fn down(self) -> Result<()> {
        self.site.lab.down()
    }

    /// Deploys each format that the agent can write, on the first machine.
    pub async fn deployments(&self, agent: Agent, repeat: u8, report: &mut Report) -> Result<()> {
        let machine = self.site.lab.machines().first();
        let machine = machine.context("the lab has no machine")?;
        let client = client()?;
        self.enroll(&client, machine).await?;
        self.choose(&client, machine, agent).await?;
        for format in agent.formats() {
            for _ in 0..repeat {
                let seen = self.deploy(&client, machine, *format).await?;
                report.deployment(agent, *format, &seen);
            }
        }
        Ok(())
    }

    /// Makes the engine know a machine, unless it does.
    pub async fn enroll(&self, client: &Client, machine: &Machine) -> Result<()> {
        if client.node(&machine.name).await.is_ok() {
            return Ok(());
        }
        let subject = lab_machine::subject(machine, self.site.lab.bmc()?)?;
        let mut story = Story::of(client, &subject);
        story.enroll().await?;
        story.verb("provide", "available").await
    }

    /// From now on the machine is booted into this agent.
    pub async fn choose(&self, client: &Client, machine: &Machine, agent: Agent) -> Result<()> {
        if agent == Agent::Hammerscale {
            return Ok(());
        }
        let named = [
            ("deploy_kernel", STOCK_KERNEL),
            ("deploy_ramdisk", STOCK_INITRAMFS),
        ];
        let patch = named.map(|(key, name)| {
            PatchOperation::add(format!("/driver_info/{key}"), web::image_url(name))
        });
        client.patch_node(&machine.name, &patch).await?;
        Ok(())
    }

    /// One deployment from powered off to active, and off again.
    pub async fn deploy(&self, client: &Client, machine: &Machine, format: Format) -> Result<Seen> {
        let watch = Watch {
            lab: &self.site.lab,
            client,
            machine,
            seen: Default::default(),
        };
        tokio::select! {
            done = self.there_and_off(client, machine, format) => done?,
            never = watch.look() => match never {},
        }
        let seen = *watch.seen.borrow();
        ensure!(
            seen.boot.is_some() && seen.write.is_some(),
            "the deployment of {} was not seen",
            machine.name
        );
        Ok(seen)
    }

    async fn there_and_off(
        &self,
        client: &Client,
        machine: &Machine,
        format: Format,
    ) -> Result<()> {
        self.order(client, machine, format).await?;
        self.reach(client, machine, Goal::Provision("active".to_owned()))
            .await?;
        client.set_power(&machine.name, "power off", None).await?;
        self.reach(client, machine, Goal::Power("power off".to_owned()))
            .await
    }

    /// Orders a deployment and does not wait for it.
    pub async fn order(&self, client: &Client, machine: &Machine, format: Format) -> Result<()> {
        let target = self.targets.get(format.name()).context("no such image")?;
        client
            .patch_node(&machine.name, &instance_info(target))
            .await?;
        let node = client.node(&machine.name).await?;
        let verb = match node.provision_state.as_deref() {
            Some("available") => "active",
            _ => "rebuild",
        };
        let order = ProvisionBody {
            target: verb.to_owned(),
            configdrive: Some(json!({"meta_data": {"hostname": machine.name}})),
            ..ProvisionBody::default()
        };
        Ok(client.provision(&machine.name, &order).await?)
    }

    async fn reach(&self, client: &Client, machine: &Machine, goal: Goal) -> Result<()> {
        let options = WaitOptions {
            timeout: Some(PATIENCE),
            ..WaitOptions::default()
        };
        client
            .wait_for(&machine.name, &goal, &options, |_| {})
            .await?;
        Ok(())
    }
}

fn options(memory_mib: u32) -> LabOptions {
    let mut wishes = Wishes {
        name: format!("bench-{}", std::process::id()),
        ..Wishes::default()
    };
    wishes.shape.memory_mib = memory_mib;
    let mut options = LabOptions {
        machines: vec![wishes.shape.clone()],
        ..wishes.lab()
    };
    options
        .machines
        .extend(smallest::sizes().map(|memory_mib| Shape {
            memory_mib,
            ..Shape::default()
        }));
    options
}

type Images = BTreeMap<String, std::path::PathBuf>;

fn images() -> Result<(Images, BTreeMap<&'static str, Target>)> {
    let image = image::build()?;
    let (mut files, mut targets) = (BTreeMap::new(), BTreeMap::new());
    for format in Agent::Hammerscale.formats() {
        let made = packed(&image, *format)?;
        let target = Target {
            url: web::image_url(format.name()),
            sha256: made.sha256,
            format: format.disk_format(),
        };
        targets.insert(format.name(), target);
        files.insert(format.name().to_owned(), made.file);
    }
    Ok((files, targets))
}
