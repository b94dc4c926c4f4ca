//! Disk images that lie in a container registry as OCI artefacts: `oci://registry/repository:tag` or `...@digest`. What is found
//! is one blob with its digest; the blob itself is downloaded and hashed like any other image.
//!
//! Sources: OCI Image Specification 1.1 (manifest, index, descriptors), OCI Distribution Specification 1.1 (pull), the Docker
//! Registry token specification. Which of several artefacts is taken is Ironic's choice, see [`manifest`].

pub mod login;
pub mod manifest;
pub mod reference;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use agent_wire::WireSecret;
use reqwest::header::{ACCEPT, HeaderMap, HeaderValue};

use self::login::Login;
use self::manifest::{Choice, Document};
use self::reference::{Digest, Reference};
use super::checksum::{Expected, Running};
use crate::failure::Failure;
use crate::outbound::client::{Fetcher, Get};
use crate::outbound::document::{self, DocumentError, Retries};

/// The Distribution Specification asks registries to take manifests of this size; larger ones are not read.
const MAX_MANIFEST: usize = 4 << 20;

/// One blob that holds a disk image.
#[derive(Debug)]
pub struct Artefact {
    /// Where it is.
    pub url: String,
    /// How to ask for it; asks for a new token when the old one has expired.
    pub get: Get,
    /// The digest that the manifest names.
    pub expected: Expected,
    /// The format that the index names, in Ironic's words.
    pub disk_format: Option<&'static str>,
}

/// Finds the blob of an `oci://` URL. `architecture`: of this machine, as Rust names it.
pub async fn find(
    url: &str,
    secret: Option<&WireSecret>,
    fetcher: &Fetcher,
    retries: Retries,
    architecture: &str,
) -> Result<Artefact, Failure> {
    let reference = Reference::parse(url).map_err(|e| Failure::params(e.to_string()))?;
    let session = Session {
        login: Arc::new(Login::new(&reference, secret, retries)),
        reference,
        fetcher,
        retries,
    };
    let top = session.manifest(&session.reference.wanted()).await?;
    let choice = match top {
        Document::Index(index) => session.best_of(index.candidates(architecture)).await?,
        Document::Manifest(manifest) => {
            let disk_format = manifest.disk_format();
            let layer = manifest.only_layer().map_err(|e| session.unfit(&e))?;
            Choice { layer, disk_format }
        }
    };
    let digest = Digest::parse(&choice.layer.digest).map_err(|e| session.unfit(&e))?;
    Ok(Artefact {
        url: session.reference.blob_url(&digest),
        get: session.get(),
        expected: digest.expected(),
        disk_format: choice.disk_format,
    })
}

/// What belongs to one image's registry.
struct Session<'a> {
    reference: Reference,
    login: Arc<Login>,
    fetcher: &'a Fetcher,
    retries: Retries,
}

impl Session<'_> {
    fn get(&self) -> Get {
        Get {
            challenge: Some(self.login.clone()),
            ..Get::default()
        }
    }

    fn unfit(&self, why: &dyn std::fmt::Display) -> Failure {
        Failure::image(format!("{}: {why}", self.reference))
    }

    /// Fetches a manifest or an index by tag or digest; one that is named by digest must have it.
    async fn manifest(&self, wanted: &str) -> Result<Document, Failure> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(manifest::ACCEPTED));
        let get = Get {
            headers,
            ..self.get()
        };
        let url = self.reference.manifest_url(wanted);
        let bytes = document::fetch(self.fetcher, &url, &get, MAX_MANIFEST, self.retries)
            .await
            .map_err(|e| self.no_manifest(wanted, &e))?;
        if let Ok(digest) = Digest::parse(wanted) {
            check_digest(&bytes, &digest)
                .map_err(|e| Failure::checksum(format!("{}: {e}", self.reference)))?;
        }
        Document::parse(&bytes).map_err(|e| self.unfit(&e))
    }

    fn no_manifest(&self, wanted: &str, error: &DocumentError) -> Failure {
        let remedy = match error {
            DocumentError::Status { status, .. } if matches!(status.as_u16(), 401 | 403) => {
                "; check image_pull_secret"
            }
            DocumentError::Status { status, .. } if status.as_u16() == 404 => {
                " (registries also say so to whoever may not see it: check image_pull_secret)"
            }
            _ => "",
        };
        Failure::download(format!("{wanted} of {}: {error}{remedy}", self.reference))
    }

    /// The first candidate that is a disk image: some entries of an index only show what they are in their own manifest.
    async fn best_of(&self, candidates: Vec<manifest::Candidate>) -> Result<Choice, Failure> {
        let mut passed_over = Vec::new();
        for candidate in candidates {
            let digest = Digest::parse(&candidate.digest).map_err(|e| self.unfit(&e))?;
            match self.manifest(&digest.to_string()).await? {
                Document::Index(_) => {
                    passed_over.push(format!("{digest} is an index inside of an index"));
                }
                Document::Manifest(manifest) => match candidate.judge(&manifest) {
                    Ok(choice) => return Ok(choice),
                    Err(error) => passed_over.push(format!("{digest}: {error}")),
                },
            }
        }
        let why = if passed_over.is_empty() {
            "nothing in its index is a raw or qcow2 disk image for this machine's architecture"
                .to_owned()
        } else {
            format!(
                "nothing in its index is a disk image: {}",
                passed_over.join("; ")
            )
        };
        Err(self.unfit(&why))
    }
}

fn check_digest(bytes: &[u8], digest: &Digest) -> Result<(), String> {
    let mut running = Running::new(digest.algorithm);
    running.update(bytes);
    let found = running.hex();
    if found == digest.hex {
        return Ok(());
    }
    Err(format!(
        "the registry's manifest has the digest {found}, not {digest}; something on the way changes it"
    ))
}
