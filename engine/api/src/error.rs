//! Refusals and failures as Ironic's clients expect them: a status and a body whose `error_message` is a string of JSON. Texts of
//! the database never get out.

use api_types::ErrorBody;
use api_types::microversion::VersionError;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use model::{Refusal, RefusalKind};
use ports::engine::{AgentRefusal, EngineError};
use ports::store::StoreError;

/// When whoever met 503 shall ask again, in seconds.
const COME_AGAIN: &str = "5";

/// Why a request was not served.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    text: String,
    form: Form,
}

/// The body's form, as Ironic's: by who refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A resource.
    Fault,
    /// What is before the resources: it knows no such path, method or version.
    Abort,
    /// The same, of a version outside the range.
    Range,
    /// What is before the resources, to somebody who takes no JSON: the text alone.
    Plain,
}

/// Marks an answer that no resource gave: as Ironic's, it says nothing of versions.
#[derive(Clone, Copy)]
pub(crate) struct Unrouted;

/// What a handler answers with.
pub(crate) type Answer = Result<Response, ApiError>;

impl ApiError {
    fn of(status: StatusCode, text: impl Into<String>) -> Self {
        Self {
            status,
            text: text.into(),
            form: Form::Fault,
        }
    }

    fn formed(status: StatusCode, form: Form, text: impl Into<String>) -> Self {
        Self {
            form,
            ..Self::of(status, text)
        }
    }

    /// 400: the request is wrong.
    pub fn invalid(text: impl Into<String>) -> Self {
        Self::of(StatusCode::BAD_REQUEST, text)
    }

    /// 403: a rule forbids it.
    pub fn forbidden(text: impl Into<String>) -> Self {
        Self::of(StatusCode::FORBIDDEN, text)
    }

    /// 404: there is no such thing.
    pub fn not_found(text: impl Into<String>) -> Self {
        Self::of(StatusCode::NOT_FOUND, text)
    }

    /// 404: no such path at all, or none in this microversion.
    pub fn no_such_path(text: impl Into<String>) -> Self {
        Self::formed(StatusCode::NOT_FOUND, Form::Abort, text)
    }

    /// 405: the path is there, but not for this method in this microversion.
    pub fn not_allowed(text: impl Into<String>) -> Self {
        Self::formed(StatusCode::METHOD_NOT_ALLOWED, Form::Abort, text)
    }

    /// 405, said by the resource.
    pub fn refused_method(text: impl Into<String>) -> Self {
        Self::of(StatusCode::METHOD_NOT_ALLOWED, text)
    }

    /// 400: what stands in the path for an item can be none.
    pub fn misnamed(text: impl Into<String>) -> Self {
        Self::formed(StatusCode::BAD_REQUEST, Form::Abort, text)
    }

    /// 406: newer than the microversion of the request.
    pub fn too_new(text: impl Into<String>) -> Self {
        Self::of(StatusCode::NOT_ACCEPTABLE, text)
    }

    /// 406: the client takes no JSON.
    pub fn not_json() -> Self {
        Self::formed(
            StatusCode::NOT_ACCEPTABLE,
            Form::Plain,
            "The answer is JSON, which the request's Accept header does not take.",
        )
    }

    /// 406: the version itself is not served.
    pub fn version(error: &VersionError) -> Self {
        let form = match error {
            VersionError::Unreadable => Form::Abort,
            VersionError::OutOfRange { .. } => Form::Range,
        };
        Self::formed(StatusCode::NOT_ACCEPTABLE, form, error.to_string())
    }

    /// As the root documents say it: they refuse by themselves.
    pub fn said_by_root(self) -> Self {
        match self.form {
            Form::Abort | Form::Range => Self::of(self.status, self.text),
            Form::Fault | Form::Plain => self,
        }
    }

    /// 409: in the way of something else.
    pub fn conflict(text: impl Into<String>) -> Self {
        Self::of(StatusCode::CONFLICT, text)
    }

    /// 408: the client takes too long.
    pub fn timeout(text: impl Into<String>) -> Self {
        Self::of(StatusCode::REQUEST_TIMEOUT, text)
    }

    /// 410: it was there once.
    pub fn gone(text: impl Into<String>) -> Self {
        Self::of(StatusCode::GONE, text)
    }

    /// 413: the body is too large.
    pub fn too_large(text: impl Into<String>) -> Self {
        Self::of(StatusCode::PAYLOAD_TOO_LARGE, text)
    }

    /// 500: the engine or the hardware failed.
    pub fn failed(text: impl Into<String>) -> Self {
        Self::of(StatusCode::INTERNAL_SERVER_ERROR, text)
    }

