//! `PUT /nodes/{node}/management/inject_nmi`.

use crate::access;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::Answer;
use crate::{answer, ident};
use axum::extract::Path;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::put(
            "/nodes/{node}/management/inject_nmi",
            inject,
            "Send a non-maskable interrupt",
        )
        .status(204)
        .since(29)
        .too_old(TooOld::Said)
        .access(access::OWNER_MANAGE),
    ]
}

async fn inject(call: Call, Path(name): Path<String>) -> Answer {
    let node = ident::node(&call, &name).await?;
    call.app.engine.inject_nmi(node.uuid).await?;
    answer::no_content()
}
