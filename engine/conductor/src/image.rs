//! A node's image, as its instance_info and driver_info describe it: checked before a deployment begins, and put into the agent's
//! words. Nothing of it is ever fetched here: the agent does that.

use crate::node_ramdisk::{self, Chosen};
use crate::settings::RamdiskSettings;
use agent_wire::{ImageInfo, WireSecret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::{Guarded, Node, Object};
use std::collections::BTreeMap;

mod partition;

pub(crate) use partition::is_partition;

/// Image formats that the engine's own agent writes; `auto` and its like leave it to the content.
const FORMATS: &[&str] = &["raw", "qcow2", "gpt"];
const UNNAMED_FORMATS: &[&str] = &["auto", "unknown"];
/// Proxies by the scheme of the image's URL.
const PROXIES: [(&str, &str); 2] = [("http", "image_http_proxy"), ("https", "image_https_proxy")];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scheme {
    Web,
    Registry,
}

fn scheme(source: &str) -> Option<Scheme> {
    let (scheme, rest) = source.split_once("://")?;
    let plain = !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || c.is_control());
    let found = match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => Scheme::Web,
        "oci" => Scheme::Registry,
        _ => return None,
    };
    plain.then_some(found)
}

/// Why an image cannot be deployed, for the person who asked.
pub(crate) fn check(
    node: &Node,
    ramdisk: Option<&RamdiskSettings>,
    md5: bool,
) -> Result<(), String> {
    let info = &node.instance_info;
    let source = info
        .text("image_source")
        .ok_or("instance_info/image_source is missing: the URL of the image to deploy")?;
    if info.text("boot_iso").is_some() {
        return Err("instance_info/image_source and instance_info/boot_iso exclude each other: remove boot_iso, or set deploy_interface to ramdisk and remove image_source".into());
    }
    let scheme = scheme(source).ok_or_else(|| {
        format!(
            "instance_info/image_source '{}': only URLs of http://, https:// and oci:// are accepted",
            shown(source)
        )
    })?;
    let named = matches!(
        node_ramdisk::choose(ramdisk, node),
        Ok(Chosen::Named { .. })
    );
    if scheme == Scheme::Registry && named {
        return Err("instance_info/image_source is in a registry (oci://), which only the engine's own agent can ask: remove deploy_kernel and deploy_ramdisk from driver_info, or name the image by an https URL".into());
    }
    known_type(info)?;
    partition::check(node, !named)?;
    checksum(info, scheme)?;
    if let Some(key) = md5_digest(info).filter(|_| !md5) {
        return Err(format!(
            "instance_info/{key} is an MD5 digest, which this engine's configuration forbids (agents.md5_checksums): use SHA-256 or SHA-512"
        ));
    }
    format(info)?;
    credentials(info)?;
    proxies(&node.driver_info)
}

fn known_type(info: &Guarded) -> Result<(), String> {
    match info.text("image_type") {
        None | Some("whole-disk" | "partition") => Ok(()),
        Some(other) => Err(format!(
            "instance_info/image_type '{other}' is unknown: whole-disk or partition"
        )),
    }
}

fn checksum(info: &Guarded, scheme: Scheme) -> Result<(), String> {
    let algorithm = info.text("image_os_hash_algo").is_some();
    let value = info.text("image_os_hash_value").is_some();
    if algorithm != value {
        let (given, missing) = if algorithm {
            ("image_os_hash_algo", "image_os_hash_value")
        } else {
            ("image_os_hash_value", "image_os_hash_algo")
        };
        return Err(format!(
            "instance_info/{given} is set, but {missing} is not: set both, or image_checksum instead"
        ));
    }
    // A registry names the digest of what it holds.
    if value || scheme == Scheme::Registry || info.text("image_checksum").is_some() {
        return Ok(());
    }
    Err("instance_info/image_checksum (or image_os_hash_algo and image_os_hash_value) is missing: without it nobody can tell whether the image arrived whole".into())
}

/// The key of a digest that is known to be MD5. What a file of digests holds, the agent finds out, and judges by the same rule.
fn md5_digest(info: &Guarded) -> Option<&'static str> {
    let is_md5 = |digest: &str| {
        let (name, hex) = digest.split_once(':').unwrap_or(("", digest));
        let bare = hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        name.trim().eq_ignore_ascii_case("md5") || (name.is_empty() && bare)
    };
    if let Some(algorithm) = info.text("image_os_hash_algo") {
        let named = algorithm.trim().eq_ignore_ascii_case("md5");
        return named.then_some("image_os_hash_algo");
    }
    let digest = info.text("image_checksum")?.trim();
    is_md5(digest).then_some("image_checksum")
}

