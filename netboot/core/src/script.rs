//! The iPXE script of one machine, written from typed values alone: no template and no text of a user's can add a line to it.

use std::fmt::Write as _;

use model::boot::{BootOrder, BootWhat, KernelArgs};
use model::mac::MacAddress;

use crate::site::Site;

/// How often the downloads are tried again before iPXE gives the machine back to its firmware.
const ATTEMPTS: u32 = 8;

/// The script of the machine with this MAC address.
pub fn render(site: &Site, mac: MacAddress, order: &BootOrder) -> String {
    match &order.what {
        BootWhat::Ramdisk {
            kernel,
            initrd,
            args,
        } => {
            let here = |name| format!("{}/artefacts/{name}", site.http_root());
            ramdisk(site, mac, &here(kernel), &here(initrd), args)
        }
        BootWhat::NamedRamdisk {
            kernel,
            initrd,
            args,
        } => ramdisk(site, mac, kernel.as_str(), initrd.as_str(), args),
        BootWhat::Instance {
            kernel,
            initrd,
            args,
        } => instance(kernel.as_str(), initrd.as_str(), args),
        BootWhat::Medium { url } => patient(&format!("sanboot {url} || goto failed\n")),
        BootWhat::Disk => DISK.to_owned(),
    }
}

/// The script for an iPXE that did not say which card it came from (a fixed `boot.ipxe` URL from another DHCP server): it asks again.
pub fn render_who_are_you(site: &Site) -> String {
    format!(
        "#!ipxe\nchain {}/boot.ipxe?mac=${{mac}} || exit 1\n",
        site.http_root()
    )
}

/// UEFI tries its next entry only when this one ends with an error: success sends EDK II to its menu. A BIOS may not come back from a boot
/// ROM at all, so there the first disk is booted from here.
const DISK: &str = "#!ipxe\n\
    iseq ${platform} efi && exit 1 ||\n\
    sanboot --no-describe --drive 0x80 || exit 1\n";

/// Every ramdisk is named by an `initrd=` of its own: EFI kernels of all ages load them from iPXE by these names, BIOS kernels pass over them.
///
/// The identity goes first. Linux takes an uncompressed archive only at an offset that is a multiple of four, and an EFI stub joins the files
/// without padding; the ramdisk behind it is compressed, or begins at an offset that the identity's padding keeps even.
///
/// The pause doubles from one second, so a server that restarts is met again after seconds and one that stays away is not hammered.
fn ramdisk(site: &Site, mac: MacAddress, kernel: &str, initrd: &str, args: &KernelArgs) -> String {
    let root = site.http_root();
    let mut script =
        String::from("#!ipxe\nset attempt:int32 0\nset pause:int32 1\n:again\nimgfree\n");
    let mut line = format!("kernel --name kernel {kernel} initrd=identity initrd=ramdisk");
    // The card that this script was asked for is known; what the caller says about it is left out.
    for arg in args.iter().filter(|arg| !arg.starts_with("BOOTIF=")) {
        line.push(' ');
        line.push_str(arg);
    }
    // Writing to a String cannot fail.
    let _ = writeln!(script, "{line} BOOTIF={} || goto failed", mac.bootif());
    let _ = writeln!(
        script,
        "initrd --name identity {root}/identity?mac={mac} || goto failed"
    );
    let _ = writeln!(script, "initrd --name ramdisk {initrd} || goto failed");
    script.push_str("boot || goto failed\n:failed\nimgfree\ninc attempt\n");
    let _ = writeln!(script, "iseq ${{attempt}} {ATTEMPTS} && exit 1 ||");
    script.push_str("echo Attempt ${attempt} failed, again in ${pause} s\nsleep ${pause}\ninc pause ${pause}\ngoto again\n");
    script
}

/// Of a deployed system nothing is added but what it asked for.
fn instance(kernel: &str, initrd: &str, args: &KernelArgs) -> String {
    let args = match args.to_string() {
        line if line.is_empty() => line,
        line => format!(" {line}"),
    };
    patient(&format!(
        "kernel --name kernel {kernel} initrd=ramdisk{args} || goto failed\n\
         initrd --name ramdisk {initrd} || goto failed\n\
         boot || goto failed\n"
    ))
}

/// Tries for as long as it takes: the machine has nothing else to boot, and what its disk holds is not what was deployed. The pause doubles
/// from one second to 64.
fn patient(attempt: &str) -> String {
    format!(
        "#!ipxe\nset pause:int32 1\n:again\nimgfree\n{attempt}:failed\nimgfree\n\
         echo The deployed system could not be booted, again in ${{pause}} s\nsleep ${{pause}}\n\
         iseq ${{pause}} 64 || inc pause ${{pause}}\ngoto again\n"
    )
}

#[cfg(test)]
mod tests;
