//! The payload of commands: the node and its ports as the agent protocol has them, secrets masked.

use crate::effects::{ActError, Context};
use crate::image;
use agent_wire::{CleanResult, Command, CommandResult, DeployResult, ServiceResult};
use model::{AgentLink, Node, Object, Phase, Port, Step};
use ports::query::{Page, PortQuery};
use serde_json::{Value, json};

const MOST_PORTS: usize = 256;

/// The agent of this node.
pub(crate) fn link(node: &Node) -> Result<&AgentLink, ActError> {
    node.agent
        .as_ref()
        .filter(|link| link.url.is_some())
        .ok_or_else(|| ActError::lasting("no agent runs on this node; boot one by asking again"))
}

/// `execute_deploy_step` of `deploy.execute_deploy_step`.
pub(crate) fn bare(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(_, bare)| bare)
}

/// A command with the node, its ports and what else it takes.
pub(crate) async fn command(
    context: &Context,
    name: &str,
    extra: Option<Value>,
) -> Result<Command, ActError> {
    let mut params = Object::new();
    if takes_node(name) {
        let ports = ports_of(context).await?;
        params.insert("node".into(), node_document(&context.node));
        params.insert("ports".into(), ports.iter().map(port_document).collect());
    }
    if let Some(Value::Object(extra)) = extra {
        params.extend(extra);
    }
    Ok(Command {
        name: name.to_owned(),
        params,
    })
}

fn takes_node(name: &str) -> bool {
    let bare = bare(name);
    bare.starts_with("get_clean")
        || bare.starts_with("get_deploy")
        || bare.starts_with("get_service")
        || bare.starts_with("execute_")
}

async fn ports_of(context: &Context) -> Result<Vec<Port>, ActError> {
    let query = PortQuery {
        node: Some(context.node.uuid),
        page: Page {
            limit: MOST_PORTS,
            ..Page::default()
        },
        ..PortQuery::default()
    };
    context
        .conductor
        .inner
        .store
        .ports(&query)
        .await
        .map_err(|error| ActError::passing(format!("the node's ports could not be read: {error}")))
}

/// `uefi` or `bios`: the one asked for, else the one that was seen, else UEFI as in Ironic.
pub(crate) fn boot_mode(node: &Node) -> String {
    wanted_boot_mode(node)
        .map(str::to_owned)
        .or_else(|| node.boot_mode.clone())
        .unwrap_or_else(|| "uefi".to_owned())
}

/// The node's capability `boot_mode`.
pub(crate) fn wanted_boot_mode(node: &Node) -> Option<&str> {
    let list = node.properties.get("capabilities")?.as_str()?;
    list.split(',')
        .filter_map(|pair| pair.split_once(':'))
        .find(|(key, _)| key.trim() == "boot_mode")
        .map(|(_, mode)| mode.trim())
}

fn node_document(node: &Node) -> Value {
    json!({
        "uuid": node.uuid,
        "name": node.name,
        "driver": node.driver,
        "properties": node.properties,
        "driver_info": node.driver_info.masked(),
        "instance_info": node.instance_info.masked(),
        "driver_internal_info": {
            "deploy_boot_mode": boot_mode(node),
            "is_whole_disk_image": !image::is_partition(&node.instance_info),
            "agent_erase_devices_iterations": 1,
            "agent_erase_devices_zeroize": true,
            "agent_continue_if_secure_erase_failed": false,
            "agent_enable_nvme_secure_erase": true,
            "agent_enable_ata_secure_erase": true,
            "disk_erasure_concurrency": 4,
            "agent_erase_skip_read_only": false,
        },
        "instance_uuid": node.instance_uuid,
        "resource_class": node.resource_class,
        "raid_config": node.raid_config,
        "target_raid_config": node.target_raid_config,
        "provision_state": node.provision_state,
        "extra": node.extra,
    })
}

fn port_document(port: &Port) -> Value {
    json!({
        "uuid": port.uuid,
        "address": port.address.to_string(),
        "node_uuid": port.node,
        "pxe_enabled": port.pxe_enabled,
        "local_link_connection": port.local_link_connection,
        "physical_network": port.physical_network,
        "extra": port.extra,
    })
}

/// The step that a finished execute command echoes.
pub(crate) fn echoed_step(result: &CommandResult, phase: Phase) -> Option<Step> {
    let answer = result.command_result.clone()?;
    let echoed = match phase {
        Phase::Clean => serde_json::from_value::<CleanResult>(answer).ok()?.step,
        Phase::Deploy => serde_json::from_value::<DeployResult>(answer).ok()?.step,
        Phase::Service => serde_json::from_value::<ServiceResult>(answer).ok()?.step,
    };
    Some(Step {
        interface: echoed.interface.unwrap_or_default(),
        step: echoed.step,
        ..Step::default()
    })
}
