//! `cargo testbed ...`: command line dispatch only; the work is in the library's rooms.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};
use std::process::ExitCode;

use clap::Parser;
use hammerscale_testbed::{
    bench, demo, differential, engine, generate, interop, kill, lab, matrix, suite,
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
    Kill(kill::KillCommand),
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
    quiet_about_closed_pipes();
    match catch_unwind(AssertUnwindSafe(|| run(task))) {
        Ok(code) => code,
        // Whoever closed the pipe has read enough.
        Err(panic) if of_closed_pipe(&*panic) => ExitCode::SUCCESS,
        Err(panic) => resume_unwind(panic),
    }
}

/// Printing to a closed pipe unwinds, so that whatever was begun is cleaned up, but tells nobody of a panic.
fn quiet_about_closed_pipes() {
    let usual = take_hook();
    set_hook(Box::new(move |panic| {
        if !of_closed_pipe(panic.payload()) {
            usual(panic);
        }
    }));
}

/// Whether `println!` panicked because nobody reads any more.
fn of_closed_pipe(panic: &(dyn Any + Send)) -> bool {
    let text = panic.downcast_ref::<String>();
    text.is_some_and(|text| {
        text.starts_with("failed printing to stdout") && text.contains("Broken pipe")
    })
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
        Task::Kill(command) => command.run(),
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
