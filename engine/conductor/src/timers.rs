//! Deadlines: one timer per waiting node, rebuilt from the records at start. What a deadline means is the lifecycle's to say.

use crate::conductor::Conductor;
use chrono::TimeDelta;
use lifecycle::Fact;
use model::Timestamp;
use ports::engine::EngineError;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};
use tokio::sync::Notify;
use uuid::Uuid;

pub(crate) struct Timers {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Default)]
struct State {
    order: BTreeSet<(Timestamp, Uuid)>,
    by_node: HashMap<Uuid, Timestamp>,
}

impl Timers {
    pub fn new() -> Self {
        Self {
            state: Mutex::new(State::default()),
            changed: Notify::new(),
        }
    }

    /// The node's one timer rings at this instant.
    pub fn arm(&self, node: Uuid, at: Timestamp) {
        let mut state = self.lock();
        if let Some(old) = state.by_node.insert(node, at) {
            state.order.remove(&(old, node));
        }
        state.order.insert((at, node));
        drop(state);
        self.changed.notify_one();
    }

    pub fn disarm(&self, node: Uuid) {
        let mut state = self.lock();
        if let Some(old) = state.by_node.remove(&node) {
            state.order.remove(&(old, node));
        }
    }

    /// Forgets the node's timer, unless it was set anew meanwhile.
    fn disarm_if(&self, node: Uuid, at: Timestamp) {
        let mut state = self.lock();
        if state.order.remove(&(at, node)) && state.by_node.get(&node) == Some(&at) {
            state.by_node.remove(&node);
        }
    }

    /// Nothing rings before this instant.
    fn postpone(&self, until: Timestamp) {
        let mut state = self.lock();
        let early: Vec<_> = state
            .order
            .iter()
            .take_while(|(at, _)| *at < until)
            .copied()
            .collect();
        for (at, node) in early {
            state.order.remove(&(at, node));
            state.order.insert((until, node));
            state.by_node.insert(node, until);
        }
    }

    fn first(&self) -> Option<(Timestamp, Uuid)> {
        self.lock().order.first().copied()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Rings the timers for ever.
pub(crate) async fn run(conductor: Conductor) {
    let mut clocks = Clocks::now(&conductor);
    loop {
        if clocks.jumped(&conductor) {
            let grace = TimeDelta::from_std(conductor.inner.settings.resume_grace)
                .unwrap_or_else(|_| TimeDelta::minutes(5));
            tracing::warn!("the wall clock jumped ahead; overdue waits are given a grace");
            conductor.inner.timers.postpone(conductor.now() + grace);
        }
        let timers = &conductor.inner.timers;
        let Some((at, node)) = timers.first() else {
            timers.changed.notified().await;
            continue;
        };
        if at > conductor.now() {
            tokio::select! {
                () = timers.changed.notified() => {}
                () = conductor.inner.clock.sleep_until(at) => {}
            }
            continue;
        }
        timers.disarm_if(node, at);
        ring(&conductor, node).await;
    }
}

/// A jump of the wall clock must not make every wait overdue at once.
const JUMP: TimeDelta = TimeDelta::seconds(60);

/// The wall clock beside the one that never jumps.
struct Clocks {
    wall: Timestamp,
    steady: tokio::time::Instant,
}

impl Clocks {
    fn now(conductor: &Conductor) -> Self {
        Self {
            wall: conductor.now(),
            steady: tokio::time::Instant::now(),
        }
    }

    /// Whether the wall clock has gone much farther than time has since the last look.
    fn jumped(&mut self, conductor: &Conductor) -> bool {
        let now = Self::now(conductor);
        let steady = TimeDelta::from_std(now.steady - self.steady).unwrap_or(TimeDelta::MAX);
        let jumped = now.wall - self.wall > steady + JUMP;
        *self = now;
        jumped
    }
}

async fn ring(conductor: &Conductor, uuid: Uuid) {
    let node = match conductor.load(uuid).await {
        Ok(node) => node,
        Err(EngineError::NotFound { .. }) => return,
        Err(error) => {
            tracing::error!(node = %uuid, %error, "a deadline's node could not be read; trying again");
            conductor
                .inner
                .timers
                .arm(uuid, conductor.now() + TimeDelta::seconds(5));
            return;
        }
    };
    let Some(wait) = node.flow.as_ref().and_then(|flow| flow.wait) else {
        return;
    };
    if let (Some(silence), Some(seen)) = (wait.silence_seconds, conductor.inner.last_seen.of(uuid))
    {
        // The agent was heard of meanwhile: its silence counts from then.
        let due = seen + TimeDelta::seconds(i64::from(silence));
        if due > conductor.now() {
            conductor.inner.timers.arm(uuid, due);
            return;
        }
    }
    if wait.deadline > conductor.now() {
        // Another wait began meanwhile.
        conductor.inner.timers.arm(uuid, wait.deadline);
        return;
    }
    let fact = Fact::DeadlineReached {
        deadline: wait.deadline,
    };
    if let Err(error) = conductor.turn(uuid, fact).await {
        tracing::error!(node = %uuid, %error, "a deadline could not be dealt with; trying again");
        let again = conductor.now() + TimeDelta::seconds(5);
        conductor.inner.timers.arm(uuid, again);
    }
}
