//! What the parts of a running agent share: the machine, the settings from the conductor, the commands and the progress.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use agent_wire::{ExtensionConfig, LookupConfig, WireSecret};
use serde_json::Value;

use crate::cmdline::Params;
use crate::conductor::mandate::Mandate;
use crate::guard::lock;
use crate::host::{Host, read_text};
use crate::outbound::dns::Dns;
use crate::outbound::trust::Trust;
use crate::partition_image::deploy::Identifiers;
use crate::progress::ProgressBoard;
use crate::server::executor::Executor;

/// The agent's version on the wire.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What the conductor decided.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Seconds.
    pub heartbeat_timeout: u64,
    /// The token of all calls.
    pub token: Option<WireSecret>,
    /// Whether MD5 digests are permitted.
    pub md5_allowed: bool,
    /// Lowest TLS version of the server.
    pub tls_min_version: Option<String>,
    /// The announced extension.
    pub extension: Option<ExtensionConfig>,
}

impl Settings {
    /// From the lookup answer.
    pub fn new(config: &LookupConfig, token: Option<WireSecret>) -> Self {
        Self {
            heartbeat_timeout: config.heartbeat_timeout,
            token,
            md5_allowed: config.agent_md5_checksum_enable,
            tls_min_version: config.tls_min_version.clone(),
            extension: config.hammerscale.clone().filter(|e| e.version >= 1),
        }
    }
}

/// An image that was written.
struct Written {
    disk: PathBuf,
    identifiers: Option<Identifiers>,
}

/// The shared state.
pub struct Agent {
    /// The machine.
    pub host: Host,
    /// The command line.
    pub params: Params,
    /// Whom to trust.
    pub trust: Trust,
    /// Names.
    pub dns: Dns,
    /// Progress of the running step.
    pub progress: Arc<ProgressBoard>,
    /// Commands.
    pub executor: Executor,
    /// Whether the conductor still wants this agent.
    pub mandate: Arc<Mandate>,
    /// When the agent started, as Unix time.
    pub started_at: f64,
    /// Seconds from the kernel's start to the agent's.
    pub boot_seconds: f64,
    settings: Mutex<Settings>,
    node: Mutex<Value>,
    written: Mutex<Option<Written>>,
}

impl Agent {
    /// A fresh agent.
    pub fn new(host: Host, params: Params, trust: Trust, dns: Dns, settings: Settings) -> Self {
        let uptime = read_text(&host.proc("uptime"));
        let boot_seconds = uptime
            .and_then(|t| t.split_whitespace().next()?.parse().ok())
            .unwrap_or(0.0);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            host,
            params,
            trust,
            dns,
            progress: Arc::default(),
            executor: Executor::default(),
            mandate: Arc::default(),
            started_at: now.as_secs_f64(),
            boot_seconds,
            settings: Mutex::new(settings),
            node: Mutex::new(Value::Null),
            written: Mutex::new(None),
        }
    }

    /// The settings as they are now.
    pub fn settings(&self) -> Settings {
        lock(&self.settings).clone()
    }

    /// The node as the conductor last sent it.
    pub fn node(&self) -> Value {
        lock(&self.node).clone()
    }

    /// Remembers the node that came with a command.
    pub fn remember_node(&self, node: &Value) {
        if node.is_object() {
            *lock(&self.node) = node.clone();
        }
    }

    /// The disk that an image was written to in this boot.
    pub fn written_disk(&self) -> Option<PathBuf> {
        let written = lock(&self.written);
        written.as_ref().map(|written| written.disk.clone())
    }

    /// What is to be known of the partitions that were made around an image in this boot.
    pub fn identifiers(&self) -> Option<Identifiers> {
        lock(&self.written).as_ref()?.identifiers.clone()
    }

    /// Remembers what was written where.
    pub fn remember_written(&self, disk: PathBuf, identifiers: Option<Identifiers>) {
        *lock(&self.written) = Some(Written { disk, identifiers });
    }
}
