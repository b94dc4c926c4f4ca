//! `/nodes/{node}/firmware`: the versions of a machine's components. No driver here reads them yet, so there are none to list; that is
//! also Ironic's answer for such a driver.

use crate::access;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::Answer;
use crate::{answer, ident};
use axum::extract::Path;
use serde_json::json;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/nodes/{node}/firmware",
            list,
            "List a node's firmware components",
        )
        .since(86)
        .too_old(TooOld::NotFound)
        .arguments(&[("fields", 86)])
        .access(access::READ),
    ]
}

async fn list(call: Call, Path(name): Path<String>) -> Answer {
    ident::node(&call, &name).await?;
    answer::ok(&json!({ "firmware": [] }))
}
