//! The configuration that GRUB is given on the EFI system partition: it finds the root file system by its UUID and goes on with the
//! configuration there, or boots the newest kernel there itself. Written from checked values alone.

use model::boot::KernelArgs;

use super::root_files::RootFiles;

/// Where distributions keep the configuration that they generate.
const OWN: [&str; 2] = ["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"];
/// How the initramfs of a kernel is called: Debian and Ubuntu, Fedora and its kin, SUSE.
const INITRAMFS: [(&str, &str); 3] = [("initrd.img-", ""), ("initramfs-", ".img"), ("initrd-", "")];

/// The configuration for this root file system; none when there is neither a configuration nor a kernel in it.
pub fn configuration(root: &RootFiles) -> Option<String> {
    let uuid = root.uuid();
    if let Some(own) = OWN.iter().find(|path| root.has_file(path)) {
        let folder = own.trim_end_matches("/grub.cfg");
        return Some(format!(
            "search.fs_uuid {uuid} root\nset prefix=($root)'{folder}'\nconfigfile $prefix/grub.cfg\n"
        ));
    }
    let (kernel, initramfs) = newest_kernel(root)?;
    let args = arguments(root);
    let space = if args.is_empty() { "" } else { " " };
    Some(format!(
        "search.fs_uuid {uuid} root\nlinux ($root)/boot/{kernel} root=UUID={uuid} ro{space}{args}\ninitrd ($root)/boot/{initramfs}\nboot\n"
    ))
}

fn newest_kernel(root: &RootFiles) -> Option<(String, String)> {
    let names = root.names("/boot");
    let has = |name: &str| names.iter().any(|it| it.name == name && !it.folder);
    let mut kernels: Vec<(Vec<u64>, String, String)> = names
        .iter()
        .filter(|it| !it.folder && is_plain(&it.name))
        .filter_map(|it| {
            let release = it.name.strip_prefix("vmlinuz-")?;
            let initramfs = INITRAMFS
                .iter()
                .map(|(before, after)| format!("{before}{release}{after}"))
                .find(|name| has(name))?;
            Some((numbers(release), it.name.clone(), initramfs))
        })
        .collect();
    kernels.sort();
    let (_, kernel, initramfs) = kernels.pop()?;
    Some((kernel, initramfs))
}

/// The names of kernels as distributions make them; others could mean something to GRUB.
fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._+~-".contains(c);
    !name.is_empty() && name.chars().all(plain)
}

fn numbers(release: &str) -> Vec<u64> {
    let parts = release.split(|c: char| !c.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

/// What the image's builder wants kernels to be told. Lines that a shell would have to understand are passed over.
fn arguments(root: &RootFiles) -> String {
    let text = root.text("/etc/default/grub").unwrap_or_default();
    let of = |key: &str| {
        let mut lines = text.lines().rev();
        let value = lines.find_map(|line| line.trim().strip_prefix(key)?.strip_prefix('='))?;
        let bare = value.trim().trim_matches(['"', '\'']);
        bare.parse::<KernelArgs>().ok()
    };
    let all = ["GRUB_CMDLINE_LINUX", "GRUB_CMDLINE_LINUX_DEFAULT"].map(of);
    let lines: Vec<String> = all
        .into_iter()
        .flatten()
        .map(|args| args.to_string())
        .collect();
    lines.join(" ").trim().to_owned()
}
