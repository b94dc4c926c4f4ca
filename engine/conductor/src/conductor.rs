//! The conductor: all that its parts share, and its start and stop.

use crate::allocations::{self, Allocations};
use crate::hardware::Catalogue;
use crate::last_seen::LastSeen;
use crate::locks::Locks;
use crate::outbox::Outbox;
use crate::settings::Settings;
use crate::stream::Stream;
use crate::{resume, sweep, timers};
use model::Timestamp;
use ports::agent::AgentCalls;
use ports::boundary::BoundaryObserver;
use ports::clock::{Clock, Entropy};
use ports::store::{Store, StoreError};
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;
use uuid::Uuid;

/// What the conductor is put together from.
pub struct Parts {
    /// What survives the process.
    pub store: Arc<dyn Store>,
    /// The hardware types.
    pub hardware: Catalogue,
    /// Calls to agents.
    pub agents: Arc<dyn AgentCalls>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Fresh bytes.
    pub entropy: Arc<dyn Entropy>,
    /// Sees the boundaries of effects.
    pub observer: Arc<dyn BoundaryObserver>,
    /// What the administrator has set.
    pub settings: Settings,
}

/// The shell around the lifecycle. Cheap to clone.
#[derive(Clone)]
pub struct Conductor {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub store: Arc<dyn Store>,
    pub hardware: Catalogue,
    pub agents: Arc<dyn AgentCalls>,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub observer: Arc<dyn BoundaryObserver>,
    pub settings: Settings,
    pub stream: Stream,
    pub last_seen: LastSeen,
    pub nodes: Locks<Uuid>,
    pub outbox: Outbox,
    pub timers: timers::Timers,
    pub allocations: Allocations,
    pub identities: crate::boot::Identities,
    pub polls: crate::agents::Polls,
    stop: watch::Sender<bool>,
    tasks: tokio::sync::Mutex<JoinSet<()>>,
}

impl Conductor {
    /// Puts the parts together. Nothing runs yet.
    pub fn new(parts: Parts) -> Self {
        let run = hex::encode(&parts.entropy.bytes()[..6]);
        let concurrent = parts.settings.concurrent_effects;
        Self {
            inner: Arc::new(Inner {
                store: parts.store,
                hardware: parts.hardware,
                agents: parts.agents,
                clock: parts.clock,
                entropy: parts.entropy,
                observer: parts.observer,
                settings: parts.settings,
                stream: Stream::new(run),
                last_seen: LastSeen::default(),
                nodes: Locks::new(),
                outbox: Outbox::new(concurrent),
                timers: timers::Timers::new(),
                allocations: Allocations::new(),
                identities: crate::boot::Identities::default(),
                polls: crate::agents::Polls::default(),
                stop: watch::channel(false).0,
                tasks: tokio::sync::Mutex::new(JoinSet::new()),
            }),
        }
    }

    /// Takes up the work that an earlier run left, and starts the timers and sweeps.
    pub async fn start(&self) -> Result<(), StoreError> {
        resume::take_up(self).await?;
        let mut tasks = self.inner.tasks.lock().await;
        tasks.spawn(timers::run(self.clone()));
        tasks.spawn(allocations::run(self.clone()));
        if let Some(every) = self.inner.settings.power_sweep {
            tasks.spawn(sweep::run(self.clone(), every));
        }
        Ok(())
    }

    /// Stops beginning anything new, and lets go of what runs: the next start takes it up.
    pub async fn stop(&self) {
        // Nobody listening is fine: then nothing was started.
        let _ = self.inner.stop.send(true);
        self.inner.outbox.stop();
        let mut tasks = std::mem::take(&mut *self.inner.tasks.lock().await);
        tasks.shutdown().await;
        self.inner.hardware.close().await;
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    pub(crate) fn stopping(&self) -> bool {
        *self.inner.stop.borrow()
    }

    pub(crate) fn fresh_uuid(&self) -> Uuid {
        let bytes = self.inner.entropy.bytes();
        let mut half = [0_u8; 16];
        half.copy_from_slice(&bytes[..16]);
        uuid::Builder::from_random_bytes(half).into_uuid()
    }

    /// 43 characters of URL-safe base64: the form of Ironic's agent tokens, at least the 32 that IPA asks for.
    pub(crate) fn fresh_token(&self) -> String {
        use base64::Engine;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(self.inner.entropy.bytes())
    }
}
