//! All that is made before a lab comes up: programs, ramdisk and target image, and the lab's options.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::lab::LabOptions;
use crate::lab::domain::Accelerator;
use crate::lab::image::{self, Image, Kind};
use crate::lab::machine::Shape;
use crate::lab::packages::{self, kernel::Flavour};
use crate::lab::web;

use super::ramdisk::{self, Ramdisk};
use super::{programs, story::Target};

/// What a run shall be.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// The lab's name.
    pub name: String,
    /// How many machines.
    pub machines: usize,
    /// What they are made of.
    pub shape: Shape,
    /// What they are given.
    pub image: Kind,
    /// Kernel of the agent's ramdisk.
    pub kernel: Flavour,
    /// The daemon as it is shipped instead of quickly built.
    pub release: bool,
    /// Whether processors are run by KVM.
    pub kvm: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            name: "demo".to_owned(),
            machines: 2,
            shape: Shape::default(),
            image: Kind::Mini,
            kernel: Flavour::Cloud,
            release: false,
            kvm: false,
        }
    }
}

impl Wishes {
    /// The lab of these wishes; its BMCs speak TLS.
    pub fn lab(&self) -> LabOptions {
        LabOptions {
            name: self.name.clone(),
            machines: vec![self.shape.clone(); self.machines],
            accelerator: if self.kvm {
                Accelerator::Kvm
            } else {
                Accelerator::Tcg
            },
            bmc_tls: true,
            router_advertisements: false,
        }
    }
}

/// What was made.
pub struct Kit {
    /// The daemon and command line.
    pub program: PathBuf,
    /// The agent's ramdisk.
    pub ramdisk: Ramdisk,
    /// The target image.
    pub image: Image,
}

const RAW: &str = "target.raw";
const GZIP: &str = "target.raw.gz";
const RAW_FORMAT: &str = "raw";

impl Kit {
    /// Installs the packages that are missing and builds what is not built yet.
    pub fn prepare(wishes: &Wishes) -> Result<Self> {
        packages::install_for_lab()?;
        packages::install_for_image(wishes.image, wishes.shape.firmware)?;
        let program = programs::daemon(wishes.release)?;
        let ramdisk = ramdisk::prepare(wishes.kernel)?;
        println!(
            "ramdisk: kernel {}, {:.1} MiB with its initramfs",
            ramdisk.kernel,
            ramdisk.bytes as f64 / 1_048_576.0
        );
        let image = image::build(wishes.image, wishes.shape.firmware)
            .context("cannot build the target image")?;
        Ok(Self {
            program,
            ramdisk,
            image,
        })
    }

    /// The files for the lab's web server.
    pub fn images(&self) -> BTreeMap<String, PathBuf> {
        BTreeMap::from([
            (RAW.to_owned(), self.image.raw.clone()),
            (GZIP.to_owned(), self.image.gzip.clone()),
        ])
    }

    /// Size of the raw image.
    pub fn raw_bytes(&self) -> Result<u64> {
        let about = std::fs::metadata(&self.image.raw).context("the target image")?;
        Ok(about.len())
    }

    /// The image, compressed.
    pub fn gzip(&self) -> Target {
        Target {
            url: web::image_url(GZIP),
            sha256: self.image.gzip_sha256.clone(),
            format: RAW_FORMAT,
        }
    }

    /// The image as it is, by HTTPS.
    pub fn raw_by_https(&self) -> Target {
        Target {
            url: web::secure_image_url(RAW),
            ..self.raw()
        }
    }

    /// The image as it is.
    pub fn raw(&self) -> Target {
        Target {
            url: web::image_url(RAW),
            sha256: self.image.raw_sha256.clone(),
            format: RAW_FORMAT,
        }
    }
}
