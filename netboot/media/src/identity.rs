//! The boot identity: what a started agent is told so that it can prove which boot it is. It travels as a second
//! initramfs (or as a file of the boot medium) beside the agent's own, and it only formats: minting, binding and
//! spending the nonce is the engine's business.

use crate::cpio::{CpioError, CpioWriter};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where the agent finds its identity, relative to the root of its file system.
pub const IDENTITY_PATH: &str = "etc/hammerscale/boot.json";
const IDENTITY_FOLDER: &str = "etc/hammerscale";

/// The content of [`IDENTITY_PATH`], as JSON.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BootIdentity {
    /// The secret of this one boot; spent at the first lookup.
    pub nonce: String,
    /// Certificate authority (PEM) that the engine's agent listener is signed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_ca_pem: Option<String>,
}

impl fmt::Debug for BootIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BootIdentity")
            .field("nonce", &"***")
            .field("api_ca_pem", &self.api_ca_pem)
            .finish()
    }
}

/// Why an identity could not be written.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// The document could not be formatted.
    #[error("formatting the boot identity")]
    Format(#[source] serde_json::Error),
    /// The archive could not be written.
    #[error("archiving the boot identity")]
    Archive(#[from] CpioError),
}

impl BootIdentity {
    /// The JSON document.
    pub fn document(&self) -> Result<Vec<u8>, IdentityError> {
        serde_json::to_vec(self).map_err(IdentityError::Format)
    }

    /// A plain cpio archive that holds the document with mode 0600; give it to the kernel as a further initrd
    /// after the agent's. Its length is a multiple of 512.
    pub fn initramfs(&self) -> Result<Vec<u8>, IdentityError> {
        let mut archive = CpioWriter::new(Vec::new());
        archive.directories(IDENTITY_FOLDER, 0o755)?;
        archive.file(IDENTITY_PATH, 0o600, &self.document()?)?;
        Ok(archive.finish()?)
    }
}

/// Whom ironic-python-agent shall trust: it knows no identity, but reads its configuration from files of its root file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StockAgentTrust<'a> {
    /// Certificate authority (PEM) that the engine's agent listener is signed by.
    pub api_ca_pem: &'a str,
    /// Authorities (PEM) of image servers: this agent knows one file for all that it connects to.
    pub image_ca_pem: Option<&'a str>,
    /// Whether it may run programs of a partition image to install its boot loader; its release 13 takes none otherwise.
    pub runs_image_programs: bool,
}

/// Folder of the agent's further configuration files, as its ramdisks' service names it (`--config-dir`).
const STOCK_CONFIGURATION: &str = "etc/ironic-python-agent.d";
const STOCK_AUTHORITY: &str = "etc/ironic-python-agent.d/hammerscale-ca.pem";

impl StockAgentTrust<'_> {
    /// A plain cpio archive with the authority and a file of options that names it (`cafile`); give it to the kernel as a further
    /// initrd. Its length is a multiple of 512.
    pub fn initramfs(&self) -> Result<Vec<u8>, CpioError> {
        let mut options = format!("[DEFAULT]\ncafile = /{STOCK_AUTHORITY}\n");
        if self.runs_image_programs {
            options.push_str("enable_bios_bootloader_install = true\n");
        }
        let mut archive = CpioWriter::new(Vec::new());
        archive.directories(STOCK_CONFIGURATION, 0o755)?;
        let images = self.image_ca_pem.unwrap_or_default();
        let all = match images.is_empty() {
            true => self.api_ca_pem.to_owned(),
            false => format!("{}\n{images}", self.api_ca_pem.trim_end()),
        };
        archive.file(STOCK_AUTHORITY, 0o644, all.as_bytes())?;
        archive.file(
            &format!("{STOCK_CONFIGURATION}/hammerscale.conf"),
            0o644,
            options.as_bytes(),
        )?;
        archive.finish()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_stock_agent_finds_the_authority_by_its_configuration() {
        let trust = StockAgentTrust {
            api_ca_pem: "-----BEGIN CERTIFICATE-----\n",
            image_ca_pem: None,
            runs_image_programs: false,
        };
        let bytes = trust.initramfs().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("etc/ironic-python-agent.d/hammerscale-ca.pem\0"));
        assert!(text.contains("-----BEGIN CERTIFICATE-----\n"));
        assert!(
            text.contains("[DEFAULT]\ncafile = /etc/ironic-python-agent.d/hammerscale-ca.pem\n")
        );
        assert_eq!(bytes.len() % 512, 0);
        assert!(!text.contains("bootloader"));
        let both = StockAgentTrust {
            api_ca_pem: "one\n",
            image_ca_pem: Some("two\n"),
            runs_image_programs: true,
        };
        let text = String::from_utf8_lossy(&both.initramfs().unwrap()).into_owned();
        assert!(
            text.contains("one\ntwo\n"),
            "one file for all that it connects to"
        );
        assert!(text.contains("hammerscale-ca.pem\nenable_bios_bootloader_install = true\n"));
    }

    fn identity() -> BootIdentity {
        BootIdentity {
            nonce: "n0nce".into(),
            api_ca_pem: Some("-----BEGIN CERTIFICATE-----\n".into()),
        }
    }

    #[test]
    fn document_has_the_agreed_shape_and_reads_back() {
        let text = String::from_utf8(identity().document().unwrap()).unwrap();
        assert_eq!(
            text,
            r#"{"nonce":"n0nce","api_ca_pem":"-----BEGIN CERTIFICATE-----\n"}"#
        );
        assert_eq!(
            serde_json::from_str::<BootIdentity>(&text).unwrap(),
            identity()
        );
        assert!(serde_json::from_str::<BootIdentity>(r#"{"nonce":"a","x":1}"#).is_err());
    }

    #[test]
    fn archive_holds_parents_then_a_private_file() {
        let bytes = identity().initramfs().unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let etc = text.find("etc\0").unwrap();
        let folder = text.find("etc/hammerscale\0").unwrap();
        let file = text.find("etc/hammerscale/boot.json\0").unwrap();
        assert!(etc < folder && folder < file);
        assert_eq!(
            &text[file - 110 + 14..file - 110 + 22],
            "00008180",
            "a regular file of mode 0600"
        );
        assert_eq!(bytes.len() % 512, 0);
    }

    #[test]
    fn debug_does_not_show_the_nonce() {
        assert!(!format!("{:?}", identity()).contains("n0nce"));
    }
}
