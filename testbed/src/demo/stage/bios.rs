//! A machine with legacy firmware, from enrollment to the deployed system's own report and back.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{Stage, stage};
use crate::demo::lab_machine;
use crate::demo::site::client;
use crate::demo::story::Story;
use crate::lab::machine::{Firmware, Shape};
use crate::lab::web::process::Offer;

const PATIENCE: Duration = Duration::from_secs(240);
/// As the API and the deployed system call it.
const BIOS: &str = "bios";

/// Deploys one virtual machine that has no UEFI.
pub fn bios_stage() -> Result<()> {
    stage(
        "vm-bios",
        Shape {
            firmware: Firmware::Bios,
            ..Shape::default()
        },
        |kit| {
            Ok(Offer {
                images: kit.images(),
                ..Offer::default()
            })
        },
        there_and_back,
    )
}

async fn there_and_back(stage: &mut Stage) -> Result<()> {
    let Stage {
        kit,
        machine,
        subject,
        clock,
        ..
    } = stage;
    let client = client()?;
    let mut story = Story::of(&client, subject);
    story.enroll().await?;
    story.verb("inspect", "manageable").await?;
    clock.lap("enroll and inspect");
    let inspected = client.node(&machine.name).await?.boot_mode;
    ensure!(
        inspected.as_deref() == Some(BIOS),
        "the inspected node's boot mode is {inspected:?}, not {BIOS}"
    );
    story.verb("provide", "available").await?;
    clock.lap("clean");
    story.deploy(&kit.gzip()).await?;
    clock.lap("deploy");
    let report = lab_machine::report(&machine.mac);
    let report = story.hear(PATIENCE, report).await?;
    clock.lap("phone home");
    println!(
        "{} reported itself from {}, booted by {} firmware",
        report.hostname, report.root_device, report.firmware
    );
    ensure!(
        report.firmware == BIOS,
        "the deployed system was booted by {} firmware",
        report.firmware
    );
    story.verb("deleted", "available").await?;
    clock.lap("undeploy");
    Ok(())
}
