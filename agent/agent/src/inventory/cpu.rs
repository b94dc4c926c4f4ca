//! Processors from `/proc/cpuinfo` and sysfs.

use std::collections::BTreeSet;

use agent_wire::Cpu;

use crate::host::{Host, read_number, read_text};

/// Collects the processors.
pub fn collect(host: &Host) -> Cpu {
    let text = std::fs::read_to_string(host.proc("cpuinfo")).unwrap_or_default();
    let first = |names: &[&str]| {
        names.iter().find_map(|name| {
            text.lines().find_map(|line| {
                let (key, value) = line.split_once(':')?;
                (key.trim() == *name).then(|| value.trim().to_owned())
            })
        })
    };
    let count = text
        .lines()
        .filter(|l| l.split(':').next().is_some_and(|k| k.trim() == "processor"))
        .count();
    Cpu {
        model_name: first(&["model name", "Model"]),
        frequency: frequency(host).or_else(|| first(&["cpu MHz"])),
        count: u64::try_from(count).unwrap_or_default(),
        architecture: Some(std::env::consts::ARCH.to_owned()),
        flags: first(&["flags", "Features"])
            .map(|f| f.split_whitespace().map(str::to_owned).collect())
            .unwrap_or_default(),
        socket_count: sockets(host),
    }
}

/// Highest frequency in MHz; sysfs has kHz.
fn frequency(host: &Host) -> Option<String> {
    let khz = read_number(&host.sys("devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"))?;
    Some(format!("{}.{:04}", khz / 1000, khz % 1000 * 10))
}

fn sockets(host: &Host) -> Option<u64> {
    let packages: BTreeSet<String> = std::fs::read_dir(host.sys("devices/system/cpu"))
        .ok()?
        .filter_map(Result::ok)
        .filter_map(|cpu| read_text(&cpu.path().join("topology/physical_package_id")))
        .collect();
    u64::try_from(packages.len()).ok().filter(|n| *n > 0)
}
