//! Images read back with the library that wrote them, and looked at by a checker of others.
#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;
use std::io::Read;

fn read(image: &[u8], path: &str) -> Vec<u8> {
    let system =
        fatfs::FileSystem::new(Cursor::new(image.to_vec()), fatfs::FsOptions::new()).unwrap();
    let mut content = Vec::new();
    system
        .root_dir()
        .open_file(path)
        .unwrap()
        .read_to_end(&mut content)
        .unwrap();
    content
}

#[test]
fn files_and_label_read_back_and_the_image_repeats() {
    let big = vec![7; 3_000_001];
    let files = [
        FatFile {
            path: "EFI/BOOT/BOOTX64.EFI",
            content: &big,
        },
        FatFile {
            path: "openstack/latest/meta_data.json",
            content: b"{}",
        },
    ];
    let image = fat_image("CONFIG-2", &files).unwrap();
    assert_eq!(read(&image, "efi/boot/bootx64.efi"), big);
    assert_eq!(read(&image, "openstack/latest/meta_data.json"), b"{}");
    let system =
        fatfs::FileSystem::new(Cursor::new(image.clone()), fatfs::FsOptions::new()).unwrap();
    assert_eq!(system.volume_label(), "CONFIG-2");
    assert_eq!(
        system.read_volume_label_from_root_dir().unwrap().unwrap(),
        "CONFIG-2"
    );
    assert_eq!(image, fat_image("CONFIG-2", &files).unwrap());
    assert!(image.len() < 3_400_000, "{}", image.len());
}

#[test]
fn large_sectors_are_possible() {
    let content = vec![9; 2_000_000];
    let files = [FatFile {
        path: "openstack/content/0000",
        content: &content,
    }];
    for sector in [512, 1024, 2048, 4096] {
        let image = fat_image_for(sector, "CONFIG-2", &files).unwrap();
        assert_eq!(
            u32::from(u16::from_le_bytes([image[11], image[12]])),
            sector
        );
        assert!(image.len().is_multiple_of(4096));
        assert_eq!(read(&image, "openstack/content/0000"), content);
    }
    for sector in [0, 256, 513, 8192] {
        let refused = fat_image_for(sector, "E", &[]);
        assert!(matches!(refused, Err(FatError::Sector(_))), "{sector}");
    }
}

/// A file in nested folders, and a folder of more than one cluster.
#[test]
fn a_checker_of_others_finds_nothing() {
    let many: Vec<_> = (0..100)
        .map(|n| format!("deep/er/file number {n}.txt"))
        .collect();
    let small: Vec<_> = many
        .iter()
        .map(|path| FatFile {
            path,
            content: b"x",
        })
        .collect();
    let large = vec![1; 3 << 20];
    let mut wide = small.clone();
    wide.push(FatFile {
        path: "deep/large",
        content: &large,
    });
    for (sector, files) in [(512, &small), (4096, &small), (512, &wide), (4096, &wide)] {
        let image = fat_image_for(sector, "CONFIG-2", files).unwrap();
        assert_eq!(read(&image, "deep/er/file number 99.txt"), b"x");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), image).unwrap();
        let check = std::process::Command::new("fsck.vfat")
            .arg("-n")
            .arg(file.path())
            .output();
        let Ok(check) = check else {
            eprintln!("SKIPPED: no fsck.vfat here");
            return;
        };
        let said = String::from_utf8_lossy(&check.stdout);
        assert!(
            check.status.success() && !said.contains("/deep"),
            "{sector}: {said}"
        );
    }
}

#[test]
fn what_fat_cannot_hold_is_refused() {
    let one = |path| {
        fat_image(
            "ESP",
            &[FatFile {
                path,
                content: b"x",
            }],
        )
    };
    for path in ["", "/a", "a//b", "a/../b", "a:b", "a.", " a", "caf\u{e9}"] {
        assert!(matches!(one(path), Err(FatError::Path(_))), "{path:?}");
    }
    for label in ["", "lower", "TWELVE CHARS", "A/B", " A"] {
        assert!(
            matches!(fat_image(label, &[]), Err(FatError::Label(_))),
            "{label:?}"
        );
    }
    let file = |path| FatFile { path, content: b"" };
    assert!(matches!(
        fat_image("E", &[file("a/b"), file("A/B")]),
        Err(FatError::Duplicate(_))
    ));
    assert!(matches!(
        fat_image("E", &[file("a/b"), file("A")]),
        Err(FatError::Duplicate(_))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_sizes_fit(sizes in prop::collection::vec(0_usize..400_000, 0..18), deep in any::<bool>()) {
        let content = vec![0xa5; 400_000];
        let prefix = if deep { "one/a longer name of a folder/" } else { "" };
        let paths: Vec<String> = (0..sizes.len()).map(|n| format!("{prefix}{}{n}.bin", "long name ".repeat(n % 10))).collect();
        let files: Vec<_> = paths.iter().zip(&sizes).map(|(path, &size)| FatFile { path, content: &content[..size] }).collect();
        let image = fat_image("ANY SIZE", &files).unwrap();
        for file in &files {
            prop_assert_eq!(read(&image, file.path).len(), file.content.len());
        }
    }
}
