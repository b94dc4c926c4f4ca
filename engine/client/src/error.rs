//! What can go wrong between a caller and the API, said for people.

use std::time::Duration;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The address of the API is no http or https URL.
    #[error("'{0}' is not an http or https URL of the API")]
    Endpoint(String),
    /// The certificate file holds no certificate.
    #[error("reading the CA certificates")]
    Certificates(#[source] reqwest::Error),
    /// The HTTP client could not be made.
    #[error("setting up the HTTP client")]
    SetUp(#[source] reqwest::Error),
    /// Nobody answers there.
    #[error("cannot reach {url}: {reason}")]
    Unreachable {
        /// Where.
        url: String,
        /// The innermost cause.
        reason: String,
        /// The whole cause.
        #[source]
        source: reqwest::Error,
    },
    /// No answer in time.
    #[error("{url} did not answer within {seconds} s", seconds = within.as_secs())]
    Silent {
        /// Where.
        url: String,
        /// For how long it was waited.
        within: Duration,
    },
    /// The API said no.
    #[error("{message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the API said.
        message: String,
    },
    /// Client and API have no microversion in common.
    #[error("the API speaks versions {min} to {max}, which this client does not know")]
    NoCommonVersion {
        /// The API's lowest.
        min: String,
        /// The API's highest.
        max: String,
    },
    /// The answer is not what the API's documents look like.
    #[error("the answer of {url} cannot be understood: {reason}")]
    Answer {
        /// Where.
        url: String,
        /// Why.
        reason: String,
    },
    /// The machine cannot reach the state that was waited for.
    #[error("{node} is '{state}' instead of '{wanted}'{}", reason_text(.last_error.as_deref()))]
    WentElsewhere {
        /// The node.
        node: String,
        /// Its state now.
        state: String,
        /// The state that was waited for.
        wanted: String,
        /// The node's last error.
        last_error: Option<String>,
    },
    /// The machine did not reach the state in time.
    #[error("{node} is still '{state}' after {seconds} s, not '{wanted}'; it goes on without us", seconds = after.as_secs())]
    StillWaiting {
        /// The node.
        node: String,
        /// Its state now.
        state: String,
        /// The state that was waited for.
        wanted: String,
        /// How long it was waited.
        after: Duration,
    },
}

fn reason_text(last_error: Option<&str>) -> String {
    last_error.map_or(String::new(), |text| format!(": {text}"))
}

/// What a caller may do about an error; a command line makes its exit code of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// Anything not below.
    Failed,
    /// No such thing.
    NotFound,
    /// Refused in this state, or by a conflict.
    Conflict,
    /// Not in time.
    TimedOut,
    /// Nobody answers.
    Unreachable,
}

impl ClientError {
    /// What a caller may do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            ClientError::Unreachable { .. } => ErrorKind::Unreachable,
            ClientError::Silent { .. } | ClientError::StillWaiting { .. } => ErrorKind::TimedOut,
            ClientError::Refused { status: 404, .. } => ErrorKind::NotFound,
            ClientError::Refused {
                status: 400 | 401 | 403 | 406 | 409 | 503,
                ..
            } => ErrorKind::Conflict,
            _ => ErrorKind::Failed,
        }
    }

    /// Whether the API said exactly this status.
    pub fn is_status(&self, wanted: u16) -> bool {
        matches!(self, ClientError::Refused { status, .. } if *status == wanted)
    }

    /// What a refusal's body says. `error_message` may be text that holds JSON, an object, or missing; proxies send no JSON at all.
    pub(crate) fn refused(status: u16, body: &[u8]) -> Self {
        let body = String::from_utf8_lossy(body);
        let message = words(&body).unwrap_or_else(|| {
            let shown: String = body
                .chars()
                .filter(|it| !it.is_control())
                .take(300)
                .collect();
            match shown.trim() {
                "" => format!("the API answered {status} without a reason"),
                shown => format!("the API answered {status}: {shown}"),
            }
        });
        ClientError::Refused { status, message }
    }
}

fn words(body: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(body).ok()?;
    let text = api_types::ErrorBody::text_of(body);
    // `text_of` answers the body itself when it finds no words in the forms it knows.
    if text != body {
        return Some(text);
    }
    if let Some(plain) = value.get("error_message").and_then(|it| it.as_str()) {
        return Some(plain.to_owned());
    }
    let message = value.get("error")?.get("message")?.as_str()?;
    Some(message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_found_in_each_form_of_a_refusal() {
        for body in [
            r#"{"error_message":"{\"faultcode\":\"Client\",\"faultstring\":\"no node\",\"debuginfo\":null}"}"#,
            r#"{"error_message":{"faultcode":"Client","faultstring":"no node","debuginfo":null}}"#,
            r#"{"error_message":"{\"code\":404,\"title\":\"Not Found\",\"description\":\"no node\"}"}"#,
            r#"{"error_message":"no node"}"#,
            r#"{"faultcode":"Client","faultstring":"no node"}"#,
            r#"{"error":{"message":"no node","code":401}}"#,
        ] {
            let error = ClientError::refused(404, body.as_bytes());
            assert_eq!(error.to_string(), "no node", "{body}");
        }
        let html = ClientError::refused(502, b"<h1>Bad\r\nGateway</h1>").to_string();
        assert_eq!(html, "the API answered 502: <h1>BadGateway</h1>");
        let empty = ClientError::refused(500, b"").to_string();
        assert_eq!(empty, "the API answered 500 without a reason");
    }
}
