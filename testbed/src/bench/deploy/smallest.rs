//! The least memory that works: machines with more and more of it are tried until two neighbours are found of which the larger one works.

use std::time::Duration;

use anyhow::{Context, Result};
use client::{Client, Goal, WaitOptions};

use super::Agent;
use super::report::Report;
use super::site::Bench;
use crate::demo::site::client;
use crate::lab::Machine;
use crate::lab::image::packed::Format;
use crate::lab::redfish;

/// In MiB.
const OWN: &[u32] = &[128, 192, 256, 320, 384, 448, 512];
const STOCK_RAW: &[u32] = &[2048, 2304, 2560, 2816, 3072];
const STOCK_QCOW2: &[u32] = &[3584, 4096, 4608, 5120, 5632, 6144];
const LOOK: Duration = Duration::from_millis(500);
/// The longest that a deployment takes where memory is enough.
const PATIENCE: Duration = Duration::from_secs(900);
/// What the kernel says when it is too little.
const LAST_WORDS: [&str; 3] = [
    "Kernel panic",
    "Initramfs unpacking failed",
    "Out of memory",
];

/// Every amount that may be tried.
pub fn sizes() -> impl Iterator<Item = u32> {
    let all = [OWN, STOCK_RAW, STOCK_QCOW2];
    all.into_iter().flatten().copied()
}

/// Finds it for each kind of format that the agent writes.
pub async fn find(bench: &Bench, agent: Agent, report: &mut Report) -> Result<()> {
    let kinds: [(Format, &[u32]); 2] = match agent {
        Agent::Hammerscale => [(Format::Raw, OWN), (Format::Qcow2, OWN)],
        Agent::Ipa => [(Format::Raw, STOCK_RAW), (Format::Qcow2, STOCK_QCOW2)],
    };
    let client = client()?;
    for (format, sizes) in kinds {
        // Invariant: what is below `low` fails, what is from `high` on works or was not tried.
        let (mut low, mut high) = (0, sizes.len());
        while low < high {
            let middle = (low + high) / 2;
            let works = works(bench, &client, agent, format, sizes[middle]).await?;
            let word = if works { "works" } else { "is too little" };
            println!("{} {format}: {} MiB {word}", agent.name(), sizes[middle]);
            match works {
                true => high = middle,
                false => low = middle + 1,
            }
        }
        let below = low.checked_sub(1).map(|index| sizes[index]);
        report.smallest(agent, format, below, sizes.get(low).copied());
    }
    Ok(())
}

async fn works(
    bench: &Bench,
    client: &Client,
    agent: Agent,
    format: Format,
    memory_mib: u32,
) -> Result<bool> {
    // The first machine is the one of the deployments.
    let mut machines = bench.site.lab.machines().iter().skip(1);
    let machine = machines.find(|machine| machine.shape.memory_mib == memory_mib);
    let machine = machine.context("the lab has no machine with so much memory")?;
    bench.enroll(client, machine).await?;
    bench.choose(client, machine, agent).await?;
    let said = bench.site.lab.serial(&machine.name)?.len();
    let deployed = async {
        bench.order(client, machine, format).await?;
        let goal = Goal::Provision("active".to_owned());
        let options = WaitOptions::default();
        let active = client.wait_for(&machine.name, &goal, &options, |_| {});
        Ok::<_, anyhow::Error>(active.await.is_ok())
    };
    let works = tokio::select! {
        works = deployed => works?,
        () = last_words(bench, machine, said) => false,
        () = tokio::time::sleep(PATIENCE) => false,
    };
    end(bench, client, machine, works).await?;
    Ok(works)
}

async fn last_words(bench: &Bench, machine: &Machine, said: usize) {
    loop {
        let serial = bench.site.lab.serial(&machine.name).unwrap_or_default();
        let new = serial.get(said..).unwrap_or_default();
        if LAST_WORDS.iter().any(|words| new.contains(words)) {
            return;
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Switches the machine off. One on which a deployment hangs is not the engine's any more: it would be told to wait for the agent.
async fn end(bench: &Bench, client: &Client, machine: &Machine, works: bool) -> Result<()> {
    if !works {
        // It may be at rest already, or busy; then deleting waits for the next try, and the lab goes anyway.
        let _ = client
            .set_maintenance(&machine.name, true, Some("it has too little memory"))
            .await;
        let _ = client.delete_node(&machine.name).await;
    }
    redfish::force_off(bench.site.lab.bmc()?, &machine.uuid).await
}
