//! The slow sweep: reads power states to correct what changed behind the engine's back. Nothing waits for it.

use crate::conductor::Conductor;
use futures::StreamExt;
use lifecycle::Fact;
use model::{Fault, Node, ProvisionState};
use ports::query::{NodeQuery, Page, Parentage};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use uuid::Uuid;

const CONCURRENT: usize = 8;
const PAGE: usize = 500;

/// So many readings must fail one after the other before the node is taken out of service, as in Ironic.
const FAILURES: u32 = 3;

/// How often each node's power could not be read, one time after the other.
type Failures = Mutex<HashMap<Uuid, u32>>;

pub(crate) async fn run(conductor: Conductor, every: Duration) {
    let failures = Failures::default();
    loop {
        tokio::time::sleep(every).await;
        if let Err(error) = sweep(&conductor, &failures).await {
            tracing::warn!(%error, "the power sweep could not read the nodes");
        }
    }
}

async fn sweep(conductor: &Conductor, failures: &Failures) -> Result<(), ports::store::StoreError> {
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
            .for_each_concurrent(CONCURRENT, |node| observe(conductor, failures, node))
            .await;
        if !full {
            return Ok(());
        }
    }
}

/// As in Ironic: not while a person or the engine is at work, and not before the credentials were proven. A node that is out of service
/// because its BMC did not answer is looked at: that is how it comes back.
fn is_swept(node: &Node) -> bool {
    let aside = node.maintenance && node.fault != Some(Fault::Power);
    !aside
        && !node.is_busy()
        && node.flow.is_none()
        && !matches!(
            node.provision_state,
            ProvisionState::Enroll | ProvisionState::AdoptFailed
        )
}

async fn observe(conductor: &Conductor, failures: &Failures, node: Node) {
    let fact = match conductor.read_power(&node).await {
        Ok(state) => {
            counted(failures).remove(&node.uuid);
            Some(Fact::PowerObserved {
                state,
                revision: node.revision,
            })
        }
        Err(error) => failed(failures, &node, &error.message),
    };
    let Some(fact) = fact else { return };
    if let Err(error) = conductor.turn(node.uuid, fact).await {
        tracing::debug!(node = %node.uuid, %error, "what the sweep saw was not stored");
    }
}

fn failed(failures: &Failures, node: &Node, error: &str) -> Option<Fact> {
    metrics::counter!("power_sweep_failures_total").increment(1);
    tracing::warn!(node = %node.uuid, name = node.label(), error, "the power state cannot be read");
    let mut counted = counted(failures);
    let count = counted.entry(node.uuid).or_default();
    *count += 1;
    (*count > FAILURES && !node.maintenance).then(|| Fact::PowerUnreadable {
        error: error.to_owned(),
    })
}

fn counted(failures: &Failures) -> std::sync::MutexGuard<'_, HashMap<Uuid, u32>> {
    failures.lock().unwrap_or_else(PoisonError::into_inner)
}
