//! What the description of a partition image asks for. Whatever cannot be done is refused here, before anything is written.

use agent_wire::ImageInfo;
use serde_json::Value;

use crate::failure::Failure;

const MIB: u64 = 1 << 20;
/// No disk has more, and no sum of these sizes overflows.
const MOST_MIB: u64 = 1 << 34;

/// The partitions that are wanted, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// The root file system's.
    pub root: u64,
    /// Swap space; 0 for none.
    pub swap: u64,
    /// A second disk's worth of space; 0 for none.
    pub ephemeral: u64,
}

/// Whether this is the image of a root file system. Without a type, an image with a kernel and a ramdisk of its own is one.
pub fn is_partition_image(image: &ImageInfo) -> bool {
    let named = |key: &str| {
        let value = image.extra.get(key).and_then(Value::as_str);
        value.is_some_and(|text| !text.is_empty())
    };
    match image.image_type.as_deref() {
        Some(kind) => kind == "partition",
        None => named("kernel") && named("ramdisk"),
    }
}

impl Wishes {
    /// Reads them from an image's description. `machine` is the mode that this machine was booted in.
    ///
    /// # Errors
    /// Something that is not done here, with the reason and the remedy.
    pub fn parse(image: &ImageInfo, machine: &str) -> Result<Self, Failure> {
        let mode = image.deploy_boot_mode.as_deref().unwrap_or(machine);
        if mode != "uefi" || machine != "uefi" {
            return Err(Failure::image(format!(
                "a partition image is to boot in {mode} mode on a machine in {machine} mode; it boots by UEFI only: in BIOS mode programs of the image would have to be run to install its boot loader, which this agent never does. Use a whole-disk image, or set the machine and the node's capability boot_mode to uefi"
            )));
        }
        if is_true(image.extra.get("preserve_ephemeral")) {
            return Err(Failure::image(
                "preserve_ephemeral is not supported: the partition would be made anew. Keep such data on another disk (skip_block_devices), or deploy without preserve_ephemeral",
            ));
        }
        let wishes = Self {
            root: size(image, &[("root_mb", 1), ("root_gb", 1024)])?,
            swap: size(image, &[("swap_mb", 1)])?,
            ephemeral: size(image, &[("ephemeral_mb", 1), ("ephemeral_gb", 1024)])?,
        };
        if wishes.root == 0 {
            return Err(Failure::image(
                "the size of the root partition is missing; set instance_info/root_gb",
            ));
        }
        if wishes.ephemeral > 0 {
            format(image)?;
        }
        Ok(wishes)
    }
}

fn format(image: &ImageInfo) -> Result<(), Failure> {
    match image.extra.get("ephemeral_format").and_then(Value::as_str) {
        None | Some("" | "ext4") => Ok(()),
        Some(other) => Err(Failure::image(format!(
            "ephemeral_format '{}' is not supported; it is ext4, or left out",
            other.chars().take(40).collect::<String>()
        ))),
    }
}

fn size(image: &ImageInfo, keys: &[(&str, u64)]) -> Result<u64, Failure> {
    for (key, mib) in keys {
        let value = image.extra.get(*key).filter(|value| !value.is_null());
        let Some(value) = value else { continue };
        let number = match value {
            Value::String(digits) => digits.trim().parse().ok(),
            other => other.as_u64(),
        };
        let bytes = number
            .and_then(|number: u64| number.checked_mul(*mib))
            .filter(|mib| *mib <= MOST_MIB);
        return bytes.map(|mib| mib * MIB).ok_or_else(|| {
            Failure::image(format!(
                "{key} is {value}; it must be a number, not negative and no larger than any disk"
            ))
        });
    }
    Ok(0)
}

fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(flag)) => *flag,
        Some(Value::String(word)) => {
            ["true", "yes", "on", "1", "t", "y"].contains(&word.to_ascii_lowercase().as_str())
        }
        _ => false,
    }
}
