//! The same with machines that have a BMC, firmware and an agent: the engine is killed at every boundary of every effect of a machine's
//! whole life, by Redfish, network boot and the agent protocol over real sockets. The machines live on while it is dead.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod databases;

use api_types::PatchOperation;
use databases::{Databases, on_both};
use hammerscale_testbed::engine::{Chapter, SimulatedSite, Teller, enroll};
use hammerscale_testbed::machines::{Fleet, FleetOptions, Power, Runs};
use model::Action;
use ports::boundary::Boundary;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// Runs side by side: enough to keep two cores busy.
const LANES: u64 = 3;
/// Every boundary on a file; on a server, where the store alone is another, every fourth.
const EACH: u64 = 1;
const EVERY_FOURTH: u64 = 4;

fn deploy() -> Chapter {
    let mut chapter = Chapter::new("active", "active");
    chapter.order.configdrive = Some(json!({"meta_data": {"hostname": "web-1"}}));
    chapter
}

/// Lives through it all; the boundaries that were passed and how often the engine was killed.
async fn live(databases: &Databases, kill_at: u64) -> (Vec<String>, u32) {
    let site = SimulatedSite::new().unwrap();
    let options = FleetOptions {
        count: 1,
        seed: kill_at,
        boot_listener: Some(site.boot_listener()),
        ..FleetOptions::default()
    };
    let fleet = Fleet::start(options).await.unwrap();
    let spec = site.spec(env!("CARGO_BIN_EXE_hammerscale-testbed").into(), kill_at);
    let mut teller = Teller::new(databases.under(spec).await).unwrap();
    enroll(&mut teller, fleet.machine(0)).await.unwrap();
    let at = |error: anyhow::Error| -> ! { panic!("killed at boundary {kill_at}: {error:#}") };
    for verb in [
        ("manage", "manageable"),
        ("inspect", "manageable"),
        ("provide", "available"),
    ] {
        teller
            .tell("one", &Chapter::new(verb.0, verb.1))
            .await
            .unwrap_or_else(|error| at(error));
    }
    teller
        .tell("one", &deploy())
        .await
        .unwrap_or_else(|error| at(error));
    let deployed = fleet.wait(0, |truth| truth.runs == Runs::DeployedSystem);
    let truth = tokio::time::timeout(Duration::from_secs(90), deployed)
        .await
        .unwrap_or_else(|_| panic!("killed at boundary {kill_at}: {:?}", fleet.truth(0)));
    assert_eq!(
        truth.phoned_home.as_deref(),
        Some("web-1"),
        "killed at boundary {kill_at}"
    );
    interrupt(&mut teller).await;
    assert!(
        fleet.truth(0).nmis <= 1,
        "killed at boundary {kill_at}: an edge is never repeated"
    );
    let before = fleet.truth(0).power_offs;
    restart(&mut teller).await;
    assert_eq!(
        fleet.truth(0).power_offs,
        before,
        "killed at boundary {kill_at}: the machine must stay on"
    );
    teller
        .tell("one", &Chapter::new("deleted", "available"))
        .await
        .unwrap_or_else(|error| at(error));
    assert_ne!(
        fleet.truth(0).power,
        Power::Off,
        "fast track keeps the agent up"
    );
    let (boundaries, kills) = (teller.boundaries.clone(), teller.kills);
    teller.stop().unwrap();
    (boundaries, kills)
}

/// Asks for a non-maskable interrupt. What an engine that dies meanwhile did of it, nobody can know, and nobody asks again.
async fn interrupt(teller: &mut Teller) {
    match teller.client().unwrap().inject_nmi("one").await {
        Ok(()) => {}
        Err(error) if error.kind() == client::ErrorKind::Unreachable => {}
        Err(error) => panic!("{error:#}"),
    }
}

/// Asks for a restart of the machine while it must not be powered off, and waits until the engine has done with it. What an engine that
/// dies meanwhile did of it, nobody can know.
async fn restart(teller: &mut Teller) {
    must_stay_on(teller, true).await;
    loop {
        let client = teller.client().unwrap();
        match client.set_power("one", "rebooting", None).await {
            Ok(()) => break,
            Err(error) if error.kind() == client::ErrorKind::Unreachable => break,
            // The interrupt before it may still be on its way.
            Err(client::ClientError::Refused { status: 409, .. }) => settled(teller).await,
            Err(error) => panic!("{error:#}"),
        }
    }
    settled(teller).await;
    must_stay_on(teller, false).await;
}

async fn must_stay_on(teller: &mut Teller, on: bool) {
    let patch = [PatchOperation::add("/disable_power_off", on)];
    let patched = teller.ask(async |client| client.patch_node("one", &patch).await);
    patched.await.unwrap();
}

/// Waits until no power change is under way.
async fn settled(teller: &mut Teller) {
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        let states = teller.ask(async |client| client.states("one").await).await;
        if states.unwrap().target_power_state.is_none() {
            return;
        }
    }
}

/// Runs on a runtime of its own; what it does with its child process may block, and the machines must live on.
fn alone(databases: &Databases, kill_at: u64) -> (Vec<String>, u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(live(databases, kill_at))
}

on_both!(
    a_machine_arrives_whatever_boundary_the_engine_is_killed_at,
    arrives,
    EACH,
    EVERY_FOURTH
);

async fn arrives(databases: Databases, stride: u64) {
    let work = tokio::task::spawn_blocking(move || killed_everywhere(&Arc::new(databases), stride));
    work.await
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()));
}

fn killed_everywhere(databases: &Arc<Databases>, stride: u64) {
    let (boundaries, kills) = alone(databases, 0);
    assert_eq!(kills, 0);
    for kind in Action::NAMES.iter().filter(|kind| **kind != "simulate") {
        for boundary in Boundary::ALL {
            let wanted = format!("{kind} {}", boundary.as_str());
            assert!(
                boundaries.contains(&wanted),
                "never passed: {wanted}; passed: {boundaries:?}"
            );
        }
    }
    let all = boundaries.len() as u64;
    let lanes: Vec<_> = (0..LANES)
        .map(|lane| {
            let databases = Arc::clone(databases);
            std::thread::spawn(move || killed_in_lane(&databases, lane, stride, all))
        })
        .collect();
    let killed_at: BTreeSet<String> = lanes
        .into_iter()
        .flat_map(|lane| {
            lane.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
        .collect();
    let boundaries: BTreeSet<String> = boundaries.into_iter().collect();
    assert!(killed_at.is_subset(&boundaries), "{killed_at:?}");
    // Which of them the others are changes with the machines' pace.
    assert!(stride > EACH || killed_at == boundaries, "{killed_at:?}");
}

fn at(number: u64) -> usize {
    usize::try_from(number).unwrap()
}

/// Every `LANES`-th of the boundaries by this stride; the names of those at which the engine was killed.
fn killed_in_lane(databases: &Databases, lane: u64, stride: u64, all: u64) -> Vec<String> {
    (1..=all / stride)
        .filter(|turn| turn % LANES == lane)
        .map(|turn| {
            let kill_at = turn * stride;
            let (passed, kills) = alone(databases, kill_at);
            assert_eq!(kills, 1, "the engine was not killed at boundary {kill_at}");
            passed[at(kill_at) - 1].clone()
        })
        .collect()
}
