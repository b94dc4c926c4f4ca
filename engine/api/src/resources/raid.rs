//! `PUT /nodes/{node}/states/raid`: the RAID configuration that the next RAID steps bring about.

use crate::access;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member, missing, text};
use crate::{answer, ident};
use axum::extract::Path;
use model::Object;
use serde_json::Value;

/// What a logical disk is described by, in words for people.
pub(super) const DISK_PROPERTIES: &[(&str, &str)] = &[
    (
        "raid_level",
        "The RAID level: JBOD, 0, 1, 2, 5, 6, 1+0, 5+0 or 6+0. Required.",
    ),
    (
        "size_gb",
        "The size in GiB, an integer, or MAX for all the space that is left. Required.",
    ),
    (
        "volume_name",
        "The volume's name. Without it one is made up. Optional.",
    ),
    (
        "is_root_volume",
        "Whether the system is installed on it; of one disk at most. Default false. Optional.",
    ),
    (
        "share_physical_disks",
        "Whether its physical disks may be used for other logical disks too. Default false. Optional.",
    ),
    (
        "disk_type",
        "The kind of physical disks: hdd or ssd. Without it either. Optional.",
    ),
    (
        "interface_type",
        "How the physical disks are connected: sata, scsi or sas. Without it any. Optional.",
    ),
    (
        "number_of_physical_disks",
        "How many physical disks it is made of. Without it as few as the level needs. Optional.",
    ),
    (
        "controller",
        "The RAID controller, as the driver names it. Without it the driver chooses. Optional.",
    ),
    (
        "physical_disks",
        "The physical disks, as the driver names them, on the controller that is named too. Without it the driver chooses. Optional.",
    ),
];

const LEVELS: &[&str] = &["JBOD", "0", "1", "2", "5", "6", "1+0", "5+0", "6+0"];

const DISK: &[Member] = &[
    member("raid_level", Kind::Word(LEVELS)).required(),
    member("size_gb", Kind::IntegerOr("MAX")).required(),
    text("volume_name"),
    member("is_root_volume", Kind::Flag),
    member("share_physical_disks", Kind::Flag),
    member("disk_type", Kind::Word(&["hdd", "ssd"])),
    member("interface_type", Kind::Word(&["sata", "scsi", "sas"])),
    member("number_of_physical_disks", Kind::Integer),
    text("controller"),
    member("physical_disks", Kind::List),
];
/// An empty object clears the configuration.
const CONFIGURATION: &[Member] = &[member("logical_disks", Kind::Items(DISK))];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::put(
            "/nodes/{node}/states/raid",
            set,
            "Say which RAID configuration the next RAID steps bring about",
        )
        .holds(CONFIGURATION)
        .status(204)
        .since(12)
        .too_old(TooOld::NotAcceptable)
        .access(access::OWNER_USE),
    ]
}

async fn set(call: Call, Path(name): Path<String>) -> Answer {
    // As in Ironic, no body takes the configuration away.
    let config = match call.json()? {
        None => Object::new(),
        Some(Value::Object(config)) => config,
        Some(_) => return Err(ApiError::invalid("The body must be a JSON object.")),
    };
    check(&config).map_err(|why| ApiError::invalid(format!("target_raid_config: {why}.")))?;
    let node = ident::node(&call, &name).await?;
    call.app.engine.set_target_raid(node.uuid, config).await?;
    answer::no_content()
}

/// An empty object clears; else one key with at least one disk.
fn check(config: &Object) -> Result<(), String> {
    if config.is_empty() {
        return Ok(());
    }
    let disks = config.get("logical_disks").and_then(Value::as_array);
    let disks = disks.filter(|disks| !disks.is_empty() && config.len() == 1);
    let disks = disks.ok_or("it has one key, logical_disks, a list of at least one disk")?;
    let mut roots = 0;
    for disk in disks {
        let disk = disk.as_object().ok_or("a logical disk is an object")?;
        check_disk(disk)?;
        roots += usize::from(disk.get("is_root_volume") == Some(&Value::Bool(true)));
    }
    match roots {
        0 | 1 => Ok(()),
        _ => Err("only one logical disk can be the root volume".to_owned()),
    }
}

fn check_disk(disk: &Object) -> Result<(), String> {
    if let Some(required) = missing(DISK, disk) {
        return Err(format!("a logical disk needs {required}"));
    }
    for (key, value) in disk {
        let known = DISK.iter().find(|member| member.name == key);
        let known = known.ok_or_else(|| format!("a logical disk has no {key:?}"))?;
        let text = value.as_str();
        let fits = match known.kind {
            Kind::Word(words) => text.is_some_and(|text| words.contains(&text)),
            Kind::IntegerOr(word) => value.is_u64() || text == Some(word),
            Kind::Flag => value.is_boolean(),
            Kind::Integer => value.as_u64().is_some_and(|n| n > 0),
            Kind::List => physical_disks(disk, value),
            _ => value.is_string(),
        };
        if !fits {
            return Err(format!("the value of {key} is not valid"));
        }
    }
    Ok(())
}

/// Names of disks, or hints for at least two of them on a named controller.
fn physical_disks(disk: &Object, value: &Value) -> bool {
    let Some(list) = value.as_array() else {
        return false;
    };
    let names = list.iter().all(Value::is_string);
    let hints = list.len() >= 2 && list.iter().all(Value::is_object);
    (names || hints) && disk.contains_key("controller")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    fn checked(config: Value) -> Result<(), String> {
        check(config.as_object().unwrap())
    }

    #[test]
    fn a_configuration_is_checked_to_the_disk() {
        let disk = |more: Value| {
            let mut disk = json!({"raid_level": "1", "size_gb": "MAX"});
            let all = disk.as_object_mut().unwrap();
            all.extend(more.as_object().unwrap().clone());
            json!({"logical_disks": [disk]})
        };
        for good in [
            json!({}),
            disk(json!({})),
            disk(json!({"size_gb": 100, "is_root_volume": true, "disk_type": "ssd"})),
            disk(json!({"controller": "c", "physical_disks": ["a", "b"]})),
        ] {
            assert!(checked(good.clone()).is_ok(), "{good}");
        }
        for bad in [
            json!({"logical_disks": []}),
            json!({"disks": []}),
            json!({"logical_disks": [{"raid_level": "1"}]}),
            disk(json!({"raid_level": "7"})),
            disk(json!({"size_gb": -1})),
            disk(json!({"number_of_physical_disks": 0})),
            disk(json!({"physical_disks": ["a"]})),
            disk(json!({"foo": 1})),
            json!({"logical_disks": [
                {"raid_level": "1", "size_gb": 1, "is_root_volume": true},
                {"raid_level": "1", "size_gb": 1, "is_root_volume": true}]}),
        ] {
            assert!(checked(bad.clone()).is_err(), "{bad}");
        }
    }
}
