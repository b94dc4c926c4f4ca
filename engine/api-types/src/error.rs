//! Error bodies. `error_message` is a string that holds JSON: clients of Ironic decode it once more.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The body of every refused request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// JSON text: a [`Fault`], or `{code, title, description}` for what never reached a resource; plain text for who takes no JSON.
    pub error_message: String,
}

/// What went wrong, as the text inside an [`ErrorBody`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// `Client` below status 500, else `Server`.
    pub faultcode: String,
    /// For a person.
    pub faultstring: String,
    /// Always null here.
    pub debuginfo: Option<String>,
}

/// What went wrong before a resource was reached: no such path, method or version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abort {
    /// The HTTP status.
    pub code: u16,
    /// Its reason phrase.
    pub title: String,
    /// For a person.
    pub description: String,
}

impl ErrorBody {
    /// The body for an error of a resource.
    pub fn fault(status: u16, text: impl Into<String>) -> Self {
        let faultcode = if status < 500 { "Client" } else { "Server" };
        Self::holding(&Fault {
            faultcode: faultcode.to_owned(),
            faultstring: text.into(),
            debuginfo: None,
        })
    }

    /// The body for a request that never reached a resource.
    pub fn abort(status: u16, title: &str, description: impl Into<String>) -> Self {
        Self::holding(&Abort {
            code: status,
            title: title.to_owned(),
            description: description.into(),
        })
    }

    /// The body for who takes no JSON: a text in no form.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            error_message: text.into(),
        }
    }

    fn holding(inner: &impl Serialize) -> Self {
        Self {
            error_message: serde_json::to_string(inner).unwrap_or_default(),
        }
    }

    /// The words for a person, out of whatever form an error body has; the body itself when it has none of the known forms.
    pub fn text_of(body: &str) -> String {
        let parsed = serde_json::from_str::<Value>(body).ok();
        let outer = parsed.as_ref().and_then(|v| v.get("error_message"));
        let inner = match outer {
            Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
                Ok(inner) => Some(inner),
                Err(_) => return text.clone(),
            },
            other => other.cloned(),
        };
        let source = inner.or(parsed).unwrap_or_default();
        ["faultstring", "description", "message"]
            .iter()
            .find_map(|key| source.get(key).and_then(Value::as_str))
            .map_or_else(|| body.to_owned(), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_found_in_each_form() {
        for body in [
            ErrorBody::fault(400, "no such thing"),
            ErrorBody::abort(404, "Not Found", "no such thing"),
        ] {
            let text = serde_json::to_string(&body).unwrap_or_default();
            assert_eq!(ErrorBody::text_of(&text), "no such thing");
        }
        let plain = r#"{"faultcode":"Client","faultstring":"no such thing"}"#;
        assert_eq!(ErrorBody::text_of(plain), "no such thing");
        assert_eq!(ErrorBody::text_of("<html>"), "<html>");
    }
}
