//! Tests of the ISO writer: a reader of Rock Ridge and one of Joliet, made here, must find what was written.
#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn le32(bytes: &[u8], at: usize) -> usize {
    let (low, high) = (&bytes[at..at + 4], &bytes[at + 4..at + 8]);
    let value = u32::from_le_bytes(low.try_into().unwrap());
    assert_eq!(
        value,
        u32::from_be_bytes(high.try_into().unwrap()),
        "both byte orders agree"
    );
    value as usize
}

/// The system use fields of a record, by signature; they must fill it but for one byte at most.
fn system_use(record: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let id_len = usize::from(record[32]);
    let mut at = (33 + id_len).next_multiple_of(2);
    let mut fields = BTreeMap::new();
    while record.len() - at > 1 {
        let len = usize::from(record[at + 2]);
        assert_eq!(record[at + 3], 1, "version of a system use field");
        let signature = String::from_utf8(record[at..at + 2].to_vec()).unwrap();
        fields.insert(signature, record[at + 4..at + len].to_vec());
        at += len;
    }
    fields
}

fn rock_ridge_name(record: &[u8]) -> String {
    String::from_utf8(system_use(record)["NM"][1..].to_vec()).unwrap()
}

fn joliet_name(record: &[u8]) -> String {
    let id = &record[33..33 + usize::from(record[32])];
    let units: Vec<u16> = id
        .as_chunks::<2>()
        .0
        .iter()
        .map(|pair| u16::from_be_bytes(*pair))
        .collect();
    String::from_utf16(&units)
        .unwrap()
        .trim_end_matches(";1")
        .to_owned()
}

/// All files below a directory, by path.
fn walk(
    image: &[u8],
    sector: usize,
    size: usize,
    joliet: bool,
    prefix: &str,
    found: &mut BTreeMap<String, Vec<u8>>,
) {
    let directory = &image[sector * 2048..sector * 2048 + size];
    let (mut at, mut seen) = (0, 0);
    let mut last_id = Vec::new();
    while at < directory.len() {
        let len = usize::from(directory[at]);
        if len == 0 {
            at = (at + 1).next_multiple_of(2048);
            continue;
        }
        assert!(at % 2048 + len <= 2048, "a record crosses a sector");
        let record = &directory[at..at + len];
        at += len;
        seen += 1;
        if seen <= 2 {
            assert_eq!(record[33], seen - 1, "first itself, then its parent");
            continue;
        }
        let id = record[33..33 + usize::from(record[32])].to_vec();
        assert!(last_id < id, "identifiers ascend and differ");
        last_id = id;
        let name = if joliet {
            joliet_name(record)
        } else {
            rock_ridge_name(record)
        };
        let (start, bytes) = (le32(record, 2), le32(record, 10));
        if record[25] & 2 != 0 {
            walk(
                image,
                start,
                bytes,
                joliet,
                &format!("{prefix}{name}/"),
                found,
            );
        } else {
            found.insert(
                format!("{prefix}{name}"),
                image[start * 2048..start * 2048 + bytes].to_vec(),
            );
        }
    }
}

fn read(image: &[u8], joliet: bool) -> BTreeMap<String, Vec<u8>> {
    let descriptors = image.chunks(2048).skip(16).take_while(|d| d[0] != 255);
    let descriptor = descriptors
        .into_iter()
        .find(|d| d[0] == if joliet { 2 } else { 1 })
        .unwrap();
    assert_eq!(&descriptor[1..6], b"CD001");
    assert_eq!(le32(descriptor, 80) * 2048, image.len());
    let mut found = BTreeMap::new();
    walk(
        image,
        le32(descriptor, 158),
        le32(descriptor, 166),
        joliet,
        "",
        &mut found,
    );
    found
}

#[test]
fn names_survive_in_both_namespaces() {
    let files: [(&str, &[u8]); 4] = [
        ("openstack/2012-08-10/meta_data.json", b"{}"),
        ("openstack/latest/user_data", b"#cloud-config\n"),
        ("\u{e9}t\u{e9}.txt", b"summer"),
        ("empty", b""),
    ];
    let image = iso_image("config-2", &files, None).unwrap();
    let expected: BTreeMap<_, _> = files
        .iter()
        .map(|(path, content)| ((*path).to_owned(), content.to_vec()))
        .collect();
    assert_eq!(read(&image, false), expected);
    assert_eq!(read(&image, true), expected);
}

#[test]
fn the_root_announces_rock_ridge() {
    let image = iso_image("X", &[("a/b", b"")], None).unwrap();
    let root = &image[le32(&image[16 * 2048..], 158) * 2048..];
    let fields = system_use(&root[..usize::from(root[0])]);
    assert_eq!(fields.keys().collect::<Vec<_>>(), ["ER", "PX", "SP"]);
    assert_eq!(fields["SP"], [0xbe, 0xef, 0]);
    assert_eq!(le32(&fields["PX"], 0), 0o040_555);
    assert_eq!(
        le32(&fields["PX"], 8),
        3,
        "links: itself, its entry, one folder"
    );
}

