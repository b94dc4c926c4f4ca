//! `hammerscale serve`: puts the daemon together from its settings, runs it until it is told to stop, and takes it down in order. Wiring
//! only: nothing here decides.

mod agents;
mod api_listener;
mod certificates;
mod daemon;
pub(crate) mod hardware;
mod logging;
mod metrics;
mod netboot;
mod policy;
pub(crate) mod storage;

pub use daemon::daemon;
pub use logging::{once as log_once, start as start_logging};

use crate::adapters::agents::HttpsAgents;
use crate::adapters::system::{SystemClock, SystemEntropy};
use crate::config::Settings;
use anyhow::{Context, Result};
use conductor::{Conductor, Parts};
use ports::boundary::{BoundaryObserver, Unobserved};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What a test may watch or learn of a running daemon.
pub struct Hooks {
    /// Sees the boundaries of effects.
    pub observer: Arc<dyn BoundaryObserver>,
    /// Is told the API's address once it listens.
    pub on_listening: Box<dyn FnOnce(SocketAddr) + Send>,
}

impl Default for Hooks {
    fn default() -> Self {
        Self {
            observer: Arc::new(Unobserved),
            on_listening: Box::new(|_| {}),
        }
    }
}

/// Runs the daemon until `stop` turns true.
pub async fn run(settings: Settings, hooks: Hooks, stop: watch::Receiver<bool>) -> Result<()> {
    let metrics = metrics::install();
    let clock = Arc::new(SystemClock);
    let entropy = Arc::new(SystemEntropy::new()?);
    let store = storage::open(&settings).await?;
    let boot = netboot::prepare(&settings)?;
    let engine = Conductor::new(Parts {
        store: store.clone(),
        hardware: hardware::catalogue(&settings)?,
        agents: Arc::new(HttpsAgents::default()),
        clock: clock.clone(),
        entropy: entropy.clone(),
        observer: hooks.observer,
        settings: policy::conductor(&settings, boot.as_ref())?,
    });
    let doors = api_listener::Doors {
        engine: Arc::new(engine.clone()),
        store: store.clone(),
        clock: clock.clone(),
        metrics,
    };
    let mut listeners: JoinSet<Result<()>> = JoinSet::new();
    let (closing, closed) = watch::channel(false);
    let api = api_listener::open(&settings, &doors, closed.clone()).await?;
    let address = api.address;
    let agents = agents::open(&settings, boot.as_ref(), &doors, closed.clone()).await?;
    engine
        .start()
        .await
        .context("taking up the work of an earlier run")?;
    listeners.spawn(api.serve());
    if let Some(agents) = agents {
        listeners.spawn(agents.serve());
    }
    (hooks.on_listening)(address);
    tracing::info!(%address, name = settings.conductor.name.as_str(), version = env!("CARGO_PKG_VERSION"), "hammerscale serves");
    let mut netboot = None;
    // The API answers meanwhile: a DHCP server asks around for another one first, which takes seconds.
    let early = tokio::select! {
        opened = open_netboot(boot.as_ref(), &engine, &store, clock, entropy) => match opened {
            Ok(handle) => {
                netboot = handle;
                None
            }
            Err(error) => Some(Err(error)),
        },
        ended = until_stopped(&mut listeners, stop.clone()) => Some(ended),
    };
    let ended = match early {
        Some(ended) => ended,
        None => tokio::select! {
            ended = until_stopped(&mut listeners, stop) => ended,
            () = netboot_ended(netboot.as_mut()) => {
                Err(anyhow::anyhow!("network boot ended without being asked to; the log above says why"))
            }
            () = store.lost() => {
                // At once: the other one has begun the same work.
                engine.stop().await;
                Err(anyhow::anyhow!("another engine has taken the database; this one writes nothing more"))
            }
        },
    };
    tracing::info!(
        "stopping: running requests may end, running work is taken up at the next start"
    );
    // Nobody listening any more is fine: they have ended then.
    let _ = closing.send(true);
    while listeners.join_next().await.is_some() {}
    if let Some(netboot) = netboot {
        netboot.stop().await;
    }
    engine.stop().await;
    store.close().await;
    ended
}

async fn open_netboot(
    boot: Option<&netboot::Boot>,
    engine: &Conductor,
    store: &Arc<store::SqlStore>,
    clock: Arc<SystemClock>,
    entropy: Arc<SystemEntropy>,
) -> Result<Option<netboot_serve::Handle>> {
    match boot {
        Some(boot) => Ok(Some(boot.start(engine, store, clock, entropy).await?)),
        None => Ok(None),
    }
}

/// Returns when network boot ends by itself; never, when there is none.
async fn netboot_ended(netboot: Option<&mut netboot_serve::Handle>) {
    match netboot {
        Some(handle) => handle.ended().await,
        None => std::future::pending().await,
    }
}

/// Returns when a stop is asked for; a listener that ends by itself is an error.
async fn until_stopped(
    listeners: &mut JoinSet<Result<()>>,
    mut stop: watch::Receiver<bool>,
) -> Result<()> {
    tokio::select! {
        _ = stop.wait_for(|stop| *stop) => Ok(()),
        ended = listeners.join_next() => match ended {
            Some(Ok(Err(error))) => Err(error),
            Some(Err(error)) => Err(error).context("a listener was lost"),
            Some(Ok(Ok(()))) | None => anyhow::bail!("a listener ended without being asked to"),
        },
    }
}
