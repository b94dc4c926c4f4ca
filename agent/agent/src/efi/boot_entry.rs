//! Puts one boot entry first: entries of the same label are removed, a free number is taken, BootOrder names it first.

use std::io;

use super::load_option::{LoadOption, label_of};
use super::variables::Variables;
use crate::log::info;

/// Writes the entry and returns its number.
pub fn put_first(variables: &Variables, option: &LoadOption) -> io::Result<u16> {
    let removed = remove_label(variables, &option.label)?;
    let taken = variables.boot_entries()?;
    let number = (0..=u16::MAX)
        .find(|n| !taken.contains(n))
        .ok_or_else(|| io::Error::other("all 65536 boot entries are in use"))?;
    variables.set(&name(number), &option.encode())?;
    let old = order(variables)?;
    let rest = old
        .into_iter()
        .filter(|n| *n != number && !removed.contains(n));
    let new: Vec<u8> = [number]
        .into_iter()
        .chain(rest)
        .flat_map(u16::to_le_bytes)
        .collect();
    variables.set("BootOrder", &new)?;
    info!(
        "boot entry {} \"{}\" is first: {}",
        name(number),
        option.label,
        option.loader
    );
    Ok(number)
}

fn remove_label(variables: &Variables, label: &str) -> io::Result<Vec<u16>> {
    let mut removed = Vec::new();
    for number in variables.boot_entries()? {
        let value = variables.get(&name(number))?.unwrap_or_default();
        if label_of(&value).as_deref() == Some(label) {
            variables.remove(&name(number))?;
            removed.push(number);
        }
    }
    Ok(removed)
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
    use super::*;
    use crate::host::Host;

    fn option(label: &str) -> LoadOption {
        LoadOption {
            label: label.to_owned(),
            partition: 1,
            start_lba: 2048,
            sectors: 1,
            guid: [1; 16],
            loader: "\\EFI\\BOOT\\BOOTX64.EFI".to_owned(),
        }
    }

    #[test]
    fn the_entry_is_first_and_its_namesakes_are_gone() {
        let folder = tempfile::tempdir().unwrap();
        let mut host = Host::guest(Vec::new(), false);
        host.root = folder.path().to_owned();
        assert!(Variables::open(&host).is_none());
        let vars = host.sys("firmware/efi/efivars");
        std::fs::create_dir_all(&vars).unwrap();
        let file = |name: &str| vars.join(format!("{name}-8be4df61-93ca-11d2-aa0d-00e098032b8c"));
        let with = |value: &[u8]| [&[7, 0, 0, 0], value].concat();
        std::fs::write(file("Boot0000"), with(&option("firmware").encode())).unwrap();
        std::fs::write(file("Boot0001"), with(&option("old").encode())).unwrap();
        std::fs::write(file("BootOrder"), with(&[1, 0, 0, 0])).unwrap();
        let variables = Variables::open(&host).unwrap();
        assert_eq!(put_first(&variables, &option("old")).unwrap(), 1);
        assert_eq!(put_first(&variables, &option("new")).unwrap(), 2);
        assert_eq!(
            variables.get("BootOrder").unwrap().unwrap(),
            [2, 0, 1, 0, 0, 0]
        );
        assert_eq!(variables.boot_entries().unwrap(), [0, 1, 2]);
        assert_eq!(
            variables.get("Boot0002").unwrap().unwrap(),
            option("new").encode()
        );
    }
}
