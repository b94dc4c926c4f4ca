//! The shapes of a successful answer.

use crate::call::Call;
use crate::error::{Answer, ApiError};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// 200 with a document.
pub(crate) fn ok(document: &impl Serialize) -> Answer {
    json(StatusCode::OK, document)
}

/// A document with a status.
pub(crate) fn json(status: StatusCode, document: &impl Serialize) -> Answer {
    let text = serde_json::to_vec(document)
        .map_err(|error| ApiError::failed(format!("The answer cannot be written: {error}.")))?;
    Ok(bytes(status, text))
}

/// JSON that is written already.
pub(crate) fn bytes(status: StatusCode, text: Vec<u8>) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], text).into_response()
}

/// 201 with the new document and where it is; `path` without a leading slash.
pub(crate) fn created(call: &Call, path: &str, document: &impl Serialize) -> Answer {
    let mut response = json(StatusCode::CREATED, document)?;
    locate(call, path, &mut response);
    Ok(response)
}

/// 202 without a body.
pub(crate) fn accepted() -> Answer {
    Ok(StatusCode::ACCEPTED.into_response())
}

/// 202 without a body, and where to look.
pub(crate) fn accepted_at(call: &Call, path: &str) -> Answer {
    let mut response = StatusCode::ACCEPTED.into_response();
    locate(call, path, &mut response);
    Ok(response)
}

/// 204.
pub(crate) fn no_content() -> Answer {
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// 204, and where the thing is.
pub(crate) fn no_content_at(call: &Call, path: &str) -> Answer {
    let mut response = StatusCode::NO_CONTENT.into_response();
    locate(call, path, &mut response);
    Ok(response)
}

fn locate(call: &Call, path: &str, response: &mut Response) {
    let href = format!("{}/v1/{path}", call.public());
    if let Ok(value) = HeaderValue::from_str(&href) {
        response.headers_mut().insert(LOCATION, value);
    }
}
