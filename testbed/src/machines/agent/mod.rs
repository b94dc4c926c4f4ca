//! The model agent: the Ironic agent protocol as a ramdisk speaks it, without a disk to write. It introduces itself, beats, and carries out
//! commands; what they would do to a machine is noted in the machine's truth.

mod api;
mod commands;
mod config_drive;
mod failure;
mod heartbeat;
mod hello;
mod inventory;
mod server;
mod steps;

use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use agent_wire::{CommandResult, ExtensionConfig, Progress, WireSecret};
use tokio::sync::{Notify, oneshot, watch};

use super::board::{Board, Over};
use super::boot::Loaded;
use super::guard::lock;
use super::truth::Runs;
use super::world::Trust;
use api::Api;
pub(super) use server::answer;

/// The version that it gives for itself.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A running agent.
pub(super) struct Agent {
    board: Arc<Board>,
    life: u64,
    token: Option<WireSecret>,
    extension: Option<ExtensionConfig>,
    started_at: f64,
    commands: Mutex<Vec<CommandResult>>,
    progress: Mutex<Option<Progress>>,
    /// A command began or ended: beat.
    changed: Notify,
    /// Counts ended commands, for those who wait.
    ended: watch::Sender<u64>,
}

impl Agent {
    fn new(board: Arc<Board>, life: u64, found: &hello::Found) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let extension = found.config.hammerscale.clone();
        Self {
            board,
            life,
            token: found.token.clone(),
            extension: extension.filter(|extension| extension.version >= 1),
            started_at: now.unwrap_or_default().as_secs_f64(),
            commands: Mutex::default(),
            progress: Mutex::default(),
            changed: Notify::new(),
            ended: watch::Sender::new(0),
        }
    }

    fn set_progress(&self, progress: Option<Progress>) {
        *lock(&self.progress) = progress;
    }
}

/// Lives until the machine's life ends. A boot that proves itself beats first and sends its inventory when it is asked for; without proof
/// the inventory is what makes a machine known.
pub(super) async fn live(board: &Arc<Board>, life: u64, loaded: Loaded) -> Result<(), Over> {
    let api = match api(board, &loaded) {
        Ok(api) => api,
        Err(why) => return board.update(life, |truth| truth.trouble = Some(why)),
    };
    let proven = loaded.identity.is_some();
    let asked = loaded.ramdisk.arg("ipa-inspection-callback-url").is_some();
    let uuid = if proven {
        None
    } else {
        hello::inspect(board, life, &api, &loaded.ramdisk).await?
    };
    let minor = loop {
        match api.discover_minor().await {
            Some(minor) => break minor,
            None => board.pass(board.world.options.timings.retry).await,
        }
    };
    let found = hello::look_up(board, life, &api, minor, uuid.as_deref()).await?;
    let agent = Arc::new(Agent::new(Arc::clone(board), life, &found));
    board.install_agent(life, Some(Arc::clone(&agent)))?;
    board.update(life, |truth| {
        truth.runs = Runs::Agent;
        truth.agent_boots += 1;
        truth.trouble = None;
    })?;
    let (first, beaten) = oneshot::channel();
    let inventory = async {
        if proven && asked && beaten.await.is_ok() {
            hello::inspect(board, life, &api, &loaded.ramdisk).await?;
        }
        Ok(())
    };
    let beats = heartbeat::run(&agent, &api, &found.node_uuid, minor, first);
    tokio::join!(beats, inventory).1
}

/// The way to the API, from kernel arguments and boot identity.
fn api(board: &Board, loaded: &Loaded) -> Result<Api, String> {
    let ramdisk = &loaded.ramdisk;
    let urls = api::urls(ramdisk.arg("ipa-api-url"));
    if urls.is_empty() {
        return Err("the kernel arguments name no ipa-api-url".to_owned());
    }
    let identity = loaded.identity.as_ref();
    let told = identity.and_then(|identity| identity.api_ca_pem.clone());
    let trust = Trust {
        ca_pem: told.or_else(|| board.world.options.api_ca_pem.clone()),
        insecure: matches!(ramdisk.arg("ipa-insecure"), Some("1" | "true")),
    };
    let nonce = identity.map(|identity| identity.nonce.clone());
    let client = board.world.client(&trust)?;
    Ok(Api::new(Arc::clone(&board.world), client, urls, nonce))
}
