//! How a stranger is turned away: Ironic's status, header and body, which unlike every other error is not wrapped.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// Why a request is not let in.
#[derive(Debug)]
pub(crate) enum Denial {
    /// No name was given.
    Required,
    /// Name and password do not fit.
    Wrong,
    /// The header cannot be read.
    Malformed(String),
    /// Too many failures from there; seconds until the next try.
    Throttled(u32),
    /// Too many passwords are being checked.
    Busy,
}

impl Denial {
    /// The status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Required | Self::Wrong => StatusCode::UNAUTHORIZED,
            Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for Denial {
    fn into_response(self) -> Response {
        let status = self.status();
        let message = match &self {
            Self::Required => "Authorization required".to_owned(),
            Self::Wrong => "Incorrect username or password".to_owned(),
            Self::Malformed(text) => text.clone(),
            Self::Throttled(_) => "Too many failed attempts; try again later".to_owned(),
            Self::Busy => "Too many passwords are being checked; try again later".to_owned(),
        };
        let body = json!({"error": {"message": message, "code": status.as_u16()}});
        let kind = [(CONTENT_TYPE, "application/json")];
        let mut response = (status, kind, body.to_string()).into_response();
        let headers = response.headers_mut();
        match self {
            Self::Required | Self::Wrong => {
                let realm = HeaderValue::from_static("Basic realm=\"Baremetal API\"");
                headers.insert(WWW_AUTHENTICATE, realm);
            }
            Self::Throttled(seconds) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            Self::Busy => {
                headers.insert(RETRY_AFTER, HeaderValue::from(1));
            }
            Self::Malformed(_) => {}
        }
        response
    }
}
