//! A deployment that the engine's death does not stop.

use std::num::NonZeroU32;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use api_types::EventKind;
use client::{Client, StreamItem};

use super::{Stage, stage};
use crate::demo::lab_machine;
use crate::demo::site::client;
use crate::demo::story::Story;
use crate::lab::Machine;
use crate::lab::machine::Shape;
use crate::lab::web::process::{Offer, status};

/// The image takes so many seconds, however fast the machine is.
const WRITING: u64 = 16;
const PATIENCE: Duration = Duration::from_secs(240);

/// Deploys one virtual machine while the engine is killed in the middle of the image and started again.
pub fn vm_stage() -> Result<()> {
    stage(
        "vm",
        Shape::default(),
        |kit| {
            let pace = u32::try_from(kit.raw_bytes()? / WRITING)?;
            Ok(Offer {
                images: kit.images(),
                pace: Some(NonZeroU32::new(pace).context("the target image is empty")?),
                ..Offer::default()
            })
        },
        deploy_with_a_kill,
    )
}

async fn deploy_with_a_kill(stage: &mut Stage) -> Result<()> {
    let Stage {
        site,
        kit,
        machine,
        subject,
        clock,
    } = stage;
    let (client, size) = (client()?, kit.raw_bytes()?);
    let mut story = Story::of(&client, subject);
    story.enroll().await?;
    story.verb("inspect", "manageable").await?;
    clock.lap("enroll and inspect");
    story.verb("provide", "available").await?;
    clock.lap("clean");
    story.begin_deploy(&kit.raw()).await?;
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
    let report = lab_machine::report(&machine.mac);
    let report = story.hear(PATIENCE, report).await?;
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
