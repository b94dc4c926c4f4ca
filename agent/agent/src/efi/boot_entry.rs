//! Puts one boot entry first. Entries that this agent made before are removed (they are in a list in a variable of our own), and
//! so are those of the same label; the others keep their order.

use std::io;

use super::load_option::{LoadOption, label_of, partition_of};
use super::variables::Variables;
use crate::log::{info, warning};

/// Numbers and partitions of the entries that we made.
const MADE: &str = "HammerscaleBootEntries";
const MADE_VERSION: u8 = 1;
const MADE_RECORD: usize = 18;
const MOST_MADE: usize = 64;

/// Writes the entry and returns its number.
pub fn put_first(variables: &Variables, option: &LoadOption) -> io::Result<u16> {
    let wanted = option.encode();
    let mut present = None;
    let mut removed = Vec::new();
    let made = made(variables);
    for number in variables.boot_entries()? {
        let value = variables.get(&name(number))?.unwrap_or_default();
        if value == wanted && present.is_none() {
            // The firmware's memory wears out: what is right stays.
            present = Some(number);
        } else if is_old(&value, number, option, &made) {
            variables.remove(&name(number))?;
            removed.push(number);
        }
    }
    let number = match present {
        Some(number) => number,
        None => add(variables, &wanted)?,
    };
    order_first(variables, number, &removed)?;
    if let Err(error) = remember(variables, number, option) {
        warning!("{MADE} was not written, so this entry will not be known as ours: {error}");
    }
    info!(
        "boot entry {} \"{}\" is first: {}",
        name(number),
        option.label,
        option.loader
    );
    Ok(number)
}

fn is_old(value: &[u8], number: u16, option: &LoadOption, made: &[(u16, [u8; 16])]) -> bool {
    let ours = partition_of(value).is_some_and(|partition| made.contains(&(number, partition)));
    ours || label_of(value).as_deref() == Some(&option.label)
}

fn add(variables: &Variables, value: &[u8]) -> io::Result<u16> {
    let taken = variables.boot_entries()?;
    let number = (0..=u16::MAX)
        .find(|n| !taken.contains(n))
        .ok_or_else(|| io::Error::other("all 65536 boot entries are in use"))?;
    variables.set(&name(number), value)?;
    Ok(number)
}

fn order_first(variables: &Variables, number: u16, removed: &[u16]) -> io::Result<()> {
    let old = order(variables)?;
    let others = old.iter().filter(|n| **n != number && !removed.contains(n));
    let new: Vec<u16> = [number].into_iter().chain(others.copied()).collect();
    if new == old {
        return Ok(());
    }
    let bytes: Vec<u8> = new.into_iter().flat_map(u16::to_le_bytes).collect();
    variables.set("BootOrder", &bytes)
}

/// What was made before. A list that cannot be read is an empty one: entries of others are never removed by it.
fn made(variables: &Variables) -> Vec<(u16, [u8; 16])> {
    let bytes = variables.get(MADE).ok().flatten().unwrap_or_default();
    let Some((&MADE_VERSION, records)) = bytes.split_first() else {
        return Vec::new();
    };
    let (records, _) = records.as_chunks::<MADE_RECORD>();
    let read = |record: &[u8; MADE_RECORD]| {
        let (number, partition) = record.split_first_chunk()?;
        Some((u16::from_le_bytes(*number), partition.try_into().ok()?))
    };
    records.iter().take(MOST_MADE).filter_map(read).collect()
}

/// The entry that was just made is the only one that is left.
fn remember(variables: &Variables, number: u16, option: &LoadOption) -> io::Result<()> {
    let record = (number, option.signature.bytes());
    if made(variables) == [record] {
        return Ok(());
    }
    let mut bytes = vec![MADE_VERSION];
    bytes.extend(record.0.to_le_bytes());
    bytes.extend(record.1);
    variables.set(MADE, &bytes)
}

