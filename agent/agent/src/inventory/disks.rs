//! Disks from `/sys/block`. Identity comes from what the kernel exports: VPD pages of SCSI and ATA disks, attributes of
//! NVMe namespaces, the serial of virtio disks. No udev, no lsblk.

use std::path::Path;

use agent_wire::Disk;

use crate::host::{Host, read_number, read_text};

/// Kernel names that are never disks to deploy to.
const NO_DISKS: [&str; 8] = ["fd", "ram", "zram", "loop", "sr", "dm-", "nbd", "mtdblock"];

/// Collects whole disks that are not empty, by name.
pub fn collect(host: &Host) -> Vec<Disk> {
    let mut disks: Vec<_> = std::fs::read_dir(host.sys("block"))
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .filter_map(|entry| one(host, &entry.path(), entry.file_name().to_str()?))
        .collect();
    disks.sort_by(|a, b| a.name.cmp(&b.name));
    disks
}

fn one(host: &Host, path: &Path, name: &str) -> Option<Disk> {
    let size = read_number(&path.join("size"))?
        .checked_mul(512)
        .filter(|s| *s > 0)?;
    let node = Path::new("/dev").join(name);
    let hidden = read_number(&path.join("hidden")) == Some(1);
    // A loop device counts only for an agent that was allowed to write to it by name.
    let named = host.disks != crate::host::DiskScope::All && host.may_write(&node);
    if hidden || (!named && NO_DISKS.iter().any(|prefix| name.starts_with(prefix))) {
        return None;
    }
    let queue = |file: &str| read_number(&path.join("queue").join(file));
    let identity = Identity::read(path, name);
    let transport = transport(path, name);
    Some(Disk {
        name: format!("/dev/{name}"),
        model: text(path, "device/model"),
        size,
        rotational: queue("rotational").is_none_or(|r| r != 0),
        wwn_with_extension: identity.wwn_with_extension(),
        wwn: identity.wwn,
        wwn_vendor_extension: identity.extension,
        serial: identity.serial,
        vendor: vendor(path),
        hctl: hctl(path),
        by_path: by_path(host, name),
        logical_sectors: queue("logical_block_size"),
        physical_sectors: queue("physical_block_size"),
        tran: transport,
    })
}

