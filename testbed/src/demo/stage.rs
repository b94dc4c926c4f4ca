//! Stages of the project's tests that deploy virtual machines.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use api_types::EventKind;
use client::{Client, StreamItem};

use crate::lab::deadline::Interrupt;
use crate::lab::web::process::{Offer, status};
use crate::lab::{Lab, Machine};

use super::kit::{Kit, Wishes};
use super::play::interrupted;
use super::site::{Site, client};
use super::story::{Story, Target};
use super::{lab_machine, post_mortem};

/// The image takes so many seconds, however fast the machine is.
const WRITING: u64 = 16;
const PATIENCE: Duration = Duration::from_secs(240);

/// Deploys one virtual machine while the engine is killed in the middle of the image and started again.
pub fn vm_stage() -> Result<()> {
    let interrupt = Interrupt::on_signals()?;
    let wishes = Wishes {
        name: format!("vm-{}", std::process::id()),
        machines: 1,
        ..Wishes::default()
    };
    let mut clock = PhaseClock::start();
    let kit = Kit::prepare(&wishes)?;
    clock.lap("programs, ramdisk and image");
    let size = std::fs::metadata(&kit.image.raw)
        .context("the target image")?
        .len();
    let pace = u32::try_from(size / WRITING).ok().and_then(NonZeroU32::new);
    let offer = Offer {
        images: kit.images(),
        pace: Some(pace.context("the target image has no usable size")?),
    };
    let lab = Lab::up(&wishes.lab(), &interrupt)?;
    let mut site = Site::start(lab, kit.program.clone(), kit.ramdisk.folder.clone(), &offer)?;
    clock.lap("lab and engine");
    let told = tell(&mut site, &kit.raw(), size, &mut clock);
    if told.is_err() && !interrupt.is_set() {
        let names: Vec<String> = site
            .lab
            .machines()
            .iter()
            .map(|machine| machine.name.clone())
            .collect();
        post_mortem::print(&site.lab, &names);
    }
    let down = site.lab.down();
    clock.lap("lab down");
    told.and(down)
}

fn tell(site: &mut Site, target: &Target, size: u64, clock: &mut PhaseClock) -> Result<()> {
    let machine = site
        .lab
        .machines()
        .first()
        .context("the lab has no machine")?
        .clone();
    let interrupt = site.lab.interrupt().clone();
    let namespace = site.lab.namespace();
    namespace.block_on(|| async {
        tokio::select! {
            told = deploy_with_a_kill(site, &machine, target, size, clock) => told,
            error = interrupted(&interrupt) => Err(error),
        }
    })
}

async fn deploy_with_a_kill(
    site: &mut Site,
    machine: &Machine,
    target: &Target,
    size: u64,
    clock: &mut PhaseClock,
) -> Result<()> {
    let client = client()?;
    let subject = lab_machine::subject(machine, site.lab.bmc()?)?;
    let mut story = Story::of(&client, &subject);
    story.enroll().await?;
    story.verb("inspect", "manageable").await?;
    clock.lap("enroll and inspect");
    story.verb("provide", "available").await?;
    clock.lap("clean");
    story.begin_deploy(target).await?;
    let before = written(&client, machine, size / 3).await?;
    clock.lap("a third of the image");
    site.kill_engine()?;
    let back = site.start_engine()?;
    println!(
        "killed at {before} of {size} bytes; the engine's first answer came {:.0} ms after its new start",
        back.as_secs_f64() * 1000.0
    );
    let state = client.states(&machine.name).await?.provision_state;
    ensure!(
        state.as_deref() == Some("wait call-back"),
        "after the restart the node is in {state:?}: the image was not being written any more"
    );
    let after = written(&client, machine, before + 1).await?;
    ensure!(after < size, "the kill came too late to prove anything");
    story.reach("the rest of the deployment", "active").await?;
    clock.lap("kill, restart and the rest");
    let report = story
        .hear(PATIENCE, lab_machine::report(&machine.mac))
        .await?;
    clock.lap("phone home");
    println!(
        "{} reported itself from {}",
        report.hostname, report.root_device
    );
    let served = status().await?.images;
    let requests: u64 = served.values().map(|image| image.requests).sum();
    ensure!(
        requests == 1,
        "the image was asked for {requests} times: the kill cost a second download"
    );
    story.verb("deleted", "available").await?;
    clock.lap("undeploy");
    Ok(())
}

/// Waits until at least so many bytes were written; gives how many.
async fn written(client: &Client, machine: &Machine, wanted: u64) -> Result<u64> {
    let mut events = client.events(Some(&machine.name));
    let reached = async {
        loop {
            let StreamItem::Event(event) = events.next().await? else {
                continue;
            };
            match event.kind {
                EventKind::Progress {
                    done_bytes: Some(done),
                    ..
                } if done >= wanted => return Ok(done),
                EventKind::NodeChanged {
                    provision_state, ..
                } if provision_state == "active" || provision_state.ends_with("failed") => {
                    bail!("the node went to '{provision_state}' before {wanted} bytes were seen");
                }
                _ => {}
            }
        }
    };
    tokio::time::timeout(PATIENCE, reached)
        .await
        .with_context(|| {
            format!(
                "no progress beyond {wanted} bytes was told within {} s",
                PATIENCE.as_secs()
            )
        })?
}

/// Prints how long each phase took.
struct PhaseClock {
    last: Instant,
}

impl PhaseClock {
    fn start() -> Self {
        Self {
            last: Instant::now(),
        }
    }

    fn lap(&mut self, phase: &str) {
        println!("{:7.1} s  {phase}", self.last.elapsed().as_secs_f64());
        self.last = Instant::now();
    }
}
