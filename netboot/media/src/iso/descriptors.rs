//! The fixed-size sectors of an ISO image: volume descriptors (ECMA-119 section 8) and El Torito's boot record and
//! boot catalogue.

use super::records::{both16, both32};
use super::tree::Namespace;
use super::{PathTables, SECTOR};

/// Escape sequence that announces UCS-2 level 3, i.e. Joliet.
const JOLIET_ESCAPE: &[u8] = b"%/E";
const PUBLISHER: &str = "HAMMERSCALE";
/// "No date given": sixteen digits zero and offset zero.
const NO_DATE: &[u8; 17] = b"0000000000000000\0";
/// Platform EFI, and the unit of the catalogue's sector count.
const PLATFORM_EFI: u8 = 0xef;
const VIRTUAL_SECTOR: u64 = 512;

fn sector(kind: u8) -> Vec<u8> {
    let mut bytes = vec![kind];
    bytes.extend_from_slice(b"CD001\x01");
    bytes
}

fn filled(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(SECTOR as usize, 0);
    bytes
}

/// A text field: ASCII filled with spaces, or UCS-2 likewise.
fn text(space: Namespace, value: &str, len: usize) -> Vec<u8> {
    let mut field = match space {
        Namespace::Primary => value.as_bytes().to_vec(),
        Namespace::Joliet => value.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    };
    while field.len() < len {
        match space {
            Namespace::Primary => field.push(b' '),
            Namespace::Joliet => field.extend_from_slice(&[0, b' ']),
        }
    }
    field.truncate(len);
    field
}

/// The primary or the Joliet volume descriptor; `root` is the root directory's record of 34 bytes.
pub(super) fn volume(
    space: Namespace,
    label: &str,
    sectors: u32,
    tables: &PathTables,
    root: &[u8],
) -> Vec<u8> {
    let mut d = sector(if space == Namespace::Primary { 1 } else { 2 });
    d.push(0);
    d.extend(text(space, "", 32));
    d.extend(text(space, label, 32));
    d.extend([0; 8]);
    d.extend(both32(sectors));
    let mut escapes = [0; 32];
    if space == Namespace::Joliet {
        escapes
            .iter_mut()
            .zip(JOLIET_ESCAPE)
            .for_each(|(to, from)| *to = *from);
    }
    d.extend(escapes);
    d.extend(both16(1));
    d.extend(both16(1));
    d.extend(both16(SECTOR as u16));
    d.extend(both32(u32::try_from(tables.bytes).unwrap_or(u32::MAX)));
    d.extend(tables.little.to_le_bytes());
    d.extend([0; 4]);
    d.extend(tables.big.to_be_bytes());
    d.extend([0; 4]);
    d.extend(root);
    d.extend(text(space, "", 128));
    d.extend(text(space, PUBLISHER, 128));
    d.extend(text(space, "", 128));
    d.extend(text(space, PUBLISHER, 128));
    // Names of the copyright, abstract and bibliographic files: none.
    for _ in 0..3 {
        d.extend(
            text(space, "", 37)
                .into_iter()
                .take(36)
                .chain([if space == Namespace::Primary { b' ' } else { 0 }]),
        );
    }
    for _ in 0..4 {
        d.extend(NO_DATE);
    }
    d.push(1);
    filled(d)
}

/// The boot record that points to the boot catalogue.
pub(super) fn boot_record(catalog: u32) -> Vec<u8> {
    let mut d = sector(0);
    d.extend(b"EL TORITO SPECIFICATION");
    d.resize(71, 0);
    d.extend(catalog.to_le_bytes());
    filled(d)
}

/// The end of the descriptors.
pub(super) fn terminator() -> Vec<u8> {
    filled(sector(255))
}

/// A catalogue of one entry: a FAT image of `size` bytes at sector `start`, for UEFI, without emulation.
pub(super) fn boot_catalog(start: u32, size: u64) -> Vec<u8> {
    let mut validation = [0_u8; 32];
    validation[0] = 1;
    validation[1] = PLATFORM_EFI;
    validation[30] = 0x55;
    validation[31] = 0xaa;
    let sum = validation
        .as_chunks::<2>()
        .0
        .iter()
        .fold(0_u16, |sum, pair| {
            sum.wrapping_add(u16::from_le_bytes(*pair))
        });
    let [low, high] = sum.wrapping_neg().to_le_bytes();
    validation[28] = low;
    validation[29] = high;
    // Zero means "up to the end of the medium" (UEFI 13.3.2.1), for images longer than the field can count.
    let count = u16::try_from(size.div_ceil(VIRTUAL_SECTOR)).unwrap_or(0);
    let mut d = validation.to_vec();
    d.extend([0x88, 0, 0, 0, 0, 0]);
    d.extend(count.to_le_bytes());
    d.extend(start.to_le_bytes());
    filled(d)
}
