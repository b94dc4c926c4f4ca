//! The fuzz targets build, and what they were given so far does them no harm. Each crate's targets are a workspace of their own, which no other
//! stage looks at. This needs no nightly compiler: it replays inputs and looks for no new ones.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::workspace;
use crate::demo::programs;
use crate::lab::packages;

/// Builds every target, and runs it once with each input of its corpus.
pub(super) fn run() -> Result<()> {
    packages::install_for_fuzzing()?;
    let folder = tempfile::tempdir().context("a folder for the profile")?;
    let profile = folder.path().join("profile.toml");
    fs::write(&profile, dev_profile()?).context("cannot write the profile")?;
    let folders = fuzz_folders()?;
    ensure!(!folders.is_empty(), "no crate has a folder 'fuzz'");
    for folder in folders {
        replay(&folder, &build(&folder, &profile)?)?;
    }
    Ok(())
}

/// `AREA/CRATE/fuzz` of every crate that has one.
fn fuzz_folders() -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for area in folders_in(&workspace())? {
        let crates = folders_in(&area)?.into_iter();
        found.extend(
            crates
                .map(|one| one.join("fuzz"))
                .filter(|fuzz| fuzz.join("Cargo.toml").is_file()),
        );
    }
    found.sort();
    Ok(found)
}

fn folders_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    let paths = entries.map(|entry| Ok(entry?.path()));
    let paths = paths.collect::<std::io::Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.is_dir()).collect())
}

/// Into the project's own target folder and with its profile: so nothing is compiled twice that other stages have.
fn build(folder: &Path, profile: &Path) -> Result<BTreeMap<String, PathBuf>> {
    let text = |path: &Path| path.display().to_string();
    println!("building the targets of {}", folder.display());
    programs::executables(
        &[
            "--quiet",
            "--config",
            &text(profile),
            "--manifest-path",
            &text(&folder.join("Cargo.toml")),
            "--target-dir",
            &text(&workspace().join("target")),
        ],
        None,
    )
}

/// The workspace's development profile: another workspace does not see it.
fn dev_profile() -> Result<String> {
    let manifest =
        fs::read_to_string(workspace().join("Cargo.toml")).context("cannot read Cargo.toml")?;
    let mut wanted = false;
    let lines = manifest.lines().filter(|line| {
        if line.starts_with('[') {
            wanted = line.starts_with("[profile.dev");
        }
        wanted
    });
    Ok(lines.map(|line| format!("{line}\n")).collect())
}

fn replay(folder: &Path, targets: &BTreeMap<String, PathBuf>) -> Result<()> {
    for corpus in folders_in(&folder.join("corpus"))? {
        let name = corpus.file_name().unwrap_or_default().to_string_lossy();
        let target = targets
            .get(name.as_ref())
            .with_context(|| format!("{} is the corpus of no target", corpus.display()))?;
        let inputs = fs::read_dir(&corpus)?
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()?;
        println!("{name}: {} inputs", inputs.len());
        let output = Command::new(target)
            .arg("-timeout=60")
            .args(&inputs)
            .current_dir(tempfile::tempdir()?.path())
            .output()
            .with_context(|| format!("cannot start {}", target.display()))?;
        if !output.status.success() {
            bail!(
                "{name} fails on an input of {}: {}",
                corpus.display(),
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
    Ok(())
}