    /// 503: ask again later.
    pub fn unavailable(text: impl Into<String>) -> Self {
        Self::of(StatusCode::SERVICE_UNAVAILABLE, text)
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The body for a response that a library wrote without one of ours.
    pub fn from_status(status: StatusCode) -> Self {
        let text = match status {
            StatusCode::NOT_FOUND => "The resource could not be found.",
            StatusCode::METHOD_NOT_ALLOWED => "This method is not allowed for this resource.",
            _ => "The request cannot be served.",
        };
        Self::formed(status, Form::Abort, text)
    }
}

/// An error whose text still lacks the conductor's name.
#[derive(Clone)]
struct Nameless {
    status: StatusCode,
    text: String,
}

/// Writes the conductor's name into a refusal that says who has the node: the core that words it does not know the name.
pub(crate) fn name_conductor(mut response: Response, name: &str) -> Response {
    match response.extensions_mut().remove::<Nameless>() {
        None => response,
        Some(Nameless { status, text }) => {
            let text = text.replace(lifecycle::LOCK_HOLDER, name);
            ApiError::of(status, text).into_response()
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let nameless = self
            .text
            .contains(lifecycle::LOCK_HOLDER)
            .then(|| Nameless {
                status: self.status,
                text: self.text.clone(),
            });
        let mut response = self.rendered();
        if let Some(nameless) = nameless {
            response.extensions_mut().insert(nameless);
        }
        response
    }
}

impl ApiError {
    fn rendered(self) -> Response {
        let code = self.status.as_u16();
        let body = match self.form {
            Form::Fault => ErrorBody::fault(code, self.text),
            Form::Abort | Form::Range => {
                let title = self.status.canonical_reason().unwrap_or("Error");
                ErrorBody::abort(code, title, self.text)
            }
            Form::Plain => ErrorBody::plain(self.text),
        };
        let text = serde_json::to_string(&body).unwrap_or_default();
        let kind = [(CONTENT_TYPE, "application/json")];
        let mut response = (self.status, kind, text).into_response();
        if self.status == StatusCode::SERVICE_UNAVAILABLE {
            let headers = response.headers_mut();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(COME_AGAIN));
        }
        if matches!(self.form, Form::Abort | Form::Plain) {
            response.extensions_mut().insert(Unrouted);
        }
        response
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = match refusal.kind {
            RefusalKind::Invalid | RefusalKind::NotPossible => StatusCode::BAD_REQUEST,
            RefusalKind::Busy | RefusalKind::WrongState => StatusCode::CONFLICT,
            RefusalKind::Forbidden => StatusCode::FORBIDDEN,
            RefusalKind::NotFound => StatusCode::NOT_FOUND,
        };
        Self::of(status, refusal.message)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Duplicate { .. } | StoreError::Conflict => {
                Self::conflict(format!("{error}."))
            }
            StoreError::NotFound { .. } => Self::not_found(format!("{error}.")),
            StoreError::TooLong(most) => Self::unavailable(format!(
                "The list was not read within {} s and was given up; ask for a shorter page, or for less by filters.",
                most.as_secs_f32()
            )),
            StoreError::SortKey(key) => Self::invalid(format!(
                "The sort_key value {key:?} is an invalid field for sorting."
            )),
            StoreError::Sealed { field, .. } => {
                tracing::error!(%error, "a sealed value cannot be opened");
                Self::failed(format!(
                    "The stored secret in '{field}' cannot be opened; the engine's log says why."
                ))
            }
            StoreError::Database { attempt, source } => {
                tracing::error!(%attempt, %source, "the database did not answer");
                Self::unavailable("The database did not answer; ask again.")
            }
        }
    }
}

impl From<EngineError> for ApiError {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::NotFound { .. } => Self::not_found(error.to_string()),
            EngineError::Refused(refusal) => refusal.into(),
            EngineError::Hardware(text) => Self::failed(text),
            EngineError::Store(error) => error.into(),
            EngineError::ShuttingDown => Self::unavailable(error.to_string()),
        }
    }
}

impl From<AgentRefusal> for ApiError {
    fn from(refusal: AgentRefusal) -> Self {
        match refusal {
            AgentRefusal::NotFound => Self::not_found(refusal.to_string()),
            AgentRefusal::Busy => Self::conflict(refusal.to_string()),
            AgentRefusal::Invalid(text) => Self::invalid(text),
            AgentRefusal::Engine(error) => error.into(),
        }
    }
}
