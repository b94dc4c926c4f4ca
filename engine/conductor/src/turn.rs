//! The turn: one fact, one decision, one transaction. Everything that changes a node passes through here.

use crate::conductor::Conductor;
use crate::stream;
use crate::to_its_end::to_its_end;
use lifecycle::{Decision, Fact, HistoryDraft, View, decide};
use model::{Circumstances, HistoryEntry, Node, Outcome};
use ports::asker;
use ports::blob::Blob;
use ports::engine::EngineError;
use ports::event::EventKind;
use ports::store::{PortChange, StoreError, TurnRecord};
use std::time::Duration;
use tokio::sync::oneshot;
use tracing::{Instrument, info_span};
use uuid::Uuid;

/// How often a turn is computed anew because the record had changed under it (only another daemon could do that).
pub(crate) const CONFLICT_ATTEMPTS: usize = 5;
/// How long to wait before a database that did not answer is asked again.
const ASK_AGAIN: Duration = Duration::from_secs(1);

impl Conductor {
    /// Takes the node's turn for one fact and returns the node as it is afterwards.
    pub(crate) async fn turn(&self, node: Uuid, fact: Fact) -> Result<Node, EngineError> {
        self.turn_with(node, fact, Vec::new()).await
    }

    /// The same, storing large values with it.
    pub(crate) async fn turn_with(
        &self,
        node: Uuid,
        fact: Fact,
        blobs: Vec<Blob>,
    ) -> Result<Node, EngineError> {
        let span = info_span!(parent: None, "turn", %node, event = fact.name());
        self.locked_turn(node, &fact, &blobs, &mut None)
            .instrument(span)
            .await
    }

    /// The same; the outcome of the first effect that it decides on is told to the caller.
    pub(crate) async fn turn_awaiting(
        &self,
        node: Uuid,
        fact: Fact,
    ) -> Result<oneshot::Receiver<Outcome>, EngineError> {
        let (sender, receiver) = oneshot::channel();
        let mut told = Some(sender);
        let span = info_span!(parent: None, "turn", %node, event = fact.name());
        let turn = self.locked_turn(node, &fact, &[], &mut told);
        turn.instrument(span).await?;
        Ok(receiver)
    }

    async fn locked_turn(
        &self,
        uuid: Uuid,
        fact: &Fact,
        blobs: &[Blob],
        told: &mut Option<oneshot::Sender<Outcome>>,
    ) -> Result<Node, EngineError> {
        let _turn = self.inner.nodes.lock(uuid).await;
        for _ in 0..CONFLICT_ATTEMPTS {
            let before = self.load(uuid).await?;
            match self.decided(before, fact, blobs.to_vec(), told).await {
                Err(EngineError::Store(StoreError::Conflict)) => {}
                other => return other,
            }
        }
        Err(StoreError::Conflict.into())
    }

    /// Decides on a fact and stores what follows, while the caller holds the node. A `Conflict` means that the record had changed: it is
    /// to be loaded anew.
    pub(crate) async fn decided(
        &self,
        before: Node,
        fact: &Fact,
        blobs: Vec<Blob>,
        told: &mut Option<oneshot::Sender<Outcome>>,
    ) -> Result<Node, EngineError> {
        let nonce = self.fresh_token();
        let view = View {
            node: &before,
            policy: &self.inner.settings.policy,
            now: self.now(),
            nonce: &nonce,
            asker: asker::current(),
        };
        let decision = decide(&view, fact)?;
        if changes_nothing(&before, &decision) {
            return Ok(before);
        }
        self.commit(&before, decision, blobs, told).await
    }

    /// One node, or that there is none. In its turn as before it: whoever asks must have the right on the node as it is then, since it
    /// may have changed hands.
    pub(crate) async fn load(&self, uuid: Uuid) -> Result<Node, EngineError> {
        let found = self.inner.store.node(uuid).await?;
        let node = found.ok_or_else(|| EngineError::NotFound {
            what: "Node",
            name: uuid.to_string(),
        })?;
        asker::judge(&node)?;
        Ok(node)
    }

    async fn commit(
        &self,
        before: &Node,
        decision: Decision,
        blobs: Vec<Blob>,
        told: &mut Option<oneshot::Sender<Outcome>>,
    ) -> Result<Node, EngineError> {
        let (conductor, before, mut waits) = (self.clone(), before.clone(), told.take());
        let work = async move {
            let done = conductor.carry_out(&before, decision, blobs, &mut waits);
            (done.await, waits)
        };
        let (done, waits) = to_its_end(work).await?;
        *told = waits;
        done
    }

