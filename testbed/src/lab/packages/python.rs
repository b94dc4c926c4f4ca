//! The Python programs of the lab (BMC emulators), in a virtual environment in the cache, at pinned versions.

use std::path::PathBuf;

use anyhow::Result;

use crate::lab::cache;
use crate::lab::command::{output, tool};

/// Debian's interpreter: another one on the search path cannot see Debian's libvirt binding.
const PYTHON: &str = "/usr/bin/python3";

/// What is installed, each at one version.
const REQUIREMENTS: &[&str] = &["sushy-tools==2.2.0", "virtualbmc==3.3.0", "bcrypt==4.3.0"];

/// The `bin` folder of the lab's environment; made on first use.
pub fn environment() -> Result<PathBuf> {
    environment_with(REQUIREMENTS)
}

/// The `bin` folder of an environment that holds these, each at one version, and sees Debian's own packages; made on first use.
pub fn environment_with(requirements: &[&str]) -> Result<PathBuf> {
    made(requirements, &["--system-site-packages"])
}

/// The `bin` folder of an environment that holds these and nothing else; made on first use.
pub fn isolated_environment(requirements: &[&str]) -> Result<PathBuf> {
    made(requirements, &[])
}

fn made(requirements: &[&str], options: &[&str]) -> Result<PathBuf> {
    let interpreter = output(&mut tool(PYTHON, ["--version"]))?;
    let parts: Vec<&str> = requirements
        .iter()
        .chain(options)
        .copied()
        .chain([interpreter.trim()])
        .collect();
    let name = format!("python-{}", cache::key(parts));
    let folder = cache::entry(&cache::folder()?, &name, |folder| {
        println!(
            "installing {} for {}",
            announced(requirements),
            interpreter.trim()
        );
        output(tool(PYTHON, ["-m", "venv"]).args(options).arg(folder))?;
        output(
            tool(
                folder.join("bin/pip"),
                ["install", "--quiet", "--disable-pip-version-check"],
            )
            .args(requirements),
        )
        .map(drop)
    })?;
    Ok(folder.join("bin"))
}

/// A long list is only counted.
fn announced(requirements: &[&str]) -> String {
    match requirements.len() {
        0..=5 => requirements.join(", "),
        many => format!("{many} Python packages"),
    }
}
