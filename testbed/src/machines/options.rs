//! What a fleet is told at its start. Plain data with defaults that let a whole deployment pass within seconds.

use std::time::Duration;

use super::fault::PlannedFault;

/// A fleet's size, pace and faults.
#[derive(Clone, Debug)]
pub struct FleetOptions {
    /// How many machines.
    pub count: usize,
    /// Decides addresses, delays and which machines a share of faults hits.
    pub seed: u64,
    /// How long things take.
    pub timings: Timings,
    /// Base URL of the boot listener (`http://127.0.0.1:8080`); may be told later with `Fleet::set_boot_listener`.
    pub boot_listener: Option<String>,
    /// What a machine does when the boot listener refuses its boot identity.
    pub identity: IdentityRule,
    /// Authority (PEM) that agents trust when their boot identity names none.
    pub api_ca_pem: Option<String>,
    /// Faults from the start.
    pub faults: Vec<PlannedFault>,
    /// Bytes that an image counts as when it is written; nothing is downloaded.
    pub image_bytes: u64,
    /// Download kernel and ramdisk whole instead of asking for their heads only.
    pub whole_artefacts: bool,
    /// How many machines ask the boot listener at a time; it bounds connections per address, and all machines share one.
    pub boot_requests: usize,
    /// How many agents call the engine at a time; it bounds this process's open sockets.
    pub api_requests: usize,
    /// Port of the BMCs on 127.0.0.1; 0 takes a free one.
    pub bmc_port: u16,
    /// Port of the agents on 127.0.0.1; 0 takes a free one.
    pub agent_port: u16,
}

impl Default for FleetOptions {
    fn default() -> Self {
        Self {
            count: 1,
            seed: 0,
            timings: Timings::default(),
            boot_listener: None,
            identity: IdentityRule::Required,
            api_ca_pem: None,
            faults: Vec::new(),
            image_bytes: 2 << 30,
            whole_artefacts: false,
            boot_requests: 8,
            api_requests: 64,
            bmc_port: 0,
            agent_port: 0,
        }
    }
}

/// What happens when the boot identity cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentityRule {
    /// The boot fails, as it does in iPXE.
    Required,
    /// The agent starts without one, as other agents do: it sends its inventory before lookup, and no nonce.
    Optional,
}

/// How long things take; each delay varies by a quarter up and down.
#[derive(Clone, Copy, Debug)]
pub struct Timings {
    /// From a power order to its effect.
    pub power: Duration,
    /// From power-on to the boot loader.
    pub firmware: Duration,
    /// From the boot loader to the agent.
    pub boot_agent: Duration,
    /// From the boot loader to the deployed system.
    pub boot_deployed: Duration,
    /// A clean, deploy or service step.
    pub step: Duration,
    /// `image.install_bootloader`.
    pub bootloader: Duration,
    /// From an operating system's order to power off (or a graceful shutdown) to its effect.
    pub shutdown: Duration,
    /// Between heartbeats while nothing happens.
    pub heartbeat: Duration,
    /// The first pause after a failed request; it doubles up to eight times this.
    pub retry: Duration,
}

impl Default for Timings {
    fn default() -> Self {
        let ms = Duration::from_millis;
        Self {
            power: ms(30),
            firmware: ms(60),
            boot_agent: ms(100),
            boot_deployed: ms(60),
            step: ms(100),
            bootloader: ms(30),
            shutdown: ms(60),
            heartbeat: ms(3000),
            retry: ms(150),
        }
    }
}
