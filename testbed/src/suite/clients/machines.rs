//! Machines that have a BMC and an agent, led by the `baremetal` command: what fake hardware cannot show.

use super::ground::{Ground, PROGRAM, without_names};
use super::play::Player;
use super::story;
use crate::engine::SimulatedSite;
use crate::machines::{Fault, Fleet, FleetOptions, Machines, PlannedFault};
use anyhow::{Context, Result, ensure};

pub(super) const STORY: &str = include_str!("stories/machines.story");

/// The first machine's agent comes; the second one's does not at its first boot.
fn options(site: &SimulatedSite) -> FleetOptions {
    FleetOptions {
        count: 2,
        boot_listener: Some(site.boot_listener()),
        faults: vec![PlannedFault {
            machines: Machines::One(1),
            fault: Fault::AgentAbsent(1),
        }],
        ..FleetOptions::default()
    }
}

pub(super) fn run(ground: &Ground) -> Result<()> {
    let site = SimulatedSite::new()?;
    // The machines live on its threads while the story is typed.
    let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
    let fleet = runtime.block_on(Fleet::start(options(&site)))?;
    let engine = ground.started(site.spec(PROGRAM.into(), 0))?;
    let mut player = Player::new("machines", ground)?;
    player.options = without_names(&format!("http://{}", engine.address));
    for (index, name) in ["first", "second"].into_iter().enumerate() {
        let machine = fleet.machine(index);
        let info = machine.driver_info();
        let pairs = info.as_object().context("driver_info")?.iter();
        let pairs: Vec<String> = pairs
            .map(|(key, value)| {
                format!("--driver-info {key}={}", value.as_str().unwrap_or_default())
            })
            .collect();
        player.know(&format!("{name}_bmc"), &pairs.join(" "));
        player.know(&format!("{name}_mac"), &machine.mac);
        player.know(&format!("{name}_uuid"), &machine.uuid.to_string());
    }
    player.play(&story::parse(STORY)?)?;
    let truth = fleet.truth(0);
    ensure!(truth.nmis == 1, "the first machine saw {} NMIs", truth.nmis);
    engine.stop()
}
