//! `GET /nodes/{node}/validate`, and its older form with the node in the query.

use crate::access;
use crate::call::Call;
use crate::endpoint::Endpoint;
use crate::error::{Answer, ApiError};
use crate::{answer, ident};
use api_types::InterfaceValidation;
use axum::extract::Path;
use model::InterfaceKind;
use ports::hardware::Validation;
use std::collections::BTreeMap;

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(
            "/nodes/{node}/validate",
            of_path,
            "Check what a node's interfaces need",
        )
        .access(access::PROVISION),
        Endpoint::get(
            "/nodes/validate",
            of_query,
            "Check what a node's interfaces need, the node named in the query",
        )
        .arguments(&[("node", 5), ("node_uuid", 1)])
        .access(access::PROVISION),
    ]
}

async fn of_path(call: Call, Path(node): Path<String>) -> Answer {
    validate(&call, &node).await
}

async fn of_query(call: Call) -> Answer {
    let named = call.parameter("node").or(call.parameter("node_uuid"));
    let named = named.ok_or_else(|| ApiError::invalid("Mandatory field missing: node."))?;
    validate(&call, named).await
}

async fn validate(call: &Call, name: &str) -> Answer {
    let node = ident::node(call, name).await?;
    let verdicts = call.app.engine.validate(node.uuid).await?;
    let mut document = BTreeMap::new();
    // The vendor interface has nothing to validate without a method's name.
    for kind in InterfaceKind::ALL
        .iter()
        .filter(|k| **k != InterfaceKind::Vendor)
    {
        document.insert(
            kind.as_str(),
            shown(&node.driver, *kind, verdicts.get(kind)),
        );
    }
    answer::ok(&document)
}

fn shown(driver: &str, kind: InterfaceKind, verdict: Option<&Validation>) -> InterfaceValidation {
    match verdict {
        Some(Validation::Good) => InterfaceValidation {
            result: Some(true),
            reason: None,
        },
        Some(Validation::Bad(reason)) => InterfaceValidation {
            result: Some(false),
            reason: Some(reason.clone()),
        },
        Some(Validation::Unsupported) | None => InterfaceValidation {
            result: Some(false),
            reason: Some(format!(
                "Driver {driver} does not support {} (disabled or not implemented).",
                kind.as_str()
            )),
        },
    }
}
