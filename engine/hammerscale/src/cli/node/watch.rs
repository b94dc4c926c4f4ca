//! `hammerscale node watch`: a live line per machine, until it is interrupted.

use crate::cli::api::Context;
use crate::cli::progress::{Board, state_text};
use api_types::{Event, Node};
use clap::Args;
use client::{Client, ErrorKind, NodeFilter, StreamItem};
use std::time::Duration;

/// Follow what happens to nodes
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node watch
  hammerscale node watch rack1-node7 rack1-node8

A line per machine on a terminal, a line per change elsewhere. Ctrl-C ends it.")]
pub struct WatchArgs {
    /// Names or UUIDs; all nodes when none is named
    #[arg(value_name = "NODE")]
    nodes: Vec<String>,
}

/// How often nodes are read from an API that has no event stream.
const POLL: Duration = Duration::from_secs(2);

impl WatchArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        let mut board = Board::new();
        self.list(&context.client, &mut board).await?;
        let mut stream = context.client.events(self.only());
        loop {
            match stream.next().await {
                Ok(StreamItem::Fresh) => self.list(&context.client, &mut board).await?,
                Ok(StreamItem::Event(event)) if self.wants(&event) => board.event(&event),
                Ok(StreamItem::Event(_)) => {}
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    return self.poll(&context.client, &mut board).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// The stream can be narrowed to one node only.
    fn only(&self) -> Option<&str> {
        match self.nodes.as_slice() {
            [node] => Some(node),
            _ => None,
        }
    }

    fn wants(&self, event: &Event) -> bool {
        let uuid = event.node.map(|it| it.to_string());
        let is_it =
            |wanted: &String| uuid.as_ref() == Some(wanted) || event.name.as_ref() == Some(wanted);
        self.nodes.is_empty() || event.node.is_none() || self.nodes.iter().any(is_it)
    }

    async fn poll(&self, client: &Client, board: &mut Board) -> anyhow::Result<()> {
        loop {
            tokio::time::sleep(POLL).await;
            self.list(client, board).await?;
        }
    }

    async fn list(&self, client: &Client, board: &mut Board) -> anyhow::Result<()> {
        if self.nodes.is_empty() {
            for node in client.nodes(&NodeFilter::default()).await? {
                show(board, &node);
            }
        }
        for node in &self.nodes {
            show(board, &client.node(node).await?);
        }
        Ok(())
    }
}

fn show(board: &mut Board, node: &Node) {
    let uuid = node.uuid.to_string();
    let label = node.name.clone().unwrap_or_else(|| uuid.clone());
    let state = node.provision_state.as_deref().unwrap_or("available");
    let parts = [None, node.power_state.as_deref()];
    board.state(
        &uuid,
        &label,
        state_text(state, parts, node.last_error.as_deref()),
    );
}
