//! The boot loader that an image brings along: what its packages put on an EFI system partition already, or the signed programs that they
//! keep for `grub-install`. Chosen and copied, never run.

use super::grub;
use super::root_files::RootFiles;
use crate::efi::esp::MACHINE;
use crate::failure::Failure;

/// Where images have the files of an EFI system partition of their own.
const MOUNTED: [&str; 2] = ["/boot/efi", "/efi"];
const MOST_FILES: usize = 1024;
const DEEPEST: usize = 8;
const LARGEST_GRUB: u64 = 32 << 20;

/// Where a file of the EFI system partition comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// This file of the root file system.
    Root(String),
    /// These bytes.
    Bytes(Vec<u8>),
}

/// A file of the EFI system partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EspFile {
    /// Its path from the partition's root, with slashes.
    pub path: String,
    /// Its content.
    pub source: Source,
}

fn file(path: String, source: Source) -> EspFile {
    EspFile { path, source }
}

/// All that goes to the EFI system partition.
///
/// # Errors
/// The image brings nothing that this machine's firmware starts.
pub fn files(root: &RootFiles) -> Result<Vec<EspFile>, Failure> {
    for folder in MOUNTED {
        let mut found = Vec::new();
        tree(root, folder, "", 0, &mut found);
        if found.iter().any(|it| is_program(&it.path)) {
            add_missing_configuration(root, &mut found);
            return Ok(found);
        }
    }
    packaged(root).ok_or_else(no_loader)
}

fn no_loader() -> Failure {
    Failure::boot_entry(format!(
        "the image has no boot loader for UEFI on {MACHINE}: neither files below /boot/efi, nor GRUB's signed program in /usr/lib/grub with a kernel and its initramfs in /boot. Build the image with grub-efi-amd64-signed and shim-signed (diskimage-builder: element block-device-efi or bootloader), or use a whole-disk image. The disk was left without a partition table"
    ))
}

fn is_program(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    lower.starts_with("efi/") && lower.ends_with(&format!("{MACHINE}.efi"))
}

fn tree(root: &RootFiles, base: &str, below: &str, depth: usize, found: &mut Vec<EspFile>) {
    let here = format!("{base}{below}");
    for name in root.names(&here) {
        let path = format!("{below}/{}", name.name);
        if name.folder && depth < DEEPEST {
            tree(root, base, &path, depth + 1, found);
        } else if !name.folder
            && found.len() < MOST_FILES
            && root.has_file(&format!("{base}{path}"))
        {
            let inside = path.trim_start_matches('/').to_owned();
            found.push(file(inside, Source::Root(format!("{base}{path}"))));
        }
    }
}

/// A GRUB without a configuration beside it looks for none elsewhere.
fn add_missing_configuration(root: &RootFiles, found: &mut Vec<EspFile>) {
    let Some(text) = grub::configuration(root) else {
        return;
    };
    let folders: Vec<String> = found
        .iter()
        .filter_map(|it| it.path.rsplit_once('/'))
        .filter(|(_, name)| {
            name.to_ascii_lowercase().starts_with("grub") && is_program(&format!("efi/{name}"))
        })
        .map(|(folder, _)| folder.to_owned())
        .collect();
    for folder in folders {
        let path = format!("{folder}/grub.cfg");
        if found.iter().all(|it| !it.path.eq_ignore_ascii_case(&path)) {
            found.push(file(path, Source::Bytes(text.clone().into_bytes())));
        }
    }
}

/// The names that distributions give to the folder of GRUB's modules, by processor.
fn grub_folder() -> &'static str {
    match MACHINE {
        "aa64" => "arm64-efi",
        _ => "x86_64-efi",
    }
}

/// GRUB as its packages keep it, behind a shim where there is one.
fn packaged(root: &RootFiles) -> Option<Vec<EspFile>> {
    let folder = grub_folder();
    let grub = first(
        root,
        &[
            format!("/usr/lib/grub/{folder}-signed/grub{MACHINE}.efi.signed"),
            format!("/usr/lib/grub/{folder}/monolithic/grub{MACHINE}.efi"),
        ],
    )?;
    let configuration = grub::configuration(root)?;
    let boot = format!("EFI/BOOT/BOOT{}.EFI", MACHINE.to_ascii_uppercase());
    let shim = first(
        root,
        &[
            format!("/usr/lib/shim/shim{MACHINE}.efi.signed"),
            format!("/usr/lib/shim/shim{MACHINE}.efi.signed.latest"),
            format!("/usr/lib/shim/shim{MACHINE}.efi"),
        ],
    );
    let mut files = match shim {
        Some(shim) => vec![
            file(boot, Source::Root(shim)),
            file(
                format!("EFI/BOOT/grub{MACHINE}.efi"),
                Source::Root(grub.clone()),
            ),
        ],
        None => vec![file(boot, Source::Root(grub.clone()))],
    };
    let keys = format!("mm{MACHINE}.efi");
    if let Some(found) = first(
        root,
        &[
            format!("/usr/lib/shim/{keys}.signed"),
            format!("/usr/lib/shim/{keys}"),
        ],
    ) {
        files.push(file(format!("EFI/BOOT/{keys}"), Source::Root(found)));
    }
    for folder in configuration_folders(root, &grub) {
        files.push(file(
            format!("{folder}/grub.cfg"),
            Source::Bytes(configuration.clone().into_bytes()),
        ));
    }
    Some(files)
}

fn first(root: &RootFiles, paths: &[String]) -> Option<String> {
    paths.iter().find(|path| root.has_file(path)).cloned()
}

/// Where this GRUB looks for its configuration: a path is built into it.
fn configuration_folders(root: &RootFiles, grub: &str) -> Vec<String> {
    let program = root.small(grub, LARGEST_GRUB).unwrap_or_default();
    let mut folders = vec!["EFI/BOOT".to_owned()];
    folders.extend(built_in(&program));
    let about = ["/etc/os-release", "/usr/lib/os-release"];
    let id = about.iter().find_map(|path| os_id(&root.text(path)?));
    folders.extend(id.map(|id| format!("EFI/{id}")));
    let mut seen = Vec::new();
    folders.retain(|folder| {
        let lower = folder.to_ascii_lowercase();
        let new = !seen.contains(&lower);
        seen.push(lower);
        new
    });
    folders
}

fn built_in(program: &[u8]) -> Vec<String> {
    const START: &[u8] = b"/EFI/";
    let places = program
        .windows(START.len())
        .enumerate()
        .filter(|(_, bytes)| *bytes == START);
    let names = places.filter_map(|(at, _)| {
        let rest = program.get(at + START.len()..)?;
        let length = rest.iter().take(32).position(|byte| *byte == 0)?;
        name(std::str::from_utf8(&rest[..length]).ok()?)
    });
    names.take(4).map(|name| format!("EFI/{name}")).collect()
}

fn os_id(text: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix("ID="))?;
    name(value.trim_matches(['"', '\'']))
}

fn name(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    let good = !text.is_empty() && text.len() <= 32 && text.chars().all(plain);
    good.then(|| text.to_owned())
}
