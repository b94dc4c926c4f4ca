//! `GET /nodes/{node}/children`: the nodes whose parent it is.

use crate::app::App;
use crate::call::Call;
use crate::error::Answer;
use crate::{answer, ident};
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use ports::query::{NodeQuery, Page, Parentage};
use serde_json::json;

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/nodes/{node}/children", get(list))
}

async fn list(call: Call, Path(name): Path<String>) -> Answer {
    call.path_since(83)?;
    let node = ident::node(&call, &name).await?;
    let query = NodeQuery {
        page: Page {
            limit: call.app.config.max_limit,
            ..Page::default()
        },
        parentage: Parentage::Of(node.uuid),
        ..NodeQuery::default()
    };
    let children = call.app.store.nodes(&query).await?;
    let uuids: Vec<_> = children.iter().map(|child| child.uuid).collect();
    answer::ok(&json!({ "children": uuids }))
}
