//! The conductor's settings, from the daemon's.

use super::netboot::Boot;
use crate::config::{Network, Settings};
use anyhow::{Context, Result, ensure};
use lifecycle::Policy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::path::Path;
use std::time::Duration;

/// It is told to every agent at its lookup, so it must not be a whole system's bundle of bundles.
const LARGEST_AUTHORITIES: u64 = 1 << 20;

pub(super) fn conductor(settings: &Settings, boot: Option<&Boot>) -> Result<conductor::Settings> {
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
    let image_ca = settings.agents.image_ca.as_deref();
    Ok(conductor::Settings {
        name: settings.conductor.name.as_str().to_owned(),
        policy: policy(settings),
        power_change: settings.timeouts.power,
        power_sweep: Some(settings.timeouts.power_sync).filter(|every| !every.is_zero()),
        lookup_by_mac: settings.agents.lookup_by_mac,
        md5_checksums: settings.agents.md5_checksums,
        bios_bootloader_install: settings.agents.bios_bootloader_install,
        loopback_agents: settings.development,
        agent_forbidden_networks: forbidden,
        agent_allowed_networks: words(&settings.agents.allowed_networks),
        agent_image_ca_pem: image_ca
            .map(authorities)
            .transpose()
            .context("agents.image_ca_file")?,
        ramdisk: boot.and_then(|boot| boot.ramdisk(settings)),
        ..conductor::Settings::default()
    })
}

/// A file of certificates; one that holds none, or something else between them, is a mistake that machines would pay for.
fn authorities(path: &Path) -> Result<String> {
    let shown = path.display();
    let length = std::fs::metadata(path)
        .with_context(|| shown.to_string())?
        .len();
    ensure!(length <= LARGEST_AUTHORITIES, "{shown} has more than 1 MiB");
    let text = std::fs::read_to_string(path).with_context(|| shown.to_string())?;
    let found = CertificateDer::pem_slice_iter(text.as_bytes())
        .collect::<Result<Vec<_>, _>>()
        .with_context(|| format!("{shown} is no file of certificates (PEM)"))?;
    ensure!(!found.is_empty(), "{shown} holds no certificate (PEM)");
    Ok(text)
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
        disallowed_steps: settings.disallowed_steps.clone(),
        simulated_seconds: seconds(settings.fake_step),
    }
}

fn seconds(time: Duration) -> u32 {
    u32::try_from(time.as_secs()).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_certificates() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        assert!(authorities(&file).is_err());
        let key = rcgen::KeyPair::generate().unwrap();
        let params = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        std::fs::write(&file, pem.repeat(2)).unwrap();
        assert_eq!(authorities(&file).unwrap(), pem.repeat(2));
        for bad in ["", "text", &key.serialize_pem()] {
            std::fs::write(&file, bad).unwrap();
            assert!(authorities(&file).is_err(), "{bad}");
        }
    }
}
