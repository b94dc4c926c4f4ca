//! `cargo testbed ...`: command line dispatch only; the work is in the library's rooms.

use clap::Parser;
use hammerscale_testbed::lab;

/// Tasks around Hammerscale that need more than `cargo test`.
#[derive(Parser)]
#[command(name = "testbed", version)]
enum Task {
    /// Virtual machines with real firmware and a Redfish BMC each, in a network namespace.
    #[command(subcommand)]
    Lab(lab::cli::LabCommand),
    /// Build the target images that the lab deploys.
    Image(lab::cli::ImageCommand),
}

fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()),
        )
        .init();
    match Task::parse() {
        Task::Lab(command) => command.run(),
        Task::Image(command) => command.run(),
    }
}