    /// Stores a decision, and begins what follows from it.
    async fn carry_out(
        &self,
        before: &Node,
        decision: Decision,
        blobs: Vec<Blob>,
        told: &mut Option<oneshot::Sender<Outcome>>,
    ) -> Result<Node, EngineError> {
        let mut finished: Vec<_> = decision.finished.into_iter().collect();
        if decision.cancel_others {
            let outstanding = self.inner.store.effects(before.uuid).await?;
            finished.extend(outstanding.into_iter().map(|effect| effect.id));
        }
        let mut after = decision.node;
        after.updated_at = Some(self.now());
        let ended = self.ended_allocation(before, &after).await?;
        let record = TurnRecord {
            node: after.clone(),
            effects: decision.effects.clone(),
            finished: finished.clone(),
            history: decision
                .history
                .iter()
                .map(|draft| self.history_entry(before.uuid, draft))
                .collect(),
            ports: decision
                .new_ports
                .into_iter()
                .map(PortChange::Create)
                .chain(decision.changed_ports.into_iter().map(PortChange::Update))
                .collect(),
            blobs,
            resources: ended.into_iter().collect(),
        };
        after.revision = self.stored(before, record).await?;
        self.follow_up(before, &after, decision.cancel_others);
        for effect in decision.effects {
            if let Some(told) = told.take() {
                self.inner.outbox.tell_to(effect.id, told);
            }
            self.dispatch(effect);
        }
        Ok(after)
    }

    /// Stores a turn; returns the node's revision then. Where the answer was lost, the record tells whether it was stored: in a node's turn
    /// nobody else writes it.
    async fn stored(&self, before: &Node, record: TurnRecord) -> Result<u64, EngineError> {
        let error = match self.inner.store.commit(record).await {
            Err(error @ StoreError::Database { .. }) => error,
            answer => return Ok(answer?),
        };
        while !self.stopping() {
            match self.inner.store.node(before.uuid).await {
                Ok(Some(node)) if node.revision == before.revision + 1 => {
                    tracing::warn!(%error, "the turn was stored, although the database said otherwise");
                    return Ok(node.revision);
                }
                Err(StoreError::Database { .. }) => {
                    self.inner.clock.sleep_until(self.now() + ASK_AGAIN).await;
                }
                _ => break,
            }
        }
        Err(error.into())
    }

    /// What follows a commit, in memory only: a crash here loses nothing.
    fn follow_up(&self, before: &Node, after: &Node, cancelled: bool) {
        tell_story(before, after);
        if cancelled {
            self.inner.outbox.cancel(after.uuid);
        }
        match after.flow.as_ref().and_then(|flow| flow.wait) {
            Some(wait) => self.inner.timers.arm(after.uuid, wait.deadline),
            None => self.inner.timers.disarm(after.uuid),
        }
        if after.agent.is_none() {
            self.inner.last_seen.forget(after.uuid);
        }
        if after.boot != before.boot {
            self.inner.identities.forget(after.uuid);
        }
        self.inner
            .stream
            .publish(self.now(), Some(after), stream::changed(before, after));
    }

    pub(crate) fn history_entry(&self, node: Uuid, draft: &HistoryDraft) -> HistoryEntry {
        HistoryEntry {
            uuid: self.fresh_uuid(),
            node,
            at: self.now(),
            from: draft.from,
            to: draft.to,
            event: draft.event.clone(),
            stage: draft.stage.clone(),
            detail: draft.detail.clone(),
            severity: draft.severity,
            circumstances: Circumstances {
                conductor: Some(self.inner.settings.name.clone()),
                ..draft.circumstances.clone()
            },
        }
    }

    /// Writes a changed node that is no flow's doing (an edit), under the caller's lock.
    pub(crate) async fn commit_edit(
        &self,
        before: &Node,
        after: Node,
    ) -> Result<Node, EngineError> {
        self.commit_record(before, TurnRecord::of(after)).await
    }

    /// The same with what else is written in one transaction.
    pub(crate) async fn commit_record(
        &self,
        before: &Node,
        record: TurnRecord,
    ) -> Result<Node, EngineError> {
        let (conductor, before) = (self.clone(), before.clone());
        to_its_end(async move { conductor.carry_out_edit(&before, record).await }).await?
    }

    async fn carry_out_edit(
        &self,
        before: &Node,
        mut record: TurnRecord,
    ) -> Result<Node, EngineError> {
        if record.node != *before {
            record.node.updated_at = Some(self.now());
        }
        let mut after = record.node.clone();
        let ended = self.ended_allocation(before, &after).await?;
        record.resources.extend(ended);
        after.revision = self.stored(before, record).await?;
        self.inner
            .stream
            .publish(self.now(), Some(&after), stream::changed(before, &after));
        Ok(after)
    }

    pub(crate) fn announce(&self, node: &Node, kind: EventKind) {
        self.inner.stream.publish(self.now(), Some(node), kind);
    }
}

fn changes_nothing(before: &Node, decision: &Decision) -> bool {
    decision.node == *before
        && decision.effects.is_empty()
        && decision.history.is_empty()
        && decision.new_ports.is_empty()
        && decision.changed_ports.is_empty()
        && decision.finished.is_none()
        && !decision.cancel_others
}

/// INFO tells a node's story: its states and its errors, no more.
fn tell_story(before: &Node, after: &Node) {
    if before.provision_state != after.provision_state {
        let stage = after
            .flow
            .as_ref()
            .and_then(|flow| flow.stage())
            .map(model::Stage::label);
        tracing::info!(
            name = after.label(),
            from = %before.provision_state,
            to = %after.provision_state,
            stage,
            "provision state changed"
        );
    }
    if before.last_error != after.last_error
        && let Some(error) = &after.last_error
    {
        tracing::warn!(name = after.label(), error, "node has an error");
    }
}
