//! Images that cannot be deployed: each failure says why and what to do, and leaves a machine that can be deployed at once.

use std::fs::File;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use client::Client;

use super::{Stage, stage};
use crate::demo::lab_machine;
use crate::demo::site::client;
use crate::demo::story::{Story, Target};
use crate::lab::machine::Shape;
use crate::lab::web;
use crate::lab::web::process::Offer;

const PATIENCE: Duration = Duration::from_secs(240);
const TOO_LARGE: &str = "too-large.raw";

/// Deploys an image that is not there, one with another checksum, and one that is too large; then a good one.
pub fn error_stage() -> Result<()> {
    let folder = tempfile::tempdir().context("a folder for the image that is too large")?;
    let too_large = folder.path().join(TOO_LARGE);
    stage(
        "errors",
        Shape::default(),
        |kit| {
            // One GiB more than the machine's disk; nothing of it takes room.
            let file = File::create(&too_large)?;
            file.set_len((u64::from(Shape::default().disk_gib) + 1) << 30)?;
            let mut images = kit.images();
            images.insert(TOO_LARGE.to_owned(), too_large.clone());
            Ok(Offer {
                images,
                ..Offer::default()
            })
        },
        fail_and_recover,
    )
}

async fn fail_and_recover(stage: &mut Stage) -> Result<()> {
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
    story.make_available().await?;
    clock.lap("enroll, inspect and clean");
    let good = kit.raw();
    let cases = [
        (
            "there is no such image",
            web::image_url("missing.raw"),
            good.sha256.clone(),
        ),
        ("checksum", good.url.clone(), "0".repeat(64)),
        (
            "use a larger disk",
            web::image_url(TOO_LARGE),
            good.sha256.clone(),
        ),
    ];
    for (words, url, sha256) in cases {
        let wrong = Target {
            url,
            sha256,
            format: good.format,
        };
        let error = failure(&client, &mut story, &wrong).await?;
        println!("{}: {error}", machine.name);
        ensure!(
            error.contains(words),
            "the error does not say {words:?}: {error}"
        );
        clock.lap(words);
    }
    story.deploy(&good).await?;
    story
        .hear(PATIENCE, lab_machine::report(&machine.mac))
        .await?;
    clock.lap("a good image, deployed after all");
    Ok(())
}

/// Deploys what cannot be deployed; gives the node's last error once nothing is under way or reserved any more.
async fn failure(client: &Client, story: &mut Story<'_>, target: &Target) -> Result<String> {
    story.begin_deploy(target).await?;
    story.reach("failure", "deploy failed").await?;
    let name = story.name();
    let at_rest = async {
        loop {
            let node = client.node(name).await?;
            if node.reservation.is_none() && node.target_power_state.is_none() {
                return Ok(node);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let node = match tokio::time::timeout(PATIENCE, at_rest).await {
        Ok(node) => node.map_err(|error: client::ClientError| error)?,
        Err(_) => bail!("{name} stays reserved after its failure"),
    };
    ensure!(!node.maintenance, "{name} went to maintenance");
    node.last_error.context("the failure has no text")
}
