//! Finds which Debian packages the lab lacks and installs them from the machine's own package sources.
//!
//! It installs no recommended extras, starts no daemon, and touches no package source of the machine.

pub mod apt;
pub mod boot_loader;
pub mod kernel;
pub mod python;
pub mod qemu_release;

use anyhow::{Context, Result, bail};

use super::image::Kind;
use super::machine::Firmware;

/// A package and the reason the lab needs it.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// Debian's name of the package.
    pub package: &'static str,
    /// Why, for the person who sees it installed.
    pub reason: &'static str,
}

const fn need(package: &'static str, reason: &'static str) -> Need {
    Need { package, reason }
}

/// What comes from QEMU's source package, or must be of its age.
const QEMU: &[Need] = &[
    need("qemu-system-x86", "runs the machines"),
    need("qemu-utils", "makes their disks"),
    need("seabios", "BIOS firmware of the machines"),
];

/// What running machines needs besides QEMU.
const MACHINES: &[Need] = &[
    need("ovmf", "UEFI firmware of the machines"),
    need("ipxe-qemu", "network boot ROMs of BIOS machines"),
    need("ipxe", "the iPXE programs that firmware loads"),
    need("libvirt-daemon", "owns the machines"),
    need("libvirt-daemon-driver-qemu", "lets libvirt run qemu"),
    need("libvirt-clients", "virsh: defines machines, opens consoles"),
    need("python3-libvirt", "lets the Redfish emulator reach libvirt"),
    need("python3-venv", "holds the Redfish emulator"),
    need("dnsmasq-base", "router advertisements for old iPXE builds"),
    need("iproute2", "network namespace and bridge"),
    need("nftables", "networks that lose their packets"),
];

/// What building target images and ramdisks needs.
const IMAGES: &[Need] = &[
    need("busybox-static", "the target image's programs"),
    need("systemd-boot-efi", "the stub of unified kernel images"),
    need("kmod", "finds the kernel modules' order"),
];

/// What an image that a BIOS boots needs besides.
const BIOS_IMAGE: &[Need] = &[need("grub-pc-bin", "boot code for BIOS machines")];

/// What the full Debian image needs besides.
const DEBIAN_IMAGE: &[Need] = &[
    need("mmdebstrap", "assembles a Debian root"),
    need("e2fsprogs", "writes its file system without mounting"),
];

/// What an image of a root file system alone needs besides.
const PARTITION_IMAGE: &[Need] = &[need("e2fsprogs", "writes file systems without mounting")];

/// What a bootable ISO image needs besides.
const ISO_IMAGE: &[Need] = &[need("xorriso", "writes ISO images")];

/// Installs what running machines and building the small image needs.
pub fn install_for_lab() -> Result<()> {
    require_debian()?;
    install_qemu()?;
    install(&[MACHINES, IMAGES].concat())
}

/// Installs what building a target image needs.
pub fn install_for_image(kind: Kind, firmware: Firmware) -> Result<()> {
    require_debian()?;
    let mut needs = IMAGES.to_vec();
    if kind == Kind::Debian {
        needs.extend(DEBIAN_IMAGE);
    }
    if kind == Kind::Debian || firmware == Firmware::Bios {
        needs.extend(BIOS_IMAGE);
    }
    install(&needs)
}

/// Installs what building an image of a root file system alone needs.
pub fn install_for_partition_image() -> Result<()> {
    require_debian()?;
    install(&[IMAGES, PARTITION_IMAGE].concat())
}

/// Installs what building a bootable ISO image needs.
pub fn install_for_iso() -> Result<()> {
    require_debian()?;
    install(&[IMAGES, BIOS_IMAGE, ISO_IMAGE].concat())
}

/// Installs the programs that wire tests are judged by.
pub fn install_for_tests() -> Result<()> {
    require_debian()?;
    install(&[
        need("postgresql", "the store's tests run on it, too"),
        need("busybox-static", "DHCP and TFTP client"),
        need("curl", "HTTP and TFTP client"),
        need("dnsmasq-base", "another DHCP server"),
        need("iproute2", "network namespaces"),
        need("util-linux", "unprivileged users for test servers"),
        need("fdisk", "another writer and reader of partition tables"),
        need("dosfstools", "a checker of FAT file systems"),
        need("mtools", "another reader of FAT file systems"),
        need("xorriso", "another writer and reader of ISO images"),
        need("docker-registry", "a registry that images are fetched from"),
    ])
}

/// Installs the programs that make images of every format.
pub fn install_for_formats() -> Result<()> {
    require_debian()?;
    install(&[
        need("zstd", "packs images"),
        need("xz-utils", "packs images"),
    ])
}

/// Installs what Ironic runs to make machines boot.
pub fn install_for_ironic() -> Result<()> {
    require_debian()?;
    install(&[need("zstd", "Ironic unpacks ramdisks with it")])
}

/// Installs what building a ramdisk with ironic-python-agent needs.
pub fn install_for_stock_agent() -> Result<()> {
    require_debian()?;
    install(&[
        need("python3-venv", "holds ironic-python-agent-builder"),
        need("git", "holds the sources that it is given"),
        need("sudo", "it calls for root by this, although it is"),
        need("debootstrap", "makes the Debian that it begins with"),
        need("cpio", "packs the ramdisk"),
    ])
}

/// Installs what building the fuzz targets needs.
pub fn install_for_fuzzing() -> Result<()> {
    require_debian()?;
    install(&[need("g++", "compiles the fuzzing library")])
}

/// Installs what running the Python clients needs.
pub fn install_for_clients() -> Result<()> {
    require_debian()?;
    install(&[
        need(
            "python3-venv",
            "holds the baremetal command and openstacksdk",
        ),
        need(
            "postgresql",
            "every other daemon that they talk to is on it",
        ),
    ])
}

fn require_debian() -> Result<()> {
    if !nix::unistd::geteuid().is_root() {
        bail!("the lab needs root: it makes network namespaces and runs a private libvirt");
    }
    let release =
        std::fs::read_to_string("/etc/os-release").context("cannot read /etc/os-release")?;
    if !release.lines().any(|line| line == "ID=debian") {
        bail!("the lab installs Debian packages and runs on Debian only");
    }
    Ok(())
}

fn install_qemu() -> Result<()> {
    let missing = missing(QEMU)?;
    if missing.is_empty() {
        return Ok(());
    }
    announce(&missing);
    let names: Vec<String> = missing.iter().map(|need| need.package.to_owned()).collect();
    apt::install_with(|| qemu_release::arguments(&names))
}

fn install(needs: &[Need]) -> Result<()> {
    let missing = missing(needs)?;
    if missing.is_empty() {
        return Ok(());
    }
    announce(&missing);
    apt::install_with(|| Ok(missing.iter().map(|need| need.package.to_owned()).collect()))
}

fn announce(needs: &[Need]) {
    for need in needs {
        println!("installing {}: {}", need.package, need.reason);
    }
}

fn missing(needs: &[Need]) -> Result<Vec<Need>> {
    let installed = apt::installed()?;
    Ok(needs
        .iter()
        .filter(|need| !installed.contains_key(need.package))
        .copied()
        .collect())
}
