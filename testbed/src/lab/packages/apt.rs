//! Debian's package tools, driven so that they ask nothing and start nothing.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::lab::command::{output, tool};

/// Asked by package scripts before they start a daemon; status 101 means "do not".
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// An installed package as dpkg knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installed {
    /// Its version.
    pub version: String,
    /// The source package it was built from.
    pub source: String,
}

/// All installed packages by name (without architecture).
pub fn installed() -> Result<BTreeMap<String, Installed>> {
    let listing = output(&mut tool(
        "dpkg-query",
        [
            "-W",
            "-f",
            "${db:Status-Abbrev}\t${Package}\t${Version}\t${source:Package}\n",
        ],
    ))?;
    Ok(listing.lines().filter_map(parse_installed).collect())
}

fn parse_installed(line: &str) -> Option<(String, Installed)> {
    let mut fields = line.split('\t');
    fields.next().filter(|status| status.trim() == "ii")?;
    let name = fields.next()?.to_owned();
    let (version, source) = (fields.next()?.to_owned(), fields.next()?.to_owned());
    Some((name, Installed { version, source }))
}

/// A version of a package that the machine's sources offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The version.
    pub version: String,
    /// The suite that has it, for example a release's name.
    pub suite: String,
}

/// What the sources offer of a package, newest first; empty when they do not know it.
pub fn offers(package: &str) -> Result<Vec<Offer>> {
    let listing = output(&mut tool("apt-cache", ["madison", package]))?;
    Ok(listing.lines().filter_map(parse_offer).collect())
}

fn parse_offer(line: &str) -> Option<Offer> {
    let mut columns = line.split('|').map(str::trim);
    let (_, version, source) = (columns.next()?, columns.next()?, columns.next()?);
    let (suite, _component) = source.split_whitespace().nth(1)?.split_once('/')?;
    source.ends_with("Packages").then(|| Offer {
        version: version.to_owned(),
        suite: suite.to_owned(),
    })
}

/// Installs what `arguments` names; when that fails, the package lists are renewed and it is tried once more
/// (lists may be absent on a new machine, or name versions that the archive no longer holds).
pub fn install_with(arguments: impl Fn() -> Result<Vec<String>>) -> Result<()> {
    let _policy = NoDaemons::establish()?;
    let attempt = || -> Result<String> {
        output(
            apt_get()
                .args(["install", "-y", "--no-install-recommends"])
                .args(arguments()?),
        )
    };
    if attempt().is_ok() {
        return Ok(());
    }
    update()?;
    attempt()
        .map(drop)
        .context("the packages cannot be installed")
}

/// Renews the package lists.
pub fn update() -> Result<()> {
    output(apt_get().arg("update"))
        .map(drop)
        .context("cannot renew the package lists")
}

/// Downloads one package file into a folder; renews the lists and tries once more when that fails.
pub fn download(package: &str, folder: &Path) -> Result<()> {
    let attempt = || {
        output(apt_get().current_dir(folder).args([
            "-o",
            "APT::Sandbox::User=root",
            "download",
            package,
        ]))
    };
    if attempt().is_ok() {
        return Ok(());
    }
    update()?;
    attempt()
        .map(drop)
        .with_context(|| format!("cannot download {package}"))
}

/// Downloads a package and unpacks its files into the folder `root` of this one, which it gives. Nothing is installed.
pub fn unpack(package: &str, folder: &Path) -> Result<PathBuf> {
    println!("fetching {package}");
    download(package, folder)?;
    let file = fs::read_dir(folder)?
        .filter_map(|found| found.ok().map(|found| found.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .with_context(|| format!("{package} was downloaded, but no package file is there"))?;
    let root = folder.join("root");
    output(tool("dpkg-deb", ["-x"]).arg(&file).arg(&root))?;
    fs::remove_file(&file)?;
    Ok(root)
}

/// The newest version of a package that the machine's sources offer; the lists are renewed when they do not know it.
pub fn newest(package: &str) -> Result<String> {
    let version = |offers: Vec<Offer>| offers.into_iter().next().map(|offer| offer.version);
    if let Some(version) = version(offers(package)?) {
        return Ok(version);
    }
    update()?;
    version(offers(package)?).with_context(|| format!("nobody offers {package}"))
}

fn apt_get() -> Command {
    let mut command = tool("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=300"]);
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

/// While it lives, no installed package starts a daemon. A policy somebody else wrote is respected and kept.
struct NoDaemons {
    created: bool,
}

impl NoDaemons {
    fn establish() -> Result<Self> {
        let made = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o755)
            .open(POLICY);
        match made {
            Ok(mut file) => {
                std::io::Write::write_all(&mut file, b"#!/bin/sh\nexit 101\n")
                    .with_context(|| format!("cannot write {POLICY}"))?;
                Ok(Self { created: true })
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                Ok(Self { created: false })
            }
            Err(error) => Err(error).with_context(|| format!("cannot create {POLICY}")),
        }
    }
}

impl Drop for NoDaemons {
    fn drop(&mut self) {
        if self.created
            && let Err(error) = fs::remove_file(POLICY)
        {
            tracing::warn!("cannot remove {POLICY}: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_installed_packages_count() {
        let (name, package) = parse_installed("ii \tqemu-utils\t1:7.2\tqemu").unwrap();
        assert_eq!(
            (
                name.as_str(),
                package.version.as_str(),
                package.source.as_str()
            ),
            ("qemu-utils", "1:7.2", "qemu")
        );
        assert_eq!(parse_installed("rc \tqemu-utils\t1:7.2\tqemu"), None);
    }

    #[test]
    fn an_offer_names_its_suite() {
        let offer = parse_offer("qemu-utils | 1:10.0~bpo12+1 | http://mirror.test/debian bookworm-backports/main amd64 Packages").unwrap();
        assert_eq!(
            (offer.version.as_str(), offer.suite.as_str()),
            ("1:10.0~bpo12+1", "bookworm-backports")
        );
        assert_eq!(
            parse_offer("qemu | 1:10.0 | http://mirror.test/debian bookworm/main Sources"),
            None
        );
    }
}
