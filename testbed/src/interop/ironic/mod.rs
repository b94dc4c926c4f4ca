//! `cargo testbed interop ironic`: Hammerscale's agent under Ironic from PyPI, which boots it by iPXE as its deploy kernel and ramdisk.

mod boot_network;
mod server;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clap::Args;
use hammerscale::ramdisk::{INITRAMFS, KERNEL};
use serde_json::json;

use super::journey::{Deployment, Journey};
use super::table::{Table, mebibytes};
use crate::demo::kit::{Kit, Wishes};
use crate::demo::lab_machine;
use crate::demo::play::interrupted;
use crate::demo::post_mortem;
use crate::demo::site::client;
use crate::demo::story::{Subject, Target};
use crate::differential::ironic;
use crate::lab::deadline::Interrupt;
use crate::lab::image::packed::{Format, packed};
use crate::lab::image::partition::{self, Loader};
use crate::lab::machine::Shape;
use crate::lab::packages::{self, kernel::Flavour};
use crate::lab::process::log_tail;
use crate::lab::sushy::Bmc;
use crate::lab::web::{self, process::Offer};
use crate::lab::{Lab, Machine};
use server::Places;

/// Of the machine, in MiB: the least that the agent is said to need with this kernel.
const MEMORY: u32 = 512;
/// As the agent gives its own: all programs of the workspace have one.
const AGENT: &str = env!("CARGO_PKG_VERSION");

/// Hammerscale's agent under Ironic.
#[derive(Debug, Args)]
pub struct IronicCommand {
    /// Memory of the machine, in MiB.
    #[arg(long, default_value_t = MEMORY)]
    memory: u32,
    /// Deploy partition images besides, raw and qcow2.
    #[arg(long)]
    partitions: bool,
}

/// The stage of the project's tests.
pub fn stage() -> Result<()> {
    let command = IronicCommand {
        memory: MEMORY,
        partitions: false,
    };
    command.run()
}

impl IronicCommand {
    /// Does it.
    pub fn run(self) -> Result<()> {
        let interrupt = Interrupt::on_signals()?;
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
        packages::install_for_ironic()?;
        let programs = ironic::install()?;
        let mut images: BTreeMap<String, PathBuf> = kit.images();
        for name in [KERNEL, INITRAMFS] {
            images.insert(name.to_owned(), kit.ramdisk.folder.join(name));
        }
        let mut deployments = vec![Deployment {
            what: "deploy",
            target: kit.raw(),
            root: None,
        }];
        if self.partitions {
            deployments.extend(partition_images(&mut images)?);
        }
        interrupt.check()?;
        let mut lab = Lab::up(&wishes.lab(), &interrupt)?;
        let places = start(&mut lab, images, &programs)?;
        let mut table = Table::default();
        let told = travel(&lab, &deployments, &mut table).and_then(|()| logs(&places, &mut table));
        if told.is_err() && !interrupt.is_set() {
            let names: Vec<String> = lab.machines().iter().map(|it| it.name.clone()).collect();
            post_mortem::print(&lab, &names);
            println!("Ironic says: {}", log_tail(&server::log(&lab)));
        }
        for name in [KERNEL, INITRAMFS] {
            let size = fs::metadata(kit.ramdisk.folder.join(name))?.len();
            table.figure(name, mebibytes(size));
        }
        table.figure("memory of the machine", format!("{} MiB", self.memory));
        let version = ironic::version();
        println!(
            "{}",
            table.text(&format!("Hammerscale's agent under Ironic {version}"))
        );
        lab.down()?;
        told
    }
}

/// One in each format, and with a boot loader in each of both ways.
fn partition_images(images: &mut BTreeMap<String, PathBuf>) -> Result<Vec<Deployment>> {
    packages::install_for_partition_image()?;
    let mut deployments = Vec::new();
    for (what, name, loader, format) in [
        (
            "deploy a partition image",
            "root.raw",
            Loader::Packaged,
            Format::Raw,
        ),
        (
            "deploy a partition image, qcow2",
            "root.qcow2",
            Loader::Folder,
            Format::Qcow2Deflate,
        ),
    ] {
        let image = partition::build(Flavour::Cloud, loader)?;
        let file = packed(&image, format)?;
        images.insert(name.to_owned(), file.file);
        deployments.push(Deployment {
            what,
            target: Target {
                url: web::image_url(name),
                sha256: file.sha256,
                format: format.disk_format(),
            },
            root: Some(image.raw),
        });
    }
    Ok(deployments)
}

fn start(lab: &mut Lab, images: BTreeMap<String, PathBuf>, programs: &Path) -> Result<Places> {
    web::process::start(
        lab,
        &Offer {
            images,
            ..Offer::default()
        },
    )?;
    let places = Places::make(lab)?;
    boot_network::start(lab, &places, programs)?;
    server::start(lab, &places, programs)?;
    Ok(places)
}

/// Ironic asks the agent for its logs at the end of each deployment and cleaning.
fn logs(places: &Places, table: &mut Table) -> Result<()> {
    let count = server::collected_logs(places);
    ensure!(count > 0, "Ironic got no logs from the agent");
    table.passed("logs", 0.0, format!("{count} archives collected"));
    Ok(())
}

fn travel(lab: &Lab, deployments: &[Deployment], table: &mut Table) -> Result<()> {
    let machine = lab.machines().first().context("the lab has no machine")?;
    let subject = subject(machine, lab.bmc()?)?;
    lab.namespace().block_on(|| async {
        let client = client()?;
        let journey = Journey {
            lab,
            client: &client,
            machine,
            subject: &subject,
            deployments,
            agent: AGENT,
        };
        tokio::select! {
            told = journey.travel(table) => told,
            error = interrupted(lab.interrupt()) => Err(error),
        }
    })
}

/// Ironic takes the BMC's authority as a path; what it boots is named as URLs that it caches.
fn subject(machine: &Machine, bmc: &Bmc) -> Result<Subject> {
    let mut subject = lab_machine::subject(machine, bmc)?;
    let info = &mut subject.driver_info;
    if let Some(path) = &bmc.certificate {
        info.insert("redfish_verify_ca".to_owned(), json!(path));
    }
    for (key, name) in [("deploy_kernel", KERNEL), ("deploy_ramdisk", INITRAMFS)] {
        info.insert(key.to_owned(), json!(web::image_url(name)));
    }
    Ok(subject)
}
