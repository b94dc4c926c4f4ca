//! Which disk is the root disk: hints from the node, facts from the inventory, and the judgement of `model`.

use std::path::PathBuf;

use agent_wire::Disk;
use model::root_device::{Choice, DiskFacts, RootDeviceHints};
use serde_json::Value;

use crate::failure::Failure;

/// The facts that hints are matched with.
pub fn facts(disk: &Disk) -> DiskFacts {
    let list = |value: &Option<String>| value.iter().cloned().collect();
    DiskFacts {
        name: disk.name.clone(),
        size_bytes: disk.size,
        rotational: disk.rotational,
        model: disk.model.clone(),
        vendor: disk.vendor.clone(),
        serial: list(&disk.serial),
        wwn: list(&disk.wwn),
        wwn_with_extension: list(&disk.wwn_with_extension),
        wwn_vendor_extension: list(&disk.wwn_vendor_extension),
        hctl: disk.hctl.clone(),
        by_path: disk.by_path.clone(),
        tran: disk.tran.clone(),
        volume_name: None,
    }
}

/// The hints of a node: those of the instance, else those of the hardware.
pub fn hints(node: &Value) -> Result<RootDeviceHints, Failure> {
    let set = |value: &&Value| match value {
        Value::Null => false,
        Value::Object(map) => !map.is_empty(),
        _ => true,
    };
    let found = ["instance_info", "properties"]
        .iter()
        .filter_map(|section| node.get(section)?.get("root_device"))
        .find(set);
    RootDeviceHints::parse(found.unwrap_or(&Value::Null)).map_err(|error| {
        Failure::params(format!("{error}; correct the node's root_device property"))
    })
}

/// Disks that `properties.skip_block_devices` does not exclude.
fn without_skipped<'a>(node: &Value, disks: &'a [Disk]) -> Result<Vec<&'a Disk>, Failure> {
    let mut skipped = Vec::new();
    for value in node["properties"]["skip_block_devices"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let hints = RootDeviceHints::parse(value)
            .map_err(|error| Failure::params(format!("skip_block_devices: {error}")))?;
        if !hints.is_empty() {
            skipped.push(hints);
        }
    }
    Ok(disks
        .iter()
        .filter(|d| skipped.iter().all(|h| h.mismatch(&facts(d)).is_some()))
        .collect())
}

/// Chooses the root disk of a node.
pub fn root_disk<'a>(node: &Value, disks: &'a [Disk]) -> Result<&'a Disk, Failure> {
    let hints = hints(node)?;
    let candidates = without_skipped(node, disks)?;
    let facts: Vec<_> = candidates.iter().map(|d| facts(d)).collect();
    match hints.choose(&facts) {
        Choice::Disk(index) => Ok(candidates[index]),
        Choice::Refused(reasons) => Err(Failure::device(refusal(&hints, &reasons))),
    }
}

/// The device node of the root disk.
pub fn root_path(node: &Value, disks: &[Disk]) -> Result<PathBuf, Failure> {
    root_disk(node, disks).map(|disk| PathBuf::from(&disk.name))
}

fn refusal(hints: &RootDeviceHints, reasons: &[(String, String)]) -> String {
    let what = if hints.is_empty() {
        "No disk is large enough to be the root disk".to_owned()
    } else {
        format!("No disk matches the root device hints ({hints})")
    };
    if reasons.is_empty() {
        return format!(
            "{what}: the machine shows no disks at all; check cabling, controller mode and drivers"
        );
    }
    let list: Vec<_> = reasons
        .iter()
        .map(|(name, reason)| format!("{name}: {reason}"))
        .collect();
    format!("{what}: {}", list.join("; "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn disk(name: &str, gib: u64, serial: &str) -> Disk {
        Disk {
            name: name.to_owned(),
            size: gib << 30,
            serial: Some(serial.to_owned()),
            ..Disk::default()
        }
    }

    #[test]
    fn instance_hints_win_over_properties_and_skipped_disks_are_out() {
        let disks = [
            disk("/dev/sda", 10, "A"),
            disk("/dev/sdb", 20, "B"),
            disk("/dev/sdc", 30, "C"),
        ];
        let node = json!({"properties": {"root_device": {"serial": "a"}}, "instance_info": {"root_device": {"serial": "b"}}});
        assert_eq!(root_disk(&node, &disks).unwrap().name, "/dev/sdb");
        let node = json!({"properties": {"root_device": {"serial": "a"}}, "instance_info": {"root_device": {}}});
        assert_eq!(root_disk(&node, &disks).unwrap().name, "/dev/sda");
        let node = json!({"properties": {"skip_block_devices": [{"serial": "A"}]}});
        assert_eq!(root_disk(&node, &disks).unwrap().name, "/dev/sdb");
    }

    #[test]
    fn a_refusal_names_each_disk_and_its_reason() {
        let disks = [disk("/dev/sda", 10, "A"), disk("/dev/sdb", 20, "B")];
        let node = json!({"properties": {"root_device": {"size": ">= 100"}}});
        let error = root_disk(&node, &disks).unwrap_err();
        assert!(error.details.contains("/dev/sda: size is 10"), "{error}");
        assert!(error.details.contains("/dev/sdb: size is 20"), "{error}");
        let error = root_disk(&json!({}), &[]).unwrap_err();
        assert!(error.details.contains("no disks at all"), "{error}");
    }

    proptest::proptest! {
        #[test]
        fn choosing_is_sound_for_any_disks(sizes in proptest::collection::vec(0u64..100, 0..8), wanted in 0u64..100) {
            let disks: Vec<_> = sizes.iter().enumerate().map(|(i, s)| disk(&format!("/dev/sd{i}"), *s, "x")).collect();
            let facts: Vec<_> = disks.iter().map(facts).collect();
            let hints = RootDeviceHints::parse(&json!({"size": format!(">= {wanted}")})).unwrap();
            match hints.choose(&facts) {
                Choice::Disk(i) => {
                    proptest::prop_assert!(hints.mismatch(&facts[i]).is_none());
                    proptest::prop_assert!(facts[..i].iter().all(|d| hints.mismatch(d).is_some()));
                }
                Choice::Refused(reasons) => {
                    proptest::prop_assert_eq!(reasons.len(), disks.len());
                    proptest::prop_assert!(sizes.iter().all(|s| *s < wanted));
                }
            }
        }

        #[test]
        fn no_hint_text_panics(text in ".*", name in "model|size|rotational|wwn") {
            if let Ok(hints) = RootDeviceHints::parse(&json!({name: text})) {
                let _ = hints.mismatch(&DiskFacts::default());
            }
        }
    }
}
