//! Finds the boot loader on an EFI system partition: first a shim's CSV file, else a default loader. Read-only.

use std::io::{self, Read};

use fatfs::{Dir, FileSystem, FsOptions};

use crate::disk::device::Window;

const MAX_FOLDERS: usize = 256;
const MAX_CSV: u64 = 64 * 1024;
/// How file names of loaders end for this machine's processor (UEFI specification 2.10, section 3.5.1.1).
#[cfg(target_arch = "aarch64")]
pub const MACHINE: &str = "aa64";
#[cfg(not(target_arch = "aarch64"))]
pub const MACHINE: &str = "x64";
/// The folder that firmware looks into by itself.
const REMOVABLE: &str = "\\EFI\\BOOT";

fn csv_names() -> [String; 2] {
    [format!("boot{MACHINE}.csv"), "boot.csv".to_owned()]
}

fn removable_name() -> String {
    format!("boot{MACHINE}.efi")
}

fn loader_names() -> [String; 4] {
    [
        removable_name(),
        format!("shim{MACHINE}.efi"),
        format!("grub{MACHINE}.efi"),
        "winload.efi".to_owned(),
    ]
}

/// A loader that the firmware can start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loader {
    /// Path with backslashes from the root.
    pub path: String,
    /// Label that the image wants.
    pub label: Option<String>,
    /// Whether the firmware would find a loader here without any boot entry.
    pub removable: bool,
}

type Folder<'a, 'w> = Dir<'a, Window<'w>>;

/// Searches the partition; `None` when it holds no loader.
pub fn find_loader(partition: Window<'_>) -> io::Result<Option<Loader>> {
    let fs = FileSystem::new(partition, FsOptions::new())?;
    let folders = folders(&fs.root_dir())?;
    let removable = is_removable(&folders)?;
    for (path, folder) in &folders {
        if let Some((file, label)) = csv_loader(folder)? {
            return Ok(Some(Loader {
                path: format!("{path}\\{file}"),
                label,
                removable,
            }));
        }
    }
    for wanted in loader_names() {
        for (path, folder) in &folders {
            if let Some(name) = file_named(folder, &wanted)? {
                return Ok(Some(Loader {
                    path: format!("{path}\\{name}"),
                    label: None,
                    removable,
                }));
            }
        }
    }
    Ok(None)
}

fn is_removable(folders: &[(String, Folder<'_, '_>)]) -> io::Result<bool> {
    let found = folders
        .iter()
        .find(|(path, _)| path.eq_ignore_ascii_case(REMOVABLE));
    match found {
        Some((_, folder)) => Ok(file_named(folder, &removable_name())?.is_some()),
        None => Ok(false),
    }
}

/// The folders below `EFI`, by name, and one level further for `Microsoft\Boot`.
fn folders<'a, 'w>(root: &Folder<'a, 'w>) -> io::Result<Vec<(String, Folder<'a, 'w>)>> {
    let mut found = Vec::new();
    let Some(efi) = children(root)?
        .into_iter()
        .find(|(n, _)| n.eq_ignore_ascii_case("efi"))
    else {
        return Ok(found);
    };
    for (name, folder) in children(&efi.1)? {
        let path = format!("\\{}\\{name}", efi.0);
        for (inner, deeper) in children(&folder)? {
            found.push((format!("{path}\\{inner}"), deeper));
        }
        found.push((path, folder));
    }
    found.sort_by_cached_key(|(path, _)| (path.matches('\\').count(), path.to_lowercase()));
    Ok(found)
}

fn children<'a, 'w>(folder: &Folder<'a, 'w>) -> io::Result<Vec<(String, Folder<'a, 'w>)>> {
    let mut list = Vec::new();
    for entry in folder.iter().take(MAX_FOLDERS) {
        let entry = entry?;
        let name = entry.file_name();
        if entry.is_dir() && name != "." && name != ".." {
            list.push((name, entry.to_dir()));
        }
    }
    Ok(list)
}

fn file_named(folder: &Folder<'_, '_>, wanted: &str) -> io::Result<Option<String>> {
    for entry in folder.iter().take(MAX_FOLDERS) {
        let entry = entry?;
        if entry.is_file() && entry.file_name().eq_ignore_ascii_case(wanted) {
            return Ok(Some(entry.file_name()));
        }
    }
    Ok(None)
}

fn csv_loader(folder: &Folder<'_, '_>) -> io::Result<Option<(String, Option<String>)>> {
    for wanted in csv_names() {
        let Some(name) = file_named(folder, &wanted)? else {
            continue;
        };
        let mut bytes = Vec::new();
        folder
            .open_file(&name)?
            .take(MAX_CSV)
            .read_to_end(&mut bytes)?;
        let Some((file, label)) = parse_csv(&bytes) else {
            continue;
        };
        if let Some(file) = file_named(folder, &file)? {
            return Ok(Some((file, label)));
        }
    }
    Ok(None)
}

