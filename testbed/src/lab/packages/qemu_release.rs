//! Chooses QEMU's release when some of its packages are already there.
//!
//! QEMU's packages refuse to stand beside another release's. A machine may hold one from a suite that its sources
//! no longer name: then the held ones must step back to what the sources offer.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

use super::apt::{self, Installed, Offer};

/// Arguments for `apt-get install` that bring `packages` in a release that fits what is installed.
pub fn arguments(packages: &[String]) -> Result<Vec<String>> {
    let held: BTreeMap<String, Installed> = apt::installed()?
        .into_iter()
        .filter(|(_, package)| package.source == "qemu")
        .collect();
    let Some((sample, installed)) = held.iter().next() else {
        return Ok(packages.to_vec());
    };
    match remedy(&installed.version, &apt::offers(sample)?) {
        Remedy::Nothing => Ok(packages.to_vec()),
        Remedy::SameSuite(suite) => {
            println!("taking QEMU from {suite}, as {sample} already is");
            Ok([vec!["-t".to_owned(), suite], packages.to_vec()].concat())
        }
        Remedy::StepBack => step_back(packages, held.keys()),
        Remedy::Unknown => bail!("the package sources do not offer {sample}"),
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Remedy {
    /// The newest offer is what is installed already.
    Nothing,
    /// The installed version comes from this suite, which is not the one apt prefers.
    SameSuite(String),
    /// Nobody offers the installed version: return to the newest one that is offered.
    StepBack,
    /// Nobody offers the package at all (the lists may be absent).
    Unknown,
}

fn remedy(installed: &str, offers: &[Offer]) -> Remedy {
    if offers.is_empty() {
        return Remedy::Unknown;
    }
    match offers.iter().find(|offer| offer.version == installed) {
        Some(offer) if offer.suite.ends_with("-backports") => {
            Remedy::SameSuite(offer.suite.clone())
        }
        Some(_) => Remedy::Nothing,
        None => Remedy::StepBack,
    }
}

fn step_back<'a>(
    packages: &[String],
    held: impl Iterator<Item = &'a String>,
) -> Result<Vec<String>> {
    let mut arguments = vec!["--allow-downgrades".to_owned()];
    for name in held {
        let Some(offer) = apt::offers(name)?.into_iter().next() else {
            bail!(
                "{name} is installed, but the package sources offer no version of it: remove it first"
            );
        };
        println!(
            "bringing {name} to {}: the sources do not offer QEMU's other packages in the installed release",
            offer.version
        );
        arguments.push(format!("{name}={}", offer.version));
    }
    let pinned = arguments.clone();
    let is_pinned = |package: &&String| {
        !pinned
            .iter()
            .any(|argument| argument.starts_with(&format!("{package}=")))
    };
    arguments.extend(packages.iter().filter(is_pinned).cloned());
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(version: &str, suite: &str) -> Offer {
        Offer {
            version: version.to_owned(),
            suite: suite.to_owned(),
        }
    }

    #[test]
    fn a_release_nobody_offers_steps_back() {
        assert_eq!(
            remedy("1:10.0~bpo12", &[offer("1:7.2", "bookworm")]),
            Remedy::StepBack
        );
    }

    #[test]
    fn an_offered_backport_is_followed() {
        let offers = [
            offer("1:10.0~bpo12", "bookworm-backports"),
            offer("1:7.2", "bookworm"),
        ];
        assert_eq!(
            remedy("1:10.0~bpo12", &offers),
            Remedy::SameSuite("bookworm-backports".to_owned())
        );
    }

    #[test]
    fn the_release_itself_needs_nothing() {
        assert_eq!(
            remedy("1:7.2", &[offer("1:7.2", "bookworm")]),
            Remedy::Nothing
        );
        assert_eq!(remedy("1:7.2", &[]), Remedy::Unknown);
    }
}
