//! A deployed system that its machine boots over the network (deploy interface `ramdisk`): a kernel and a ramdisk, or the image of a bootable
//! medium, as instance_info names them. It only reads the node; machines fetch the files themselves.

use crate::settings::RamdiskSettings;
use model::boot::{BootTextError, BootUrl, BootWhat, KernelArgs};
use model::{Guarded, InterfaceKind, Node};

const ISO: &str = "boot_iso";
const KERNEL: &str = "kernel";
const RAMDISK: &str = "ramdisk";
/// Ironic puts these before everything else that it tells the kernel of a deployed ramdisk.
const ALWAYS: [&str; 2] = ["root=/dev/ram0", "text"];

/// Why a node's deployed system cannot be booted; the text is for the person who asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoInstance {
    /// It names nothing.
    #[error(
        "instance_info names nothing to boot: set boot_iso (the URL of a bootable ISO image), or kernel and ramdisk (both URLs)"
    )]
    Nothing,
    /// It names two things.
    #[error(
        "instance_info/boot_iso and instance_info/{0} exclude each other: remove the one that is not to be booted"
    )]
    Both(&'static str),
    /// A kernel without its ramdisk, or the other way round.
    #[error("instance_info/{given} is set, but instance_info/{missing} is not: both are booted")]
    Half {
        /// The one that is set.
        given: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
    /// A URL that machines cannot be given.
    #[error("instance_info/{key} cannot be booted over the network: {source}")]
    Url {
        /// The key.
        key: &'static str,
        /// What is wrong with it.
        #[source]
        source: BootTextError,
    },
    /// Arguments that a kernel cannot be given from a boot script.
    #[error("{place}: {source}")]
    Arguments {
        /// Where they stand.
        place: String,
        /// What is wrong with them.
        #[source]
        source: BootTextError,
    },
    /// Arguments for a medium, which has its own.
    #[error(
        "instance_info/{0} says what a kernel is told, but a boot_iso brings its own boot loader and arguments: remove it, or name kernel and ramdisk instead"
    )]
    ArgumentsOfMedium(&'static str),
    /// Its boot interface boots nothing.
    #[error(
        "the boot interface '{0}' cannot boot a ramdisk: set boot_interface to ipxe, or another deploy_interface"
    )]
    Interface(String),
    /// There is no network boot here.
    #[error(
        "machines cannot be booted over the network here: netboot is off in this engine's configuration"
    )]
    NoNetboot,
}

/// What the node's machine boots.
pub(crate) fn what(node: &Node, usual: &KernelArgs) -> Result<BootWhat, NoInstance> {
    let info = &node.instance_info;
    if let Some(iso) = info.text(ISO) {
        return medium(info, iso);
    }
    match (info.text(KERNEL), info.text(RAMDISK)) {
        (None, None) => Err(NoInstance::Nothing),
        (Some(kernel), Some(initrd)) => Ok(BootWhat::Instance {
            kernel: url(KERNEL, kernel)?,
            initrd: url(RAMDISK, initrd)?,
            args: args(node, usual)?,
        }),
        (Some(_), None) => Err(NoInstance::Half {
            given: KERNEL,
            missing: RAMDISK,
        }),
        (None, Some(_)) => Err(NoInstance::Half {
            given: RAMDISK,
            missing: KERNEL,
        }),
    }
}

fn medium(info: &Guarded, iso: &str) -> Result<BootWhat, NoInstance> {
    let named = |key: &&'static str| info.text(key).is_some();
    if let Some(other) = [KERNEL, RAMDISK, "image_source"]
        .iter()
        .find(|key| named(key))
    {
        return Err(NoInstance::Both(other));
    }
    if let Some(key) = ["ramdisk_kernel_arguments", "kernel_append_params"]
        .iter()
        .find(|key| named(key))
    {
        return Err(NoInstance::ArgumentsOfMedium(key));
    }
    Ok(BootWhat::Medium {
        url: url(ISO, iso)?,
    })
}

fn url(key: &'static str, text: &str) -> Result<BootUrl, NoInstance> {
    text.parse()
        .map_err(|source| NoInstance::Url { key, source })
}

/// As in Ironic: always the same first, then those that are appended everywhere or those that the node names instead, then those of this
/// instance alone.
fn args(node: &Node, usual: &KernelArgs) -> Result<KernelArgs, NoInstance> {
    let (place, appended) = match appended(node) {
        Some((info, text)) => (
            format!("{info}/kernel_append_params"),
            text.replace("%default%", &usual.to_string()),
        ),
        None => ("netboot.kernel_append_params".to_owned(), usual.to_string()),
    };
    let own = node.instance_info.text("ramdisk_kernel_arguments");
    let own_place = "instance_info/ramdisk_kernel_arguments".to_owned();
    let mut args = KernelArgs::default();
    let parts = [
        (String::new(), ALWAYS.join(" ")),
        (place, appended),
        (own_place, own.unwrap_or_default().to_owned()),
    ];
    for (place, text) in parts {
        let add = |args: &mut KernelArgs| {
            text.split(' ')
                .filter(|token| !token.is_empty())
                .try_for_each(|token| args.push(token))
        };
        add(&mut args).map_err(|source| NoInstance::Arguments { place, source })?;
    }
    Ok(args)
}

/// Where the node names what is appended, and what.
fn appended(node: &Node) -> Option<(&'static str, &str)> {
    let instance = node.instance_info.text("kernel_append_params");
    let driver = node.driver_info.text("kernel_append_params");
    instance
        .map(|text| ("instance_info", text))
        .or(driver.map(|text| ("driver_info", text)))
}

/// Why a deployment cannot begin.
pub(crate) fn check(node: &Node, ramdisk: Option<&RamdiskSettings>) -> Result<(), NoInstance> {
    let boot = node.interface(InterfaceKind::Boot);
    if boot == "fake" {
        return Err(NoInstance::Interface(boot.to_owned()));
    }
    let settings = ramdisk.ok_or(NoInstance::NoNetboot)?;
    what(node, &settings.append).map(|_| ())
}

#[cfg(test)]
mod tests;
