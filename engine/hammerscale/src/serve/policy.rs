//! The conductor's settings, from the daemon's.

use super::netboot::Boot;
use crate::config::{Network, Settings};
use lifecycle::Policy;
use std::time::Duration;

pub(super) fn conductor(settings: &Settings, boot: Option<&Boot>) -> conductor::Settings {
    let words = |networks: &[Network]| networks.iter().map(ToString::to_string).collect();
    let mut forbidden: Vec<String> = words(&settings.agents.forbidden_networks);
    forbidden.extend(words(&settings.bmc.allowed_networks));
    if let Some(boot) = boot {
        forbidden.push(format!("{}/32", boot.address()));
    }
    for listener in [Some(settings.api.listen), settings.agents.listen]
        .into_iter()
        .flatten()
    {
        let ip = listener.ip();
        if !ip.is_loopback() && !ip.is_unspecified() {
            forbidden.push(format!("{ip}/{}", if ip.is_ipv4() { 32 } else { 128 }));
        }
    }
    conductor::Settings {
        name: settings.conductor.name.as_str().to_owned(),
        policy: policy(settings),
        power_change: settings.timeouts.power,
        power_sweep: Some(settings.timeouts.power_sync).filter(|every| !every.is_zero()),
        lookup_by_mac: settings.agents.lookup_by_mac,
        loopback_agents: settings.development,
        agent_forbidden_networks: forbidden,
        agent_allowed_networks: words(&settings.agents.allowed_networks),
        ramdisk: boot.and_then(|boot| boot.ramdisk(settings)),
        ..conductor::Settings::default()
    }
}

fn policy(settings: &Settings) -> Policy {
    let timeouts = &settings.timeouts;
    let cleaning = &settings.cleaning;
    Policy {
        automated_clean: settings.conductor.automated_clean,
        fast_track: settings.conductor.fast_track,
        agent_boot_seconds: seconds(timeouts.agent_boot),
        inspection_seconds: seconds(timeouts.inspection),
        step_silence_seconds: seconds(timeouts.step_silence),
        boot_attempts: timeouts.boot_attempts,
        power_off_grace_seconds: seconds(timeouts.power_off_grace),
        soft_power_off_seconds: seconds(timeouts.soft_power_off),
        power_off_after_deploy_failure: settings.conductor.power_off_after_deploy_failure,
        clean_priorities: [
            (
                "deploy.erase_devices".to_owned(),
                cleaning.erase_devices_priority,
            ),
            (
                "deploy.erase_devices_metadata".to_owned(),
                cleaning.erase_devices_metadata_priority,
            ),
        ]
        .into(),
        simulated_seconds: seconds(settings.fake_step),
    }
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}
