//! `GET /nodes/{node}/children`: the nodes whose parent it is.

use crate::access;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::Answer;
use crate::{answer, ident};
use axum::extract::Path;
use ports::query::{NodeQuery, Page, Parentage};
use serde_json::json;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/nodes/{node}/children", list, "List a node's children")
            .since(83)
            .access(access::READ),
    ]
}

async fn list(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    let query = NodeQuery {
        page: Page {
            limit: call.app.config.max_limit,
            ..Page::default()
        },
        parentage: Parentage::Of(node.uuid),
        project: call.project().map(str::to_owned),
        ..NodeQuery::default()
    };
    let _slot = call.app.lists.acquire().await.ok();
    let children = call.app.store.nodes(&query).await?;
    let uuids: Vec<_> = children.iter().map(|child| child.uuid).collect();
    let href = format!("{}/v1/nodes?parent_node={}", call.public(), node.uuid);
    answer::ok(&json!({ "children": uuids, "links": { "href": href, "rel": "children" } }))
}
