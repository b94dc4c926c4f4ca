//! Start-up: every node at work goes on where the last run stopped. Effects are probed before they are acted on again; overdue waits
//! get a grace, so that machines that went on meanwhile can report first.

use crate::conductor::Conductor;
use chrono::TimeDelta;
use lifecycle::Fact;
use model::Node;
use ports::store::StoreError;

pub(crate) async fn take_up(conductor: &Conductor) -> Result<(), StoreError> {
    let nodes = conductor.inner.store.nodes_at_work().await?;
    if !nodes.is_empty() {
        tracing::info!(nodes = nodes.len(), "taking up the work of an earlier run");
    }
    for node in nodes {
        take_up_node(conductor, &node).await?;
    }
    Ok(())
}

async fn take_up_node(conductor: &Conductor, node: &Node) -> Result<(), StoreError> {
    let outbox = conductor.inner.store.effects(node.uuid).await?;
    let awaited = [&node.flow, &node.errand];
    let lost: Vec<_> = awaited
        .into_iter()
        .flatten()
        .filter_map(|flow| flow.pending)
        .filter(|pending| outbox.iter().all(|effect| effect.id != *pending))
        .collect();
    for effect in outbox {
        conductor.dispatch(effect);
    }
    for effect in lost {
        let Err(error) = conductor.turn(node.uuid, Fact::EffectLost(effect)).await else {
            continue;
        };
        tracing::error!(node = %node.uuid, %error, "an effect that is awaited is gone from the outbox, and its stage could not be begun anew");
    }
    if let Some(wait) = node.flow.as_ref().and_then(|flow| flow.wait) {
        let grace = TimeDelta::from_std(conductor.inner.settings.resume_grace)
            .unwrap_or_else(|_| TimeDelta::minutes(5));
        let at = wait.deadline.max(conductor.now() + grace);
        conductor.inner.timers.arm(node.uuid, at);
    }
    Ok(())
}
