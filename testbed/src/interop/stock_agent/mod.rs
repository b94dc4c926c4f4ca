//! `cargo testbed interop ipa`: ironic-python-agent under Hammerscale, booted by the addresses in the node's driver_info as with Ironic.

mod ramdisk;

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::json;

use super::journey::{Deployment, Journey};
use super::table::Table;
use crate::demo::kit::{Kit, Wishes};
use crate::demo::lab_machine;
use crate::demo::play::interrupted;
use crate::demo::post_mortem;
use crate::demo::site::{Site, client};
use crate::demo::story::{Subject, Target};
use crate::lab::Lab;
use crate::lab::deadline::Interrupt;
use crate::lab::image::Image;
use crate::lab::image::partition::{self, Loader};
use crate::lab::machine::Shape;
use crate::lab::packages::{self, kernel::Flavour};
use crate::lab::web::{self, process::Offer};
pub use ramdisk::{Ramdisk, prepare};

const KERNEL: &str = "ipa.kernel";
const INITRAMFS: &str = "ipa.initramfs";
const ROOT: &str = "root.raw";
/// Of the machine, in MiB: with less than 2560 the ramdisk does not unpack.
const MEMORY: u32 = 3072;
/// What Metal3 gives ironic-python-agent, so that its log is seen on the machine's console.
const PARAMETERS: &str =
    "console=ttyS0,115200n8 systemd.journald.forward_to_console=yes nofb nomodeset";
/// How long a boot may take, in seconds.
const PATIENCE: &str = "1800";

/// ironic-python-agent under Hammerscale.
#[derive(Debug, Args)]
pub struct StockAgentCommand {
    /// Only build the ramdisk, and say how large it is.
    #[arg(long)]
    build_only: bool,
    /// Memory of the machine, in MiB.
    #[arg(long, default_value_t = MEMORY)]
    memory: u32,
}

/// The stage of the project's tests.
pub fn stage() -> Result<()> {
    let command = StockAgentCommand {
        build_only: false,
        memory: MEMORY,
    };
    command.run()
}

impl StockAgentCommand {
    /// Does it.
    pub fn run(self) -> Result<()> {
        let interrupt = Interrupt::on_signals()?;
        let ramdisk = prepare(&interrupt)?;
        if self.build_only {
            return Ok(());
        }
        let wishes = Wishes {
            name: format!("interop-{}", std::process::id()),
            machines: 1,
            shape: Shape {
                memory_mib: self.memory,
                ..Shape::default()
            },
            ..Wishes::default()
        };
        let kit = Kit::prepare(&wishes)?;
        packages::install_for_partition_image()?;
        let root = partition::build(Flavour::Cloud, Loader::Folder)?;
        interrupt.check()?;
        let mut images = kit.images();
        images.insert(KERNEL.to_owned(), ramdisk.kernel.clone());
        images.insert(INITRAMFS.to_owned(), ramdisk.initramfs.clone());
        images.insert(ROOT.to_owned(), root.raw.clone());
        let site = start(&wishes, &kit, images, &interrupt)?;
        let mut table = Table::default();
        let told = travel(&site, &deployments(&kit, root), &mut table);
        if told.is_err() && !interrupt.is_set() {
            let machines = site.lab.machines().iter();
            let names: Vec<String> = machines.map(|machine| machine.name.clone()).collect();
            post_mortem::print(&site.lab, &names);
        }
        for (what, size) in ["kernel", "initramfs (gzip)"].iter().zip(ramdisk.sizes()?) {
            table.figure(*what, size);
        }
        table.figure("memory of the machine", format!("{} MiB", self.memory));
        let title = format!("ironic-python-agent {} under Hammerscale", ramdisk::AGENT);
        println!("{}", table.text(&title));
        site.lab.down()?;
        told
    }
}

/// A whole disk from a server that only the engine's authorities vouch for, and a root file system alone. The agent unpacks nothing on its way
/// to the disk.
fn deployments(kit: &Kit, root: Image) -> [Deployment; 2] {
    [
        Deployment {
            what: "deploy by HTTPS",
            target: kit.raw_by_https(),
            root: None,
        },
        Deployment {
            what: "deploy a partition image",
            target: Target {
                url: web::image_url(ROOT),
                sha256: root.raw_sha256,
                format: "raw",
            },
            root: Some(root.raw),
        },
    ]
}

fn start(
    wishes: &Wishes,
    kit: &Kit,
    images: BTreeMap<String, PathBuf>,
    interrupt: &Interrupt,
) -> Result<Site> {
    let lab = Lab::up(&wishes.lab(), interrupt)?;
    let offer = Offer {
        images,
        tls: true,
        ..Offer::default()
    };
    let authority = web::authority(&lab.folder()).display().to_string();
    let further = [
        ("agents.image_ca_file", authority.as_str()),
        // Without it this agent takes no partition image.
        ("agents.bios_bootloader_install", "true"),
        ("netboot.node_ramdisks", "true"),
        ("netboot.kernel_append_params", PARAMETERS),
        // Two minutes of a processor, which a busy machine does not have at once.
        ("timeouts.agent_boot", PATIENCE),
        ("timeouts.inspection", PATIENCE),
    ];
    let own = kit.ramdisk.folder.clone();
    Site::start_with(lab, kit.program.clone(), own, &offer, &further)
}

fn travel(site: &Site, deployments: &[Deployment], table: &mut Table) -> Result<()> {
    let machine = site.lab.machines().first();
    let machine = machine.context("the lab has no machine")?;
    let subject = subject(machine, site)?;
    site.lab.namespace().block_on(|| async {
        let client = client()?;
        let journey = Journey {
            lab: &site.lab,
            client: &client,
            machine,
            subject: &subject,
            deployments,
            agent: ramdisk::AGENT,
        };
        tokio::select! {
            told = journey.travel(table) => told,
            error = interrupted(site.lab.interrupt()) => Err(error),
        }
    })
}

fn subject(machine: &crate::lab::Machine, site: &Site) -> Result<Subject> {
    let mut subject = lab_machine::subject(machine, site.lab.bmc()?)?;
    for (key, name) in [("deploy_kernel", KERNEL), ("deploy_ramdisk", INITRAMFS)] {
        let url = json!(web::image_url(name));
        subject.driver_info.insert(key.to_owned(), url);
    }
    Ok(subject)
}
