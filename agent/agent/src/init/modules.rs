//! Loads kernel modules for the hardware at hand: modaliases of sysfs against `modules.alias`, dependencies of
//! `modules.dep` first. Repeated until nothing new appears, because drivers reveal further devices.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::kmod::{ModuleInitFlags, finit_module};

use crate::log::{info, warning};

const MAX_DEPTH: usize = 24;
const MAX_ALIASES: usize = 20_000;
const ROUNDS: usize = 60;
const QUIET_ROUNDS: usize = 4;
const PAUSE: Duration = Duration::from_millis(150);

/// The module folder of the running kernel.
pub struct Modules {
    folder: PathBuf,
    /// Module name to its file and dependencies, as written.
    files: BTreeMap<String, (String, Vec<String>)>,
    aliases: Vec<(String, String)>,
    builtin: HashSet<String>,
    settled: HashSet<String>,
    seen: BTreeSet<String>,
}

impl Modules {
    /// Reads the tables below `/lib/modules/VERSION`. Missing tables mean that there are no modules.
    pub fn open(folder: PathBuf) -> Self {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap_or_default();
        let files = read("modules.dep")
            .lines()
            .filter_map(|line| {
                let (file, rest) = line.split_once(':')?;
                let needs = rest.split_whitespace().map(str::to_owned).collect();
                Some((name_of(file), (file.to_owned(), needs)))
            })
            .collect();
        let aliases = read("modules.alias")
            .lines()
            .filter_map(|line| {
                let mut words = line.strip_prefix("alias ")?.split_whitespace();
                Some((words.next()?.to_owned(), words.next()?.to_owned()))
            })
            .collect();
        let builtin = read("modules.builtin").lines().map(name_of).collect();
        Self {
            folder,
            files,
            aliases,
            builtin,
            settled: HashSet::new(),
            seen: BTreeSet::new(),
        }
    }

    /// The running kernel's.
    pub fn of_running_kernel() -> Self {
        let version = nix::sys::utsname::uname()
            .map(|u| u.release().to_string_lossy().into_owned())
            .unwrap_or_default();
        Self::open(Path::new("/lib/modules").join(version))
    }

    /// Loads modules for all devices, until nothing new turns up.
    pub fn load_for_hardware(&mut self, devices: &Path) {
        let mut quiet = 0;
        for _ in 0..ROUNDS {
            quiet = if self.load_new(devices) { 0 } else { quiet + 1 };
            if quiet >= QUIET_ROUNDS {
                break;
            }
            std::thread::sleep(PAUSE);
        }
        info!(
            "{} device aliases seen, {} modules considered",
            self.seen.len(),
            self.settled.len()
        );
    }

    /// Loads modules for devices not seen before; whether there were any.
    pub fn load_new(&mut self, devices: &Path) -> bool {
        let fresh: Vec<_> = modaliases(devices)
            .difference(&self.seen)
            .cloned()
            .collect();
        for alias in &fresh {
            for module in self.matching(alias) {
                self.load(&module);
            }
        }
        let any = !fresh.is_empty();
        self.seen.extend(fresh);
        any
    }

    /// Modules whose alias pattern fits.
    fn matching(&self, alias: &str) -> Vec<String> {
        self.aliases
            .iter()
            .filter(|(p, _)| glob(p.as_bytes(), alias.as_bytes()))
            .map(|(_, m)| m.clone())
            .collect()
    }

    /// Loads a module and what it needs; one that is built in or was tried before is left alone.
    pub fn load(&mut self, name: &str) {
        let name = name.replace('-', "_");
        if self.builtin.contains(&name) || !self.settled.insert(name.clone()) {
            return;
        }
        let Some((file, needs)) = self.files.get(&name).cloned() else {
            return;
        };
        // The list is ordered from the nearest to the most basic.
        for dependency in needs.iter().rev() {
            if self.settled.insert(name_of(dependency)) {
                self.insert(dependency);
            }
        }
        self.insert(&file);
    }

    fn insert(&self, file: &str) {
        let path = self.folder.join(file);
        let loaded = File::open(&path)
            .map_err(|e| e.to_string())
            .and_then(|f| match finit_module(&f, c"", ModuleInitFlags::empty()) {
                Ok(()) | Err(nix::Error::EEXIST) => Ok(()),
                Err(error) => Err(error.to_string()),
            });
        match loaded {
            Ok(()) => info!("module {} loaded", name_of(file)),
            Err(reason) => warning!("module {} not loaded: {reason}", name_of(file)),
        }
    }
}

/// `kernel/drivers/net/virtio_net.ko.xz` is `virtio_net`.
pub fn name_of(file: &str) -> String {
    let base = file.trim().rsplit('/').next().unwrap_or_default();
    base.split(".ko")
        .next()
        .unwrap_or_default()
        .replace('-', "_")
}

