//! The gate before each handler: whether its endpoint exists in the version of the request and takes its body, and whether the caller may call it. Here alone the endpoint
//! is known and the body not yet read.

use super::{body, query};
use crate::access::Access;
use crate::app::App;
use crate::auth::{Caller, Role};
use crate::call::{Facts, Head};
use crate::endpoint::{Spec, TooOld};
use crate::error::ApiError;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Lets a request through to its handler, its body read and its facts put where the handler finds them.
pub(crate) async fn admit(
    app: &App,
    spec: Arc<Spec>,
    request: Request,
) -> Result<(Request, Arc<Facts>), ApiError> {
    let (mut parts, mut body) = request.into_parts();
    let head = parts.extensions.get::<Arc<Head>>().cloned();
    let head = head.ok_or_else(|| ApiError::failed("The request was not prepared."))?;
    let caller = parts.extensions.get::<Arc<Caller>>().cloned();
    let caller = caller.ok_or_else(|| ApiError::failed("The caller is not known."))?;
    let checked = check_version(&head, &spec)
        .and_then(|()| check_access(spec.access, &caller))
        .and_then(|()| query::check(&spec, &head.query));
    if let Err(error) = checked {
        body::pass_over(&mut body, app.config.limits.body).await;
        return Err(error);
    }
    let most = (spec.body)(&app.config.limits);
    let room = match spec.access {
        Access::Open => &app.strangers_bodies,
        _ => &app.users_bodies,
    };
    let body = body::arrived(room, app, most, &head.headers, body).await?;
    let body = body::hold(app, &spec.method, body).await?;
    let facts = Facts {
        head,
        caller,
        access: spec.access,
        members: spec.members,
        judged: AtomicBool::new(false),
        body,
    };
    let facts = Arc::new(facts);
    parts.extensions.insert(Arc::clone(&facts));
    Ok((Request::from_parts(parts, Body::empty()), facts))
}

/// What can be told of the caller's rights before a node is known.
fn check_access(access: Access, caller: &Caller) -> Result<(), ApiError> {
    let allowed = match (access, &caller.role) {
        (Access::Open, _) | (_, Some(Role::Admin)) => true,
        (_, None) => false,
        (Access::Anyone, _) | (Access::FleetReader, Some(Role::SystemReader)) => true,
        (Access::Node(rule), Some(Role::SystemReader)) => rule.reads,
        // The handler finds the node, and judges.
        (Access::Node(_), Some(Role::Project { .. })) => true,
        _ => false,
    };
    match allowed {
        true => Ok(()),
        false => Err(ApiError::forbidden(
            "Access was denied to the following resource: the caller's role does not allow this.",
        )),
    }
}

/// Holds back an answer that tells a project's user of a node on which nobody judged the user: a mistake of ours, which must not show.
pub(crate) fn hold_back(facts: &Facts, response: Response) -> Response {
    let needed = matches!(facts.access, Access::Node(_)) && facts.caller.project().is_some();
    if !needed || !response.status().is_success() || facts.judged.load(Ordering::Relaxed) {
        return response;
    }
    tracing::error!("an endpoint answered without judging its caller");
    ApiError::forbidden("Access was denied to the following resource.").into_response()
}

fn check_version(head: &Head, spec: &Spec) -> Result<(), ApiError> {
    if head.version.has(spec.since) {
        return Ok(());
    }
    let text = format!(
        "{} exists from version 1.{} on; the request is for version {}.",
        spec.path, spec.since, head.version
    );
    match spec.too_old {
        TooOld::Handled => Ok(()),
        TooOld::NotFound => Err(ApiError::no_such_path(text)),
        TooOld::Said => Err(ApiError::not_found(text)),
        TooOld::Refused => Err(ApiError::refused_method(text)),
        TooOld::NotAllowed => Err(ApiError::not_allowed(text)),
        TooOld::NotAcceptable => Err(ApiError::too_new(text)),
    }
}
