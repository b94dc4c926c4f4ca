//! The outbox's worker: stores an attempt before it is made, probes before it is made again, and brings the outcome back as a fact.

use crate::conductor::Conductor;
use crate::effects::{self, ActError, Certainty, Context, Probe};
use crate::quoted::quoted;
use lifecycle::Fact;
use model::{Effect, EffectId, Failure, FailureKind, Outcome, Retry};
use ports::boundary::Boundary;
use ports::engine::EngineError;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::AbortHandle;
use tracing::{Instrument, info_span};
use uuid::Uuid;

const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);

pub(crate) struct Outbox {
    slots: Arc<Semaphore>,
    running: Mutex<HashMap<EffectId, AbortHandle>>,
    waiters: Mutex<HashMap<EffectId, tokio::sync::oneshot::Sender<Outcome>>>,
}

impl Outbox {
    pub fn new(concurrent: usize) -> Self {
        Self {
            slots: Arc::new(Semaphore::new(concurrent.max(1))),
            running: Mutex::new(HashMap::new()),
            waiters: Mutex::new(HashMap::new()),
        }
    }

    /// Stops what runs for a node: its effects were cancelled.
    pub fn cancel(&self, node: Uuid) {
        self.running().retain(|id, task| {
            if id.node == node {
                task.abort();
            }
            id.node != node
        });
        self.waiters().retain(|id, _| id.node != node);
    }

    /// Stops everything: the process ends.
    pub fn stop(&self) {
        self.slots.close();
        for (_, task) in self.running().drain() {
            task.abort();
        }
    }

    /// The outcome of this effect is told to a request that waits for it.
    pub fn tell_to(&self, id: EffectId, told: tokio::sync::oneshot::Sender<Outcome>) {
        let mut waiters = self.waiters();
        // Requests that gave up are swept when new ones come.
        waiters.retain(|_, waiter| !waiter.is_closed());
        waiters.insert(id, told);
    }

