//! Whether a node may use a runbook, and the steps that it then stands for.

use super::{SINCE, TRAITS_SINCE, collection, rights};
use crate::call::Call;
use crate::error::ApiError;
use model::{Node, Runbook};

/// The runbook that a request names for a node.
///
/// # Errors
/// 406 when the version has no runbooks, 404 when there is none, 403 when it is another project's, 400 when the node has not the
/// trait that it asks for.
pub(crate) async fn for_node(call: &Call, node: &Node, named: &str) -> Result<Runbook, ApiError> {
    call.needs("The parameter 'runbook'", SINCE)?;
    let runbook = collection(call).find(call, named).await?.resource;
    rights::may_change(call, &runbook)?;
    match call.version().has(TRAITS_SINCE) {
        true => has_trait(node, &runbook)?,
        false => has_name(node, &runbook)?,
    }
    Ok(runbook)
}

fn has_trait(node: &Node, runbook: &Runbook) -> Result<(), ApiError> {
    if runbook.traits.is_empty() {
        return Err(ApiError::invalid(format!(
            "Runbook {} has no traits: nobody has said yet which nodes may use this runbook. Add one under runbooks/{}/traits.",
            runbook.name, runbook.uuid
        )));
    }
    if runbook.traits.iter().any(|name| node.traits.contains(name)) {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "The runbook {} has not been approved for use on node {}: the node has none of the traits that the runbook has ({}).",
        runbook.name,
        node.uuid,
        runbook.traits.join(", ")
    )))
}

/// Older clients know no traits of runbooks: the name is the trait.
fn has_name(node: &Node, runbook: &Runbook) -> Result<(), ApiError> {
    if node.traits.contains(&runbook.name) {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "The runbook {0} has not been approved for use on node {1}: the node has no trait {0}.",
        runbook.name, node.uuid
    )))
}
