//! A machine whose clock is years behind and whose disk has sectors of 4096 bytes is deployed by HTTPS, and again with another image: each time
//! its firmware has one boot entry of ours, the one of the image that it has.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use super::variables::{self, Variables};
use super::{Stage, stage};
use crate::demo::lab_machine;
use crate::demo::site::client;
use crate::demo::story::{Story, Target};
use crate::lab::image::{Image, Kind, Rest, mini};
use crate::lab::machine::{Firmware, Shape};
use crate::lab::packages::{self, kernel::Flavour};
use crate::lab::web::process::Offer;
use crate::lab::web::{self, Report};

const PATIENCE: Duration = Duration::from_secs(240);
const SECTOR: u32 = 4096;
/// About sixteen years: before any certificate of the site.
const DAYS_BEHIND: u32 = 16 * 365;
const MADE: &str = "HammerscaleBootEntries";
const FIRST: &str = "first.raw.gz";
const SECOND: &str = "second.raw.gz";

/// Deploys the machine twice.
pub fn odd_stage() -> Result<()> {
    let shape = Shape {
        sector_bytes: SECTOR,
        days_behind: DAYS_BEHIND,
        ..Shape::default()
    };
    packages::install_for_image(Kind::Mini, Firmware::Uefi)?;
    variables::reader()?;
    let (first, second) = (image("EFI system")?, image("EFI system, second")?);
    let files = [(FIRST, &first), (SECOND, &second)];
    let images = files.map(|(name, image)| (name.to_owned(), image.gzip.clone()));
    stage(
        "odd",
        shape,
        |_| {
            Ok(Offer {
                images: BTreeMap::from(images),
                tls: true,
                ..Offer::default()
            })
        },
        async |stage| twice(stage, &target(FIRST, &first), &target(SECOND, &second)).await,
    )
}

fn image(boot_partition: &'static str) -> Result<Image> {
    let rest = Rest {
        sector: SECTOR,
        boot_partition,
        ..Rest::default()
    };
    mini(Flavour::Cloud, Firmware::Uefi, &rest)
}

fn target(name: &str, image: &Image) -> Target {
    Target {
        url: web::secure_image_url(name),
        sha256: image.gzip_sha256.clone(),
        format: "raw",
    }
}

async fn twice(stage: &mut Stage, first: &Target, second: &Target) -> Result<()> {
    let client = client()?;
    let Stage {
        site,
        machine,
        subject,
        clock,
        ..
    } = stage;
    let file = site.lab.folder().join("machines");
    let file = file.join(format!("{}.vars", machine.name));
    let mut story = Story::of(&client, subject);
    story.enroll().await?;
    story.make_available().await?;
    clock.lap("enroll, inspect and clean");
    story.deploy(first).await?;
    let told = story
        .hear(PATIENCE, lab_machine::report(&machine.mac))
        .await?;
    judge(&told)?;
    clock.lap("deploy by HTTPS, phone home");
    let before = entry(&file)?;
    story.rebuild(second).await?;
    let second = lab_machine::report_after(&machine.mac, 1);
    let told = story.hear(PATIENCE, second).await?;
    judge(&told)?;
    clock.lap("rebuild with another image, phone home");
    let after = entry(&file)?;
    ensure!(
        before.partition != after.partition,
        "both boot entries mean the partition {}",
        after.partition
    );
    println!(
        "{} boots {} ({} entries of its firmware before, {} after)",
        machine.name, after.name, before.all, after.all
    );
    ensure!(before.all == after.all, "an old boot entry was left");
    Ok(())
}

fn judge(report: &Report) -> Result<()> {
    println!(
        "{} reported itself from {}, config drive on {}",
        report.hostname, report.root_device, report.config_drive
    );
    ensure!(
        report.config_drive.starts_with(&report.root_device),
        "the config drive is on {:?}",
        report.config_drive
    );
    Ok(())
}

/// Our boot entry.
struct Entry {
    name: String,
    /// The partition's identifier, in hex.
    partition: String,
    /// How many entries there are with it.
    all: usize,
}

/// The entry that the agent's own variable names: it must be there, first, and for the partition that the variable says.
fn entry(file: &Path) -> Result<Entry> {
    let variables = Variables::read(file)?;
    let made = variables
        .get(MADE)
        .with_context(|| format!("there is no variable {MADE}"))?;
    // A version, then the only entry: its number, and the partition's identifier.
    ensure!(
        made.len() == 19 && made[0] == 1,
        "{MADE} holds {}",
        hex::encode(made)
    );
    let name = format!("Boot{:02X}{:02X}", made[2], made[1]);
    let option = variables.get(&name);
    let option = option.with_context(|| format!("{MADE} names {name}, which is not there"))?;
    ensure!(
        option.windows(16).any(|bytes| bytes == &made[3..]),
        "{name} is not for the partition that {MADE} names"
    );
    let order = variables.get("BootOrder").unwrap_or_default();
    ensure!(
        order.starts_with(&made[1..3]),
        "{name} is not first in the boot order {}",
        hex::encode(order)
    );
    Ok(Entry {
        name,
        partition: hex::encode(&made[3..]),
        all: variables.boot_entries().count(),
    })
}
