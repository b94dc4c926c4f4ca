//! The arguments of the `write_image` step.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::lenient;
use crate::secret::WireSecret;

/// What to write and how to know that it is right (`image_info`).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ImageInfo {
    /// Last path segment of the image's source.
    #[serde(default)]
    pub id: String,
    /// Where it can be had; the first that answers is used.
    #[serde(default)]
    pub urls: Vec<String>,
    /// `raw`, `qcow2`, `gpt` ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disk_format: Option<String>,
    /// `bare`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container_format: Option<String>,
    /// Whether raw images go straight to the disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream_raw_images: Option<bool>,
    /// A digest, or the URL of a file of digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
    /// `md5`, `sha256`, `sha512`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_hash_algo: Option<String>,
    /// A digest, or the URL of a file of digests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_hash_value: Option<String>,
    /// `noauth` or `http_basic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_server_auth_strategy: Option<String>,
    /// User of the image server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_server_user: Option<String>,
    /// Its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_server_password: Option<WireSecret>,
    /// Base64 of the literal `Authorization` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_request_authorization: Option<WireSecret>,
    /// Base64 of the secret for a registry, for URLs of the scheme `oci`; ours alone reads it here, stock agents take it as an
    /// argument of another step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oci_pull_secret: Option<WireSecret>,
    /// Proxy by scheme (`http`, `https`).
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "lenient::or_default"
    )]
    pub proxies: BTreeMap<String, String>,
    /// Hosts that are reached without a proxy, comma separated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_proxy: Option<String>,
    /// The node that is deployed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_uuid: Option<String>,
    /// Config drive: URL, or base64 of a gzipped ISO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configdrive: Option<WireSecret>,
    /// `partition` or `whole-disk`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_type: Option<String>,
    /// `uefi` or `bios`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy_boot_mode: Option<String>,
    /// Keys of partition images and whatever is newer than this crate.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
}