fn order(variables: &Variables) -> io::Result<Vec<u16>> {
    let bytes = variables.get("BootOrder")?.unwrap_or_default();
    Ok(bytes
        .chunks_exact(2)
        .map(|b| u16::from_le_bytes([b[0], b[1]]))
        .collect())
}

fn name(number: u16) -> String {
    format!("Boot{number:04X}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::load_option::Signature;
    use super::*;
    use crate::host::Host;

    const GLOBAL: &str = "8be4df61-93ca-11d2-aa0d-00e098032b8c";

    fn option(label: &str) -> LoadOption {
        LoadOption {
            label: label.to_owned(),
            partition: 1,
            start_lba: 2048,
            sectors: 1,
            signature: Signature::Gpt([1; 16]),
            loader: "\\EFI\\BOOT\\BOOTX64.EFI".to_owned(),
        }
    }

    /// A folder that stands for efivarfs, with entries 0 "firmware" and 1 "old", ordered 1, 0.
    fn machine() -> (tempfile::TempDir, Variables) {
        let folder = tempfile::tempdir().unwrap();
        let mut host = Host::guest(Vec::new(), false);
        host.root = folder.path().to_owned();
        assert!(Variables::open(&host).is_none());
        let vars = host.sys("firmware/efi/efivars");
        std::fs::create_dir_all(&vars).unwrap();
        for (name, value) in [
            ("Boot0000", option("firmware").encode()),
            ("Boot0001", option("old").encode()),
            ("BootOrder", vec![1, 0, 0, 0]),
        ] {
            let content = [&[7, 0, 0, 0], &value[..]].concat();
            std::fs::write(vars.join(format!("{name}-{GLOBAL}")), content).unwrap();
        }
        let variables = Variables::open(&host).unwrap();
        (folder, variables)
    }

    #[test]
    fn the_entry_is_first_and_its_namesakes_are_gone() {
        let (_folder, variables) = machine();
        let renewed = LoadOption {
            sectors: 9,
            ..option("old")
        };
        assert_eq!(put_first(&variables, &renewed).unwrap(), 1);
        assert_eq!(order(&variables).unwrap(), [1, 0]);
        assert_eq!(variables.boot_entries().unwrap(), [0, 1]);
        assert_eq!(
            variables.get("Boot0001").unwrap().unwrap(),
            renewed.encode()
        );
    }

    #[test]
    fn entries_of_ours_go_whatever_their_label_and_others_stay() {
        let (folder, variables) = machine();
        assert_eq!(put_first(&variables, &option("first image")).unwrap(), 2);
        assert_eq!(order(&variables).unwrap(), [2, 1, 0]);
        assert_eq!(put_first(&variables, &option("second image")).unwrap(), 2);
        assert_eq!(order(&variables).unwrap(), [2, 1, 0]);
        assert_eq!(variables.boot_entries().unwrap(), [0, 1, 2]);
        // Somebody else took the number meanwhile. (A label of the same length: this folder keeps what is longer.)
        let stranger = LoadOption {
            signature: Signature::Gpt([4; 16]),
            ..option("other system")
        };
        variables.set("Boot0002", &stranger.encode()).unwrap();
        assert_eq!(put_first(&variables, &option("third image")).unwrap(), 3);
        assert_eq!(order(&variables).unwrap(), [3, 2, 1, 0]);
        assert_eq!(variables.boot_entries().unwrap(), [0, 1, 2, 3]);
        drop(folder);
    }

    #[test]
    fn what_is_right_already_is_not_written_again() {
        let (folder, variables) = machine();
        put_first(&variables, &option("image")).unwrap();
        let files = || -> Vec<_> {
            let vars = folder.path().join("sys/firmware/efi/efivars");
            let entries = std::fs::read_dir(vars).unwrap().map(|e| e.unwrap());
            let mut list: Vec<_> = entries
                .map(|e| (e.file_name(), e.metadata().unwrap().modified().unwrap()))
                .collect();
            list.sort();
            list
        };
        let before = files();
        assert_eq!(put_first(&variables, &option("image")).unwrap(), 2);
        assert_eq!(files(), before);
    }
}
