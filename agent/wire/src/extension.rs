//! What Hammerscale adds to the protocol. A server announces it in the lookup answer's `config.hammerscale`; without
//! that announcement the agent speaks the plain protocol and nothing of this appears on the wire.

use serde::{Deserialize, Serialize};

use crate::secret::WireSecret;

/// The version of the extension that this crate describes.
pub const EXTENSION_VERSION: u32 = 1;
/// Request header of lookup and continue_inspection that carries the nonce of this boot.
pub const BOOT_NONCE_HEADER: &str = "X-Hammerscale-Boot-Nonce";
/// Where the boot payload places the [`BootIdentity`] inside the initramfs.
pub const BOOT_IDENTITY_PATH: &str = "/etc/hammerscale/boot.json";

/// What the server offers and asks of an agent that understands the extension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionConfig {
    /// [`EXTENSION_VERSION`] of the server; an agent uses the extension for version 1 and above.
    pub version: u32,
    /// Seconds between heartbeats while a command runs.
    #[serde(default = "default_progress_interval")]
    pub progress_interval_seconds: u64,
    /// Networks (CIDR) from which the agent must not fetch images or config drives.
    #[serde(default)]
    pub forbidden_networks: Vec<String>,
    /// Exceptions from the forbidden networks and from the built-in refusal of loopback and link-local addresses.
    #[serde(default)]
    pub allowed_networks: Vec<String>,
    /// Authorities (PEM) that the agent trusts for images and config drives besides the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_ca_pem: Option<String>,
}

impl Default for ExtensionConfig {
    fn default() -> Self {
        Self {
            version: EXTENSION_VERSION,
            progress_interval_seconds: default_progress_interval(),
            forbidden_networks: Vec::new(),
            allowed_networks: Vec::new(),
            image_ca_pem: None,
        }
    }
}

fn default_progress_interval() -> u64 {
    2
}

/// What the agent adds to a heartbeat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HeartbeatExtension {
    /// The running step's progress, absent when nothing runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Seconds from the kernel's start to the agent's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_seconds: Option<f64>,
}

/// How far a step got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Name of the step, such as `write_image`.
    pub step: String,
    /// What it is doing.
    pub phase: ProgressPhase,
    /// Bytes of the finished thing (for an image: bytes of the disk settled so far, or bytes of the file loaded so far where
    /// nobody knows beforehand how many of the disk there will be).
    pub done_bytes: u64,
    /// Bytes in all, when known.
    pub total_bytes: Option<u64>,
    /// Mean rate over the last seconds.
    pub rate_bytes_per_second: u64,
}

/// The stretches of a step's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProgressPhase {
    /// Looking at disks and arguments.
    Preparing,
    /// Removing old signatures.
    Wiping,
    /// Downloading and writing.
    Writing,
    /// Checking the digest, placing the held-back parts, repairing the table.
    Finishing,
    /// A phase this version does not know.
    #[serde(other)]
    Other,
}

/// The file that a boot payload carries to prove which boot it is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BootIdentity {
    /// Minted by the server for one power-on, spent at the first lookup.
    pub nonce: WireSecret,
    /// The certificate authority of the server's listeners, as PEM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_ca_pem: Option<String>,
}
