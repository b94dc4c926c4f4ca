//! The demo with model machines: the same story and screen, with a real daemon, in this process's own loopback and within seconds.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use client::{Client, Connection};
use serde_json::{Map, Value, json};

use crate::engine::{EngineProcess, SimulatedSite};
use crate::lab::deadline::Interrupt;
use crate::machines::{DiskContent, Fleet, FleetOptions, Machine, Timings};

use super::play::Play;
use super::story::{Subject, Target};

const PATIENCE: Duration = Duration::from_secs(60);
/// This very program: it holds the daemon too.
const MYSELF: &str = "/proc/self/exe";

/// Runs it with so many machines.
pub fn run(machines: usize) -> Result<()> {
    let begun = Instant::now();
    let interrupt = Interrupt::on_signals()?;
    introduce(machines);
    let site = SimulatedSite::new()?;
    let engine = EngineProcess::start(&site.spec(MYSELF.into(), 0))?
        .map_err(|ended| anyhow!("the engine ended at its start: {ended:?}"))?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start a runtime")?;
    let played = runtime.block_on(play(&engine, &site, machines, &interrupt));
    // At once: the machines do not outlive this run, and an engine that stops in order would wait for them.
    engine.kill()?;
    played?;
    println!("done after {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

fn introduce(machines: usize) {
    println!(
        "This demo provisions {machines} model machines: programs that behave as servers do towards a real daemon,"
    );
    println!(
        "with a Redfish BMC, firmware that boots from the network, and an agent. It needs no root, installs nothing,"
    );
    println!("uses loopback only, and leaves nothing behind.\n");
}

async fn play(
    engine: &EngineProcess,
    site: &SimulatedSite,
    machines: usize,
    interrupt: &Interrupt,
) -> Result<()> {
    let fleet = Fleet::start(FleetOptions {
        count: machines,
        timings: visible(),
        boot_listener: Some(site.boot_listener()),
        ..FleetOptions::default()
    })
    .await?;
    let subjects: Vec<Subject> = fleet.machines().map(subject).collect();
    let play = Play {
        client: &Client::new(&Connection::to(format!("http://{}", engine.address)))?,
        target: &target(),
        patience: PATIENCE,
        keep: false,
        interrupt,
    };
    play.run(&subjects, async |index| Ok(report(&fleet, index).await))
        .await
}

/// Slow enough for a person to follow.
fn visible() -> Timings {
    let ms = Duration::from_millis;
    Timings {
        power: ms(300),
        firmware: ms(600),
        boot_agent: ms(900),
        boot_deployed: ms(800),
        step: ms(1500),
        bootloader: ms(300),
        shutdown: ms(300),
        ..Timings::default()
    }
}

fn subject(machine: &Machine) -> Subject {
    let name = machine.name();
    Subject {
        mac: machine.mac.clone(),
        driver_info: match machine.driver_info() {
            Value::Object(info) => info,
            _ => Map::new(),
        },
        config_drive: json!({"meta_data": {"hostname": name, "name": name}}),
        name,
    }
}

/// Model machines download nothing; the daemon never opens an image either.
fn target() -> Target {
    Target {
        url: "http://192.0.2.1/model.raw".to_owned(),
        sha256: "0".repeat(64),
        format: "raw",
    }
}

async fn report(fleet: &Fleet, index: usize) -> (String, String) {
    let truth = fleet.wait(index, |truth| truth.phoned_home.is_some()).await;
    let sentence = match &truth.disk {
        DiskContent::Image(image) => format!(
            "its model runs {} after {} firmware starts, with the host name from its config drive",
            image.url, truth.boots
        ),
        _ => "its model runs without an image".to_owned(),
    };
    (truth.phoned_home.unwrap_or_default(), sentence)
}
