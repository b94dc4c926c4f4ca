//! Nodes and ports by UUID or name, and which names there may be.

use crate::call::Call;
use crate::error::ApiError;
use model::{Node, Port};
use uuid::Uuid;

/// Words that would be mistaken for a part of a path.
const RESERVED: &[&str] = &[
    "detail",
    "validate",
    "states",
    "vendor_passthru",
    "management",
    "maintenance",
];

/// A UUID, with or without dashes.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    let plain = matches!(text.len(), 32 | 36);
    plain.then(|| Uuid::parse_str(text).ok()).flatten()
}

/// Whether a text may name a node or a port: RFC 3986's unreserved characters, no UUID, no word of a path.
pub(crate) fn is_name(text: &str) -> bool {
    is_plain_name(text) && uuid(text).is_none() && !RESERVED.contains(&text)
}

/// The same for what has no paths below its own: only the characters count.
pub(crate) fn is_plain_name(text: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    (1..=255).contains(&text.len()) && text.bytes().all(allowed)
}

/// The node that a path names. The caller must be allowed on it what the endpoint is for.
pub(crate) async fn node(call: &Call, ident: &str) -> Result<Node, ApiError> {
    let found = match uuid(ident) {
        Some(uuid) => call.app.store.node(uuid).await?,
        // Before 1.5 no node has a name.
        None if is_name(ident) && !call.version().has(5) => None,
        None if is_name(ident) => call.app.store.node_by_name(ident).await?,
        None => return Err(misnamed(ident)),
    };
    let missing = || ApiError::not_found(format!("Node {ident} could not be found."));
    let node = found.ok_or_else(missing)?;
    call.judge(&node, missing)?;
    Ok(node)
}

/// The node that an argument of a query names.
pub(crate) async fn node_of_query(
    call: &Call,
    argument: &str,
    text: &str,
) -> Result<Node, ApiError> {
    let shown: String = text.chars().take(80).collect();
    match uuid(text).is_some() || is_name(text) {
        true => node(call, text).await,
        false if is_plain_name(text) => Err(ApiError::not_found(format!(
            "Node {shown} could not be found."
        ))),
        false => Err(ApiError::invalid(format!(
            "Expected UUID or name for {argument}: {shown}"
        ))),
    }
}

/// Judges what the caller may do with something that belongs to a node; `missing` is the answer when the caller must not see it.
pub(crate) async fn judge_part(
    call: &Call,
    node: Uuid,
    missing: impl Fn() -> ApiError,
) -> Result<(), ApiError> {
    if call.project().is_none() {
        return Ok(());
    }
    let node = call.app.store.node(node).await?.ok_or_else(&missing)?;
    call.judge(&node, missing)
}

/// The port that a path names.
pub(crate) async fn port(call: &Call, ident: &str) -> Result<Port, ApiError> {
    let found = match uuid(ident) {
        Some(uuid) => call.app.store.port(uuid).await?,
        // As in Ironic a name finds its port in every version, also in those that do not show names.
        None if is_plain_name(ident) => call.app.store.port_by_name(ident).await?,
        None => return Err(bad(ident)),
    };
    let missing = || ApiError::not_found(format!("Port {ident} could not be found."));
    let port = found.ok_or_else(missing)?;
    judge_part(call, port.node, missing).await?;
    Ok(port)
}

/// The same, of a path whose items are looked for before there is a resource.
pub(crate) fn misnamed(ident: &str) -> ApiError {
    let shown: String = ident.chars().take(80).collect();
    ApiError::misnamed(format!("Expected UUID or name: {shown:?}."))
}

pub(crate) fn bad(ident: &str) -> ApiError {
    let shown: String = ident.chars().take(80).collect();
    ApiError::invalid(format!(
        "Expected a logical name or UUID but received {shown:?}."
    ))
}
