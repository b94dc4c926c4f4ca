//! `GET /shards`: how many nodes each shard has. A shard is there while a node names it.

use crate::answer;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::Answer;
use api_types::shard::FIELDS;
use serde_json::{Value, json};

/// What nodes without a shard are counted under, as in Ironic.
const WITHOUT: &str = "None";

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/shards", list, "Count the nodes of each shard")
            .since(82)
            .lists("shards", "Shard", FIELDS)
            .arguments(&[]),
    ]
}

async fn list(call: Call) -> Answer {
    let _slot = call.app.lists.acquire().await.ok();
    let shards = call.app.store.shards().await?;
    let shown = shards.into_iter().map(|(name, count)| {
        let name = name.unwrap_or_else(|| WITHOUT.to_owned());
        json!({"name": name, "count": count})
    });
    answer::ok(&json!({ "shards": shown.collect::<Vec<Value>>() }))
}
