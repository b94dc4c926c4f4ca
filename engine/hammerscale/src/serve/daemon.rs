//! The daemon as a process: its log, its runtime, and the signals that end it. SIGTERM and Ctrl-C stop it in order; a second one ends it
//! at once, which loses nothing either.

use super::{Hooks, run, start_logging};
use crate::config::Settings;
use anyhow::{Context, Result};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// Runs the daemon until a signal ends it.
pub fn daemon(settings: Settings) -> Result<()> {
    start_logging(&settings.log)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("starting the runtime")?;
    let result = runtime.block_on(async {
        let (stop, stopped) = watch::channel(false);
        let terminate = signal(SignalKind::terminate()).context("catching SIGTERM")?;
        let interrupt = signal(SignalKind::interrupt()).context("catching SIGINT")?;
        tokio::spawn(stop_on(terminate, interrupt, stop));
        run(settings, Hooks::default(), stopped).await
    });
    // Blocking work that is left over (a DNS look-up) must not hold the end up.
    runtime.shutdown_background();
    result
}

async fn stop_on(mut terminate: Signal, mut interrupt: Signal, stop: watch::Sender<bool>) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    // Nobody listening means that the daemon ends already.
    let _ = stop.send(true);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::warn!("told to stop a second time: ending at once");
    std::process::exit(1);
}
