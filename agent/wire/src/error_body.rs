//! The body of a refused request of the agent's API.

use serde::{Deserialize, Serialize};

/// `{faultcode, faultstring}`; conductors search the text for `agent is busy`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// `Client` below status 500, else `Server`.
    #[serde(default)]
    pub faultcode: String,
    /// What is wrong; always a string.
    #[serde(default)]
    pub faultstring: String,
}

impl ErrorBody {
    /// The body for a status.
    pub fn new(status: u16, faultstring: impl Into<String>) -> Self {
        let faultcode = if status < 500 { "Client" } else { "Server" };
        Self {
            faultcode: faultcode.to_owned(),
            faultstring: faultstring.into(),
        }
    }
}
