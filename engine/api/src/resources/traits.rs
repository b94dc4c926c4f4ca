//! `/nodes/{node}/traits`: simple edits of the node's traits.

use crate::access;
use crate::args::unexpected;
use crate::attributes::value;
use crate::call::Call;
use crate::endpoint::{Endpoint, TooOld};
use crate::error::{Answer, ApiError};
use crate::member::{Kind, Member, member};
use crate::{answer, ident};
use api_types::Traits;
use axum::extract::Path;
use model::{Node, Port, Refusal, RefusalKind};
use ports::engine::ResourcesChange;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// A node has at most so many.
const MOST: usize = 50;

const BODY: &[Member] = &[member("traits", Kind::Texts).required()];

pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/nodes/{node}/traits", list, "List a node's traits")
            .since(37)
            .too_old(TooOld::NotAcceptable)
            .access(access::READ),
        Endpoint::put("/nodes/{node}/traits", replace, "Replace a node's traits")
            .holds(BODY)
            .status(204)
            .since(37)
            .too_old(TooOld::NotAllowed)
            .access(access::OWNER_MANAGE),
        Endpoint::delete(
            "/nodes/{node}/traits",
            clear,
            "Remove all of a node's traits",
        )
        .since(37)
        .too_old(TooOld::Said)
        .access(access::OWNER_MANAGE),
        Endpoint::put("/nodes/{node}/traits/{trait}", add, "Add a trait to a node")
            .status(204)
            .since(37)
            .too_old(TooOld::NotAllowed)
            .access(access::OWNER_MANAGE),
        Endpoint::delete(
            "/nodes/{node}/traits/{trait}",
            remove,
            "Remove a trait from a node",
        )
        .since(37)
        .too_old(TooOld::Said)
        .access(access::OWNER_MANAGE),
    ]
}

async fn list(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?;
    answer::ok(&Traits {
        traits: node.traits,
    })
}

async fn replace(call: Call, Path(node): Path<String>) -> Answer {
    let mut body = call.object()?;
    let Some(Value::Array(list)) = body.remove("traits") else {
        return Err(ApiError::invalid("The body has one key, traits, a list."));
    };
    if let Some(key) = body.keys().next() {
        return Err(unexpected(key));
    }
    let mut traits = BTreeSet::new();
    for item in list {
        let name = item.as_str().unwrap_or_default();
        check(name)?;
        traits.insert(name.to_owned());
    }
    let node = ident::node(&call, &node).await?;
    edit(&call, node.uuid, move |_| Ok(traits.into_iter().collect())).await?;
    answer::no_content()
}

async fn clear(call: Call, Path(node): Path<String>) -> Answer {
    let node = ident::node(&call, &node).await?;
    edit(&call, node.uuid, |_| Ok(Vec::new())).await?;
    answer::no_content()
}

async fn add(call: Call, Path((ident, name)): Path<(String, String)>) -> Answer {
    check(&name)?;
    let body = call.json()?;
    if body.is_some_and(|body| body != json!({})) {
        return Err(ApiError::invalid("No body is expected."));
    }
    let node = ident::node(&call, &ident).await?;
    let path = format!("nodes/{ident}/traits/{name}");
    let added = move |mut traits: Vec<String>| {
        if !traits.contains(&name) {
            traits.push(name);
        }
        Ok(traits)
    };
    edit(&call, node.uuid, added).await?;
    answer::no_content_at(&call, &path)
}

async fn remove(call: Call, Path((node, name)): Path<(String, String)>) -> Answer {
    let node = ident::node(&call, &node).await?;
    let removed = move |mut traits: Vec<String>| {
        let before = traits.len();
        traits.retain(|known| *known != name);
        match traits.len() == before {
            true => Err(Refusal::new(
                RefusalKind::NotFound,
                format!("Node {} doesn't have a trait {name:?}.", node.uuid),
            )),
            false => Ok(traits),
        }
    };
    edit(&call, node.uuid, removed).await?;
    answer::no_content()
}

/// Changes the list in the node's turn; as in Ironic in any state in which the engine does not work on the node.
async fn edit(
    call: &Call,
    node: Uuid,
    change: impl FnOnce(Vec<String>) -> Result<Vec<String>, Refusal> + Send + 'static,
) -> Result<(), ApiError> {
    let edit = Box::new(move |old: &Node, _: &[Port]| {
        lifecycle::judge_idle(old)?;
        let mut node = old.clone();
        node.traits = change(node.traits)?;
        node.traits.sort();
        if node.traits.len() > MOST {
            let text = format!("A node has at most {MOST} traits.");
            return Err(Refusal::new(RefusalKind::Invalid, text));
        }
        Ok(ResourcesChange {
            node: Some(node),
            ..ResourcesChange::default()
        })
    });
    call.app.engine.change_resources(node, edit).await?;
    Ok(())
}

fn check(name: &str) -> Result<(), ApiError> {
    match value::is_trait(name) {
        true => Ok(()),
        false => Err(ApiError::invalid(format!("{}.", value::TRAITS))),
    }
}
