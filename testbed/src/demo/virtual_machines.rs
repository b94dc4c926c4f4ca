//! The demo with virtual machines, from the first word to the last.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::lab::Lab;
use crate::lab::deadline::Interrupt;
use crate::lab::image::Kind;
use crate::lab::network::BRIDGE;
use crate::lab::record::Record;
use crate::lab::web::{Report, process::Offer};

use super::kit::{Kit, Wishes};
use super::play::Play;
use super::site::{API, Site, client};
use super::story::{Failed, Target};
use super::{lab_machine, post_mortem};

/// Runs it.
pub fn run(wishes: &Wishes, keep: bool) -> Result<()> {
    let begun = Instant::now();
    let interrupt = Interrupt::on_signals()?;
    Record::require_free(&wishes.name)?;
    introduce(wishes, keep);
    let kit = Kit::prepare(wishes)?;
    interrupt.check()?;
    let lab = Lab::up(&wishes.lab(), &interrupt)?;
    let offer = Offer {
        images: kit.images(),
        ..Offer::default()
    };
    let mut site = Site::start(lab, kit.program.clone(), kit.ramdisk.folder.clone(), &offer)?;
    println!(
        "engine: first answer after {:.0} ms",
        site.first_answer().as_secs_f64() * 1000.0
    );
    println!(
        "everything is up after {:.0} s; the machines are off\n",
        begun.elapsed().as_secs_f64()
    );
    let told = tell(&site, &kit.gzip(), patience(wishes.image), keep);
    if let Err(error) = &told
        && !interrupt.is_set()
    {
        let failed = error
            .downcast_ref::<Failed>()
            .map(|failed| failed.machine.clone());
        post_mortem::print(&site.lab, failed.as_slice());
    }
    if keep && told.is_ok() {
        site.lab.stay()?;
        explain_how_to_talk(&site, &kit);
        return Ok(());
    }
    println!("taking the lab down");
    site.lab.down()?;
    told?;
    println!("done after {:.0} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn introduce(wishes: &Wishes, keep: bool) {
    let image = match wishes.image {
        Kind::Debian => "Debian with cloud-init",
        Kind::Mini | Kind::MiniFull => "a small Linux system",
    };
    let firmware = wishes.shape.firmware;
    let count = wishes.machines;
    println!("This demo provisions {count} virtual machines as if they were bare metal. It will");
    println!("  - install the Debian packages that are missing, naming each");
    println!("  - build the daemon, the agent, the agent's ramdisk and the target image ({image})");
    println!(
        "  - make a network namespace with the bridge {BRIDGE}, and in it {count} powered-off {firmware} machines with Redfish BMCs"
    );
    println!(
        "  - start `hammerscale serve` there, enroll the machines, inspect, clean and deploy them over the network"
    );
    println!("  - let the deployed systems report themselves, and show where each second went");
    match keep {
        true => println!("  - leave all of it up and say how to talk to it"),
        false => println!(
            "  - undeploy the machines and take everything down, as Ctrl-C does at any time"
        ),
    }
    println!();
}

/// Debian's first boot takes minutes where the processor is translated.
fn patience(image: Kind) -> Duration {
    match image {
        Kind::Debian => Duration::from_secs(1800),
        Kind::Mini | Kind::MiniFull => Duration::from_secs(300),
    }
}

fn tell(site: &Site, target: &Target, patience: Duration, keep: bool) -> Result<()> {
    let (bmc, machines) = (site.lab.bmc()?, site.lab.machines());
    let subjects = machines
        .iter()
        .map(|machine| lab_machine::subject(machine, bmc))
        .collect::<Result<Vec<_>>>()?;
    site.lab.namespace().block_on(|| async {
        let play = Play {
            client: &client()?,
            target,
            patience,
            keep,
            interrupt: site.lab.interrupt(),
        };
        play.run(&subjects, async |index| {
            let (name, report) = lab_machine::report(&subjects[index].mac).await?;
            Ok((name, sentence(&report)))
        })
        .await
    })
}

fn sentence(report: &Report) -> String {
    format!(
        "the system on {} reports itself as {:?} (from the config drive on {}), with kernel {} and {} firmware, at {}, {:.1} s after its start",
        report.root_device,
        report.hostname,
        report.config_drive,
        report.kernel,
        report.firmware,
        report.address,
        report.boot_seconds
    )
}

fn explain_how_to_talk(site: &Site, kit: &Kit) {
    let inside = format!("ip netns exec {}", site.lab.namespace().name());
    let program = kit.program.display();
    let name = &site.lab.record().name;
    println!("The lab stays up. Talk to it from inside its network namespace:");
    println!("  {inside} {program} node list");
    println!("  {inside} {program} node timeline node-0");
    println!("  {inside} {program} node undeploy node-0 --yes");
    println!("  {inside} {program} node watch");
    println!("  {inside} curl -s {API}/v1/nodes");
    println!("  {inside} bash                          a shell inside, where the API is {API}");
    println!("  cargo testbed lab status               machines, BMCs and reports");
    println!("  cargo testbed lab console node-0 --name {name}");
    println!(
        "Its files, the engine's log among them, are in {}",
        site.lab.folder().display()
    );
    println!("Take it down with: cargo testbed lab down --name {name}");
}
