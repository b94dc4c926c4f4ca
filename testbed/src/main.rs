//! `cargo testbed ...`: command line dispatch only; the work is in the library's rooms.

use std::process::ExitCode;

use clap::Parser;
use hammerscale_testbed::{
    bench, demo, differential, engine, generate, interop, lab, matrix, suite,
};
use tracing_subscriber::EnvFilter;

/// Tasks around Hammerscale that need more than `cargo test`.
#[derive(Parser)]
#[command(name = "testbed", version)]
enum Task {
    Demo(demo::DemoCommand),
    Bench(bench::BenchCommand),
    /// Virtual machines with real firmware and a Redfish BMC each, in a network namespace.
    #[command(subcommand)]
    Lab(lab::cli::LabCommand),
    /// Build the target images that the lab deploys.
    Image(lab::cli::ImageCommand),
    Test(suite::TestCommand),
    Differential(differential::DifferentialCommand),
    Interop(interop::InteropCommand),
    Matrix(matrix::MatrixCommand),
    /// Write the generated documents anew.
    Generate,
    #[command(hide = true)]
    Engine(engine::EngineCommand),
}

fn main() -> ExitCode {
    let task = Task::parse();
    // The engine logs by its own settings.
    if !matches!(task, Task::Engine(_)) {
        start_log();
    }
    run(task)
}

fn start_log() {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_env_filter(
            EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
        )
        .init();
}

fn run(task: Task) -> ExitCode {
    let done = match task {
        Task::Demo(command) => command.run(),
        Task::Bench(command) => command.run(),
        Task::Lab(command) => command.run(),
        Task::Image(command) => command.run(),
        Task::Test(command) => command.run(),
        Task::Differential(command) => command.run(),
        Task::Interop(command) => command.run(),
        Task::Matrix(command) => command.run(),
        Task::Generate => generate::run(),
        Task::Engine(command) => command.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
