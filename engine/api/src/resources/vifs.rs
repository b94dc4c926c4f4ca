//! `/nodes/{node}/vifs`: virtual network interfaces, and which are attached.

use crate::access;
use crate::args::Args;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member, text};
use crate::{answer, ident};
use axum::extract::Path;
use model::Object;
use ports::hardware::VifRequest;
use serde_json::{Value, json};

const PATH: &str = "/nodes/{node}/vifs";
const SINCE: u16 = 28;
/// A client may name the port from here on; before, it is one of the keys that mean nothing.
const PLACES_SINCE: u16 = 67;

/// Where a VIF goes. What else a networking service says of one is taken and passed over.
const VIF: &[Member] = &[
    text("id").required(),
    text("port_uuid").since(PLACES_SINCE),
    text("portgroup_uuid").since(PLACES_SINCE),
    member("*", Kind::Anything),
];
const WHICH: &[Member] = &[text("vif_id").required()];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, list, "List the attached VIFs")
            .since(SINCE)
            .too_old(TooOld::NotFound)
            .access(access::READ),
        Endpoint::post(PATH, attach, "Attach a VIF")
            .holds(VIF)
            .status(204)
            .since(SINCE)
            .too_old(TooOld::NotFound)
            .access(access::PROVISION),
        Endpoint::delete("/nodes/{node}/vifs/{vif}", detach, "Detach a VIF")
            .since(SINCE)
            .too_old(TooOld::NotFound)
            .access(access::PROVISION),
        Endpoint::delete(PATH, detach_named, "Detach the VIF that an argument names")
            .takes_arguments(WHICH)
            .since(SINCE)
            .too_old(TooOld::NotFound)
            .access(access::PROVISION),
    ]
}

async fn list(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let vifs = call.app.engine.vifs(node.uuid).await?;
    let vifs: Vec<Value> = vifs.iter().map(|id| json!({ "id": id })).collect();
    answer::ok(&json!({ "vifs": vifs }))
}

async fn attach(call: Call, Path(name): Path<String>) -> Answer {
    let body = call.object()?;
    let Some(Value::String(id)) = body.get("id") else {
        return Err(ApiError::invalid("A VIF has an id, a text."));
    };
    if !ident::is_plain_name(id) {
        let shown: String = id.chars().take(80).collect();
        return Err(ApiError::invalid(format!(
            "Expected a UUID or a name for id, not {shown:?}."
        )));
    }
    let mut request = VifRequest {
        id: id.clone(),
        port: None,
        portgroup: None,
    };
    if call.version().has(PLACES_SINCE) {
        request.port = place(&body, "port_uuid")?;
        request.portgroup = place(&body, "portgroup_uuid")?;
        if request.port.is_some() && request.portgroup.is_some() {
            return Err(ApiError::invalid(
                "Cannot specify both port_uuid and portgroup_uuid.",
            ));
        }
    }
    let node = ident::node(&call, &name).await?;
    call.app.engine.attach_vif(node.uuid, request).await?;
    answer::no_content()
}

fn place(body: &Object, key: &str) -> Result<Option<String>, ApiError> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(uuid)) => Ok(Some(uuid.clone())),
        Some(_) => Err(ApiError::invalid(format!("{key} must be a text."))),
    }
}

async fn detach(call: Call, Path((name, vif)): Path<(String, String)>) -> Answer {
    if !ident::is_plain_name(&vif) {
        return Err(ident::bad(&vif));
    }
    let node = ident::node(&call, &name).await?;
    call.app.engine.detach_vif(node.uuid, &vif).await?;
    answer::no_content()
}

async fn detach_named(call: Call, Path(name): Path<String>) -> Answer {
    let mut args = Args::of(&call)?;
    let vif = args.required_text("vif_id")?;
    args.finish()?;
    detach(call, Path((name, vif))).await
}