#[test]
fn label_is_kept_in_both_descriptors() {
    let image = iso_image("config-2", &[], None).unwrap();
    assert_eq!(&image[16 * 2048 + 40..16 * 2048 + 49], b"config-2 ");
    assert_eq!(
        &image[17 * 2048 + 40..17 * 2048 + 58],
        b"\0c\0o\0n\0f\0i\0g\0-\x002\0 "
    );
}

#[test]
fn boot_catalogue_names_the_image_at_the_end() {
    let esp = vec![9; 5000];
    let image = iso_image(
        "BOOT",
        &[("efi.img", &esp), ("later", b"x")],
        Some("efi.img"),
    )
    .unwrap();
    let record = &image[17 * 2048..18 * 2048];
    assert_eq!(&record[7..30], b"EL TORITO SPECIFICATION");
    let catalogue =
        &image[u32::from_le_bytes(record[71..75].try_into().unwrap()) as usize * 2048..];
    assert_eq!(
        (catalogue[0], catalogue[1], catalogue[32], catalogue[33]),
        (1, 0xef, 0x88, 0)
    );
    let sum = catalogue[..32]
        .as_chunks::<2>()
        .0
        .iter()
        .fold(0_u16, |sum, pair| {
            sum.wrapping_add(u16::from_le_bytes(*pair))
        });
    assert_eq!(sum, 0);
    assert_eq!(u16::from_le_bytes([catalogue[38], catalogue[39]]), 10);
    let start = u32::from_le_bytes(catalogue[40..44].try_into().unwrap()) as usize * 2048;
    assert_eq!(image[start..start + 5000], esp);
    assert_eq!(start + 3 * 2048, image.len());
}

#[test]
fn a_long_boot_image_runs_to_the_end_of_the_medium() {
    let size = 40 << 20;
    let spec = IsoSpec {
        label: "B".into(),
        files: vec![IsoFile {
            path: "e".into(),
            size,
        }],
        efi_boot: Some("e".into()),
    };
    let layout = spec.layout().unwrap();
    let last = layout.extents.last().unwrap();
    assert_eq!(last.offset + size, layout.size);
    let catalogue = layout
        .head
        .chunks(2048)
        .find(|s| s[1] == 0xef && s[30] == 0x55)
        .unwrap();
    assert_eq!(&catalogue[38..40], [0, 0]);
}

#[test]
fn content_of_another_length_is_refused() {
    let spec = IsoSpec {
        label: "X".into(),
        files: vec![IsoFile {
            path: "a".into(),
            size: 3,
        }],
        efi_boot: None,
    };
    let refused = spec
        .layout()
        .unwrap()
        .write(&spec, &mut Vec::new(), |_, out| out.write_all(b"four"));
    assert!(matches!(
        refused,
        Err(IsoError::Length {
            announced: 3,
            found: 4,
            ..
        })
    ));
}

#[test]
fn what_the_format_cannot_hold_is_refused() {
    let one = |path: &str| iso_image("X", &[(path, b"x")], None);
    let long = "n".repeat(63);
    for path in [
        "",
        "/a",
        "a//b",
        "a/../b",
        "a;1",
        "a\nb",
        "1/2/3/4/5/6/7/8/9",
        &long,
        "\u{1f600}",
    ] {
        assert!(matches!(one(path), Err(IsoError::Path(_))), "{path:?}");
    }
    for label in ["", "seventeen letters", "caf\u{e9}"] {
        assert!(
            matches!(iso_image(label, &[], None), Err(IsoError::Label(_))),
            "{label:?}"
        );
    }
    assert!(matches!(
        iso_image("X", &[("a", b""), ("a/b", b"")], None),
        Err(IsoError::Duplicate(_))
    ));
    assert!(matches!(
        iso_image("X", &[("a", b""), ("a", b"")], None),
        Err(IsoError::Duplicate(_))
    ));
    assert!(matches!(
        iso_image("X", &[], Some("a")),
        Err(IsoError::NoBootFile(_))
    ));
    let file = IsoFile {
        path: "big".into(),
        size: 1 << 32,
    };
    let spec = IsoSpec {
        label: "X".into(),
        files: vec![file],
        efi_boot: None,
    };
    assert!(matches!(spec.layout(), Err(IsoError::TooLarge(_))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn what_was_written_is_read_back(
        files in prop::collection::btree_map("[a-c]{1,2}(/[A-C_]{1,2}){0,3}/[a-z._ -]{1,45}x", prop::collection::vec(any::<u8>(), 0..5000), 0..60),
    ) {
        let borrowed: Vec<_> = files.iter().map(|(path, content)| (path.as_str(), content.as_slice())).collect();
        // A path may be a file here and a folder there; that is refused, and nothing else is.
        let image = match iso_image("LABEL", &borrowed, None) {
            Err(IsoError::Duplicate(_)) => return Ok(()),
            other => other.unwrap(),
        };
        prop_assert_eq!(&read(&image, false), &files);
        prop_assert_eq!(&read(&image, true), &files);
        let reversed: Vec<_> = borrowed.iter().rev().copied().collect();
        let names = |image: &[u8]| read(image, false).into_keys().collect::<Vec<_>>();
        prop_assert_eq!(names(&iso_image("LABEL", &reversed, None).unwrap()), names(&image));
    }
}
