//! Step `erase_devices_metadata`: partition tables and file system signatures of all disks. It says for each disk what it
//! did, reads back what it zeroed, and fails when a disk that should have been wiped was not.

use std::collections::BTreeMap;
use std::path::Path;

use agent_wire::{Disk, ProgressPhase};
use serde_json::{Value, json};

use super::{Phase, StepContext, StepSpec};
use crate::disk::device::Device;
use crate::disk::wipe;
use crate::failure::Failure;
use crate::host::Host;
use crate::inventory::disks;
use crate::log::{info, warning};

/// Label of the virtual media that carries parameters.
const MEDIA_LABEL: &str = "ir-vfd-dev";

/// The step.
pub const SPEC: StepSpec = StepSpec {
    name: "erase_devices_metadata",
    interface: "deploy",
    phases: &[(Phase::Clean, 99), (Phase::Deploy, 0)],
    abortable: true,
    arguments: &[],
    run: |context| Box::pin(run(context)),
};

/// What became of a disk.
#[derive(Debug, PartialEq, Eq)]
enum Done {
    Wiped,
    Skipped(&'static str),
    Failed(String),
}

async fn run(context: StepContext) -> Result<Option<Value>, Failure> {
    let agent = context.agent;
    agent.progress.phase(ProgressPhase::Wiping);
    let host = agent.host.clone();
    let report = tokio::task::spawn_blocking(move || {
        disks::collect(&host)
            .into_iter()
            .map(|disk| (disk.name.clone(), one(&host, &disk)))
            .collect()
    })
    .await
    .map_err(|e| Failure::erase(format!("the working thread broke: {e}")))?;
    conclude(&report)
}

fn one(host: &Host, disk: &Disk) -> Done {
    let path = Path::new(&disk.name);
    let name = path
        .file_name()
        .and_then(|n| n.to_str())
        .unwrap_or_default();
    if is_virtual_media(host, disk, name) {
        return Done::Skipped("virtual media");
    }
    if is_raid_member(host, name) {
        return Done::Skipped("member of a software RAID");
    }
    if crate::host::read_number(&host.sys("block").join(name).join("ro")) == Some(1) {
        return Done::Skipped("read-only");
    }
    if !host.may_write(path) {
        return Done::Failed(
            "this agent runs outside its own ramdisk and may not write to it".to_owned(),
        );
    }
    match Device::open_write(path).and_then(|device| wipe::metadata(host, &device)) {
        Ok(()) => Done::Wiped,
        Err(error) => Done::Failed(error.to_string()),
    }
}

fn is_virtual_media(host: &Host, disk: &Disk, name: &str) -> bool {
    let model = disk.model.as_deref().unwrap_or_default().to_lowercase();
    let label = host.dev("disk/by-label").join(MEDIA_LABEL);
    let labelled =
        std::fs::read_link(label).is_ok_and(|t| t.file_name().is_some_and(|f| f == name));
    let small_usb = disk.tran.as_deref() == Some("usb") && disk.size < 4 << 30;
    labelled || (small_usb && model.contains("virtual"))
}

/// An assembled array holds its members, whole disks or partitions.
fn is_raid_member(host: &Host, name: &str) -> bool {
    let folder = host.sys("block").join(name);
    let holds_md = |path: &Path| {
        std::fs::read_dir(path.join("holders"))
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .any(|h| h.file_name().to_str().is_some_and(|n| n.starts_with("md")))
    };
    holds_md(&folder)
        || std::fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
            .any(|entry| entry.path().join("partition").exists() && holds_md(&entry.path()))
}

fn conclude(report: &BTreeMap<String, Done>) -> Result<Option<Value>, Failure> {
    let mut failed = Vec::new();
    let mut lines = serde_json::Map::new();
    for (name, done) in report {
        let line = match done {
            Done::Wiped => "metadata wiped and read back as zeros".to_owned(),
            Done::Skipped(why) => format!("skipped: {why}"),
            Done::Failed(why) => {
                failed.push(format!("{name}: {why}"));
                format!("failed: {why}")
            }
        };
        if failed.is_empty() {
            info!("{name}: {line}")
        } else {
            warning!("{name}: {line}")
        }
        lines.insert(name.clone(), Value::String(line));
    }
    if failed.is_empty() {
        return Ok(Some(json!({"devices": lines})));
    }
    Err(Failure::erase(format!(
        "{} of {} disks were not wiped: {}",
        failed.len(),
        report.len(),
        failed.join("; ")
    )))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_failure_fails_the_step_and_names_the_disk() {
        let mut report = BTreeMap::from([
            ("/dev/sda".to_owned(), Done::Wiped),
            ("/dev/sdb".to_owned(), Done::Skipped("read-only")),
        ]);
        let answer = conclude(&report).unwrap().unwrap();
        assert_eq!(answer["devices"]["/dev/sdb"], "skipped: read-only");
        report.insert("/dev/sdc".to_owned(), Done::Failed("I/O error".to_owned()));
        let error = conclude(&report).unwrap_err();
        assert!(error.details.contains("/dev/sdc: I/O error"), "{error}");
    }
}
