//! EFI_LOAD_OPTION: encoding a hard disk boot entry and reading the label of any entry. UEFI specification 2.10,
//! sections 3.1.3 and 10.3.5.

const ACTIVE: u32 = 1;

/// A boot entry of a loader on a GPT partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadOption {
    /// What the firmware's menu shows.
    pub label: String,
    /// Partition number.
    pub partition: u32,
    /// First sector.
    pub start_lba: u64,
    /// Sectors.
    pub sectors: u64,
    /// The partition's unique GUID as on disk.
    pub guid: [u8; 16],
    /// Path of the loader with backslashes, from the root.
    pub loader: String,
}

impl LoadOption {
    /// The variable's content.
    pub fn encode(&self) -> Vec<u8> {
        let path = self.device_path();
        let mut bytes = ACTIVE.to_le_bytes().to_vec();
        bytes.extend(u16::try_from(path.len()).unwrap_or(u16::MAX).to_le_bytes());
        bytes.extend(ucs2(&self.label));
        bytes.extend(path);
        bytes
    }

    fn device_path(&self) -> Vec<u8> {
        // Hard drive media node: type 4, subtype 1, 42 bytes; GPT (2), signature is a GUID (2).
        let mut path = vec![4, 1, 42, 0];
        path.extend(self.partition.to_le_bytes());
        path.extend(self.start_lba.to_le_bytes());
        path.extend(self.sectors.to_le_bytes());
        path.extend(self.guid);
        path.extend([2, 2]);
        let file = ucs2(&self.loader);
        path.extend([4, 4]);
        path.extend(
            u16::try_from(file.len() + 4)
                .unwrap_or(u16::MAX)
                .to_le_bytes(),
        );
        path.extend(file);
        path.extend([0x7f, 0xff, 4, 0]);
        path
    }
}

fn ucs2(text: &str) -> Vec<u8> {
    text.encode_utf16()
        .chain([0])
        .flat_map(u16::to_le_bytes)
        .collect()
}

/// The label of an encoded entry; `None` when it is malformed.
pub fn label_of(bytes: &[u8]) -> Option<String> {
    let mut units = Vec::new();
    for pair in bytes.get(6..)?.chunks_exact(2) {
        match u16::from_le_bytes([pair[0], pair[1]]) {
            0 => return Some(String::from_utf16_lossy(&units)),
            unit => units.push(unit),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_encoded_byte_for_byte() {
        let option = LoadOption {
            label: "A".to_owned(),
            partition: 1,
            start_lba: 2048,
            sectors: 0x100,
            guid: [7; 16],
            loader: "\\B".to_owned(),
        };
        let mut expected = vec![1, 0, 0, 0, 42 + 10 + 4, 0, b'A', 0, 0, 0];
        expected.extend([
            4, 1, 42, 0, 1, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
        ]);
        expected.extend([7; 16]);
        expected.extend([2, 2, 4, 4, 10, 0, b'\\', 0, b'B', 0, 0, 0, 0x7f, 0xff, 4, 0]);
        assert_eq!(option.encode(), expected);
        assert_eq!(label_of(&expected).as_deref(), Some("A"));
    }

    proptest::proptest! {
        #[test]
        fn labels_round_trip_and_nothing_panics(label in "[^\0]{0,40}", junk: Vec<u8>) {
            let option = LoadOption { label: label.clone(), partition: 2, start_lba: 1, sectors: 2, guid: [0; 16], loader: "\\x".to_owned() };
            proptest::prop_assert_eq!(label_of(&option.encode()), Some(label));
            let _ = label_of(&junk);
        }
    }
}
