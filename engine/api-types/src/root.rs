//! The documents at `/` and `/v1`.

use crate::{Link, Microversion};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The one version of the API and its range of microversions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionDocument {
    /// `v1`.
    pub id: String,
    /// Where it is.
    #[serde(default)]
    pub links: Vec<Link>,
    /// `CURRENT`.
    pub status: String,
    /// The lowest microversion, `1.1`.
    pub min_version: String,
    /// The highest microversion.
    pub version: String,
}

impl VersionDocument {
    /// The document of this server.
    pub fn served(public: &str) -> Self {
        Self {
            id: "v1".to_owned(),
            links: vec![Link::new(format!("{public}/v1/"), "self")],
            status: "CURRENT".to_owned(),
            min_version: Microversion::MIN.to_string(),
            version: Microversion::MAX.to_string(),
        }
    }
}

/// `GET /`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Root {
    /// `OpenStack Ironic API`: clients look for it.
    pub name: String,
    /// What it is.
    pub description: String,
    /// The version to use.
    pub default_version: VersionDocument,
    /// All versions: one.
    pub versions: Vec<VersionDocument>,
}

/// `GET /v1`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootV1 {
    /// `v1`.
    pub id: String,
    /// Itself and its description.
    pub links: Vec<Link>,
    /// An object with `base` and `type`.
    pub media_types: BTreeMap<String, String>,
    /// The version.
    pub version: VersionDocument,
    /// The collections of this microversion.
    #[serde(flatten)]
    pub collections: BTreeMap<String, Vec<Link>>,
}
