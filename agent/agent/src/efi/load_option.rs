//! EFI_LOAD_OPTION: encoding a hard disk boot entry, and reading label and partition of any entry. UEFI specification 2.10,
//! sections 3.1.3 and 10.3.5.

const ACTIVE: u32 = 1;
/// Media device path, hard drive; its length.
const HARD_DRIVE: [u8; 4] = [4, 1, 42, 0];
const END: u8 = 0x7f;

/// How a partition is known to the firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// GPT: the partition's unique GUID as on disk.
    Gpt([u8; 16]),
    /// MBR: the disk's identifier, the four bytes at offset 440.
    Mbr([u8; 4]),
}

impl Signature {
    /// Sixteen bytes, partition format and signature type of the hard drive node.
    fn fields(self) -> ([u8; 16], [u8; 2]) {
        match self {
            Self::Gpt(guid) => (guid, [2, 2]),
            Self::Mbr(id) => {
                let mut field = [0; 16];
                field[..4].copy_from_slice(&id);
                (field, [1, 1])
            }
        }
    }
}

/// A boot entry of a loader on a partition.
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
    /// Which disk's.
    pub signature: Signature,
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
        let mut path = HARD_DRIVE.to_vec();
        path.extend(self.partition.to_le_bytes());
        path.extend(self.start_lba.to_le_bytes());
        path.extend(self.sectors.to_le_bytes());
        let (signature, kinds) = self.signature.fields();
        path.extend(signature);
        path.extend(kinds);
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
    label_and_rest(bytes).map(|(label, _)| label)
}

fn label_and_rest(bytes: &[u8]) -> Option<(String, &[u8])> {
    let mut units = Vec::new();
    let (pairs, _) = bytes.get(6..)?.as_chunks::<2>();
    for (at, pair) in pairs.iter().enumerate() {
        match u16::from_le_bytes(*pair) {
            0 => return Some((String::from_utf16_lossy(&units), bytes.get(8 + 2 * at..)?)),
            unit => units.push(unit),
        }
    }
    None
}

/// The sixteen bytes by which an encoded entry names its partition; `None` when it names none.
pub fn partition_of(bytes: &[u8]) -> Option<[u8; 16]> {
    let length = u16::from_le_bytes([*bytes.get(4)?, *bytes.get(5)?]);
    let (_, rest) = label_and_rest(bytes)?;
    let mut path = rest.get(..usize::from(length))?;
    loop {
        if path.starts_with(&HARD_DRIVE) {
            return path.get(24..40)?.try_into().ok();
        }
        let size = usize::from(u16::from_le_bytes([*path.get(2)?, *path.get(3)?]));
        if size < 4 || path.first() == Some(&END) {
            return None;
        }
        path = path.get(size..)?;
    }
}

impl Signature {
    /// As [`partition_of`] gives it.
    pub fn bytes(self) -> [u8; 16] {
        self.fields().0
    }
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
            signature: Signature::Gpt([7; 16]),
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
        assert_eq!(partition_of(&expected), Some([7; 16]));
        let mbr = LoadOption {
            signature: Signature::Mbr([1, 2, 3, 4]),
            ..option
        };
        let mut of_mbr = expected;
        of_mbr[34..50].copy_from_slice(&[1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        of_mbr[50..52].copy_from_slice(&[1, 1]);
        assert_eq!(mbr.encode(), of_mbr);
    }

    #[test]
    fn the_partition_is_found_behind_the_nodes_of_the_hardware() {
        let mut entry = vec![1, 0, 0, 0, 12 + 42 + 4, 0, b'A', 0, 0, 0];
        entry.extend([2, 1, 12, 0, 0xd0, 0x41, 3, 0x0a, 0, 0, 0, 0]);
        entry.extend(HARD_DRIVE);
        entry.extend([0; 20]);
        entry.extend([9; 16]);
        entry.extend([2, 2, END, 0xff, 4, 0]);
        assert_eq!(partition_of(&entry), Some([9; 16]));
        entry[12] = 0;
        assert_eq!(partition_of(&entry), None, "a node of no length");
    }

    proptest::proptest! {
        #[test]
        fn labels_round_trip_and_nothing_panics(label in "[^\0]{0,40}", junk: Vec<u8>) {
            let option = LoadOption { label: label.clone(), partition: 2, start_lba: 1, sectors: 2, signature: Signature::Gpt([5; 16]), loader: "\\x".to_owned() };
            proptest::prop_assert_eq!(label_of(&option.encode()), Some(label));
            proptest::prop_assert_eq!(partition_of(&option.encode()), Some([5; 16]));
            let _ = (label_of(&junk), partition_of(&junk));
        }
    }
}
