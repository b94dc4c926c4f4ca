//! Leaves a server empty after a story: what the story's requests may have made is deleted, by whatever it takes. Nothing here is compared.

use anyhow::{Result, bail};
use serde_json::Value;

use super::wire::{Request, Side};

/// Collections, in the order in which they can be emptied, and the member that names an item. Ports and volumes go with their nodes.
const COLLECTIONS: &[(&str, &str)] = &[
    ("allocations", "uuid"),
    ("nodes", "uuid"),
    ("chassis", "uuid"),
    ("deploy_templates", "uuid"),
    ("runbooks", "uuid"),
    ("inspection_rules", "uuid"),
];
const ROUNDS: usize = 4;

/// Remembers which collection a request may have added to.
pub fn note(touched: &mut Vec<String>, request: &Request) {
    let path = request.path.trim_start_matches("/v1");
    let first = path.split(['/', '?']).nth(1).unwrap_or_default();
    let adds = matches!(request.method.as_str(), "POST" | "PUT");
    if adds && !touched.iter().any(|known| known == first) {
        touched.push(first.to_owned());
    }
}

/// Deletes everything in the touched collections.
pub async fn empty(side: &Side, touched: &[String]) -> Result<()> {
    let touched = |name: &str| touched.iter().any(|known| known == name);
    for (name, key) in COLLECTIONS {
        if touched(name) {
            collection(side, name, key).await?;
        }
    }
    Ok(())
}

async fn collection(side: &Side, name: &str, key: &str) -> Result<()> {
    for _ in 0..ROUNDS {
        let left = items(side, name, key).await?;
        if left.is_empty() {
            return Ok(());
        }
        for id in &left {
            match name {
                "nodes" => release(side, id).await?,
                "allocations" => release_allocated(side, id).await?,
                _ => {}
            }
            let path = format!("/v1/{name}/{id}");
            side.send(&Request::new("DELETE", path)).await?;
        }
    }
    let left = items(side, name, key).await?;
    if !left.is_empty() {
        bail!("{}: these {name} cannot be deleted: {left:?}", side.name);
    }
    Ok(())
}

async fn items(side: &Side, name: &str, key: &str) -> Result<Vec<String>> {
    let query = if name == "nodes" {
        "?include_children=true"
    } else {
        ""
    };
    let reply = side
        .send(&Request::get(format!("/v1/{name}{query}")))
        .await?;
    let document = reply.json().unwrap_or_default();
    let items = document[name].as_array().into_iter().flatten();
    Ok(items
        .filter_map(|item| item[key].as_str().map(str::to_owned))
        .collect())
}

/// Makes an allocation deletable: that of a node in use is not.
async fn release_allocated(side: &Side, id: &str) -> Result<()> {
    let request = Request::get(format!("/v1/allocations/{id}"));
    let allocation = side.send(&request).await?.json().unwrap_or_default();
    match allocation["node_uuid"].as_str() {
        Some(node) => release(side, node).await,
        None => Ok(()),
    }
}

/// Makes a node deletable whatever its state.
async fn release(side: &Side, id: &str) -> Result<()> {
    let reply = side
        .send(&Request::get(format!(
            "/v1/nodes/{id}?fields=protected,maintenance"
        )))
        .await?;
    let node = reply.json().unwrap_or_default();
    if node["protected"] == Value::Bool(true) {
        let patch = r#"[{"op":"remove","path":"/protected"}]"#;
        let request = Request::new("PATCH", format!("/v1/nodes/{id}")).with(patch);
        side.send(&request).await?;
    }
    if node["maintenance"] != Value::Bool(true) {
        let path = format!("/v1/nodes/{id}/maintenance");
        side.send(&Request::new("PUT", path).with("{}")).await?;
    }
    Ok(())
}
