//! What happens to every request before and after its resource: path, version, deadline, who asks; headers and error bodies. The
//! body is read only once the endpoint is known and lets the request in ([`admit`]), so strangers' bodies are never read.

pub(crate) mod admit;
mod authenticate;
pub(crate) mod body;
mod json;
mod measure;
pub(crate) mod path;
mod query;

use crate::app::App;
use crate::call::{Head, Peer};
use crate::error::{ApiError, Unrouted};
use api_types::microversion::VersionError;
use api_types::{
    MAXIMUM_VERSION_HEADER, MINIMUM_VERSION_HEADER, Microversion, OPENSTACK_VERSION_HEADER,
    VERSION_HEADER,
};
use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, HOST};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use uuid::Uuid;

/// Puts the front around the resources. The result routes by the path as the client wrote it.
pub(crate) fn around(resources: Router<App>, app: App) -> Router {
    let inner = resources
        .fallback(nowhere)
        .layer(from_fn_with_state(app.clone(), authenticate::authenticate))
        .layer(from_fn(measure::measure))
        .with_state(app.clone());
    Router::new()
        .fallback_service(inner)
        .layer(from_fn_with_state(app, front))
}

async fn front(State(app): State<App>, request: Request, next: Next) -> Response {
    let id = format!("req-{}", Uuid::new_v4());
    let version = version_of(request.headers());
    let (at_root, at_top) = (
        path::is_root(request.uri().path()),
        path::is_top(request.uri().path()),
    );
    let outcome = match &version {
        Ok(version) => serve(&app, *version, &id, request, next).await,
        Err(error) if at_top => Err(ApiError::version(error).said_by_root()),
        Err(error) => Err(ApiError::version(error)),
    };
    let mut response = worded(outcome.unwrap_or_else(IntoResponse::into_response), at_root);
    let known = match &version {
        Ok(version) => Some(*version),
        Err(VersionError::OutOfRange { .. }) => Some(Microversion::MAX),
        Err(VersionError::Unreadable) => None,
    };
    let known = known.filter(|_| response.extensions().get::<Unrouted>().is_none());
    write_headers(response.headers_mut(), &id, known, version.is_ok());
    response
}

/// No such path. What was sent is passed over, so that the client reads the answer.
async fn nowhere(State(app): State<App>, request: Request) -> ApiError {
    body::pass_over(&mut request.into_body(), app.config.limits.body).await;
    ApiError::from_status(StatusCode::NOT_FOUND)
}

async fn serve(
    app: &App,
    version: Microversion,
    id: &str,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    if !takes_json(request.headers()) {
        return Err(ApiError::not_json());
    }
    let work = async {
        let request = prepare(app, version, id, request)?;
        Ok(next.run(request).await)
    };
    // Dropping the work is how an abandoned or overdue request stops; what the engine accepted goes on there.
    match tokio::time::timeout(app.config.limits.deadline, work).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ApiError::unavailable(
            "The request took too long and was given up; ask again.",
        )),
    }
}

/// Rewrites the path and leaves what is known of the request for its endpoint.
fn prepare(
    app: &App,
    version: Microversion,
    id: &str,
    request: Request,
) -> Result<Request, ApiError> {
    let (mut parts, body) = request.into_parts();
    let version_named = is_version_named(&parts.headers);
    let path = path::normal(parts.uri.path(), version, version_named);
    let query = query_of(&parts.uri)?;
    let peer = parts.extensions.get::<Peer>().copied();
    let public = public_of(app, &parts, peer);
    let replaced = path::replaced(&parts.uri, &path).filter(|_| !path.contains("%00"));
    parts.uri = replaced.ok_or_else(|| ApiError::invalid("The path is not valid."))?;
    let head = Head {
        version,
        public,
        query,
        headers: parts.headers.clone(),
        peer,
        id: id.to_owned(),
    };
    parts.extensions.insert(Arc::new(head));
    Ok(Request::from_parts(parts, body))
}

fn version_of(headers: &HeaderMap) -> Result<Microversion, VersionError> {
    let text = |name: &str| match headers.get(name).map(HeaderValue::to_str) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(VersionError::Unreadable),
    };
    Microversion::negotiate(text(OPENSTACK_VERSION_HEADER)?, text(VERSION_HEADER)?)
}

/// Whether the client takes JSON, which is all there is.
fn takes_json(headers: &HeaderMap) -> bool {
    let mut accepted = headers.get_all(ACCEPT).iter().peekable();
    let fits = |range: &str| {
        let kind = range.split(';').next().unwrap_or_default().trim();
        matches!(kind, "" | "*/*" | "application/*" | "application/json")
            || kind == "text/event-stream"
            || kind == "text/plain"
    };
    let takes = |value: &HeaderValue| value.to_str().is_ok_and(|text| text.split(',').any(fits));
    accepted.peek().is_none() || accepted.any(takes)
}

fn is_version_named(headers: &HeaderMap) -> bool {
    headers.contains_key(OPENSTACK_VERSION_HEADER) || headers.contains_key(VERSION_HEADER)
}

fn query_of(uri: &Uri) -> Result<Vec<(String, String)>, ApiError> {
    let unreadable = || ApiError::invalid("The query cannot be read.");
    let Query(pairs) =
        Query::<Vec<(String, String)>>::try_from_uri(uri).map_err(|_| unreadable())?;
    // No text that is stored has a null character, and PostgreSQL does not even take it as a question.
    let has_nul = |(key, value): &(String, String)| key.contains('\0') || value.contains('\0');
    match pairs.iter().any(has_nul) {
        true => Err(unreadable()),
        false => Ok(pairs),
    }
}

/// Scheme and host for links: as configured, else as the client named them.
fn public_of(app: &App, parts: &Parts, peer: Option<Peer>) -> String {
    if let Some(configured) = &app.config.public_endpoint {
        let plain = configured.trim_end_matches('/');
        return plain.strip_suffix("/v1").unwrap_or(plain).to_owned();
    }
    let scheme = match peer.is_some_and(|peer| peer.encrypted) {
        true => "https",
        false => "http",
    };
    let host = parts.headers.get(HOST).and_then(|h| h.to_str().ok());
    let host = host.or_else(|| parts.uri.authority().map(|a| a.as_str()));
    format!("{scheme}://{}", host.unwrap_or("localhost"))
}

/// Gives a body of ours to errors that a library wrote.
fn worded(response: Response, at_root: bool) -> Response {
    let status = response.status();
    let ours = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/json");
    if ours || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let allow = response.headers().get("allow").cloned();
    let error = ApiError::from_status(status);
    let mut response = match at_root {
        true => error.said_by_root().into_response(),
        false => error.into_response(),
    };
    if let Some(allow) = allow.filter(|_| status == StatusCode::METHOD_NOT_ALLOWED) {
        response.headers_mut().insert("allow", allow);
    }
    response
}

fn write_headers(headers: &mut HeaderMap, id: &str, known: Option<Microversion>, chosen: bool) {
    let mut set = |name: &str, value: String| {
        let name = HeaderName::from_bytes(name.as_bytes());
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            headers.insert(name, value);
        }
    };
    for name in ["openstack-request-id", "x-openstack-request-id"] {
        set(name, id.to_owned());
    }
    let Some(version) = known else { return };
    set(MINIMUM_VERSION_HEADER, Microversion::MIN.to_string());
    set(MAXIMUM_VERSION_HEADER, Microversion::MAX.to_string());
    if chosen {
        set(VERSION_HEADER, version.to_string());
    }
}
