//! Text that crosses the wire but must never reach a log. Not a store of secrets: it has no sealing, only silence.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A token, nonce, password or config drive. Serialises as the plain string; `Debug` prints `<redacted>`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WireSecret(String);

impl WireSecret {
    /// Wraps a secret text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends or compares it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Takes the text out.
    pub fn into_inner(self) -> String {
        self.0
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for WireSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}

impl From<String> for WireSecret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for WireSecret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}
