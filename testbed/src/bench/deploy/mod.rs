//! `cargo testbed bench deploy`: Hammerscale's agent and ironic-python-agent in the same run, on the same virtual machine and under the same
//! engine. It measures and compares; it asserts nothing.

mod image;
mod memory;
mod report;
mod site;
mod smallest;
mod watch;

use anyhow::Result;
use clap::Args;

use crate::interop::stock_agent_ramdisk;
use crate::lab::deadline::Interrupt;
use crate::lab::image::packed::Format;
use report::Report;
use site::Bench;

/// Memory of the machine, in MiB: ironic-python-agent has a whole qcow2 image beside its own file system in it.
const MEMORY: u32 = 6144;

/// Measure deployments by Hammerscale's agent and by ironic-python-agent, on the same virtual machine
#[derive(Debug, Args)]
#[command(after_help = "\
ironic-python-agent's ramdisk is built the first time, which takes 5 to 10 minutes and 3 GB of scratch space; afterwards it is taken from
the cache. All else takes about 20 minutes on two cores that do nothing else: build nothing meanwhile. The machine's processor is translated,
so seconds compare with one another only.

Examples:
  cargo testbed bench deploy                      everything
  cargo testbed bench deploy --only hammerscale   without ironic-python-agent
  cargo testbed bench deploy --only ipa
  cargo testbed bench deploy --no-smallest        without looking for the least memory that works")]
pub struct DeployCommand {
    /// Only this agent
    #[arg(long, value_enum)]
    only: Option<Agent>,
    /// Do not look for the least memory that works
    #[arg(long)]
    no_smallest: bool,
    /// Only look for the least memory that works
    #[arg(long, conflicts_with = "no_smallest")]
    only_smallest: bool,
    /// Deploy each format so often
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=9))]
    repeat: u8,
    /// Memory of the machine, in MiB
    #[arg(long, default_value_t = MEMORY)]
    memory: u32,
}

/// Whose agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Agent {
    /// Hammerscale's
    Hammerscale,
    /// ironic-python-agent
    Ipa,
}

impl Agent {
    const ALL: [Self; 2] = [Self::Hammerscale, Self::Ipa];

    fn name(self) -> &'static str {
        match self {
            Self::Hammerscale => "Hammerscale",
            Self::Ipa => "IPA",
        }
    }

    /// What it can write.
    fn formats(self) -> &'static [Format] {
        match self {
            Self::Hammerscale => &[
                Format::Raw,
                Format::RawGzip,
                Format::RawZstd,
                Format::Qcow2,
                Format::Qcow2Zstd,
            ],
            // It would write what is packed as it is.
            Self::Ipa => &[Format::Raw, Format::Qcow2],
        }
    }
}

impl DeployCommand {
    /// Measures and prints.
    pub fn run(self) -> Result<()> {
        let interrupt = Interrupt::on_signals()?;
        let agents: Vec<Agent> = Agent::ALL
            .into_iter()
            .filter(|agent| self.only.is_none_or(|only| only == *agent))
            .collect();
        let stock = match agents.contains(&Agent::Ipa) {
            true => Some(stock_agent_ramdisk(&interrupt)?),
            false => None,
        };
        let bench = Bench::up(self.memory, stock, &interrupt)?;
        let mut report = Report::new(&bench)?;
        let measured = bench.measure(async |bench| {
            for agent in &agents {
                if !self.only_smallest {
                    bench.deployments(*agent, self.repeat, &mut report).await?;
                }
                if !self.no_smallest {
                    smallest::find(bench, *agent, &mut report).await?;
                }
            }
            Ok(())
        });
        // What was measured until something failed is worth something.
        print!("{}", report.text());
        bench.down()?;
        measured
    }
}
