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
fn unit_serial(page: &[u8]) -> Option<String> {
    let length = usize::from(u16::from_be_bytes([*page.get(2)?, *page.get(3)?]));
    let text = String::from_utf8_lossy(page.get(4..4 + length)?);
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// SPC-4 device identification page (83h): the NAA designator of the logical unit; eight bytes are the name, eight more of
/// NAA type 6 are the vendor's extension.
fn naa(page: &[u8]) -> Option<(Option<String>, Option<String>)> {
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
