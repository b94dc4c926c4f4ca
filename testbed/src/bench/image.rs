//! `cargo testbed bench image`: what the agent's way from a URL to a disk costs on this machine, without virtual machines: HTTP on a loopback of
//! its own, a loop device. Once without a limit, for the processor's time; once over a link that is the slower part.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::demo::programs;
use crate::lab::command::{output, tool};
use crate::lab::namespace::Namespace;

/// The agent's own test that measures.
const TEST: &str = "image::tests::speed::speed";
const LIBRARY: &str = "hammerscale_agent";

/// Measure what each image format costs from a URL to a disk, natively
#[derive(Debug, Args)]
pub struct ImageCommand {
    /// Megabits in a second of the link that shall be the slower part
    #[arg(long, value_name = "MBIT", default_value_t = 500)]
    link: u32,
    /// Size of the disk that is written, in MiB
    #[arg(long, default_value_t = 1024)]
    mib: u32,
}

impl ImageCommand {
    /// Measures and prints.
    pub fn run(self) -> Result<()> {
        let test = program()?;
        let namespace = Namespace::of_lab(&format!("image-{}", std::process::id()));
        namespace.create()?;
        let measured = self.measure(&namespace, &test);
        let gone = namespace.delete();
        measured.and(gone)
    }

    fn measure(&self, namespace: &Namespace, test: &PathBuf) -> Result<()> {
        println!("loopback without a limit");
        self.once(namespace, test)?;
        let rate = format!("{}mbit", self.link);
        // A burst holds what passes between two ticks of the kernel's clock, and the largest packet of a loopback.
        let shape = ["tbf", "rate", &rate, "burst", "1mb", "latency", "50ms"];
        let add = ["-n", namespace.name(), "qdisc", "add", "dev", "lo", "root"];
        output(tool("tc", add).args(shape)).context("cannot shape the loopback")?;
        println!("loopback of {} Mbit/s", self.link);
        self.once(namespace, test)
    }

    fn once(&self, namespace: &Namespace, test: &PathBuf) -> Result<()> {
        let mut command = Command::new(test);
        command
            .args(["--exact", TEST, "--ignored", "--nocapture"])
            .env("SPEED_MIB", self.mib.to_string());
        let status = namespace.spawn(&mut command)?.wait()?;
        match status.success() {
            true => Ok(()),
            false => bail!("the measurement failed"),
        }
    }
}

fn program() -> Result<PathBuf> {
    println!("building the agent's tests");
    let arguments = ["--release", "--tests", "--package", "hammerscale-agent"];
    programs::executables(&arguments, None)?
        .remove(LIBRARY)
        .context("cargo did not say where the agent's tests are")
}
