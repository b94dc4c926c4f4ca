//! Reads a disk's GPT. The bytes are whoever's who had the disk or made the image, and the GPT library trusts them: it reserves
//! memory for as many entries as the header names, asserts their size, and adds sector numbers unchecked. So header and entries
//! are judged here before it works with them. Writes nothing.

use std::io::{Seek, SeekFrom};

use gptman::{GPT, GPTHeader, GPTPartitionEntry};

use super::device::Device;
use super::partitions::TableError;

/// Eight times what every tool writes; what lies above is an attack on the reader's memory.
const MOST_ENTRIES: u32 = 1024;
/// The only size in use, and the only one that the library can take.
const ENTRY_BYTES: u32 = 128;
/// No disk has so many sectors, and no sum or product of smaller numbers overflows.
const MOST_SECTORS: u64 = 1 << 48;

/// The GPT of a disk, or `None` when there is no intact one.
///
/// # Errors
/// The disk cannot be read; a GPT that no tool would write; a GPT made for another sector size.
pub fn read(device: &Device) -> Result<Option<GPT>, TableError> {
    judge(device)?;
    let mut reader = &device.file;
    reader.seek(SeekFrom::Start(0))?;
    let gpt = match GPT::find_from(&mut reader) {
        Ok(gpt) => gpt,
        Err(gptman::Error::InvalidSignature | gptman::Error::ReadError(..)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    if gpt.sector_size != device.sector {
        return Err(TableError::SectorSize {
            table: gpt.sector_size,
            disk: device.sector,
        });
    }
    Ok(Some(gpt))
}

/// Looks at the headers in the library's order, up to the one that it will take: with sectors of 512 bytes and of 4096, at the
/// start and at the end of the disk.
fn judge(device: &Device) -> Result<(), TableError> {
    for sector in [512, 4096] {
        let last = (device.size / sector).saturating_sub(1);
        for (lba, other) in [(1, None), (last, Some(1))] {
            if usable(device, sector, lba, other)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Whether there is a table with the right checksums whose header is in this sector. A header that is broken in a way that the
/// library notices in time is only not usable.
fn usable(device: &Device, sector: u64, lba: u64, other: Option<u64>) -> Result<bool, TableError> {
    let mut reader = &device.file;
    reader.seek(SeekFrom::Start(lba * sector))?;
    let Ok(header) = GPTHeader::read_from(&mut reader) else {
        return Ok(false);
    };
    check_header(&header, lba, other)?;
    let Ok(entries) = header.read_partitions(&mut reader, sector) else {
        return Ok(false);
    };
    entries.iter().try_for_each(check_entry)?;
    Ok(true)
}

fn check_header(header: &GPTHeader, lba: u64, other: Option<u64>) -> Result<(), TableError> {
    let odd = |what: String| Err(TableError::OddGpt(what));
    let (entries, size) = (
        header.number_of_partition_entries,
        header.size_of_partition_entry,
    );
    if !(1..=MOST_ENTRIES).contains(&entries) || size != ENTRY_BYTES {
        return odd(format!(
            "{entries} entries of {size} bytes; 1 to {MOST_ENTRIES} of {ENTRY_BYTES} bytes are understood"
        ));
    }
    // UEFI 2.10, section 5.3.2: a header names the sector that it is in.
    if header.primary_lba != lba || other.is_some_and(|other| header.backup_lba != other) {
        return odd(format!(
            "the header in sector {lba} says that it is in sector {}, and the other one in {}",
            header.primary_lba, header.backup_lba
        ));
    }
    let sectors = [
        header.backup_lba,
        header.first_usable_lba,
        header.last_usable_lba,
        header.partition_entry_lba,
    ];
    match sectors.into_iter().find(|sector| *sector >= MOST_SECTORS) {
        Some(sector) => odd(format!("its header names sector {sector}")),
        None => Ok(()),
    }
}

fn check_entry(entry: &GPTPartitionEntry) -> Result<(), TableError> {
    let possible = 1..MOST_SECTORS;
    if entry.is_unused()
        || possible.contains(&entry.starting_lba) && possible.contains(&entry.ending_lba)
    {
        return Ok(());
    }
    Err(TableError::OddGpt(format!(
        "a partition from sector {} to {}",
        entry.starting_lba, entry.ending_lba
    )))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::io::Write;

    macro_rules! corpus {
        ($name:literal) => {
            (
                $name,
                &include_bytes!(concat!("../../fuzz/corpus/partition_table/", $name))[..],
            )
        };
    }

    /// A disk of 4 MiB that starts with these bytes.
    fn disk(start: &[u8]) -> Device {
        disk_of(4 << 20, start)
    }

    fn disk_of(length: u64, start: &[u8]) -> Device {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(start).unwrap();
        file.as_file().set_len(length).unwrap();
        Device::open_write(file.path()).unwrap()
    }

    #[test]
    fn tables_that_no_tool_writes_are_refused() {
        for (name, start) in [
            corpus!("gpt_many_entries"),
            corpus!("gpt_wide_entries"),
            corpus!("gpt_at_zero"),
            corpus!("gpt_far"),
            corpus!("gpt_elsewhere"),
        ] {
            let refused = read(&disk(start));
            assert!(
                matches!(refused, Err(TableError::OddGpt(_))),
                "{name}: {refused:?}"
            );
        }
    }

    #[test]
    fn an_ordinary_table_is_read_and_a_broken_one_is_none() {
        let (_, start) = corpus!("gpt");
        let gpt = read(&disk(start)).unwrap().unwrap();
        assert_eq!(gpt.iter().filter(|(_, entry)| entry.is_used()).count(), 2);
        let mut broken = start.to_vec();
        broken[512] ^= 1;
        assert!(read(&disk(&broken)).unwrap().is_none());
    }

    #[test]
    fn a_disk_too_small_for_both_copies_is_told() {
        let small = disk_of(5 * 512, corpus!("gpt").1);
        let refused = crate::disk::partitions::move_backup_to_end(&small);
        assert!(matches!(refused, Err(TableError::NoRoom(_))), "{refused:?}");
    }
}
