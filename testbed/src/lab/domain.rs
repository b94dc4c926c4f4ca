//! The libvirt document of a machine. It holds no state: the document follows from the machine alone.

use super::machine::{Disk, Firmware, Machine, Nic};
use super::network::BRIDGE;

/// How the processor is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accelerator {
    /// QEMU's translator: works everywhere.
    Tcg,
    /// The processor's own virtualisation.
    Kvm,
}

/// OVMF with 4 MiB of flash, without Secure Boot.
pub const UEFI_CODE: &str = "/usr/share/OVMF/OVMF_CODE_4M.fd";
/// The empty variable store that goes with it.
pub const UEFI_VARIABLES: &str = "/usr/share/OVMF/OVMF_VARS_4M.fd";

/// The disk's name in libvirt; names of one's own must begin so.
const DISK_ALIAS: &str = "ua-disk";

/// Writes the document. `variables` is the path of the machine's own UEFI variable store.
///
/// No balloon and no video card: each only costs boot time. `cache=unsafe` because nobody needs these disks after a crash.
pub fn document(machine: &Machine, accelerator: Accelerator, variables: &str) -> String {
    let (kind, processor) = match accelerator {
        Accelerator::Tcg => (
            "qemu",
            "<cpu mode='custom' match='exact'><model fallback='allow'>qemu64</model></cpu>",
        ),
        Accelerator::Kvm => ("kvm", "<cpu mode='host-passthrough'/>"),
    };
    let Machine {
        name, mac, shape, ..
    } = machine;
    format!(
        "<domain type='{kind}' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
 <name>{name}</name><memory unit='MiB'>{memory}</memory><vcpu>1</vcpu>
 {firmware}
 <features><acpi/><apic/></features>{processor}{clock}
 <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
 <devices>
  <emulator>/usr/bin/qemu-system-x86_64</emulator>
  {disk}
  <interface type='bridge'><mac address='{mac}'/><source bridge='{BRIDGE}'/><model type='{nic}'/>{rom}</interface>
  <serial type='pty'><log file='{serial}' append='on'/></serial><console type='pty'/>
  <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  <memballoon model='none'/><video><model type='none'/></video>
 </devices>
 {extra}
</domain>
",
        memory = shape.memory_mib,
        firmware = firmware(shape.firmware, variables),
        clock = clock(shape.days_behind),
        disk = disk(machine),
        nic = match shape.nic {
            Nic::Virtio => "virtio",
            Nic::E1000e => "e1000e",
        },
        rom = rom(shape.firmware),
        serial = machine.serial_log.display(),
        extra = extra(machine),
    )
}

fn firmware(firmware: Firmware, variables: &str) -> String {
    let boot = "<boot dev='hd'/>";
    let kind = "<type arch='x86_64' machine='q35'>hvm</type>";
    match firmware {
        Firmware::Uefi => format!(
            "<os>{kind}<loader readonly='yes' type='pflash'>{UEFI_CODE}</loader><nvram template='{UEFI_VARIABLES}'>{variables}</nvram>{boot}</os>"
        ),
        Firmware::Bios => format!("<os>{kind}<bios useserial='yes'/>{boot}</os>"),
    }
}

/// With QEMU's ROM the network card itself would be iPXE; a real UEFI server boots with its firmware's own stack.
fn rom(firmware: Firmware) -> &'static str {
    match firmware {
        Firmware::Uefi => "<rom enabled='no'/>",
        Firmware::Bios => "",
    }
}

/// libvirt's default is the right time.
fn clock(days_behind: u32) -> String {
    match u64::from(days_behind) * 86_400 {
        0 => String::new(),
        seconds => format!("<clock offset='variable' adjustment='-{seconds}' basis='utc'/>"),
    }
}

fn disk(machine: &Machine) -> String {
    let sector = match machine.shape.sector_bytes {
        512 => String::new(),
        bytes => {
            format!("<blockio logical_block_size='{bytes}' physical_block_size='{bytes}'/>")
        }
    };
    let (target, bus) = match machine.shape.disk {
        Disk::Virtio | Disk::Nvme => ("vda", "virtio"),
        Disk::Sata => ("sda", "sata"),
    };
    format!(
        "<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='unsafe' discard='unmap'/><source file='{}'/><target dev='{target}' bus='{bus}'/>{sector}<serial>{}</serial><alias name='{DISK_ALIAS}'/></disk>",
        machine.disk_file.display(),
        serial_number(machine)
    )
}

/// libvirt of Debian 12 cannot describe an emulated NVMe disk, but it can be told to give QEMU another device than it
/// means to. So libvirt and the BMC emulator go on treating it as a disk with a boot order.
fn extra(machine: &Machine) -> String {
    if machine.shape.disk != Disk::Nvme {
        return String::new();
    }
    format!(
        "<qemu:override><qemu:device alias='{DISK_ALIAS}'><qemu:frontend><qemu:property name='driver' type='string' value='nvme'/></qemu:frontend></qemu:device></qemu:override>"
    )
}

/// At most 20 characters, as virtio allows.
fn serial_number(machine: &Machine) -> String {
    format!("LAB{}", machine.mac.replace(':', "").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::machine::{Shape, mac_of};

    fn machine(shape: Shape) -> Machine {
        Machine {
            name: "node-0".to_owned(),
            uuid: String::new(),
            mac: mac_of(10),
            shape,
            disk_file: "/lab/node-0.qcow2".into(),
            serial_log: "/lab/node-0.log".into(),
        }
    }

    #[test]
    fn a_uefi_machine_boots_with_its_own_network_stack() {
        let text = document(&machine(Shape::default()), Accelerator::Tcg, "/lab/vars.fd");
        assert!(
            text.contains("type='qemu'")
                && text.contains(UEFI_CODE)
                && text.contains("/lab/vars.fd")
        );
        assert!(text.contains("<rom enabled='no'/>") && text.contains("52:54:00:22:00:0a"));
    }

    #[test]
    fn a_bios_machine_keeps_its_boot_rom() {
        let shape = Shape {
            firmware: Firmware::Bios,
            ..Shape::default()
        };
        let text = document(&machine(shape), Accelerator::Kvm, "");
        assert!(text.contains("type='kvm'") && !text.contains("<rom") && !text.contains("pflash"));
    }

    #[test]
    fn only_a_machine_that_shall_be_odd_is() {
        let usual = document(&machine(Shape::default()), Accelerator::Tcg, "");
        assert!(!usual.contains("<clock") && !usual.contains("<blockio"));
        let shape = Shape {
            sector_bytes: 4096,
            days_behind: 2,
            ..Shape::default()
        };
        let odd = document(&machine(shape), Accelerator::Tcg, "");
        assert!(odd.contains("adjustment='-172800'"));
        assert!(odd.contains("logical_block_size='4096'"));
    }

    #[test]
    fn an_nvme_disk_replaces_the_device_that_libvirt_means() {
        let shape = Shape {
            disk: Disk::Nvme,
            ..Shape::default()
        };
        let text = document(&machine(shape), Accelerator::Tcg, "");
        assert!(text.contains("<alias name='ua-disk'/>"));
        assert!(text.contains("<qemu:device alias='ua-disk'>") && text.contains("value='nvme'"));
        assert!(!document(&machine(Shape::default()), Accelerator::Tcg, "").contains("nvme"));
    }
}
