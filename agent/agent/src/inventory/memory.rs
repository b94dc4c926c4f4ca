//! Memory: what the kernel has, and what is installed according to the firmware's tables.

use agent_wire::Memory;

use crate::host::{Host, read_text};

const MEMORY_DEVICE: u8 = 17;

/// Collects the memory.
pub fn collect(host: &Host) -> Memory {
    Memory {
        total: total(host),
        physical_mb: physical_mb(host),
    }
}

fn total(host: &Host) -> Option<u64> {
    let text = read_text(&host.proc("meminfo"))?;
    let line = text.lines().find(|l| l.starts_with("MemTotal:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()?
        .checked_mul(1024)
}

/// Sums the SMBIOS memory devices (DSP0134, type 17): size at offset 12 in MiB, or KiB when bit 15 is set; 0x7fff means
/// the 32-bit size at offset 28.
fn physical_mb(host: &Host) -> Option<u64> {
    let folder = host.sys("firmware/dmi/entries");
    let mut sum = 0u64;
    for entry in std::fs::read_dir(folder).ok()?.filter_map(Result::ok) {
        let kind = crate::host::read_number(&entry.path().join("type"));
        if kind == Some(u64::from(MEMORY_DEVICE))
            && let Ok(raw) = std::fs::read(entry.path().join("raw"))
        {
            sum += device_mb(&raw).unwrap_or_default();
        }
    }
    (sum > 0).then_some(sum)
}

fn device_mb(raw: &[u8]) -> Option<u64> {
    let size = u16::from_le_bytes(raw.get(12..14)?.try_into().ok()?);
    match size {
        0 | 0xffff => None,
        0x7fff => Some(u64::from(
            u32::from_le_bytes(raw.get(28..32)?.try_into().ok()?) & 0x7fff_ffff,
        )),
        size if size & 0x8000 != 0 => Some(u64::from(size & 0x7fff) / 1024),
        size => Some(u64::from(size)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_devices_are_read_in_all_three_encodings() {
        let device = |size: u16, extended: u32| {
            let mut raw = vec![0; 32];
            raw[12..14].copy_from_slice(&size.to_le_bytes());
            raw[28..32].copy_from_slice(&extended.to_le_bytes());
            device_mb(&raw)
        };
        assert_eq!(device(1024, 0), Some(1024));
        assert_eq!(device(0x8000 | 2048, 0), Some(2));
        assert_eq!(device(0x7fff, 65536), Some(65536));
        assert_eq!(device(0, 0), None);
        assert_eq!(device_mb(&[0; 5]), None);
    }
}
