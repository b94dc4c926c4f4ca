//! Where log lines go: standard error, as text or as JSON.

use crate::config::{Log, LogFormat};
use anyhow::{Context, Result};
use std::io::IsTerminal;
use tracing::Dispatch;
use tracing::dispatcher::with_default;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging as the settings say.
pub fn start(log: &Log) -> Result<()> {
    let started = lines(log)?.try_init();
    started.map_err(|error| anyhow::anyhow!("starting the log: {error}"))
}

/// Logs as the settings say while `work` runs, before logging is started for good.
pub fn once(log: &Log, work: impl FnOnce()) -> Result<()> {
    with_default(&lines(log)?, work);
    Ok(())
}

fn lines(log: &Log) -> Result<Dispatch> {
    let filter = EnvFilter::try_new(log.level.as_str()).context("log.level")?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    Ok(match log.format {
        LogFormat::Text => Dispatch::new(
            lines
                .with_ansi(std::io::stderr().is_terminal())
                .with_target(false)
                .finish(),
        ),
        LogFormat::Json => Dispatch::new(lines.json().flatten_event(true).finish()),
    })
}
