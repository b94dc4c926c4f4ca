//! The slow sweep: reads power states to correct what changed behind the engine's back. Nothing waits for it.

use crate::conductor::Conductor;
use futures::StreamExt;
use lifecycle::Fact;
use model::{Node, ProvisionState};
use ports::query::{NodeQuery, Page, Parentage};
use std::time::Duration;

const CONCURRENT: usize = 8;
const PAGE: usize = 500;

pub(crate) async fn run(conductor: Conductor, every: Duration) {
    loop {
        tokio::time::sleep(every).await;
        if let Err(error) = sweep(&conductor).await {
            tracing::warn!(%error, "the power sweep could not read the nodes");
        }
    }
}

async fn sweep(conductor: &Conductor) -> Result<(), ports::store::StoreError> {
    let mut marker = None;
    loop {
        let query = NodeQuery {
            page: Page {
                limit: PAGE,
                marker,
                ..Page::default()
            },
            parentage: Parentage::All,
            ..NodeQuery::default()
        };
        let nodes = conductor.inner.store.nodes(&query).await?;
        marker = nodes.last().map(|node| node.uuid);
        let full = nodes.len() == PAGE;
        futures::stream::iter(nodes.into_iter().filter(is_swept))
            .for_each_concurrent(CONCURRENT, |node| observe(conductor, node))
            .await;
        if !full {
            return Ok(());
        }
    }
}

/// As in Ironic: not while a person or the engine is at work, and not before the credentials were proven.
fn is_swept(node: &Node) -> bool {
    !node.maintenance
        && !node.is_busy()
        && node.flow.is_none()
        && !matches!(
            node.provision_state,
            ProvisionState::Enroll | ProvisionState::AdoptFailed
        )
}

async fn observe(conductor: &Conductor, node: Node) {
    match conductor.read_power(&node).await {
        Ok(state) => {
            if let Err(error) = conductor.turn(node.uuid, Fact::PowerObserved(state)).await {
                tracing::debug!(node = %node.uuid, %error, "the power state seen by the sweep was not stored");
            }
        }
        Err(error) => {
            metrics::counter!("power_sweep_failures_total").increment(1);
            tracing::warn!(node = %node.uuid, name = node.label(), %error, "the power state cannot be read");
        }
    }
}