fn format(info: &Guarded) -> Result<(), String> {
    let Some(format) = info.text("image_disk_format") else {
        return Ok(());
    };
    let plain = format.trim().to_ascii_lowercase();
    let known = [FORMATS, UNNAMED_FORMATS].concat();
    if known.contains(&plain.as_str()) {
        return Ok(());
    }
    Err(format!(
        "instance_info/image_disk_format '{format}' is not supported; supported: {} (raw also compressed with gzip, zstd or xz). Convert the image (qemu-img convert -O qcow2)",
        FORMATS.join(", ")
    ))
}

fn credentials(info: &Guarded) -> Result<(), String> {
    match info.text("image_server_auth_strategy") {
        None | Some("noauth") => Ok(()),
        Some("http_basic") => {
            let both = ["image_server_user", "image_server_password"]
                .iter()
                .all(|key| info.text(key).is_some());
            if both {
                return Ok(());
            }
            Err("instance_info/image_server_auth_strategy is http_basic: image_server_user and image_server_password must be set too".into())
        }
        Some(other) => Err(format!(
            "instance_info/image_server_auth_strategy '{other}' is unknown: noauth or http_basic"
        )),
    }
}

/// The rules for proxies are Ironic's: no scheme, http or https; domains are named with a dot in front, never with `*`.
fn proxies(info: &Guarded) -> Result<(), String> {
    for (_, key) in PROXIES {
        let proxy = info.text(key).unwrap_or_default();
        let scheme = proxy.split_once("://").map_or("http", |(scheme, _)| scheme);
        if !["http", "https"].contains(&scheme.to_ascii_lowercase().as_str()) {
            // The URL may hold a password.
            return Err(format!(
                "driver_info/{key} is not the URL of a proxy: its scheme must be http or https, or left out"
            ));
        }
    }
    match info.text("image_no_proxy") {
        Some(list) if list.contains('*') => Err(format!(
            "driver_info/image_no_proxy '{list}': name a domain with a dot in front (.example.org), not with '*'"
        )),
        _ => Ok(()),
    }
}

/// A URL as messages may show it: a user's name, a password and a signature are left out.
fn shown(source: &str) -> String {
    let plain = source.split(['?', '#']).next().unwrap_or_default();
    let text = match (plain.split_once("://"), plain.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://...@{rest}"),
        _ => plain.to_owned(),
    };
    text.chars().take(200).collect()
}

/// The image in the agent's words; `None` when the node names none.
pub(crate) fn describe(node: &Node, drive: Option<&str>, boot_mode: String) -> Option<ImageInfo> {
    let info = &node.instance_info;
    let text = |key: &str| info.text(key).map(str::to_owned);
    let source = text("image_source")?;
    let whole = !is_partition(info);
    let packed = |key: &str| {
        info.text(key)
            .map(|value| WireSecret::new(STANDARD.encode(value)))
    };
    Some(ImageInfo {
        id: image_id(&source),
        oci_pull_secret: pull_secret(node, &source),
        urls: vec![source],
        // Unnamed: the agent looks at the content.
        disk_format: text("image_disk_format"),
        container_format: Some("bare".into()),
        stream_raw_images: Some(true),
        checksum: text("image_checksum"),
        os_hash_algo: text("image_os_hash_algo"),
        os_hash_value: text("image_os_hash_value"),
        image_server_auth_strategy: text("image_server_auth_strategy"),
        image_server_user: text("image_server_user"),
        image_server_password: text("image_server_password").map(WireSecret::new),
        image_request_authorization: packed("image_request_authorization_secret"),
        proxies: proxies_of(node),
        no_proxy: node.driver_info.text("image_no_proxy").map(str::to_owned),
        node_uuid: Some(node.uuid.to_string()),
        configdrive: drive.map(WireSecret::new),
        image_type: Some(if whole { "whole-disk" } else { "partition" }.into()),
        deploy_boot_mode: Some(boot_mode),
        extra: if whole {
            Object::new()
        } else {
            partition::describe(info)
        },
    })
}

/// Only an image in a registry is given a secret for one; the instance's goes before the node's, as in Ironic.
fn pull_secret(node: &Node, source: &str) -> Option<WireSecret> {
    if scheme(source) != Some(Scheme::Registry) {
        return None;
    }
    let of = |info: &Guarded| {
        let secret = info.text("image_pull_secret")?;
        Some(WireSecret::new(STANDARD.encode(secret)))
    };
    of(&node.instance_info).or_else(|| of(&node.driver_info))
}

/// The last part of the URL's path. What follows the path may be a signature, and an id is shown in logs.
fn image_id(source: &str) -> String {
    let path = source.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn proxies_of(node: &Node) -> BTreeMap<String, String> {
    PROXIES
        .into_iter()
        .filter_map(|(scheme, key)| {
            let proxy = node.driver_info.text(key)?;
            Some((scheme.to_owned(), proxy.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests;