/// All `modalias` files below a folder, without following links.
fn modaliases(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut stack = vec![(folder.to_owned(), 0)];
    while let Some((folder, depth)) = stack.pop() {
        for entry in std::fs::read_dir(&folder)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
        {
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() && depth < MAX_DEPTH {
                stack.push((entry.path(), depth + 1));
            } else if kind.is_file()
                && entry.file_name() == "modalias"
                && found.len() < MAX_ALIASES
                && let Some(alias) = crate::host::read_text(&entry.path())
            {
                found.insert(alias);
            }
        }
    }
    found
}

/// The patterns of `modules.alias`: `*`, `?` and `[...]`.
pub fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    loop {
        let step = match pattern.get(p) {
            None if t == text.len() => return true,
            Some(b'*') => {
                star = Some((p + 1, t));
                p += 1;
                continue;
            }
            None => None,
            Some(_) => text.get(t).and_then(|c| one(&pattern[p..], *c)),
        };
        match (step, star) {
            (Some(width), _) => {
                p += width;
                t += 1;
            }
            (None, Some((after, at))) if at < text.len() => {
                star = Some((after, at + 1));
                p = after;
                t = at + 1;
            }
            _ => return false,
        }
    }
}

/// Matches one character; the width of the pattern element.
fn one(pattern: &[u8], c: u8) -> Option<usize> {
    match pattern.first()? {
        b'?' => Some(1),
        b'[' => {
            let end = pattern.iter().position(|b| *b == b']')?;
            let set = &pattern[1..end];
            let (negated, set) = match set.split_first() {
                Some((b'!' | b'^', rest)) => (true, rest),
                _ => (false, set),
            };
            let mut inside = set.contains(&c);
            for range in set.windows(3).filter(|w| w[1] == b'-') {
                inside |= (range[0]..=range[2]).contains(&c);
            }
            (inside != negated).then_some(end + 1)
        }
        literal => (*literal == c).then_some(1),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn aliases_match_like_modprobe() {
        for (pattern, text, expected) in [
            ("virtio:d00000001v*", "virtio:d00000001v00001AF4", true),
            (
                "pci:v00008086d00001*sv*sd*bc*sc*i*",
                "pci:v00008086d00001521sv0sd0bc02sc00i00",
                true,
            ),
            (
                "pci:v00008086d00002*sv*sd*bc*sc*i*",
                "pci:v00008086d00001521sv0sd0bc02sc00i00",
                false,
            ),
            (
                "usb:v*p*d*dc*dsc*dp*ic03isc*ip*in*",
                "usb:v1d6bp0002d0510dc09dsc00dp01ic09isc00ip00in00",
                false,
            ),
            ("acpi*:IPI0001:*", "acpi:IPI0001:", true),
            ("a[0-9]c", "a5c", true),
            ("a[!0-9]c", "a5c", false),
            ("*", "", true),
            ("a*b*c", "axxbxxb", false),
        ] {
            assert_eq!(
                glob(pattern.as_bytes(), text.as_bytes()),
                expected,
                "{pattern} {text}"
            );
        }
    }

    #[test]
    fn tables_and_devices_lead_to_modules() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::write(
            path.join("modules.dep"),
            "kernel/net/virtio_net.ko: kernel/net/net-failover.ko kernel/net/failover.ko\n",
        )
        .unwrap();
        std::fs::write(
            path.join("modules.alias"),
            "# x\nalias virtio:d00000001v* virtio_net\n",
        )
        .unwrap();
        std::fs::write(path.join("modules.builtin"), "kernel/fs/ext4/ext4.ko\n").unwrap();
        std::fs::create_dir_all(path.join("devices/pci/virtio0")).unwrap();
        std::fs::write(
            path.join("devices/pci/virtio0/modalias"),
            "virtio:d00000001v00001AF4\n",
        )
        .unwrap();
        let modules = Modules::open(path.to_owned());
        let found = modaliases(&path.join("devices"));
        assert_eq!(
            found
                .iter()
                .flat_map(|a| modules.matching(a))
                .collect::<Vec<_>>(),
            ["virtio_net"]
        );
        assert!(modules.files.contains_key("virtio_net") && modules.builtin.contains("ext4"));
        assert_eq!(modules.files["virtio_net"].1.len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn no_pattern_panics(pattern: Vec<u8>, text: Vec<u8>) {
            let _ = glob(&pattern, &text);
        }

        #[test]
        fn a_literal_matches_itself(text in "[a-z0-9:]{0,40}") {
            proptest::prop_assert!(glob(text.as_bytes(), text.as_bytes()));
            let pattern = text.clone() + "*";
            proptest::prop_assert!(glob(pattern.as_bytes(), text.as_bytes()));
        }
    }
}
