//! What an administrator has set for the conductor, validated.

use lifecycle::Policy;
use model::boot::{ArtefactName, KernelArgs};
use std::time::Duration;

/// The engine's own ramdisk.
#[derive(Clone, Debug)]
pub struct OwnRamdisk {
    /// The kernel's name in the map of boot artefacts.
    pub kernel: ArtefactName,
    /// The initramfs' name in the map of boot artefacts.
    pub initrd: ArtefactName,
}

/// What this engine boots on machines to run an agent there.
#[derive(Clone, Debug)]
pub struct RamdiskSettings {
    /// The engine's own ramdisk; none when an administrator gave none.
    pub own: Option<OwnRamdisk>,
    /// Whether a node's `deploy_kernel` and `deploy_ramdisk` go before it.
    pub nodes_name_theirs: bool,
    /// Kernel arguments added to the engine's own.
    pub append: KernelArgs,
    /// Base URL that agents call: the agents' listener.
    pub agent_api_url: String,
    /// The certificate authority that agents trust for that URL, PEM.
    pub agent_api_ca_pem: Option<String>,
}

/// What an administrator has set for the conductor.
#[derive(Clone, Debug)]
pub struct Settings {
    /// This conductor's configured name.
    pub name: String,
    /// The lifecycle's knobs.
    pub policy: Policy,
    /// How long a power change may take until it must be seen.
    pub power_change: Duration,
    /// How long a client's live question or change may take.
    pub live: Duration,
    /// How often an effect is tried before it fails.
    pub effect_attempts: u32,
    /// Between two sweeps that correct power states; none switches them off.
    pub power_sweep: Option<Duration>,
    /// How many effects may run at once.
    pub concurrent_effects: usize,
    /// Seconds within which an agent is told to send a heartbeat.
    pub heartbeat_timeout: u32,
    /// Let agents without a boot nonce (plain IPA) look themselves up by MAC address.
    pub lookup_by_mac: bool,
    /// Let images be known by MD5 digests.
    pub md5_checksums: bool,
    /// Let ironic-python-agent run programs of a partition image to install its boot loader.
    pub bios_bootloader_install: bool,
    /// Let agents call from this machine itself: for development with model machines only.
    pub loopback_agents: bool,
    /// Networks that agents must not fetch images from.
    pub agent_forbidden_networks: Vec<String>,
    /// Networks that agents may fetch images from although they are forbidden otherwise.
    pub agent_allowed_networks: Vec<String>,
    /// Authorities (PEM) that agents trust for images besides the public ones.
    pub agent_image_ca_pem: Option<String>,
    /// What agents are booted from; none while netboot is off.
    pub ramdisk: Option<RamdiskSettings>,
    /// How long an overdue wait is left alone after a start, so that the machines can report first.
    pub resume_grace: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: "hammerscale".into(),
            policy: Policy::default(),
            power_change: Duration::from_secs(120),
            live: Duration::from_secs(25),
            effect_attempts: 5,
            power_sweep: Some(Duration::from_secs(120)),
            concurrent_effects: 1024,
            heartbeat_timeout: 300,
            lookup_by_mac: true,
            md5_checksums: true,
            bios_bootloader_install: false,
            loopback_agents: false,
            agent_forbidden_networks: Vec::new(),
            agent_allowed_networks: Vec::new(),
            agent_image_ca_pem: None,
            ramdisk: None,
            resume_grace: Duration::from_secs(300),
        }
    }
}
