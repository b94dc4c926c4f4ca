//! Deployments of other kinds than a whole-disk image, with the engine killed at every boundary of every effect of theirs: a partition image, around
//! which the agent makes the partitions, and a ramdisk, which the machine boots from the network without any agent.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use api_types::PatchOperation;
use hammerscale_testbed::engine::{Chapter, SimulatedSite, Teller, enroll};
use hammerscale_testbed::machines::{Fleet, FleetOptions, Runs, Timings, Truth};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// Runs side by side: enough to keep two cores busy.
const LANES: u64 = 3;
const HOST_NAME: &str = "web-1";

/// A kind of deployment.
#[derive(Clone, Copy)]
struct Kind {
    interface: &'static str,
    info: fn(&SimulatedSite) -> Value,
    /// Effects that it has, and that only it has among the two.
    effects: &'static [&'static str],
    foreign: &'static [&'static str],
    /// What the machine must show in the end, besides its deployed system.
    judge: fn(&Truth),
}

const PARTITION: Kind = Kind {
    interface: "direct",
    info: |_| {
        json!({
            "image_source": "http://192.0.2.80/root.img",
            "image_type": "partition",
            "root_gb": 10,
            "swap_mb": 512,
            "image_os_hash_algo": "sha256",
            "image_os_hash_value": "00",
            "image_disk_format": "raw",
        })
    },
    effects: &[
        "find_agent",
        "list_agent_steps",
        "start_agent_step",
        "agent_command",
        "set_power",
        "set_boot_device",
    ],
    foreign: &[],
    judge: |truth| {
        let image = truth.image().expect("the disk holds no image");
        assert!(image.partition, "{image:?}");
    },
};

const RAMDISK: Kind = Kind {
    interface: "ramdisk",
    info: |site| {
        let files = format!("{}/artefacts", site.boot_listener());
        json!({
            "kernel": format!("{files}/vmlinuz"),
            "ramdisk": format!("{files}/initramfs"),
            "ramdisk_kernel_arguments": format!("target.hostname={HOST_NAME}"),
        })
    },
    effects: &["set_power", "set_boot_device"],
    foreign: &["start_agent_step", "agent_command"],
    judge: |truth| assert_eq!((truth.agent_boots, truth.writes_begun), (0, 0)),
};

/// A life without inspection and cleaning, which have their own tests. The boundaries that were passed, how many of them before the deployment,
/// and how often the engine was killed.
async fn live(kind: Kind, kill_at: u64) -> (Vec<String>, usize, u32) {
    let site = SimulatedSite::new().unwrap();
    let options = FleetOptions {
        count: 1,
        seed: kill_at,
        boot_listener: Some(site.boot_listener()),
        // Firmware that waits for an engine which is slow to start again; else it is booted once more after many minutes.
        timings: Timings {
            retry: Duration::from_millis(600),
            ..Timings::default()
        },
        ..FleetOptions::default()
    };
    let fleet = Fleet::start(options).await.unwrap();
    let mut spec = site.spec(env!("CARGO_BIN_EXE_hammerscale-testbed").into(), kill_at);
    let off = ("conductor.automated_clean".to_owned(), "false".to_owned());
    spec.keys.push(off);
    let mut teller = Teller::new(spec).unwrap();
    enroll(&mut teller, fleet.machine(0)).await.unwrap();
    let changes = [
        PatchOperation::add("/deploy_interface", kind.interface),
        PatchOperation::add("/instance_info", (kind.info)(&site)),
    ];
    let changed = teller.ask(async |client| client.patch_node("one", &changes).await);
    changed.await.unwrap();
    let mut deploy = Chapter::new("active", "active");
    if kind.interface == "direct" {
        deploy.order.configdrive = Some(json!({"meta_data": {"hostname": HOST_NAME}}));
    }
    let mut before = 0;
    for chapter in [
        Chapter::new("manage", "manageable"),
        Chapter::new("provide", "available"),
        deploy,
    ] {
        if chapter.goal == "active" {
            teller.client().unwrap();
            before = teller.boundaries.len();
        }
        let told = teller.tell("one", &chapter).await;
        told.unwrap_or_else(|error| {
            panic!(
                "killed at boundary {kill_at}: {error:#}; {:?}",
                fleet.truth(0)
            )
        });
    }
    let deployed = fleet.wait(0, |truth| truth.runs == Runs::DeployedSystem);
    let truth = tokio::time::timeout(Duration::from_secs(90), deployed)
        .await
        .unwrap_or_else(|_| panic!("killed at boundary {kill_at}: {:?}", fleet.truth(0)));
    assert_eq!(
        truth.phoned_home.as_deref(),
        Some(HOST_NAME),
        "killed at boundary {kill_at}"
    );
    (kind.judge)(&truth);
    teller.client().unwrap();
    let (boundaries, kills) = (teller.boundaries.clone(), teller.kills);
    teller.stop().unwrap();
    (boundaries, before, kills)
}

/// Runs on a runtime of its own; what it does with its child process may block, and the machine must live on.
fn alone(kind: Kind, kill_at: u64) -> (Vec<String>, usize, u32) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(live(kind, kill_at))
}

fn killed_everywhere(kind: Kind) {
    let (boundaries, before, kills) = alone(kind, 0);
    assert_eq!(kills, 0);
    let deployment: BTreeSet<String> = boundaries[before..].iter().cloned().collect();
    let has = |effect: &str| deployment.iter().any(|it| it.starts_with(effect));
    for effect in kind.effects {
        assert!(
            has(effect),
            "never passed: {effect}; passed: {deployment:?}"
        );
    }
    for effect in kind.foreign {
        assert!(!has(effect), "{effect} has no place here");
    }
    let all = before as u64 + 1..=boundaries.len() as u64;
    let lane = |lane: u64| {
        let turns = all.clone().filter(move |kill_at| kill_at % LANES == lane);
        let killed = turns.map(|kill_at| {
            let (_, _, kills) = alone(kind, kill_at);
            assert_eq!(kills, 1, "the engine was not killed at boundary {kill_at}");
        });
        killed.count()
    };
    let lanes: Vec<_> = std::thread::scope(|scope| {
        let lanes: Vec<_> = (0..LANES).map(|it| scope.spawn(move || lane(it))).collect();
        let ended = lanes.into_iter().map(|lane| {
            lane.join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        ended.collect()
    });
    assert_eq!(lanes.iter().sum::<usize>(), boundaries.len() - before);
}

#[test]
fn a_machine_with_a_partition_image_arrives_whatever_boundary_the_engine_is_killed_at() {
    killed_everywhere(PARTITION);
}

#[test]
fn a_machine_that_boots_a_ramdisk_arrives_whatever_boundary_the_engine_is_killed_at() {
    killed_everywhere(RAMDISK);
}
