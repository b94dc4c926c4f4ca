//! Deployments of virtual machines with as little memory as promised, with either kernel, by the daemon as it is shipped.

use anyhow::{Context, Result, ensure};

use super::daemon::resident;
use super::{Figures, mib};
use crate::demo::kit::{Kit, Wishes};
use crate::demo::lab_machine;
use crate::demo::play::interrupted;
use crate::demo::post_mortem;
use crate::demo::site::{Site, client};
use crate::demo::story::{Story, Target};
use crate::lab::Lab;
use crate::lab::deadline::Interrupt;
use crate::lab::machine::Shape;
use crate::lab::packages::kernel::Flavour;
use crate::lab::web::process::Offer;

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(300);

/// Both kernels, each in its promised memory.
pub fn measure(figures: &mut Figures, interrupt: &Interrupt) -> Result<()> {
    deploy(figures, interrupt, Flavour::Cloud, 512, 2)?;
    deploy(figures, interrupt, Flavour::Full, 768, 1)
}

fn deploy(
    figures: &mut Figures,
    interrupt: &Interrupt,
    kernel: Flavour,
    memory_mib: u32,
    machines: usize,
) -> Result<()> {
    let wishes = Wishes {
        name: format!("bench-{}", std::process::id()),
        machines,
        kernel,
        release: true,
        shape: Shape {
            memory_mib,
            ..Shape::default()
        },
        ..Wishes::default()
    };
    let kit = Kit::prepare(&wishes)?;
    let name = kit.ramdisk.kernel.clone();
    figures.add(
        format!("ramdisk {name}: kernel and initramfs"),
        mib(kit.ramdisk.bytes),
        "40 MB",
    );
    let lab = Lab::up(&wishes.lab(), interrupt)?;
    let offer = Offer {
        images: kit.images(),
        ..Offer::default()
    };
    let site = Site::start(lab, kit.program.clone(), kit.ramdisk.folder.clone(), &offer)?;
    let told = all(&site, &kit.gzip());
    if told.is_err() && !interrupt.is_set() {
        let names: Vec<String> = site
            .lab
            .machines()
            .iter()
            .map(|machine| machine.name.clone())
            .collect();
        post_mortem::print(&site.lab, &names);
    }
    let seconds = told?;
    let what = format!("{machines} with {memory_mib} MiB, kernel {name}");
    figures.add(
        format!("{what}: off to phone home"),
        format!("{seconds:.0} s"),
        "",
    );
    let engine = site.engine().context("the engine is gone")?;
    let memory = resident(engine.id.unsigned_abs())?;
    figures.add(
        format!("daemon: resident memory, {machines} active, just deployed"),
        mib(memory),
        "40 MiB",
    );
    site.lab.down()
}

/// Deploys all machines at once; the seconds of the slowest, from enrolling to its own report.
fn all(site: &Site, target: &Target) -> Result<f64> {
    let (bmc, machines) = (site.lab.bmc()?, site.lab.machines());
    let subjects = machines
        .iter()
        .map(|machine| lab_machine::subject(machine, bmc))
        .collect::<Result<Vec<_>>>()?;
    site.lab.namespace().block_on(|| async {
        let client = client()?;
        let stories = subjects.iter().map(|subject| async {
            let mut story = Story::of(&client, subject);
            story.enroll().await?;
            story.make_available().await?;
            story.deploy(target).await?;
            story
                .hear(PATIENCE, lab_machine::report(&subject.mac))
                .await?;
            Ok::<f64, anyhow::Error>(
                story
                    .chapters()
                    .iter()
                    .map(|chapter| chapter.seconds())
                    .sum(),
            )
        });
        let seconds = tokio::select! {
            told = futures::future::try_join_all(stories) => told?,
            error = interrupted(site.lab.interrupt()) => return Err(error),
        };
        ensure!(!seconds.is_empty(), "no machine was deployed");
        Ok(seconds.into_iter().fold(0.0, f64::max))
    })
}
