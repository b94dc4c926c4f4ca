//! The list of stages: new stage, new line.

use super::stage::Stage;
use super::{clients, dependencies, fuzzing, workspace};
use crate::lab::packages;
use anyhow::{Context, Result, bail};
use std::process::Command;

/// When a stage runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tier {
    /// Always.
    First,
    /// While there is time.
    Second,
    /// By hand: with `--all` or `--only`.
    Third,
}

impl Tier {
    /// 1, 2 or 3.
    pub fn number(self) -> u8 {
        match self {
            Tier::First => 1,
            Tier::Second => 2,
            Tier::Third => 3,
        }
    }
}

fn stage(tier: Tier, name: &'static str, about: &'static str, work: fn() -> Result<()>) -> Stage {
    Stage {
        name,
        about,
        tier,
        work,
    }
}

/// Every stage, in order.
pub fn stages() -> Vec<Stage> {
    let first = |name, about, work| stage(Tier::First, name, about, work);
    let second = |name, about, work| stage(Tier::Second, name, about, work);
    vec![
        first("format", "the sources are formatted", format),
        first("clippy", "no warnings, in tests neither", clippy),
        first("test", "unit, scenario and wire tests of every crate", test),
        first("rustdoc", "the documentation has no warnings", rustdoc),
        first("clients", "real clients, on both databases", clients::run),
        first(
            "fleet",
            "model machines from enrollment to active and back, by the demonstration",
            fleet,
        ),
        first(
            "vm",
            "a virtual machine is deployed although the daemon is killed in the middle",
            crate::demo::vm_stage,
        ),
        second(
            "vm-errors",
            "images that cannot be deployed leave a virtual machine that can be deployed",
            crate::demo::error_stage,
        ),
        second(
            "vm-bios",
            "a virtual machine with legacy firmware is deployed and given back",
            crate::demo::bios_stage,
        ),
        second(
            "vm-odd",
            "a virtual machine with a clock years behind and 4096-byte sectors is deployed twice by HTTPS",
            crate::demo::odd_stage,
        ),
        second(
            "matrix",
            "virtual machines are deployed over firmware, disks and image formats: a few of all cells",
            crate::matrix::stage,
        ),
        second(
            "kill",
            "a virtual machine's deployment is struck: no half image boots, and the node is deployed in the end",
            crate::kill::stage,
        ),
        second(
            "ironic",
            "Hammerscale's agent works under Ironic, on a virtual machine",
            crate::interop::ironic_stage,
        ),
        stage(
            Tier::Third,
            "ipa",
            "ironic-python-agent works under Hammerscale, on a virtual machine",
            crate::interop::stock_agent_stage,
        ),
        second(
            "differential",
            "real Ironic and the daemon answer the same requests alike",
            crate::differential::stage,
        ),
        second(
            "fuzz",
            "the fuzz targets build, and their corpora do them no harm",
            fuzzing::run,
        ),
        second(
            "deny",
            "licences, bans and sources of the dependencies",
            dependencies::graph,
        ),
        second(
            "advisories",
            "no dependency has a known weakness",
            dependencies::advisories,
        ),
    ]
}

fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let status = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(workspace())
        .status()
        .context("starting cargo")?;
    if !status.success() {
        bail!("cargo {} failed", arguments.join(" "));
    }
    Ok(())
}

fn format() -> Result<()> {
    cargo(&["fmt", "--all", "--check"], &[])
}

fn clippy() -> Result<()> {
    cargo(
        &[
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
        &[],
    )
}

fn test() -> Result<()> {
    packages::install_for_tests()?;
    cargo(
        &["test", "--quiet", "--workspace", "--no-fail-fast"],
        &[("HAMMERSCALE_REQUIRE_POSTGRES", "1")],
    )
}

fn rustdoc() -> Result<()> {
    cargo(
        &["doc", "--quiet", "--workspace", "--no-deps"],
        &[("RUSTDOCFLAGS", "-D warnings")],
    )
}

fn fleet() -> Result<()> {
    crate::demo::fleet_stage(4)
}
