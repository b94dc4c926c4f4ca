//! Partition images: the root file system alone, and the sizes of what is made around it. The rules are Ironic's; what only the engine's own
//! agent cannot do is refused only where that one is booted.

use crate::agents;
use model::{Guarded, Node, Object};
use serde_json::{Value, json};

/// What counts as no size.
const NONE: u64 = 0;
/// In GiB; no disk has more.
const MOST_GIB: u64 = 1 << 24;

/// Whether a node's image is that of a root file system. Without a type, one with a kernel and a ramdisk of its own is.
pub(crate) fn is_partition(info: &Guarded) -> bool {
    match info.text("image_type") {
        Some(kind) => kind == "partition",
        None => info.text("kernel").is_some() && info.text("ramdisk").is_some(),
    }
}

/// Why the partitions cannot be made. `own`: the engine's own agent makes them.
pub(super) fn check(node: &Node, own: bool) -> Result<(), String> {
    let info = &node.instance_info;
    let swap = size(info, "swap_mb")?;
    let ephemeral = size(info, "ephemeral_gb")?;
    if !is_partition(info) {
        return match (swap, ephemeral) {
            (NONE, NONE) => Ok(()),
            _ => Err("instance_info/swap_mb and ephemeral_gb are for partition images; a whole-disk image brings its own partitions: remove them, or set image_type to partition".into()),
        };
    }
    if size(info, "root_gb")? == NONE {
        return Err("instance_info/root_gb is missing: the size of the root partition that a partition image is written to, in GiB".into());
    }
    if info
        .text("image_disk_format")
        .is_some_and(|it| it.trim().eq_ignore_ascii_case("gpt"))
    {
        return Err("instance_info/image_disk_format is gpt, which is a whole disk, but image_type says partition: correct one of them".into());
    }
    if own {
        own_agent(node, ephemeral)
    } else {
        Ok(())
    }
}

fn own_agent(node: &Node, ephemeral: u64) -> Result<(), String> {
    let info = &node.instance_info;
    if agents::boot_mode(node) != "uefi" {
        return Err("instance_info describes a partition image, which this engine's agent makes bootable for UEFI only, and the node is to boot by BIOS: use a whole-disk image, or set the machine and the capability boot_mode to uefi".into());
    }
    if preserves(info) {
        return Err("instance_info/preserve_ephemeral is not supported by this engine's agent: the partition would be made anew; leave it out".into());
    }
    match info.text("ephemeral_format") {
        Some(other) if ephemeral > NONE && other != "ext4" => Err(format!(
            "instance_info/ephemeral_format '{other}' is not supported by this engine's agent: it is ext4, or left out"
        )),
        _ => Ok(()),
    }
}

fn preserves(info: &Guarded) -> bool {
    match info.get("preserve_ephemeral") {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(word)) => {
            ["true", "yes", "on", "1", "t", "y"].contains(&word.to_ascii_lowercase().as_str())
        }
        _ => false,
    }
}

fn size(info: &Guarded, key: &str) -> Result<u64, String> {
    let number = match info.get(key) {
        None | Some(Value::Null) => return Ok(NONE),
        Some(Value::String(digits)) if digits.is_empty() => return Ok(NONE),
        Some(Value::String(digits)) => digits.trim().parse().ok(),
        Some(other) => other.as_u64(),
    };
    let fits =
        number.filter(|number| *number <= MOST_GIB * if key == "swap_mb" { 1024 } else { 1 });
    fits.ok_or_else(|| format!("instance_info/{key} is not an integer value that a disk can have"))
}

/// What the agent is told besides the image: in its words, and complete, since other agents look for each of them.
pub(super) fn describe(info: &Guarded) -> Object {
    let of = |key: &str| size(info, key).unwrap_or(NONE);
    let format = match (of("ephemeral_gb"), info.text("ephemeral_format")) {
        (NONE, _) => None,
        (_, given) => Some(given.unwrap_or("ext4")),
    };
    let keys = json!({
        "root_gb": of("root_gb"),
        "root_mb": of("root_gb") * 1024,
        "swap_mb": of("swap_mb"),
        "ephemeral_mb": of("ephemeral_gb") * 1024,
        "ephemeral_format": format,
        "preserve_ephemeral": preserves(info),
        "boot_option": "local",
        "kernel": info.text("kernel"),
        "ramdisk": info.text("ramdisk"),
    });
    match keys {
        Value::Object(keys) => keys,
        _ => Object::new(),
    }
}
