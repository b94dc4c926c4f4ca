//! The engine as a process of its own, for tests that kill it: `hammerscale-testbed engine` is the daemon with an observer that ends the
//! process by SIGKILL at one exact boundary of one effect. The product itself has no such switch.

mod child;
mod killer;
mod simulated;
mod story;

pub use child::{Ended, EngineProcess, EngineSpec};
pub use killer::KillAt;
pub use simulated::{SimulatedSite, enroll};
pub use story::{Chapter, Teller};

use anyhow::{Context, Result};
use clap::Args;
use hammerscale::config::{self, Surroundings};
use hammerscale::serve::{Hooks, run, start_logging};
use ports::boundary::{BoundaryObserver, Unobserved};
use std::io::Write;
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Run the engine for a test (used by the testbed itself).
#[derive(Args)]
pub struct EngineCommand {
    /// A configuration key and its value, as `key=value`; may be repeated.
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
    /// Die by SIGKILL when so many boundaries of effects were passed.
    #[arg(long)]
    kill_at: Option<u64>,
}

impl EngineCommand {
    /// Runs until SIGTERM.
    pub fn run(self) -> Result<()> {
        let flags = self
            .set
            .iter()
            .map(|pair| flag(pair))
            .collect::<Result<Vec<_>>>()?;
        let surroundings = Surroundings::default();
        let configuration = config::load(None, &surroundings, &flags)
            .map_err(|problems| anyhow::anyhow!("{problems}"))?;
        start_logging(&configuration.settings.log)?;
        let observer: Arc<dyn BoundaryObserver> = match self.kill_at {
            Some(count) => Arc::new(KillAt::new(count)),
            None => Arc::new(Unobserved),
        };
        let hooks = Hooks {
            observer,
            on_listening: Box::new(|address| {
                println!("listening {address}");
                // The parent reads the line; if it is gone, the engine is of no use to anybody.
                let _ = std::io::stdout().flush();
            }),
        };
        let runtime = tokio::runtime::Runtime::new().context("starting the runtime")?;
        runtime.block_on(async {
            let (stop, stopped) = watch::channel(false);
            let mut terminate = signal(SignalKind::terminate())?;
            tokio::spawn(async move {
                terminate.recv().await;
                let _ = stop.send(true);
            });
            run(configuration.settings, hooks, stopped).await
        })
    }
}

fn flag(pair: &str) -> Result<(&'static str, String)> {
    let (key, value) = pair.split_once('=').context("--set takes KEY=VALUE")?;
    let known = config::KEYS.iter().find(|known| known.path == key);
    let known = known.with_context(|| format!("there is no configuration key '{key}'"))?;
    Ok((known.path, value.to_owned()))
}
