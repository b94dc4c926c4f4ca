//! The product's programs, built from this source tree by cargo, which tells where it put them. It knows nothing of what they do.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::suite::workspace;

/// The agent runs alone in its ramdisk: it brings its C library along.
const STATIC: &str = "-C target-feature=+crt-static";
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Builds the daemon and gives its program. `release` as it is shipped, else quick to build: with the features that this very program was built
/// with, so that nothing is compiled again.
pub fn daemon(release: bool) -> Result<PathBuf> {
    let how = match release {
        true => ["--profile", "release"],
        false => ["--package", env!("CARGO_PKG_NAME")],
    };
    let mut arguments = vec!["--package", "hammerscale", "--bin", "hammerscale"];
    arguments.extend(how);
    build("hammerscale", &arguments, None)
}

/// Builds the agent as it is shipped.
pub fn agent() -> Result<PathBuf> {
    build(
        "hammerscale-agent",
        &[
            "--package",
            "hammerscale-agent",
            "--profile",
            "agent",
            "--target",
            TARGET,
        ],
        Some(STATIC),
    )
}

/// What cargo says of each thing that it built; other messages have other fields.
#[derive(Deserialize)]
struct Artifact {
    executable: Option<PathBuf>,
    target: Option<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

fn build(name: &str, arguments: &[&str], flags: Option<&str>) -> Result<PathBuf> {
    println!("building {name}");
    executables(arguments, flags)
        .with_context(|| format!("cannot build {name}"))?
        .remove(name)
        .with_context(|| format!("cargo did not say where {name} is"))
}

/// Builds what these arguments of `cargo build` mean; gives the programs among it by name.
pub fn executables(arguments: &[&str], flags: Option<&str>) -> Result<BTreeMap<String, PathBuf>> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(["build", "--message-format", "json-render-diagnostics"])
        .args(arguments)
        .envs(flags.map(|flags| ("RUSTFLAGS", flags)))
        .current_dir(workspace())
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    let built = command.output().context("cannot start cargo")?;
    if !built.status.success() {
        bail!("cargo build {} failed", arguments.join(" "));
    }
    let said = String::from_utf8(built.stdout).context("cargo's messages")?;
    let artifacts = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Artifact>(line).ok());
    Ok(artifacts
        .filter_map(|artifact| Some((artifact.target?.name, artifact.executable?)))
        .collect())
}
