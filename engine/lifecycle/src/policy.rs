//! What an administrator has set: the lifecycle's knobs, as data.

use model::{Phase, Step};
use std::collections::BTreeMap;

/// The lifecycle's knobs. Times are in seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Clean a node before it becomes available, unless the node says otherwise.
    pub automated_clean: bool,
    /// Keep the agent running between flows, and use one that runs.
    pub fast_track: bool,
    /// From power-on to the agent's first heartbeat.
    pub agent_boot_seconds: u32,
    /// From power-on to the inventory.
    pub inspection_seconds: u32,
    /// How long an agent may be silent while a step runs.
    pub step_silence_seconds: u32,
    /// How often the agent is booted within one flow before the flow fails.
    pub boot_attempts: u32,
    /// How long the machine may take to power itself off before the BMC forces it.
    pub power_off_grace_seconds: u32,
    /// How long a soft power off may take when the client does not say.
    pub soft_power_off_seconds: u32,
    /// Power the machine off when a deployment failed.
    pub power_off_after_deploy_failure: bool,
    /// Priorities of automated clean steps that differ from the agent's, by `interface.step`.
    pub clean_priorities: BTreeMap<String, i64>,
    /// Steps that no flow may run, whoever asks for them.
    pub disallowed_steps: DisallowedSteps,
    /// How long each pretended step of fake hardware takes.
    pub simulated_seconds: u32,
}

/// Steps that must not run, by the family that they are asked in, as `interface.step`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DisallowedSteps {
    /// In cleaning, automated or by request.
    pub clean: Vec<String>,
    /// In deployments, those of deploy templates and of the agent among them.
    pub deploy: Vec<String>,
    /// In services.
    pub service: Vec<String>,
}

impl DisallowedSteps {
    /// Whether this step must not run.
    pub(crate) fn hold(&self, phase: Phase, step: &Step) -> bool {
        let names = match phase {
            Phase::Clean => &self.clean,
            Phase::Deploy => &self.deploy,
            Phase::Service => &self.service,
        };
        names.contains(&step.full_name())
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            automated_clean: true,
            fast_track: true,
            agent_boot_seconds: 900,
            inspection_seconds: 900,
            step_silence_seconds: 300,
            boot_attempts: 2,
            power_off_grace_seconds: 60,
            soft_power_off_seconds: 600,
            power_off_after_deploy_failure: true,
            clean_priorities: [
                ("deploy.erase_devices".to_owned(), 0),
                ("deploy.erase_devices_metadata".to_owned(), 10),
            ]
            .into(),
            disallowed_steps: DisallowedSteps::default(),
            simulated_seconds: 0,
        }
    }
}
