//! `cargo testbed demo`: machines that are off become machines that run a system, before a person's eyes.

mod programs;
mod ramdisk;
mod site;
mod story;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::lab::deadline::Interrupt;
use crate::lab::image::{self, Kind};
use crate::lab::packages::{self, kernel::Flavour};
use crate::lab::{Lab, LabOptions, Machine};
use site::{Site, client};
use story::{Story, Target};

/// Bring virtual machines from powered off to running a deployed system.
#[derive(Debug, Args)]
pub struct DemoCommand {
    /// How many machines.
    #[arg(long, default_value_t = 2)]
    machines: usize,
    /// Leave everything up afterwards.
    #[arg(long)]
    keep: bool,
}

impl DemoCommand {
    /// Does it.
    pub fn run(self) -> Result<()> {
        let interrupt = Interrupt::on_signals()?;
        packages::install_for_lab()?;
        let program = programs::daemon(false)?;
        let ramdisk = ramdisk::prepare(Flavour::Cloud)?;
        println!(
            "ramdisk {} {} bytes in {}",
            ramdisk.kernel,
            ramdisk.bytes,
            ramdisk.folder.display()
        );
        let image = image::build(Kind::Mini)?;
        let target = Target::gzip("target.raw.gz", &image);
        let mut options = LabOptions::with_machines(self.machines);
        options.name = "demo".into();
        options.bmc_tls = true;
        let lab = Lab::up(&options, &interrupt)?;
        let images = BTreeMap::from([("target.raw.gz".to_owned(), image.gzip.clone())]);
        let mut site = Site::start(lab, program, ramdisk.folder, &images)?;
        println!("engine up");
        let machines: Vec<Machine> = site.lab.machines().to_vec();
        let bmc = site.lab.bmc()?.clone();
        let namespace = site.lab.namespace();
        let done = namespace.block_on(|| async {
            let client = client()?;
            let watch = async {
                let mut events = client.events(None);
                loop {
                    match events.next().await {
                        Ok(item) => println!("{item:?}"),
                        Err(error) => println!("{error}"),
                    }
                }
            };
            let stories = futures::future::try_join_all(machines.iter().map(|machine| {
                let (client, bmc, target) = (&client, &bmc, &target);
                async move {
                    let mut story = Story::of(client, machine);
                    story.enroll(bmc).await?;
                    story.make_available().await?;
                    story.deploy(target).await?;
                    let report = story.hear(Duration::from_secs(600)).await?;
                    println!("{report:?}");
                    story.verb("deleted", "available").await?;
                    println!("{} {:?}", machine.name, story.chapters());
                    Ok::<(), anyhow::Error>(())
                }
            }));
            let stop = async {
                while !interrupt.is_set() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            };
            tokio::select! {
                done = stories => done.map(drop),
                () = watch => Ok(()),
                () = stop => Err(anyhow::anyhow!("interrupted")),
            }
        });
        if let Err(error) = &done {
            println!("FAILED {error:#}");
        }
        if self.keep {
            site.lab.stay()?;
            return done;
        }
        done
    }
}
