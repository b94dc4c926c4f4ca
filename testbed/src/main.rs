//! `cargo testbed ...`: command line dispatch only; the work is in the library's rooms.

use std::process::ExitCode;

use clap::Parser;
use hammerscale_testbed::lab;
use tracing_subscriber::EnvFilter;

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

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .init();
    let done = match Task::parse() {
        Task::Lab(command) => command.run(),
        Task::Image(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