    fn tell(&self, id: EffectId, outcome: &Outcome) {
        if let Some(waiter) = self.waiters().remove(&id) {
            // The request may have given up waiting; the outcome is stored all the same.
            let _ = waiter.send(outcome.clone());
        }
    }

    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<EffectId, AbortHandle>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiters(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<EffectId, tokio::sync::oneshot::Sender<Outcome>>> {
        self.waiters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Conductor {
    /// Runs an effect of the outbox in the background.
    pub(crate) fn dispatch(&self, effect: Effect) {
        if self.stopping() {
            return;
        }
        let id = effect.id;
        let span = info_span!(parent: None, "effect", node = %id.node, number = id.number, step = effect.action.name());
        let conductor = self.clone();
        let mut running = self.inner.outbox.running();
        let task = tokio::spawn(async move { conductor.run_effect(effect).await }.instrument(span));
        running.insert(id, task.abort_handle());
    }

    async fn run_effect(&self, effect: Effect) {
        let Ok(_slot) = Arc::clone(&self.inner.outbox.slots).acquire_owned().await else {
            return;
        };
        let Some(outcome) = self.outcome_of(&effect).await else {
            self.inner.outbox.running().remove(&effect.id);
            return;
        };
        // From here on the task must not be cancelled by its own turn.
        self.inner.outbox.running().remove(&effect.id);
        self.bring_back(&effect, outcome).await;
    }

    /// Brings the outcome into the lifecycle. The store may be gone for a while; the outcome is not forgotten for that.
    async fn bring_back(&self, effect: &Effect, outcome: Outcome) {
        let mut pause = FIRST_PAUSE;
        loop {
            let fact = Fact::Outcome {
                effect: effect.id,
                outcome: outcome.clone(),
            };
            match self.turn(effect.id.node, fact).await {
                Ok(_) => break,
                Err(EngineError::NotFound { .. }) => return,
                Err(EngineError::Refused(refusal)) => {
                    // The lifecycle has no row for what came: a bug, told as such. Asking again would give the same answer.
                    tracing::error!(
                        error = refusal.message,
                        "an outcome was refused by the lifecycle"
                    );
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "an outcome could not be stored; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
        self.inner.observer.passes(effect, Boundary::OutcomeStored);
        self.inner.outbox.tell(effect.id, &outcome);
    }

    /// Tries until it is done, has failed for good, or was cancelled (none).
    async fn outcome_of(&self, effect: &Effect) -> Option<Outcome> {
        let kind = effects::find(&effect.action);
        let mut attempt = effect.attempt;
        let mut pause = FIRST_PAUSE;
        loop {
            let context = match self.context(effect).await? {
                Ok(context) => context,
                Err(failure) => return Some(Outcome::Failed(failure)),
            };
            if attempt > 0 {
                match kind.probe(&context).await {
                    Probe::Done(outcome) => return Some(outcome),
                    Probe::Unknown if kind.certainty() == Certainty::AtMostOnce => {
                        return Some(unknown_edge(effect));
                    }
                    Probe::NotDone | Probe::Unknown => {}
                }
            }
            attempt += 1;
            if let Err(error) = self.inner.store.begin_attempt(effect.id, attempt).await {
                tracing::error!(%error, "an attempt could not be stored; trying again");
                tokio::time::sleep(pause).await;
                continue;
            }
            self.inner.observer.passes(effect, Boundary::IntentStored);
            let result = kind.act(&context).await;
            self.inner.observer.passes(effect, Boundary::Acted);
            match result {
                Ok(outcome) => return Some(outcome),
                Err(error) => match self.after_failure(effect, attempt, error) {
                    Err(failure) => return Some(Outcome::Failed(failure)),
                    Ok(error) => {
                        self.note_retry(effect, attempt, &error, pause).await;
                        tokio::time::sleep(pause).await;
                        pause = (pause * 2).min(LONGEST_PAUSE);
                    }
                },
            }
        }
    }

    /// Stores why it is tried again, so that whoever asks is told. Nothing depends on it.
    async fn note_retry(&self, effect: &Effect, attempt: u32, error: &str, pause: Duration) {
        let failed_at = self.now();
        let told = Effect {
            attempt,
            retry: Some(Retry {
                attempt,
                most_attempts: self.inner.settings.effect_attempts,
                error: quoted(error),
                failed_at,
                next_at: failed_at + pause,
            }),
            ..effect.clone()
        };
        if let Err(error) = self.inner.store.note_retry(&told).await {
            tracing::debug!(%error, "why an effect is tried again could not be stored");
        }
    }

    /// The failure, when there is no use in trying again; else what to tell of this attempt.
    fn after_failure(
        &self,
        effect: &Effect,
        attempt: u32,
        error: ActError,
    ) -> Result<String, Failure> {
        metrics::counter!("effect_failures_total", "effect" => effect.action.name()).increment(1);
        let last = attempt >= self.inner.settings.effect_attempts;
        if error.kind == FailureKind::Exhausted && !last {
            tracing::warn!(
                attempt,
                error = error.message,
                "an effect failed; trying again"
            );
            return Ok(error.message);
        }
        let message = if error.kind == FailureKind::Exhausted {
            format!("{} (tried {attempt} times)", error.message)
        } else {
            error.message
        };
        Err(Failure {
            kind: error.kind,
            message,
        })
    }

    /// What the effect works with, read afresh right before acting; none when it was cancelled meanwhile.
    async fn context(&self, effect: &Effect) -> Option<Result<Context, Failure>> {
        let mut pause = FIRST_PAUSE;
        loop {
            let read = async {
                let row = self.inner.store.effect(effect.id).await?;
                let node = self.inner.store.node(effect.id.node).await?;
                Ok::<_, ports::store::StoreError>(row.and(node))
            };
            match read.await {
                Ok(None) => return None,
                Ok(Some(node)) => return Some(self.context_for(effect, node)),
                Err(error) => {
                    tracing::error!(%error, "an effect's row could not be read; trying again");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    fn context_for(&self, effect: &Effect, node: model::Node) -> Result<Context, Failure> {
        let machine = self
            .inner
            .hardware
            .machine(&node)
            .map_err(|refusal| Failure {
                kind: FailureKind::OperatorMustAct,
                message: refusal.message,
            })?;
        Ok(Context {
            conductor: self.clone(),
            action: effect.action.clone(),
            node,
            machine,
        })
    }
}

fn unknown_edge(effect: &Effect) -> Outcome {
    Outcome::Failed(Failure {
        kind: FailureKind::OperatorMustAct,
        message: format!(
            "the engine stopped in the middle of '{}' and cannot find out whether it was done; it is not done twice: check the machine, then ask again",
            effect.action.name()
        ),
    })
}
