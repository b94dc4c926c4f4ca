//! Pages of lists: limit, marker, order, and the link to the next page.

use crate::call::Call;
use crate::error::ApiError;
use crate::ident;
use api_types::field::{Field, since};
use ports::query::{Page, SortDirection};
use std::fmt::Write;
use uuid::Uuid;

/// The page that a request asks for. `marker` is left to the caller where it is not a UUID.
pub(crate) fn page(call: &Call, table: &[Field], not_sortable: &[&str]) -> Result<Page, ApiError> {
    Ok(Page {
        limit: limit(call)?,
        marker: marker(call)?,
        sort_key: sort_key(call, table, not_sortable)?,
        sort_direction: direction(call)?,
    })
}

/// At most so many items.
pub(crate) fn limit(call: &Call) -> Result<usize, ApiError> {
    let most = call.app.config.max_limit.max(1);
    let Some(text) = call.parameter("limit") else {
        return Ok(most);
    };
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // More digits than a number holds is still "as many as you give".
    match text.parse::<usize>() {
        Ok(0) => Err(ApiError::invalid("Limit must be positive.")),
        Ok(asked) => Ok(asked.min(most)),
        Err(_) if digits => Ok(most),
        Err(_) => {
            let shown: String = text.chars().take(80).collect();
            Err(ApiError::invalid(format!(
                "Expected a positive integer for limit: {shown}"
            )))
        }
    }
}

fn marker(call: &Call) -> Result<Option<Uuid>, ApiError> {
    let Some(text) = call.parameter("marker") else {
        return Ok(None);
    };
    let known = ident::uuid(text);
    known
        .map(Some)
        .ok_or_else(|| ApiError::invalid("The marker must be the UUID of the last item seen."))
}

/// For lists in which Ironic looks for whatever a marker says: what is no id is not there.
///
/// # Errors
/// 404 that names it.
pub(crate) fn known_marker(call: &Call, noun: &str) -> Result<(), ApiError> {
    match call.parameter("marker") {
        Some(text) if ident::uuid(text).is_none() => {
            let shown: String = text.chars().take(80).collect();
            Err(ApiError::not_found(format!(
                "{noun} {shown} could not be found."
            )))
        }
        _ => Ok(()),
    }
}

/// Members of documents that the engine adds: there is nothing to sort by in any version.
const ADDED: &[&str] = &["links", "ports", "states", "portgroups", "volume"];

/// What a list is sorted by; none when the request does not say.
pub(crate) fn sort_key(
    call: &Call,
    table: &[Field],
    not_sortable: &[&str],
) -> Result<Option<String>, ApiError> {
    let Some(key) = call.parameter("sort_key").filter(|key| *key != "id") else {
        return Ok(None);
    };
    let refused = || {
        let shown: String = key.chars().take(80).collect();
        ApiError::invalid(format!(
            "The sort_key value {shown:?} is an invalid field for sorting."
        ))
    };
    let minor = since(table, key).filter(|_| !ADDED.contains(&key));
    call.needs(&format!("Sorting by '{key}'"), minor.ok_or_else(refused)?)?;
    if not_sortable.contains(&key) {
        return Err(refused());
    }
    Ok(Some(key.to_owned()))
}

/// Which way a list is sorted.
pub(crate) fn direction(call: &Call) -> Result<SortDirection, ApiError> {
    match call.parameter("sort_dir") {
        None | Some("asc") => Ok(SortDirection::Ascending),
        Some("desc") => Ok(SortDirection::Descending),
        Some(_) => Err(ApiError::invalid(
            "Invalid sort direction: it is asc or desc.",
        )),
    }
}

/// Where the next page is, when this one is full. `path` has no leading slash. All filters are kept (Ironic drops some).
pub(crate) fn next(
    call: &Call,
    path: &str,
    limit: usize,
    count: usize,
    last: Option<&str>,
) -> Option<String> {
    let last = last.filter(|_| count == limit)?;
    let mut href = format!("{}/v1/{path}?", call.public());
    for (key, value) in call.query() {
        if key != "limit" && key != "marker" {
            let _ = write!(href, "{}={}&", encoded(key), encoded(value));
        }
    }
    let _ = write!(href, "limit={limit}&marker={}", encoded(last));
    Some(href)
}

/// Percent-encodes a part of a URL, keeping RFC 3986's unreserved characters and commas.
pub(crate) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~,".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}
