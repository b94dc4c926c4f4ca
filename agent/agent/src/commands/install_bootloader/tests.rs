//! Boot entries for images of several kinds, in a folder that stands for efivarfs.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::os::unix::fs::FileExt;

use super::*;
use crate::efi::load_option::{label_of, partition_of};

const MIB: u64 = 1 << 20;

/// The GUID of a partition.
fn guid(number: u32) -> [u8; 16] {
    [u8::try_from(number).unwrap(); 16]
}

struct Machine {
    folder: tempfile::TempDir,
    host: Host,
    disk: tempfile::NamedTempFile,
}

impl Machine {
    /// `uefi`: with variables.
    fn new(uefi: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut host = Host::guest(Vec::new(), false);
        host.root = folder.path().to_owned();
        if uefi {
            let vars = host.sys("firmware/efi/efivars");
            std::fs::create_dir_all(&vars).unwrap();
            std::fs::write(vars.join("Some-00000000-0000-0000-0000-000000000000"), b"x").unwrap();
        }
        let disk = tempfile::NamedTempFile::new().unwrap();
        disk.as_file().set_len(16 * MIB).unwrap();
        Self { folder, host, disk }
    }

    /// Puts a FAT file system with these files into the partition that begins at this MiB.
    fn fill(&self, at: u64, files: &[&str]) {
        let list: Vec<_> = files
            .iter()
            .map(|path| netboot_media::fat::FatFile {
                path,
                content: b"MZ",
            })
            .collect();
        let image = netboot_media::fat::fat_image("ESP", &list).unwrap();
        self.disk.as_file().write_all_at(&image, at * MIB).unwrap();
    }

    /// Partitions of 4 MiB each, from these MiB on.
    fn gpt(&self, starts: &[u64]) {
        let mut file = self.disk.as_file();
        let mut gpt = gptman::GPT::new_from(&mut file, 512, [9; 16]).unwrap();
        for (number, start) in (1..).zip(starts) {
            gpt[number] = gptman::GPTPartitionEntry {
                partition_type_guid: partitions::ESP_TYPE,
                unique_partition_guid: guid(number),
                starting_lba: start * 2048,
                ending_lba: (start + 4) * 2048 - 1,
                attribute_bits: 0,
                partition_name: "esp".into(),
            };
        }
        gpt.write_into(&mut file).unwrap();
    }

    fn mbr(&self, start: u64) {
        let mut sector = [0; 512];
        sector[440..444].copy_from_slice(&[1, 2, 3, 4]);
        sector[446 + 4] = 0xef;
        let lba = |mib: u64| u32::try_from(mib * 2048).unwrap().to_le_bytes();
        sector[446 + 8..446 + 12].copy_from_slice(&lba(start));
        sector[446 + 12..446 + 16].copy_from_slice(&lba(4));
        sector[510..].copy_from_slice(&[0x55, 0xaa]);
        self.disk.as_file().write_all(&sector).unwrap();
    }

    fn set(&self) -> Result<(), Failure> {
        set_entry(&self.host, self.disk.path())
    }

    fn entry(&self) -> Vec<u8> {
        let variables = Variables::open(&self.host).unwrap();
        variables.get("Boot0000").unwrap().unwrap()
    }
}

#[test]
fn the_entry_names_the_partition_with_a_loader() {
    let machine = Machine::new(true);
    machine.gpt(&[1, 6]);
    machine.fill(1, &["readme.txt"]);
    machine.fill(6, &["EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/BOOTAA64.EFI"]);
    machine.set().unwrap();
    let entry = machine.entry();
    assert_eq!(label_of(&entry).as_deref(), Some(LABEL));
    assert_eq!(partition_of(&entry), Some(guid(2)));
    let second = entry.windows(8).any(|w| w == [4, 1, 42, 0, 2, 0, 0, 0]);
    assert!(second, "the second partition is meant");
}

#[test]
fn an_mbr_disk_is_named_by_its_identifier() {
    let machine = Machine::new(true);
    machine.mbr(1);
    machine.fill(1, &["EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/BOOTAA64.EFI"]);
    machine.set().unwrap();
    let mut id = [0; 16];
    id[..4].copy_from_slice(&[1, 2, 3, 4]);
    assert_eq!(partition_of(&machine.entry()), Some(id));
}

#[test]
fn without_variables_the_default_path_must_do() {
    let machine = Machine::new(false);
    machine.gpt(&[1]);
    machine.fill(1, &["EFI/BOOT/BOOTX64.EFI", "EFI/BOOT/BOOTAA64.EFI"]);
    machine.set().unwrap();
    let machine = Machine::new(false);
    machine.gpt(&[1]);
    machine.fill(1, &["EFI/debian/grubx64.efi", "EFI/debian/grubaa64.efi"]);
    let refused = machine.set().unwrap_err();
    assert!(refused.details.contains("efivarfs"), "{refused}");
    drop(machine.folder);
}

#[test]
fn what_cannot_boot_is_told() {
    let machine = Machine::new(true);
    machine.gpt(&[1]);
    machine.fill(1, &["readme.txt"]);
    let refused = machine.set().unwrap_err();
    assert!(refused.details.contains("no loader"), "{refused}");
    let machine = Machine::new(true);
    machine.gpt(&[]);
    let refused = machine.set().unwrap_err();
    assert!(
        refused.details.contains("no EFI system partition"),
        "{refused}"
    );
    let machine = Machine::new(true);
    machine.gpt(&[1]);
    let refused = machine.set().unwrap_err();
    assert!(
        refused.details.contains("reading the EFI system partition"),
        "{refused}"
    );
}