fn text(path: &Path, file: &str) -> Option<String> {
    read_text(&path.join(file)).map(|t| t.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// SCSI disks give text; virtio gives a PCI vendor number, which lsblk shows as it is.
fn vendor(path: &Path) -> Option<String> {
    text(path, "device/vendor")
}

#[derive(Default)]
struct Identity {
    serial: Option<String>,
    wwn: Option<String>,
    extension: Option<String>,
}

impl Identity {
    fn read(path: &Path, name: &str) -> Self {
        let serial = text(path, "device/serial")
            .or_else(|| text(path, "serial"))
            .or_else(|| unit_serial(&std::fs::read(path.join("device/vpd_pg80")).ok()?));
        let (wwn, extension) = std::fs::read(path.join("device/vpd_pg83"))
            .ok()
            .and_then(|page| naa(&page))
            .unwrap_or_default();
        let wwid = if name.starts_with("nvme") {
            text(path, "wwid")
        } else {
            text(path, "device/wwid")
        };
        let wwid = wwid.map(|w| {
            w.strip_prefix("naa.")
                .map_or(w.clone(), |hex| format!("0x{hex}"))
        });
        Self {
            serial,
            wwn: wwn.or(wwid),
            extension,
        }
    }

    fn wwn_with_extension(&self) -> Option<String> {
        let wwn = self.wwn.clone()?;
        Some(match &self.extension {
            Some(extension) => format!("{wwn}{}", extension.trim_start_matches("0x")),
            None => wwn,
        })
    }
}

/// SPC-4 unit serial number page (80h): four bytes of header, then text.
pub fn unit_serial(page: &[u8]) -> Option<String> {
    let length = usize::from(u16::from_be_bytes([*page.get(2)?, *page.get(3)?]));
    let text = String::from_utf8_lossy(page.get(4..4 + length)?);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// SPC-4 device identification page (83h): the NAA designator of the logical unit; eight bytes are the name, eight more of
/// NAA type 6 are the vendor's extension.
pub fn naa(page: &[u8]) -> Option<(Option<String>, Option<String>)> {
    let mut at = 4;
    for _ in 0..64 {
        let header = page.get(at..at + 4)?;
        let (kind, association) = (header[1] & 0xf, header[1] >> 4 & 3);
        let value = page.get(at + 4..at + 4 + usize::from(header[3]))?;
        if kind == 3 && association == 0 && value.len() >= 8 {
            let hex = |bytes: &[u8]| {
                bytes
                    .iter()
                    .fold("0x".to_owned(), |t, b| format!("{t}{b:02x}"))
            };
            return Some((Some(hex(&value[..8])), value.get(8..16).map(hex)));
        }
        at += 4 + value.len();
    }
    None
}

/// `1:0:0:0` is the name of the SCSI device's folder.
fn hctl(path: &Path) -> Option<String> {
    let device = std::fs::canonicalize(path.join("device")).ok()?;
    let name = device.file_name()?.to_str()?;
    (name.split(':').count() == 4 && name.split(':').all(|n| n.parse::<u64>().is_ok()))
        .then(|| name.to_owned())
}

fn transport(path: &Path, name: &str) -> Option<String> {
    if name.starts_with("nvme") {
        return Some("nvme".to_owned());
    }
    let full = std::fs::canonicalize(path).ok()?;
    let parts: Vec<_> = full.iter().filter_map(|p| p.to_str()).collect();
    let has = |prefix: &str| parts.iter().any(|p| p.starts_with(prefix));
    let known = [
        ("usb", "usb"),
        ("ata", "sata"),
        ("end_device-", "sas"),
        ("rport-", "fc"),
        ("session", "iscsi"),
        ("virtio", "virtio"),
    ];
    known
        .iter()
        .find(|(prefix, _)| has(prefix))
        .map(|(_, name)| (*name).to_owned())
}

/// The link udev would make, when udev made one; else what it would be called for PCI disks.
fn by_path(host: &Host, name: &str) -> Option<String> {
    let links = std::fs::read_dir(host.dev("disk/by-path"))
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    for link in links {
        if std::fs::read_link(link.path())
            .ok()
            .is_some_and(|t| t.file_name().is_some_and(|f| f == name))
        {
            return Some(format!("/dev/disk/by-path/{}", link.file_name().to_str()?));
        }
    }
    let full = std::fs::canonicalize(host.sys("block").join(name)).ok()?;
    let parts: Vec<_> = full.iter().filter_map(|p| p.to_str()).collect();
    let pci = parts
        .iter()
        .rev()
        .find(|p| p.split(':').count() == 3 && p.contains('.'))?;
    let at = parts.iter().position(|p| p == pci)?;
    let rest = &parts[at + 1..];
    let suffix = if name.starts_with("nvme") {
        let namespace = name
            .rsplit('n')
            .next()
            .filter(|n| n.parse::<u32>().is_ok())?;
        format!("-nvme-{namespace}")
    } else if rest.first().is_some_and(|p| p.starts_with("virtio")) && rest.get(1) == Some(&"block")
    {
        String::new()
    } else if let Some(ata) = rest.iter().find_map(|p| p.strip_prefix("ata")) {
        format!("-ata-{ata}")
    } else {
        return None;
    };
    Some(format!("/dev/disk/by-path/pci-{pci}{suffix}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn write(path: &Path, content: &[u8]) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }

    /// A tree as sysfs has it: `block/` links into `devices/`, each disk links to its device.
    fn tree() -> (tempfile::TempDir, Host) {
        let folder = tempfile::tempdir().unwrap();
        let mut host = Host::ramdisk();
        host.root = folder.path().to_owned();
        std::fs::create_dir_all(host.sys("block")).unwrap();
        (folder, host)
    }

    fn add(host: &Host, device: &str, name: &str, sectors: u64) -> std::path::PathBuf {
        let device = host.sys("devices").join(device);
        let block = if name.starts_with("nvme") {
            device.join(name)
        } else {
            device.join("block").join(name)
        };
        write(&block.join("size"), sectors.to_string().as_bytes());
        write(&block.join("queue/rotational"), b"0\n");
        write(&block.join("queue/logical_block_size"), b"512\n");
        write(&block.join("queue/physical_block_size"), b"4096\n");
        symlink(&device, block.join("device")).unwrap();
        symlink(&block, host.sys("block").join(name)).unwrap();
        block
    }

    #[test]
    fn scsi_nvme_and_virtio_disks_are_told_apart() {
        let (_folder, host) = tree();
        let sda = add(
            &host,
            "pci0000:00/0000:00:1f.2/ata1/host0/target0:0:0/0:0:0:0",
            "sda",
            2_000_000,
        );
        write(&sda.join("device/model"), b"SAMSUNG  MZ7 \n");
        write(&sda.join("device/vendor"), b"ATA     \n");
        write(&sda.join("device/vpd_pg80"), b"\x00\x80\x00\x08  SER-A1");
        let naa = [
            &[0, 0x83, 0, 20, 1, 3, 0, 16][..],
            &[0x60, 1, 2, 3, 4, 5, 6, 7],
            &[9, 9, 9, 9, 9, 9, 9, 9],
        ]
        .concat();
        write(&sda.join("device/vpd_pg83"), &naa);
        let nvme = add(
            &host,
            "pci0000:00/0000:00:04.0/nvme/nvme0",
            "nvme0n1",
            4_000_000,
        );
        write(&nvme.join("device/model"), b"QEMU NVMe Ctrl\n");
        write(&nvme.join("device/serial"), b"N1 \n");
        write(&nvme.join("wwid"), b"eui.0025388\n");
        let vda = add(&host, "pci0000:00/0000:00:05.0/virtio2", "vda", 10);
        write(&vda.join("serial"), b"V1");
        add(&host, "virtual", "loop0", 10);
        add(
            &host,
            "pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0",
            "sr0",
            10,
        );
        add(&host, "virtual2", "vdz", 0);
        let disks = collect(&host);
        let names: Vec<_> = disks.iter().map(|d| d.name.as_str()).collect();
        assert_eq!(names, ["/dev/nvme0n1", "/dev/sda", "/dev/vda"]);
        let [nvme, sda, vda] = &disks[..] else {
            panic!("three disks")
        };
        assert_eq!(sda.serial.as_deref(), Some("SER-A1"));
        assert_eq!(sda.model.as_deref(), Some("SAMSUNG MZ7"));
        assert_eq!(sda.wwn.as_deref(), Some("0x6001020304050607"));
        assert_eq!(
            sda.wwn_vendor_extension.as_deref(),
            Some("0x0909090909090909")
        );
        assert_eq!(
            sda.wwn_with_extension.as_deref(),
            Some("0x60010203040506070909090909090909")
        );
        assert_eq!(sda.hctl.as_deref(), Some("0:0:0:0"));
        assert_eq!(sda.tran.as_deref(), Some("sata"));
        assert_eq!(
            sda.by_path.as_deref(),
            Some("/dev/disk/by-path/pci-0000:00:1f.2-ata-1")
        );
        assert_eq!(
            (sda.logical_sectors, sda.physical_sectors),
            (Some(512), Some(4096))
        );
        assert_eq!(
            (nvme.tran.as_deref(), nvme.serial.as_deref()),
            (Some("nvme"), Some("N1"))
        );
        assert_eq!(nvme.wwn.as_deref(), Some("eui.0025388"));
        assert_eq!(
            nvme.by_path.as_deref(),
            Some("/dev/disk/by-path/pci-0000:00:04.0-nvme-1")
        );
        assert_eq!(
            (vda.tran.as_deref(), vda.serial.as_deref()),
            (Some("virtio"), Some("V1"))
        );
        assert_eq!(
            vda.by_path.as_deref(),
            Some("/dev/disk/by-path/pci-0000:00:05.0")
        );
        assert!(!vda.rotational);
    }

    proptest::proptest! {
        #[test]
        fn no_page_panics(page: Vec<u8>) {
            let _ = naa(&page);
            let _ = unit_serial(&page);
        }
    }
}
