//! `/nodes/{node}/vmedia`: virtual media.

use crate::access;
use crate::args::Args;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member, text, unknown};
use crate::{answer, ident};
use axum::extract::Path;
use model::Object;
use ports::hardware::MediaChange;
use serde_json::Value;

const PATH: &str = "/nodes/{node}/vmedia";
const SINCE: u16 = 89;
const LISTED_SINCE: u16 = 93;
const DEVICES: &[&str] = &["disk", "cdrom", "floppy"];
const SCHEMES: &[&str] = &["http", "https", "nfs", "cifs", "smb"];
const SOURCES: &[&str] = &["http", "local", "swift"];

const MEDIUM: &[Member] = &[
    member("device_type", Kind::Word(DEVICES)).required(),
    text("image_url").required(),
    member("image_download_source", Kind::Word(SOURCES)),
];
const WHICH: &[Member] = &[member("device_types", Kind::Words(DEVICES))];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, list, "List a node's virtual media")
            .since(LISTED_SINCE)
            .too_old(TooOld::Handled)
            .access(access::READ),
        Endpoint::post(PATH, attach, "Attach virtual media")
            .holds(MEDIUM)
            .status(204)
            .since(SINCE)
            .too_old(TooOld::NotFound)
            .access(access::USE),
        Endpoint::delete(PATH, detach, "Detach virtual media")
            .takes_arguments(WHICH)
            .since(SINCE)
            .too_old(TooOld::NotFound)
            .access(access::USE),
    ]
}

async fn list(call: Call, Path(name): Path<String>) -> Answer {
    call.path_since(SINCE)?;
    if !call.version().has(LISTED_SINCE) {
        return Err(ApiError::not_found(format!(
            "Listing virtual media needs version 1.{LISTED_SINCE} or later."
        )));
    }
    let node = ident::node(&call, &name).await?;
    answer::ok(&call.app.engine.virtual_media(node.uuid).await?)
}

async fn attach(call: Call, Path(name): Path<String>) -> Answer {
    let change = attachment(&call.object()?).map_err(ApiError::invalid)?;
    let node = ident::node(&call, &name).await?;
    let engine = &call.app.engine;
    engine.change_virtual_media(node.uuid, change).await?;
    answer::no_content()
}

fn attachment(body: &Object) -> Result<MediaChange, String> {
    if let Some(key) = unknown(MEDIUM, body) {
        let shown: String = key.chars().take(80).collect();
        return Err(format!("Virtual media have no {shown:?}."));
    }
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let device = text("device_type").filter(|device| DEVICES.contains(device));
    let device = device.ok_or_else(|| format!("device_type is one of: {}.", DEVICES.join(", ")))?;
    let url = text("image_url").ok_or("image_url is missing: where the image is.")?;
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    if !SCHEMES.contains(&scheme) {
        return Err(format!(
            "The scheme of image_url is one of: {}.",
            SCHEMES.join(", ")
        ));
    }
    let source = body.get("image_download_source");
    let allowed = |source: &Value| source.as_str().is_some_and(|word| SOURCES.contains(&word));
    if !source.is_none_or(allowed) {
        return Err(format!(
            "image_download_source is one of: {}.",
            SOURCES.join(", ")
        ));
    }
    Ok(MediaChange::Attach {
        device: device.to_owned(),
        image_url: url.to_owned(),
    })
}

async fn detach(call: Call, Path(name): Path<String>) -> Answer {
    let mut args = Args::of(&call)?;
    let given = args.take("device_types");
    args.finish()?;
    let devices = match given {
        None => Vec::new(),
        Some(Value::String(list)) => list.split(',').map(|word| word.trim().to_owned()).collect(),
        Some(Value::Array(list)) => {
            let words = list.iter().map(|word| word.as_str().map(str::to_owned));
            words.collect::<Option<Vec<_>>>().unwrap_or_default()
        }
        Some(_) => return Err(ApiError::invalid("device_types is a list.")),
    };
    let known = |device: &String| DEVICES.contains(&device.as_str());
    if let Some(unknown) = devices.iter().find(|device| !known(device)) {
        let shown: String = unknown.chars().take(80).collect();
        return Err(ApiError::invalid(format!(
            "Invalid device type {shown:?}; it is one of: {}.",
            DEVICES.join(", ")
        )));
    }
    let node = ident::node(&call, &name).await?;
    let change = MediaChange::Detach { devices };
    let engine = &call.app.engine;
    engine.change_virtual_media(node.uuid, change).await?;
    answer::no_content()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_attachment_is_checked_whole() {
        let good = json!({"device_type": "cdrom", "image_url": "nfs://a/b.iso", "image_download_source": "http"});
        assert!(attachment(good.as_object().unwrap()).is_ok());
        for (key, value) in [
            ("device_type", json!("tape")),
            ("device_type", json!(null)),
            ("image_url", json!("ftp://a/b.iso")),
            ("image_url", json!("/b.iso")),
            ("image_url", json!(5)),
            ("image_download_source", json!("tape")),
            ("other", json!(1)),
        ] {
            let mut bad = good.as_object().unwrap().clone();
            bad.insert(key.into(), value.clone());
            assert!(attachment(&bad).is_err(), "{key} {value}");
        }
    }
}
