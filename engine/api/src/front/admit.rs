//! The gate before each handler: whether its endpoint exists in the version of the request and takes its body. Here alone the endpoint
//! is known and the body not yet read.

use super::body;
use crate::app::App;
use crate::call::{Facts, Head};
use crate::endpoint::{Spec, TooOld};
use crate::error::ApiError;
use axum::body::Body;
use axum::extract::Request;
use std::sync::Arc;

/// Lets a request through to its handler, its body read and its facts put where the handler finds them.
pub(crate) async fn admit(
    app: &App,
    spec: Arc<Spec>,
    request: Request,
) -> Result<Request, ApiError> {
    let (mut parts, mut body) = request.into_parts();
    let head = parts.extensions.get::<Arc<Head>>().cloned();
    let head = head.ok_or_else(|| ApiError::failed("The request was not prepared."))?;
    if let Err(error) = check_version(&head, &spec) {
        body::pass_over(&mut body, app.config.limits.body).await;
        return Err(error);
    }
    let most = (spec.body)(&app.config.limits);
    let (body, slot) = body::read(app, most, &head.headers, body).await?;
    let facts = Facts {
        head,
        body,
        _slot: slot,
    };
    parts.extensions.insert(Arc::new(facts));
    Ok(Request::from_parts(parts, Body::empty()))
}

fn check_version(head: &Head, spec: &Spec) -> Result<(), ApiError> {
    if head.version.has(spec.since) {
        return Ok(());
    }
    let text = format!(
        "This exists from version 1.{} on; the request is for version {}.",
        spec.since, head.version
    );
    match spec.too_old {
        TooOld::Handled => Ok(()),
        TooOld::NotFound => Err(ApiError::no_such_path(text)),
        TooOld::NotAllowed => Err(ApiError::not_allowed(text)),
        TooOld::NotAcceptable => Err(ApiError::too_new(text)),
    }
}
