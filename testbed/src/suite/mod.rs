//! `cargo testbed test`: every test that CI runs, stage by stage, with the seconds of each. Tier 1 always runs; tier 2 follows while there
//! is time, in an order that begins with what did not fit the last time; tier 3 runs by hand.

mod clients;
mod dependencies;
mod fuzzing;
mod leftover;
mod plan;
mod stage;

use anyhow::{Result, bail};
use clap::Args;
use plan::Tier;
use stage::{Report, Stage};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// After so long no further stage of tier 2 begins.
const TIER_2_ENDS: Duration = Duration::from_secs(55 * 60);

/// Run every test that CI runs.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  cargo testbed test              what CI runs\n  cargo testbed test --all        everything, however long it takes\n  cargo testbed test --only vm    one stage\n  cargo testbed test --list       the stages"
)]
pub struct TestCommand {
    /// Run tier 2 to its end, however long it takes.
    #[arg(long)]
    all: bool,
    /// Run only these stages.
    #[arg(long, value_name = "STAGE")]
    only: Vec<String>,
    /// List the stages and end.
    #[arg(long)]
    list: bool,
}

impl TestCommand {
    /// Runs the stages.
    pub fn run(self) -> Result<()> {
        let stages = plan::stages();
        if self.list {
            for stage in &stages {
                println!(
                    "{:10} tier {}  {}",
                    stage.name,
                    stage.tier.number(),
                    stage.about
                );
            }
            return Ok(());
        }
        if let Some(unknown) = self
            .only
            .iter()
            .find(|name| stages.iter().all(|stage| stage.name != **name))
        {
            bail!("there is no stage '{unknown}'; `cargo testbed test --list` shows them");
        }
        let chosen: Vec<Stage> = stages
            .into_iter()
            .filter(|stage| self.only.is_empty() || self.only.iter().any(|name| name == stage.name))
            .collect();
        self.run_all(chosen)
    }

    fn run_all(&self, stages: Vec<Stage>) -> Result<()> {
        let began = Instant::now();
        let mut report = Report::default();
        for stage in leftover::first(stages) {
            let late = stage.tier == Tier::Second && began.elapsed() > TIER_2_ENDS;
            let by_hand = stage.tier == Tier::Third && self.only.is_empty();
            if late && !self.all {
                report.not_run(&stage);
            } else if by_hand && !self.all {
                report.add(&stage, stage.by_hand());
            } else {
                report.add(&stage, stage.run());
            }
        }
        leftover::remember(&report.not_run_names());
        report.print(began.elapsed());
        if report.failed() > 0 {
            bail!("{} of the stages failed", report.failed());
        }
        Ok(())
    }
}

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let testbed = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    testbed.parent().map_or(testbed.clone(), PathBuf::from)
}
