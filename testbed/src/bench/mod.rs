//! `cargo testbed bench`: the figures that the project promises, measured on this machine. They are shown, never asserted.

mod api;
mod daemon;
mod deploy;
mod deployment;
mod image;
mod load;
mod provision;
mod subject;
mod table;

pub use daemon::resident as resident_memory;

use anyhow::Result;
use clap::{Args, Subcommand};

use crate::lab::deadline::Interrupt;

/// Measure what the project promises: start, memory, ramdisk sizes, deployments in little memory
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo testbed bench                 everything; the virtual machines need root and Debian
  cargo testbed bench --only daemon   without virtual machines
  cargo testbed bench api --beside-ironic
                                      what requests cost, here and in real Ironic; about 12 minutes
  cargo testbed bench deploy          our agent and ironic-python-agent on the same virtual machine; about 20 minutes
  cargo testbed bench image           image formats from a URL to a loop device, natively; about 5 minutes
  cargo testbed bench provision --beside-ironic
                                      what a node's life costs, here and in real Ironic; about 3 minutes")]
#[command(args_conflicts_with_subcommands = true)]
pub struct BenchCommand {
    #[command(subcommand)]
    what: Option<What>,
    /// Only this part
    #[arg(long, value_enum)]
    only: Option<Part>,
}

#[derive(Debug, Subcommand)]
enum What {
    Api(api::ApiCommand),
    Deploy(deploy::DeployCommand),
    Image(image::ImageCommand),
    Provision(provision::ProvisionCommand),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// Start and memory of the daemon by itself.
    Daemon,
    /// Ramdisk sizes, and deployments of machines with little memory.
    Deployment,
}

impl BenchCommand {
    /// Measures and prints.
    pub fn run(self) -> Result<()> {
        match self.what {
            Some(What::Api(command)) => return command.run(),
            Some(What::Deploy(command)) => return command.run(),
            Some(What::Image(command)) => return command.run(),
            Some(What::Provision(command)) => return command.run(),
            None => {}
        }
        let interrupt = Interrupt::on_signals()?;
        let wanted = |part| self.only.is_none_or(|only| only == part);
        let mut figures = Figures::default();
        if wanted(Part::Daemon) {
            daemon::measure(&mut figures, &interrupt)?;
        }
        if wanted(Part::Deployment) {
            deployment::measure(&mut figures, &interrupt)?;
        }
        figures.print();
        Ok(())
    }
}

/// What was measured: what, how much, what was promised.
#[derive(Default)]
struct Figures(Vec<(String, String, &'static str)>);

impl Figures {
    fn add(&mut self, what: impl Into<String>, figure: impl Into<String>, promise: &'static str) {
        let (what, figure) = (what.into(), figure.into());
        println!("{what}: {figure}");
        self.0.push((what, figure, promise));
    }

    fn print(&self) {
        let width = self
            .0
            .iter()
            .map(|(what, _, _)| what.len())
            .max()
            .unwrap_or_default();
        println!("\n{:width$}  {:>10}  promised", "figure", "measured");
        for (what, figure, promise) in &self.0 {
            println!("{what:width$}  {figure:>10}  {promise}");
        }
    }
}

fn mib(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / 1_048_576.0)
}
