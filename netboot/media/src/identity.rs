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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

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
