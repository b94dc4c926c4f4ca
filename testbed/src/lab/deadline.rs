//! Waiting with a deadline, given up early when the person interrupts. It never decides what a late answer means.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tokio::signal::unix::{SignalKind, signal};

/// How often a probe is asked again.
const PAUSE: Duration = Duration::from_millis(100);

/// Set once when the person (or a signal) wants everything to end; clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// A flag that SIGINT, SIGTERM and SIGHUP set from now on, for this whole process.
    pub fn on_signals() -> Result<Self> {
        let interrupt = Self::default();
        let flag = interrupt.clone();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot start a runtime")?;
        let mut signals = {
            let _inside = runtime.enter();
            let kinds = [
                SignalKind::interrupt(),
                SignalKind::terminate(),
                SignalKind::hangup(),
            ];
            kinds
                .map(signal)
                .into_iter()
                .collect::<std::io::Result<Vec<_>>>()
                .context("cannot watch for signals")?
        };
        let watch = move || {
            runtime.block_on(async {
                loop {
                    let any = futures::future::select_all(
                        signals.iter_mut().map(|signal| Box::pin(signal.recv())),
                    );
                    any.await;
                    flag.set();
                }
            })
        };
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(watch)
            .context("cannot start a thread")?;
        Ok(interrupt)
    }

    /// Asks everybody who watches this flag to stop.
    pub fn set(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether somebody asked to stop.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    /// An error once somebody asked to stop.
    pub fn check(&self) -> Result<()> {
        if self.is_set() {
            bail!("interrupted");
        }
        Ok(())
    }
}

/// Asks `probe` until it gives a value; `what` names the thing in the error after `limit`.
pub fn wait_for<T>(
    what: &str,
    limit: Duration,
    interrupt: &Interrupt,
    mut probe: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let end = Instant::now() + limit;
    loop {
        if let Some(value) = probe()? {
            return Ok(value);
        }
        interrupt.check()?;
        if Instant::now() >= end {
            bail!("{what} did not happen within {} s", limit.as_secs());
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_interrupt_ends_the_wait() {
        let interrupt = Interrupt::default();
        interrupt.set();
        let error = wait_for("x", Duration::from_secs(3600), &interrupt, || {
            Ok(None::<()>)
        })
        .unwrap_err();
        assert_eq!(error.to_string(), "interrupted");
    }

    #[test]
    fn a_value_wins_over_an_interrupt() {
        let interrupt = Interrupt::default();
        interrupt.set();
        assert_eq!(
            wait_for("x", Duration::ZERO, &interrupt, || Ok(Some(7))).unwrap(),
            7
        );
    }

    #[test]
    fn a_late_thing_is_named() {
        let error = wait_for("the dawn", Duration::ZERO, &Interrupt::default(), || {
            Ok(None::<()>)
        })
        .unwrap_err();
        assert!(error.to_string().starts_with("the dawn did not happen"));
    }
}