/// First line of a shim CSV, `file,label,options,description`, in UTF-16 or UTF-8.
pub fn parse_csv(bytes: &[u8]) -> Option<(String, Option<String>)> {
    let units = || {
        bytes
            .chunks_exact(2)
            .map(|p| u16::from_le_bytes([p[0], p[1]]))
            .collect::<Vec<_>>()
    };
    let wide = bytes.starts_with(&[0xff, 0xfe]) || bytes.get(1) == Some(&0);
    let text = if wide {
        String::from_utf16_lossy(&units())
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    let line = text.trim_start_matches('\u{feff}').lines().next()?;
    let mut fields = line
        .split(',')
        .map(|f| f.trim_matches(|c: char| c.is_whitespace() || c == '\0'));
    let file = fields
        .next()
        .filter(|f| !f.is_empty() && !f.contains(['\\', '/']))?;
    let label = fields
        .next()
        .filter(|l| !l.is_empty())
        .map(|l| l.chars().take(60).collect());
    Some((file.to_owned(), label))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::disk::device::Device;

    fn esp(files: &[(&str, &[u8])]) -> Option<Loader> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(4 << 20).unwrap();
        fatfs::format_volume(file.as_file_mut(), fatfs::FormatVolumeOptions::new()).unwrap();
        let fs = FileSystem::new(file.as_file_mut(), FsOptions::new()).unwrap();
        for (path, content) in files {
            let mut folder = fs.root_dir();
            let mut parts: Vec<_> = path.split('/').collect();
            let name = parts.pop().unwrap();
            for part in parts {
                folder = folder.create_dir(part).unwrap();
            }
            folder
                .create_file(name)
                .unwrap()
                .write_all(content)
                .unwrap();
        }
        fs.unmount().unwrap();
        let device = Device::open_read(file.path()).unwrap();
        find_loader(Window::new(&device, 0, device.size)).unwrap()
    }

    #[test]
    fn a_csv_wins_over_the_default_loader() {
        let csv: Vec<u8> = "\u{feff}shimx64.efi,Debian,,the entry\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let found = esp(&[
            ("EFI/BOOT/BOOTX64.EFI", b"MZ"),
            ("EFI/debian/shimx64.efi", b"MZ"),
            ("EFI/debian/BOOTX64.CSV", &csv),
        ]);
        assert_eq!(
            found,
            Some(Loader {
                path: "\\EFI\\debian\\shimx64.efi".to_owned(),
                label: Some("Debian".to_owned()),
                removable: true,
            })
        );
    }

    #[test]
    fn without_a_csv_the_default_loader_is_taken() {
        let found = esp(&[
            ("EFI/BOOT/BOOTX64.EFI", b"MZ"),
            ("EFI/other/grubx64.efi", b"MZ"),
        ]);
        assert_eq!(
            found,
            Some(Loader {
                path: "\\EFI\\BOOT\\BOOTX64.EFI".to_owned(),
                label: None,
                removable: true,
            })
        );
        assert_eq!(esp(&[("readme.txt", b"x")]), None);
        let installed = esp(&[("EFI/debian/grubx64.efi", b"MZ")]).unwrap();
        assert!(!installed.removable);
    }

    #[test]
    fn a_loader_for_another_processor_is_none() {
        assert_eq!(esp(&[("EFI/BOOT/BOOTRISCV64.EFI", b"MZ")]), None);
    }

    #[test]
    fn a_csv_that_names_a_missing_file_or_a_path_is_passed_over() {
        let found = esp(&[
            ("EFI/a/boot.csv", b"../../x.efi,Evil"),
            ("EFI/a/bootx64.csv", b"gone.efi,Gone"),
            ("EFI/a/grubx64.efi", b"MZ"),
        ]);
        assert_eq!(
            found.map(|l| l.path).as_deref(),
            Some("\\EFI\\a\\grubx64.efi")
        );
    }

    #[test]
    fn a_folder_that_never_ends_is_given_up() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(include_bytes!("../../fuzz/corpus/esp/endless"))
            .unwrap();
        file.as_file().set_len(4 << 20).unwrap();
        let device = Device::open_read(file.path()).unwrap();
        let given_up = find_loader(Window::new(&device, 0, device.size));
        assert!(given_up.unwrap_err().to_string().contains("does not end"));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes: Vec<u8>) {
            let _ = parse_csv(&bytes);
        }
    }
}
