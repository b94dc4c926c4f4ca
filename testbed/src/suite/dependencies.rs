//! What may be in the dependency graph, by cargo-deny and its configuration. The tool is not part of a Debian or a toolchain: where it is not
//! installed, the stages say so.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::stage::CannotRun;
use super::workspace;

/// Licences, bans and sources.
pub(super) fn graph() -> Result<()> {
    require_tool()?;
    match deny(&["check", "licenses", "bans", "sources"])?.success() {
        true => Ok(()),
        false => bail!("cargo-deny refuses the dependency graph"),
    }
}

/// Known weaknesses of dependencies; their list comes from the network.
pub(super) fn advisories() -> Result<()> {
    require_tool()?;
    if !deny(&["fetch", "db"])?.success() {
        return Err(CannotRun("the advisory database cannot be had from here".to_owned()).into());
    }
    match deny(&["check", "advisories"])?.success() {
        true => Ok(()),
        false => bail!("a dependency has a known weakness; see above"),
    }
}

fn deny(arguments: &[&str]) -> Result<std::process::ExitStatus> {
    Command::new("cargo-deny")
        .args(["deny", "--locked"])
        .args(arguments)
        .current_dir(workspace())
        .stdin(Stdio::null())
        .status()
        .context("starting cargo-deny")
}

fn require_tool() -> Result<()> {
    let there = Command::new("cargo-deny")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    match there {
        true => Ok(()),
        false => Err(CannotRun(
            "cargo-deny is not installed; `cargo install --locked cargo-deny` brings it".to_owned(),
        )
        .into()),
    }
}
