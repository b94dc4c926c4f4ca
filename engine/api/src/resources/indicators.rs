//! `/nodes/{node}/management/indicators`: the lights of a machine, each named `<name>@<component>`.

use crate::access;
use crate::args::Args;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::member::{Member, text};
use crate::{answer, ident};
use api_types::Link;
use axum::extract::Path;
use serde_json::{Value, json};

const ONE: &str = "/nodes/{node}/management/indicators/{indicator}";

const ARGUMENTS: &[Member] = &[text("state").required()];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/nodes/{node}/management/indicators",
            list,
            "List a machine's lights",
        )
        .access(access::READ),
        Endpoint::get(ONE, show, "Show whether a light is on").access(access::READ),
        Endpoint::put(ONE, set, "Switch a light")
            .takes_arguments(ARGUMENTS)
            .status(204)
            .access(access::OWNER_USE),
    ]
}

async fn list(call: Call, Path(named): Path<String>) -> Answer {
    let node = ident::node(&call, &named).await?;
    let lights = call.app.engine.indicators(node.uuid).await?;
    let lights: Vec<Value> = lights
        .iter()
        .map(|light| {
            let name = format!("{}@{}", light.name, light.component);
            let path = format!("nodes/{named}/management/indicators/{name}");
            json!({
                "name": name,
                "component": light.component,
                "readonly": light.readonly,
                "states": light.states,
                "links": Link::pair(call.public(), &path),
            })
        })
        .collect();
    answer::ok(&json!({ "indicators": lights }))
}

async fn show(call: Call, Path((name, indicator)): Path<(String, String)>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let (light, component) = parts(&indicator)?;
    let engine = &call.app.engine;
    let state = engine.indicator(node.uuid, component, light).await?;
    answer::ok(&json!({ "state": state }))
}

async fn set(call: Call, Path((name, indicator)): Path<(String, String)>) -> Answer {
    let mut args = Args::of(&call)?;
    let state = args.required_text("state")?;
    args.finish()?;
    let node = ident::node(&call, &name).await?;
    let (light, component) = parts(&indicator)?;
    let engine = &call.app.engine;
    engine
        .set_indicator(node.uuid, component, light, &state)
        .await?;
    answer::no_content()
}

/// The light and its component.
fn parts(indicator: &str) -> Result<(&str, &str), ApiError> {
    indicator.split_once('@').ok_or_else(|| {
        let shown: String = indicator.chars().take(80).collect();
        ApiError::invalid(format!("Malformed indicator name {shown:?}."))
    })
}
