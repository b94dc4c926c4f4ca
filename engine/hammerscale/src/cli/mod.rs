//! The command line: parses, asks the API through `client`, and shows what it answers. One file a command; no rules of its own.

mod api;
mod completions;
mod confirm;
mod driver;
mod exit;
mod format;
mod import;
mod node;
mod pairs;
mod password;
mod port;
mod progress;
mod ramdisk;
mod reference;
mod serve;

use crate::config::Settings;
use clap::{CommandFactory, Parser, Subcommand};
use std::process::ExitCode;

/// Runs the daemon until it is told to stop.
pub type Serve = fn(Settings) -> anyhow::Result<()>;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  failed
  2  wrong usage or configuration
  3  no such thing
  4  refused: not possible in this state, not allowed, or a conflict
  5  not reached in time
  6  the API cannot be reached";

/// Hammerscale: bare metal provisioning in one daemon.
#[derive(Parser)]
#[command(name = "hammerscale", version, after_help = EXIT_CODES, max_term_width = 120)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Serve(Box<serve::ServeArgs>),
    Node(Box<node::NodeCommands>),
    Port(port::PortCommands),
    Driver(driver::DriverCommands),
    Import(import::ImportCommands),
    Ramdisk(crate::ramdisk::RamdiskArgs),
    Completions(completions::CompletionsArgs),
    /// Write the reference of all configuration keys (Markdown)
    #[command(hide = true)]
    ConfigReference,
    /// Write the reference of all commands (Markdown)
    #[command(hide = true)]
    CliReference,
}

/// Parses the command line and runs it; `serve` runs the daemon.
pub fn main(serve: Serve) -> ExitCode {
    let cli = Cli::parse();
    exit::code(run(cli.command, serve))
}

fn run(command: Command, serve: Serve) -> anyhow::Result<()> {
    match command {
        Command::Serve(args) => args.run(serve),
        Command::Node(commands) => block_on(commands.run()),
        Command::Port(commands) => block_on(commands.run()),
        Command::Driver(commands) => block_on(commands.run()),
        Command::Import(commands) => commands.run(),
        Command::Ramdisk(args) => ramdisk::run(args),
        Command::Completions(args) => args.run(&mut Cli::command()),
        Command::ConfigReference => format::print(&crate::config::reference()),
        Command::CliReference => format::print(&reference::reference(Cli::command())),
    }
}

/// The client side needs one thread only.
fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// The reference of all commands, for the committed copy.
pub fn command_reference() -> String {
    reference::reference(Cli::command())
}
