//! `hammerscale node wait`, and the waiting that other commands do with `--wait`.

use crate::cli::api::Context;
use crate::cli::exit::{self, usage};
use crate::cli::progress::Board;
use clap::Args;
use client::{Client, ClientError, Goal, WaitOptions};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Wait until nodes reach a state
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node wait rack1-node7 --state active --timeout 1800
  hammerscale node wait rack1-node7 --power off

It ends with 0 when all nodes are there, with 1 when one went elsewhere (its last error is shown), with 5 when time ran out.")]
pub struct WaitArgs {
    /// Names or UUIDs
    #[arg(required = true, value_name = "NODE")]
    nodes: Vec<String>,
    /// A provision state such as available or active
    #[arg(long, value_name = "STATE", required_unless_present = "power", conflicts_with = "power", value_parser = provision_state)]
    state: Option<String>,
    /// A power state
    #[arg(long, value_parser = ["on", "off"])]
    power: Option<String>,
    /// Seconds to wait at most
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
}

fn provision_state(text: &str) -> Result<String, String> {
    match text.parse::<model::ProvisionState>() {
        Ok(state) => Ok(state.as_str().to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl WaitArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let goal = match (&self.state, &self.power) {
            (Some(state), _) => Goal::Provision(state.clone()),
            (None, Some(power)) => Goal::Power(format!("power {power}")),
            (None, None) => return Err(usage("--state or --power says for what")),
        };
        wait_for_all(&context.client, &self.nodes, &goal, self.timeout).await
    }
}

/// `--wait` and `--timeout` of a command that sets machines in motion.
#[derive(Args, Clone, Copy)]
pub struct Patience {
    /// Wait for the end, showing progress
    #[arg(long)]
    wait: bool,
    /// Seconds to wait at most
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    timeout: Option<u64>,
}

impl Patience {
    /// Waits if it was asked for.
    pub async fn wait(
        &self,
        context: &Context,
        nodes: &[String],
        goal: &Goal,
    ) -> anyhow::Result<()> {
        if !self.wait {
            return Ok(());
        }
        wait_for_all(&context.client, nodes, goal, self.timeout).await
    }
}

/// Waits for all nodes at once. Every failure is told; the first one decides the exit code.
async fn wait_for_all(
    client: &Client,
    nodes: &[String],
    goal: &Goal,
    timeout: Option<u64>,
) -> anyhow::Result<()> {
    let options = WaitOptions {
        timeout: timeout.map(Duration::from_secs),
        ..WaitOptions::default()
    };
    let board = Mutex::new(Board::new());
    let waits = nodes
        .iter()
        .map(|node| wait_for_one(client, node, goal, &options, &board));
    let results = futures::future::join_all(waits).await;
    board
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .finish();
    let mut failures = results.into_iter().filter_map(Result::err);
    let Some(first) = failures.next() else {
        return Ok(());
    };
    for other in failures {
        eprintln!("hammerscale: {}", exit::told(&other.into()));
    }
    Err(first.into())
}

async fn wait_for_one(
    client: &Client,
    node: &str,
    goal: &Goal,
    options: &WaitOptions,
    board: &Mutex<Board>,
) -> Result<(), ClientError> {
    let result = client
        .wait_for(node, goal, options, |event| {
            board
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .event(event);
        })
        .await;
    result.map(|_| ())
}
