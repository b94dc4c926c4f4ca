//! `hammerscale node deploy`: an image onto a machine.

use super::config_drive::ConfigDriveArgs;
use super::wait::Patience;
use crate::cli::api::Context;
use crate::cli::confirm::confirm;
use crate::cli::pairs::{self, Pair, pair};
use api_types::{PatchOperation, ProvisionBody};
use clap::Args;
use client::Goal;
use model::Object;
use serde_json::Value;

/// Write an image to a machine's disk and boot it
#[derive(Args)]
#[command(after_help = "Examples:
  hammerscale node deploy rack1-node7 --image https://images.example/debian.raw --checksum sha256:9f86d081... --hostname web1 --wait
  hammerscale node deploy rack1-node7 --image https://images.example/debian.raw.gz --checksum https://images.example/SHA256SUMS \\
      --user-data cloud-init.yaml --root-device serial=S3Z1NB0K
  hammerscale node deploy rack1-node7 --rebuild --yes

Without --image the node's instance_info is deployed as it is. The image is fetched by the machine itself, not by the engine.")]
pub struct DeployArgs {
    /// Name or UUID
    node: String,
    /// The image's URL, reachable from the machine
    #[arg(long, value_name = "URL", requires = "checksum")]
    image: Option<String>,
    /// The image's checksum as ALGORITHM:HEX, or the URL of a checksum file
    #[arg(long, value_name = "sha256:HEX|URL", requires = "image", value_parser = checksum)]
    checksum: Option<Checksum>,
    /// The image's format: raw (also compressed with gzip, zstd or xz), qcow2, or auto; without it the agent finds out
    #[arg(long, value_name = "FORMAT", requires = "image")]
    image_format: Option<String>,
    #[command(flatten)]
    config_drive: ConfigDriveArgs,
    /// Which disk, such as serial=S3Z1NB0K or size=>=400; all must match
    #[arg(long, value_name = "HINT=VALUE", value_parser = pair)]
    root_device: Vec<Pair>,
    /// Deploy again on a machine in use
    #[arg(long)]
    rebuild: bool,
    /// Do not ask
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    patience: Patience,
}

#[derive(Clone, Debug, PartialEq)]
enum Checksum {
    Digest { algorithm: String, hex: String },
    File(String),
}

fn checksum(text: &str) -> Result<Checksum, String> {
    if text.starts_with("http://") || text.starts_with("https://") {
        return Ok(Checksum::File(text.to_owned()));
    }
    let (algorithm, hex) = text.split_once(':').ok_or("expected sha256:HEX or a URL")?;
    let length = match algorithm {
        "sha256" => 64,
        "sha512" => 128,
        "md5" => 32,
        other => {
            return Err(format!(
                "'{other}' is no algorithm that is checked: sha256, sha512 or md5"
            ));
        }
    };
    let hex = hex.trim().to_ascii_lowercase();
    if hex.len() != length || !hex.bytes().all(|it| it.is_ascii_hexdigit()) {
        return Err(format!(
            "a {algorithm} checksum has {length} hexadecimal digits"
        ));
    }
    let algorithm = algorithm.to_owned();
    Ok(Checksum::Digest { algorithm, hex })
}

/// What an earlier deployment may have left in instance_info about its image.
const ABOUT_AN_IMAGE: &[&str] = &[
    "image_checksum",
    "image_os_hash_algo",
    "image_os_hash_value",
    "image_disk_format",
];

impl DeployArgs {
    /// Runs it.
    pub async fn run(&self, context: &Context) -> anyhow::Result<()> {
        if self.rebuild {
            confirm(
                self.yes,
                &format!(
                    "Write {} anew? What is on its root disk will be lost.",
                    self.node
                ),
            )?;
        }
        let order = ProvisionBody {
            target: if self.rebuild { "rebuild" } else { "active" }.to_owned(),
            configdrive: self.config_drive.value()?,
            ..ProvisionBody::default()
        };
        let node = context.client.node(&self.node).await?;
        let patch = self.patch(&node.instance_info);
        if !patch.is_empty() {
            context.client.patch_node(&self.node, &patch).await?;
        }
        context.client.provision(&self.node, &order).await?;
        let goal = Goal::Provision("active".to_owned());
        self.patience
            .wait(context, std::slice::from_ref(&self.node), &goal)
            .await
    }

    fn patch(&self, before: &Object) -> Vec<PatchOperation> {
        let mut wanted = Object::new();
        let mut add = |key: &str, value: &str| {
            wanted.insert(key.to_owned(), Value::from(value));
        };
        if let Some(image) = &self.image {
            add("image_source", image);
        }
        match &self.checksum {
            Some(Checksum::Digest { algorithm, hex }) => {
                add("image_os_hash_algo", algorithm);
                add("image_os_hash_value", hex);
            }
            Some(Checksum::File(url)) => add("image_checksum", url),
            None => {}
        }
        if let Some(format) = &self.image_format {
            add("image_disk_format", format);
        }
        if !self.root_device.is_empty() {
            let hints = Value::Object(pairs::object(&self.root_device));
            wanted.insert("root_device".to_owned(), hints);
        }
        // Another image's checksum beside this one's would make the deployment fail.
        let stale = |key: &&&str| {
            self.image.is_some() && before.contains_key(**key) && !wanted.contains_key(**key)
        };
        let removed = ABOUT_AN_IMAGE
            .iter()
            .filter(stale)
            .map(|key| PatchOperation::remove(format!("/instance_info/{key}")));
        let mut patch: Vec<PatchOperation> = removed.collect();
        let added = wanted
            .into_iter()
            .map(|(key, value)| PatchOperation::add(format!("/instance_info/{key}"), value));
        patch.extend(added);
        patch
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use clap::Parser;
    use serde_json::json;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: DeployArgs,
    }

    fn patch(line: &[&str], before: Value) -> Value {
        let args = Line::try_parse_from([&["deploy"], line].concat())
            .unwrap()
            .args;
        json!(args.patch(before.as_object().unwrap()))
    }

    #[test]
    fn an_image_replaces_all_that_was_said_of_the_last_one() {
        let digest = "ab".repeat(32);
        let line = [
            "n",
            "--image",
            "http://i/x.raw",
            "--checksum",
            &format!("sha256:{digest}"),
            "--root-device",
            "size=>=4",
        ];
        let before = json!({"image_source": "http://old", "image_checksum": "http://old.sum", "image_disk_format": "qcow2", "other": 1});
        assert_eq!(
            patch(&line, before),
            json!([
                {"op": "remove", "path": "/instance_info/image_checksum"},
                {"op": "remove", "path": "/instance_info/image_disk_format"},
                {"op": "add", "path": "/instance_info/image_os_hash_algo", "value": "sha256"},
                {"op": "add", "path": "/instance_info/image_os_hash_value", "value": digest},
                {"op": "add", "path": "/instance_info/image_source", "value": "http://i/x.raw"},
                {"op": "add", "path": "/instance_info/root_device", "value": {"size": ">=4"}},
            ])
        );
        assert_eq!(patch(&["n"], json!({"image_checksum": "x"})), json!([]));
    }

    #[test]
    fn checksums_are_checked() {
        let url = "https://i/SHA256SUMS";
        assert_eq!(checksum(url), Ok(Checksum::File(url.to_owned())));
        assert!(checksum(&format!("sha512:{}", "AB".repeat(64))).is_ok());
        for text in [
            "abc",
            "sha256:abc",
            "crc32:00000000",
            &format!("sha256:{}", "zz".repeat(32)),
        ] {
            assert!(checksum(text).is_err(), "{text}");
        }
    }
}
