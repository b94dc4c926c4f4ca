//! Lookup and heartbeat: what agents ask. Open to strangers, so the answers to them say little; whether an agent is expected is
//! the engine's to say.

use crate::access::Access;
use crate::answer;
use crate::args::Args;
use crate::call::Call;
use crate::documents::internal_info;
use crate::documents::node::masked_instance_info;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member, text};
use crate::{ident, selection};
use agent_wire::{
    BOOT_NONCE_HEADER, HeartbeatRequest, LookupConfig, LookupNode, LookupResponse, MASKED,
    WireSecret,
};
use api_types::Link;
use axum::extract::Path;
use model::{InterfaceKind, MacAddress, Node, Secret};
use ports::engine::{AgentGrant, AgentLookup, AgentOrigin};
use serde_json::Value;
use uuid::Uuid;

/// Both calls came with this version.
const SINCE: u16 = 22;
/// Tokens are handed out from this version on.
const TOKEN_SINCE: u16 = 62;
/// More network cards than this are not looked at.
const MOST_ADDRESSES: usize = 256;

const HEARTBEAT: &[Member] = &[
    text("callback_url").required(),
    text("agent_version").since(36),
    text("agent_token").since(TOKEN_SINCE),
    text("agent_verify_ca").since(68),
    text("agent_status").since(72),
    text("agent_status_message").since(72),
    member("hammerscale", Kind::Object),
];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/lookup", lookup, "An agent asks which node it runs on")
            .since(SINCE)
            .arguments(&[("addresses", SINCE), ("node_uuid", SINCE)])
            .access(Access::Open),
        Endpoint::post(
            "/heartbeat/{node}",
            heartbeat,
            "An agent says that it is there",
        )
        .takes_arguments(HEARTBEAT)
        .status(202)
        .since(SINCE)
        .access(Access::Open),
    ]
}

async fn lookup(call: Call) -> Answer {
    let addresses = addresses(&call);
    let node = call.parameter("node_uuid").and_then(ident::uuid);
    if addresses.is_empty() && node.is_none() {
        return Err(ApiError::invalid("lookup needs addresses or node_uuid."));
    }
    let request = AgentLookup {
        addresses,
        node,
        origin: origin(&call)?,
    };
    let grant = call.app.engine.agent_lookup(request).await?;
    answer::ok(&response(&call, grant))
}

/// Addresses that are none are passed over: agents send what the kernel shows.
fn addresses(call: &Call) -> Vec<MacAddress> {
    let list = selection::listed(call, "addresses");
    let parsed = list.iter().filter_map(|text| text.parse().ok());
    parsed.take(MOST_ADDRESSES).collect()
}

/// Where the agent calls from, with the nonce of its boot.
pub(crate) fn origin(call: &Call) -> Result<AgentOrigin, ApiError> {
    let nonce = call.header(BOOT_NONCE_HEADER);
    Ok(AgentOrigin {
        nonce: nonce.map(|text| Secret::new(text.to_owned())),
        from: call.peer()?.ip(),
        agents_listener: call.app.config.agents_listener,
    })
}

/// The lookup document.
pub(crate) fn response(call: &Call, grant: AgentGrant) -> LookupResponse {
    let token = match grant.token {
        Some(token) => WireSecret::new(token.expose().clone()),
        None => WireSecret::new(MASKED),
    };
    LookupResponse {
        config: LookupConfig {
            heartbeat_timeout: u64::from(grant.heartbeat_timeout),
            agent_md5_checksum_enable: grant.md5_checksums,
            agent_token: call.version().has(TOKEN_SINCE).then_some(token),
            agent_skip_bmc_detect: matches!(
                grant.node.interface(InterfaceKind::Management),
                "redfish" | "idrac-redfish"
            ),
            hammerscale: serde_json::from_value(grant.extension).ok(),
            ..LookupConfig::default()
        },
        node: node_document(call, &grant.node),
    }
}

/// The part of a node that an agent sees.
fn node_document(call: &Call, node: &Node) -> LookupNode {
    let links = Link::pair(call.public(), &format!("nodes/{}", node.uuid));
    LookupNode {
        uuid: node.uuid.to_string(),
        properties: node.properties.clone(),
        instance_info: masked_instance_info(
            node.instance_info.clone(),
            node.config_drive.is_some(),
        ),
        driver_internal_info: internal_info::of(node),
        links: links
            .iter()
            .filter_map(|l| serde_json::to_value(l).ok())
            .collect(),
    }
}

async fn heartbeat(call: Call, Path(name): Path<String>) -> Answer {
    let beat = beat(&call)?;
    let node = node_of(&call, &name).await?;
    let from = call.peer()?.ip();
    call.app.engine.agent_heartbeat(node, beat, from).await?;
    answer::accepted()
}

/// Agents name the UUID, which needs no look into the store; installers may name the name.
async fn node_of(call: &Call, name: &str) -> Result<Uuid, ApiError> {
    match ident::uuid(name) {
        Some(uuid) => Ok(uuid),
        None => Ok(ident::node(call, name).await?.uuid),
    }
}

fn beat(call: &Call) -> Result<HeartbeatRequest, ApiError> {
    let mut args = Args::of(call)?;
    let callback_url = args.text("callback_url")?;
    let callback_url =
        callback_url.ok_or_else(|| ApiError::invalid("Mandatory field missing: callback_url."))?;
    let fields = HEARTBEAT.iter().filter(|member| member.since > 1);
    let mut texts = fields.map(|member| {
        let text = args.text(member.name)?;
        if text.is_some() && !call.version().has(member.since) {
            return Err(ApiError::invalid(format!(
                "Field {:?} not recognised.",
                member.name
            )));
        }
        Ok(text)
    });
    let mut next = || texts.next().unwrap_or(Ok(None));
    let agent_version = next()?;
    let agent_token = next()?.map(WireSecret::from);
    let agent_verify_ca = next()?;
    let agent_status = next()?;
    let agent_status_message = next()?;
    let progress = args.take("hammerscale").unwrap_or(Value::Null);
    args.finish()?;
    Ok(HeartbeatRequest {
        callback_url,
        agent_token,
        agent_version,
        agent_verify_ca,
        agent_status,
        agent_status_message,
        // What cannot be read of an extension is as good as not sent.
        hammerscale: serde_json::from_value(progress).ok(),
    })
}
