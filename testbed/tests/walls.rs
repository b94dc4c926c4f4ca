//! Who may import whom. The crates are walls; this test keeps the table that ARCHITECTURE.md draws.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// For each crate of ours the crates of ours that it may import. Development dependencies are free.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("agent-image", &[]),
    ("agent-wire", &[]),
    ("lifecycle", &["model"]),
    ("netboot-core", &["model"]),
    ("netboot-media", &["model"]),
    ("bmc-core", &[]),
    ("bmc-redfish", &["bmc-core"]),
    ("bmc-ipmi", &["bmc-core"]),
    ("ports", &["model", "bmc-core", "agent-wire"]),
    (
        "conductor",
        &[
            "model",
            "lifecycle",
            "ports",
            "bmc-core",
            "netboot-core",
            "netboot-media",
            "agent-wire",
        ],
    ),
    ("store", &["model", "ports"]),
    ("api-types", &["model"]),
    (
        "api",
        &["model", "lifecycle", "api-types", "ports", "agent-wire"],
    ),
    ("client", &["api-types"]),
    ("operator", &["client", "api-types"]),
    (
        "netboot-serve",
        &["model", "ports", "netboot-core", "netboot-media"],
    ),
    (
        "hammerscale-agent",
        &["agent-image", "agent-wire", "model", "netboot-media"],
    ),
];

/// What the pure crates must never import, directly: the world.
const PURE: &[&str] = &[
    "model",
    "agent-image",
    "agent-wire",
    "lifecycle",
    "netboot-core",
    "netboot-media",
];
const WORLD: &[&str] = &[
    "tokio",
    "sqlx",
    "reqwest",
    "hyper",
    "axum",
    "rand",
    "getrandom",
    "async-std",
    "smol",
];

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo metadata runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Direct dependencies that are not for development, by crate.
fn imports() -> BTreeMap<String, BTreeSet<String>> {
    packages()
        .iter()
        .map(|package| {
            let names = package["dependencies"]
                .as_array()
                .unwrap()
                .iter()
                .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .collect();
            (package["name"].as_str().unwrap().to_owned(), names)
        })
        .collect()
}

#[test]
fn crates_import_only_what_their_wall_lets_through() {
    let imports = imports();
    let ours: BTreeSet<&String> = imports.keys().collect();
    for (name, dependencies) in &imports {
        // The binary knows everything; the testbed is imported by nobody.
        if name == "hammerscale" || name == "hammerscale-testbed" {
            continue;
        }
        let allowed = MAY_IMPORT.iter().find(|(known, _)| known == name);
        let (_, allowed) =
            allowed.unwrap_or_else(|| panic!("crate {name} has no row in the table of walls"));
        for dependency in dependencies
            .iter()
            .filter(|dependency| ours.contains(dependency))
        {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} must not import {dependency}"
            );
        }
    }
}

#[test]
fn nobody_imports_the_testbed() {
    for (name, dependencies) in imports() {
        assert!(
            !dependencies.contains("hammerscale-testbed"),
            "{name} imports the testbed"
        );
    }
}

#[test]
fn the_pure_crates_do_not_know_the_world() {
    for (name, dependencies) in imports() {
        if PURE.contains(&name.as_str()) {
            for world in WORLD {
                assert!(!dependencies.contains(*world), "{name} imports {world}");
            }
        }
    }
}

#[test]
fn there_is_one_provider_of_cryptography() {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--workspace",
            "--offline",
            "--prefix",
            "none",
            "--edges",
            "normal,build,dev",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo tree runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(tree.contains("aws-lc-rs v"), "the tree was not read");
    for unwanted in ["ring", "openssl", "openssl-sys", "native-tls"] {
        let name = format!("{unwanted} v");
        assert!(
            !tree.lines().any(|line| line.starts_with(&name)),
            "{unwanted} came in"
        );
    }
}

#[test]
fn the_table_names_no_crate_twice() {
    let names: BTreeSet<&str> = MAY_IMPORT.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), MAY_IMPORT.len());
}
