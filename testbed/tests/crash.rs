//! The daemon is killed, really, at every boundary of every effect of a machine's whole life, and started again: the node arrives where it
//! should each time without anybody's help.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod databases;

use api_types::NodeCreate;
use databases::{Databases, on_both};
use hammerscale_testbed::engine::{Chapter, EngineSpec, Teller};
use model::Action;
use ports::boundary::Boundary;
use std::collections::BTreeSet;
use tempfile::TempDir;

fn spec(folder: &TempDir, kill_at: u64) -> EngineSpec {
    let path = |name: &str| folder.path().join(name).display().to_string();
    let keys = [
        ("api.listen", "127.0.0.1:0".to_owned()),
        ("data_dir", path("data")),
        ("sealing_key_file", path("sealing.key")),
        ("log.level", "error".to_owned()),
    ];
    EngineSpec {
        program: env!("CARGO_BIN_EXE_hammerscale-testbed").into(),
        keys: keys
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
        kill_at,
    }
}

fn a_machines_life() -> Vec<Chapter> {
    vec![
        Chapter::new("manage", "manageable"),
        Chapter::new("inspect", "manageable"),
        Chapter::new("provide", "available"),
        Chapter::new("active", "active"),
        Chapter::new("deleted", "available"),
    ]
}

/// Lives through it all; the boundaries that were passed and how often the engine was killed.
async fn live(databases: &Databases, kill_at: u64) -> (Vec<String>, u32) {
    let folder = TempDir::new().unwrap();
    let spec = databases.under(spec(&folder, kill_at)).await;
    let mut teller = Teller::new(spec).unwrap();
    let node = NodeCreate {
        driver: "fake-hardware".into(),
        name: Some("one".into()),
        ..NodeCreate::default()
    };
    teller
        .ask(async |client| client.create_node(&node).await)
        .await
        .unwrap();
    for chapter in a_machines_life() {
        let told = teller.tell("one", &chapter).await;
        told.unwrap_or_else(|error| panic!("killed at boundary {kill_at}: {error:#}"));
    }
    let (boundaries, kills) = (teller.boundaries.clone(), teller.kills);
    teller.stop().unwrap();
    (boundaries, kills)
}

on_both!(
    a_fake_machine_arrives_whatever_boundary_the_engine_is_killed_at,
    arrives
);

async fn arrives(databases: Databases) {
    let (boundaries, kills) = live(&databases, 0).await;
    assert_eq!(kills, 0);
    let all = boundaries.len() as u64;
    assert!(all >= 24, "only {all} boundaries: {boundaries:?}");
    for kind in ["read_power", "set_power", "set_boot_device", "simulate"] {
        assert!(Action::NAMES.contains(&kind));
        for boundary in Boundary::ALL {
            let wanted = format!("{kind} {}", boundary.as_str());
            assert!(boundaries.contains(&wanted), "never passed: {wanted}");
        }
    }
    let mut killed_at = BTreeSet::new();
    for kill_at in 1..=all {
        let (passed, kills) = live(&databases, kill_at).await;
        assert_eq!(kills, 1, "the engine was not killed at boundary {kill_at}");
        killed_at.insert(passed[usize::try_from(kill_at).unwrap() - 1].clone());
    }
    assert_eq!(killed_at, boundaries.into_iter().collect());
}
