//! `GET /nodes/{node}/states`.

use crate::access;
use crate::call::Call;
use crate::documents::node::{REDACTED_ERROR, state_word};
use crate::endpoint::Endpoint;
use crate::error::Answer;
use crate::selection::Selection;
use crate::{answer, ident};
use api_types::States;
use api_types::states::FIELDS;
use axum::extract::Path;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/nodes/{node}/states", show, "Show a node's states")
            .access(access::READ)
            .shows("States", FIELDS)
            .arguments(&[]),
    ]
}

async fn show(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?;
    let states = States {
        console_enabled: node.console_enabled,
        last_error: match call.is_allowed(&node, access::SEE_INSIDE) {
            true => node.last_error.clone(),
            false => Some(REDACTED_ERROR.to_owned()),
        },
        power_state: node.power_state.map(|s| s.as_str().to_owned()),
        provision_state: state_word(call.version(), node.provision_state),
        target_power_state: node.target_power_state.map(|s| s.as_str().to_owned()),
        target_provision_state: node.target_provision_state.map(|s| s.as_str().to_owned()),
        provision_updated_at: node.provision_updated_at,
        raid_config: node.raid_config.clone(),
        target_raid_config: node.target_raid_config.clone(),
        boot_mode: node.boot_mode.clone(),
        secure_boot: node.secure_boot,
    };
    answer::ok(&Selection::All.apply(&call, FIELDS, &states)?)
}
