//! Tests of the UKI writer on a minimal PE program made here, field by field.
#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;

const TABLE: usize = 0x80 + 4 + 20 + 240;

/// A PE32+ program with one section at 0x1000..0x1234 and headers of 0x400 bytes, laid out as systemd's stub is.
fn stub() -> Vec<u8> {
    let mut pe = vec![0; 0x400];
    let mut put = |at: usize, bytes: &[u8]| pe[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"MZ");
    put(0x3c, &0x80_u32.to_le_bytes());
    put(0x80, b"PE\0\0");
    put(0x84, &0x8664_u16.to_le_bytes());
    put(0x86, &1_u16.to_le_bytes());
    put(0x94, &240_u16.to_le_bytes());
    put(0x98, &0x20b_u16.to_le_bytes());
    put(0x98 + 32, &0x200_u32.to_le_bytes());
    put(0x98 + 36, &0x200_u32.to_le_bytes());
    put(0x98 + 56, &0x1400_u32.to_le_bytes());
    put(0x98 + 60, &0x400_u32.to_le_bytes());
    put(0x98 + 64, &0xdead_beef_u32.to_le_bytes());
    put(TABLE, b".text\0\0\0");
    for (n, field) in [0x234_u32, 0x1000, 0x400, 0x400].iter().enumerate() {
        put(TABLE + 8 + 4 * n, &field.to_le_bytes());
    }
    pe.resize(0x800, 0x90);
    pe
}

fn u32_of(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// Name, address, content of each section.
fn sections(image: &[u8]) -> Vec<(String, usize, Vec<u8>)> {
    let count = usize::from(u16::from_le_bytes(image[0x86..0x88].try_into().unwrap()));
    (0..count)
        .map(|n| {
            let at = TABLE + 40 * n;
            let name = String::from_utf8(image[at..at + 8].to_vec()).unwrap();
            let (size, raw) = (u32_of(image, at + 8), u32_of(image, at + 20));
            assert_eq!(raw % 0x200, 0);
            (
                name.trim_end_matches('\0').to_owned(),
                u32_of(image, at + 12),
                image[raw..raw + size].to_vec(),
            )
        })
        .collect()
}

fn parts<'a>(stub: &'a [u8], initrd: &'a [u8], linux: &'a [u8]) -> UkiParts<'a> {
    UkiParts {
        stub,
        os_release: "ID=x\n",
        cmdline: "console=ttyS0",
        initrd,
        linux,
    }
}

#[test]
fn sections_follow_the_stub_in_file_and_memory() {
    let stub = stub();
    let image = unified_kernel_image(&parts(&stub, b"cpio", b"MZkernel")).unwrap();
    let found = sections(&image);
    let brief: Vec<_> = found[1..]
        .iter()
        .map(|(name, address, content)| (name.as_str(), *address, content.as_slice()))
        .collect();
    assert_eq!(
        brief,
        [
            (".osrel", 0x2000, b"ID=x\n".as_slice()),
            (".cmdline", 0x3000, b"console=ttyS0"),
            (".initrd", 0x4000, b"cpio"),
            (".linux", 0x5000, b"MZkernel"),
        ]
    );
    assert_eq!(
        u32_of(&image, 0x98 + 56),
        0x5200,
        "SizeOfImage covers the last section, aligned"
    );
    assert_eq!(u32_of(&image, 0x98 + 60), 0x400, "SizeOfHeaders stays");
    assert_eq!(u32_of(&image, 0x98 + 64), 0, "checksum");
    assert_eq!(
        image[0x400..0x800],
        stub[0x400..],
        "the stub's own section is untouched"
    );
}

#[test]
fn unusable_stubs_are_refused_with_the_reason() {
    let made = |change: &dyn Fn(&mut Vec<u8>)| {
        let mut changed = stub();
        change(&mut changed);
        unified_kernel_image(&parts(&changed, b"", b"MZ")).unwrap_err()
    };
    assert!(matches!(made(&|s| s[0] = b'X'), UkiError::Stub(_)));
    assert!(matches!(made(&|s| s[0x80] = b'X'), UkiError::Stub(_)));
    assert!(matches!(made(&|s| s[0x98] = 0), UkiError::Stub(_)));
    assert!(matches!(made(&|s| s[0x98 + 149] = 1), UkiError::Signed));
    assert!(matches!(made(&|s| s[0x86] = 17), UkiError::Stub(_)));
    assert!(matches!(
        made(&|s| s[0x86] = 14),
        UkiError::NoRoom { room: 1, needed: 4 }
    ));
    assert!(matches!(
        made(&|s| s[TABLE..TABLE + 8].copy_from_slice(b".linux\0\0")),
        UkiError::AlreadyHas(_)
    ));
}

#[test]
fn a_finished_image_is_not_a_stub() {
    let image = unified_kernel_image(&parts(&stub(), b"cpio", b"MZ")).unwrap();
    assert!(matches!(
        unified_kernel_image(&parts(&image, b"cpio", b"MZ")),
        Err(UkiError::AlreadyHas(_))
    ));
}

#[test]
fn odd_kernels_and_command_lines_are_refused() {
    let stub = stub();
    assert!(matches!(
        unified_kernel_image(&parts(&stub, b"", b"ELF")),
        Err(UkiError::Kernel)
    ));
    let long = "x".repeat(2048);
    for cmdline in [long.as_str(), "a\nb", "\u{fc}"] {
        let odd = UkiParts {
            cmdline,
            ..parts(&stub, b"", b"MZ")
        };
        assert!(matches!(unified_kernel_image(&odd), Err(UkiError::Cmdline)));
    }
}

proptest! {
    #[test]
    fn content_is_kept_and_nothing_overlaps(initrd in prop::collection::vec(any::<u8>(), 0..20_000), tail in prop::collection::vec(any::<u8>(), 0..9_000)) {
        let linux = [b"MZ".as_slice(), &tail].concat();
        let stub = stub();
        let image = unified_kernel_image(&parts(&stub, &initrd, &linux)).unwrap();
        let found = sections(&image);
        prop_assert_eq!(&found[3].2, &initrd);
        prop_assert_eq!(&found[4].2, &linux);
        for pair in found.windows(2) {
            prop_assert!(pair[0].1 + pair[0].2.len() <= pair[1].1);
        }
        prop_assert_eq!(image.len() % 0x200, 0);
    }

    #[test]
    fn garbage_never_panics(mut bytes in prop::collection::vec(any::<u8>(), 0..600), at in 0_usize..0x300, value in any::<u8>()) {
        let _ = unified_kernel_image(&parts(&bytes, b"i", b"MZ"));
        bytes = stub();
        bytes[at] = value;
        let _ = unified_kernel_image(&parts(&bytes, b"i", b"MZ"));
    }
}
