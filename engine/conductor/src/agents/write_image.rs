//! The arguments of `deploy.write_image`, made from the node's instance_info and config drive right before the agent is asked.

use super::boot_mode;
use crate::config_drive;
use crate::effects::{ActError, Context};
use agent_wire::{ImageInfo, WireSecret};
use model::{Node, Step};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Fills in the arguments of the steps that need what only the engine knows. What a client gave stays.
pub(crate) async fn fill_step_args(
    context: &Context,
    step: &Step,
    value: &mut Value,
) -> Result<(), ActError> {
    if step.step != "write_image" || step.args.contains_key("image_info") {
        return Ok(());
    }
    let drive = config_drive::for_agent(context).await?;
    let info = image_info(&context.node, drive.as_deref())?;
    let info = serde_json::to_value(info).map_err(|error| {
        ActError::lasting(format!(
            "the image's description cannot be written: {error}"
        ))
    })?;
    value["args"] = json!({"image_info": info, "configdrive": drive});
    Ok(())
}

fn image_info(node: &Node, drive: Option<&str>) -> Result<ImageInfo, ActError> {
    let info = &node.instance_info;
    let text = |key: &str| info.text(key).map(str::to_owned);
    let source = text("image_source").ok_or_else(|| {
        ActError::lasting("instance_info/image_source is missing: the URL of the image")
    })?;
    Ok(ImageInfo {
        id: image_id(&source),
        urls: vec![source],
        disk_format: Some(text("image_disk_format").unwrap_or_else(|| "raw".into())),
        container_format: Some("bare".into()),
        stream_raw_images: Some(true),
        checksum: text("image_checksum"),
        os_hash_algo: text("image_os_hash_algo"),
        os_hash_value: text("image_os_hash_value"),
        proxies: proxies(node),
        no_proxy: node.driver_info.text("image_no_proxy").map(str::to_owned),
        node_uuid: Some(node.uuid.to_string()),
        configdrive: drive.map(WireSecret::new),
        image_type: Some("whole-disk".into()),
        deploy_boot_mode: Some(boot_mode(node)),
        ..ImageInfo::default()
    })
}

/// The last part of the URL's path. What follows the path may be a signature, and an id is shown in logs.
fn image_id(source: &str) -> String {
    let path = source.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().to_owned()
}

fn proxies(node: &Node) -> BTreeMap<String, String> {
    [("http", "image_http_proxy"), ("https", "image_https_proxy")]
        .into_iter()
        .filter_map(|(scheme, key)| {
            let proxy = node.driver_info.text(key)?;
            Some((scheme.to_owned(), proxy.to_owned()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::image_id;

    #[test]
    fn a_signature_does_not_become_part_of_the_id() {
        let url = "https://images.example/debian.raw.gz?X-Signature=canary#part";
        assert_eq!(image_id(url), "debian.raw.gz");
    }
}
