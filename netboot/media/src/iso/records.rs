//! Directory records (ECMA-119 section 9.1) and the Rock Ridge fields that ride in them. It formats single
//! records; which records exist is the tree's affair.

/// The fixed part of a record.
const FIXED: usize = 33;
/// The fixed time stamp: 1 January 1980, 00:00:00, UTC.
const DATE: [u8; 7] = [80, 1, 1, 0, 0, 0, 0];
const FLAG_DIRECTORY: u8 = 2;
/// File types as `stat` knows them, with read permission only: the medium cannot be written.
const MODE_DIRECTORY: u32 = 0o040_555;
const MODE_FILE: u32 = 0o100_444;

/// A number in both byte orders, as the format likes it.
pub(super) fn both32(value: u32) -> [u8; 8] {
    let ([a, b, c, d], [e, f, g, h]) = (value.to_le_bytes(), value.to_be_bytes());
    [a, b, c, d, e, f, g, h]
}

/// A number in both byte orders.
pub(super) fn both16(value: u16) -> [u8; 4] {
    let ([a, b], [c, d]) = (value.to_le_bytes(), value.to_be_bytes());
    [a, b, c, d]
}

/// One record. `system_use` is appended as it is; only a whole record is filled up to an even length, since a byte
/// between two system use fields would hide all that follow.
pub(super) fn record(
    id: &[u8],
    sector: u32,
    size: u32,
    directory: bool,
    system_use: &[u8],
) -> Vec<u8> {
    let mut r = vec![0; 2];
    r.extend(both32(sector));
    r.extend(both32(size));
    r.extend(DATE);
    r.extend([if directory { FLAG_DIRECTORY } else { 0 }, 0, 0]);
    r.extend(both16(1));
    debug_assert_eq!(r.len(), FIXED - 1);
    r.push(u8::try_from(id.len()).unwrap_or(u8::MAX));
    r.extend(id);
    if r.len() % 2 == 1 {
        r.push(0);
    }
    r.extend(system_use);
    if r.len() % 2 == 1 {
        r.push(0);
    }
    let len = u8::try_from(r.len()).unwrap_or(u8::MAX);
    if let Some(first) = r.first_mut() {
        *first = len;
    }
    r
}

/// Rock Ridge "PX": type, permissions and link count; owner root.
pub(super) fn posix_attributes(directory: bool, links: u32) -> Vec<u8> {
    let mut field = b"PX\x24\x01".to_vec();
    for value in [
        if directory { MODE_DIRECTORY } else { MODE_FILE },
        links,
        0,
        0,
    ] {
        field.extend(both32(value));
    }
    field
}

/// Rock Ridge "NM": the name as it really is. Names are short enough for one field.
pub(super) fn alternate_name(name: &str) -> Vec<u8> {
    let mut field = b"NM".to_vec();
    field.extend([u8::try_from(name.len() + 5).unwrap_or(u8::MAX), 1, 0]);
    field.extend(name.as_bytes());
    field
}

/// What the root's own record carries: "SP" (system use fields begin here) and "ER" (they are Rock Ridge's). The
/// two descriptive texts of "ER" may be empty, and left so they spare a continuation area.
pub(super) fn announcement() -> Vec<u8> {
    let mut fields = b"SP\x07\x01\xbe\xef\x00".to_vec();
    fields.extend(b"ER\x12\x01\x0a\x00\x00\x01RRIP_1991A");
    fields
}
