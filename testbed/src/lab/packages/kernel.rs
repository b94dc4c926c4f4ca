//! Debian's kernel, found through its meta-package so that no version is written down, and its modules in load order.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::apt;
use crate::lab::cache;
use crate::lab::command::{output, tool};

/// Which of Debian's kernels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Flavour {
    /// Small and quick: virtio and NVMe machines only.
    Cloud,
    /// The full kernel, with SATA, e1000e and IPMI.
    Full,
}

impl Flavour {
    fn meta_package(self) -> &'static str {
        match self {
            Self::Cloud => "linux-image-cloud-amd64",
            Self::Full => "linux-image-amd64",
        }
    }
}

/// An unpacked kernel package.
#[derive(Debug, Clone)]
pub struct Kernel {
    /// The release, as `uname -r` says it.
    pub release: String,
    /// The package's version.
    pub version: String,
    /// The bootable image.
    pub image: PathBuf,
    /// The folder `lib/modules/RELEASE`.
    pub modules: PathBuf,
}

/// Fetches the flavour's current kernel into the cache and unpacks it; a complete one is reused.
pub fn fetch(flavour: Flavour) -> Result<Kernel> {
    let package = match resolve(flavour)? {
        Some(package) => package,
        None => {
            apt::update()?;
            resolve(flavour)?.with_context(|| {
                format!("the package sources do not know {}", flavour.meta_package())
            })?
        }
    };
    let version = apt::newest(&package)?;
    let name = format!("kernel-{package}-{}", cache::key([version.as_str()]));
    let folder = cache::entry(&cache::folder()?, &name, |folder| unpack(&package, folder))?;
    let release = package.trim_start_matches("linux-image-").to_owned();
    Ok(Kernel {
        image: folder.join("root/boot").join(format!("vmlinuz-{release}")),
        modules: folder.join("root/lib/modules").join(&release),
        release,
        version,
    })
}

fn resolve(flavour: Flavour) -> Result<Option<String>> {
    let listing = tool("apt-cache", ["depends", flavour.meta_package()])
        .output()
        .context("cannot start apt-cache")?;
    Ok(kernel_dependency(&String::from_utf8_lossy(&listing.stdout)))
}

fn kernel_dependency(listing: &str) -> Option<String> {
    let depends = listing
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "));
    depends
        .map(str::trim)
        .find(|name| name.starts_with("linux-image-"))
        .map(str::to_owned)
}

fn unpack(package: &str, folder: &Path) -> Result<()> {
    let root = apt::unpack(package, folder)?;
    let release = package.trim_start_matches("linux-image-");
    output(tool("depmod", ["-b"]).arg(&root).arg(release)).map(drop)
}

impl Kernel {
    /// The module files for `names` and all they depend on, each after its dependencies.
    /// Names the kernel does not have as modules (built in, or absent) are left out.
    pub fn modules_in_order(&self, names: &[&str]) -> Result<Vec<PathBuf>> {
        let path = self.modules.join("modules.dep");
        let listing =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let dependencies = parse_dependencies(&listing)?;
        let mut order = Vec::new();
        let mut seen = BTreeSet::new();
        for name in names {
            let found = dependencies.keys().find(|file| module_name(file) == *name);
            found
                .into_iter()
                .for_each(|file| visit(file, &dependencies, &mut seen, &mut order));
        }
        Ok(order
            .into_iter()
            .map(|file| self.modules.join(file))
            .collect())
    }
}

fn module_name(file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.split('.').next().unwrap_or(name).replace('-', "_")
}

fn parse_dependencies(listing: &str) -> Result<BTreeMap<String, Vec<String>>> {
    listing
        .lines()
        .map(|line| match line.split_once(':') {
            Some((file, needs)) => Ok((
                file.to_owned(),
                needs.split_whitespace().map(str::to_owned).collect(),
            )),
            None => bail!("modules.dep holds a line without a colon: {line:?}"),
        })
        .collect()
}

fn visit(
    file: &str,
    dependencies: &BTreeMap<String, Vec<String>>,
    seen: &mut BTreeSet<String>,
    order: &mut Vec<String>,
) {
    if !seen.insert(file.to_owned()) {
        return;
    }
    for need in dependencies.get(file).into_iter().flatten() {
        visit(need, dependencies, seen, order);
    }
    order.push(file.to_owned());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_meta_package_names_the_kernel() {
        let listing = "linux-image-cloud-amd64\n  Depends: linux-image-9.9.0-1-cloud-amd64\n";
        assert_eq!(
            kernel_dependency(listing).unwrap(),
            "linux-image-9.9.0-1-cloud-amd64"
        );
        assert_eq!(kernel_dependency(""), None);
    }

    #[test]
    fn modules_follow_their_dependencies() {
        let listing = "kernel/net/virtio_net.ko: kernel/net/net_failover.ko kernel/core/failover.ko\nkernel/net/net_failover.ko: kernel/core/failover.ko\nkernel/core/failover.ko:\n";
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("modules.dep"), listing).unwrap();
        let kernel = Kernel {
            release: String::new(),
            version: String::new(),
            image: PathBuf::new(),
            modules: folder.path().to_owned(),
        };
        let names: Vec<_> = kernel
            .modules_in_order(&["virtio_net", "built_in"])
            .unwrap()
            .iter()
            .map(|path| module_name(path.to_str().unwrap()))
            .collect();
        assert_eq!(names, ["failover", "net_failover", "virtio_net"]);
    }
}
