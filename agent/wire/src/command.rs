//! Commands that the conductor posts to the agent, and their results.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Body of `POST /v1/commands/`.
#[derive(Clone, Serialize, Deserialize)]
pub struct Command {
    /// `extension.command`, such as `deploy.execute_deploy_step`.
    pub name: String,
    /// Named arguments.
    pub params: Map<String, Value>,
}

impl fmt::Debug for Command {
    // Arguments hold config drives and image passwords: only their names are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command")
            .field("name", &self.name)
            .field("params", &self.params.keys().collect::<Vec<_>>())
            .finish()
    }
}

/// Answer to a posted command and element of the command list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CommandResult {
    /// UUID of this run.
    pub id: String,
    /// The bare command name, `execute_deploy_step`.
    pub command_name: String,
    /// Where it stands.
    pub command_status: CommandStatus,
    /// Why it failed.
    #[serde(default)]
    pub command_error: Option<CommandError>,
    /// What it gave; its shape depends on the command.
    #[serde(default)]
    pub command_result: Option<Value>,
}

/// Answer of `GET /v1/commands/`, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CommandList {
    /// All commands since the agent started.
    pub commands: Vec<CommandResult>,
}

/// Why a command failed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CommandError {
    /// Class name, such as `ImageChecksumError`.
    #[serde(rename = "type", default)]
    pub kind: String,
    /// HTTP status that fits.
    #[serde(default)]
    pub code: u16,
    /// What was attempted.
    #[serde(default)]
    pub message: String,
    /// What happened and what to do; conductors show this first.
    #[serde(default)]
    pub details: Option<String>,
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.details {
            Some(details) if !details.is_empty() => f.write_str(details),
            _ => f.write_str(&self.message),
        }
    }
}

/// State of a command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum CommandStatus {
    /// Still at work.
    Running,
    /// Done.
    Succeeded,
    /// Failed, see the error.
    Failed,
    /// The hardware managers changed since the steps were listed (name used by current agents).
    CleanVersionMismatch,
    /// The same under its newer name.
    VersionMismatch,
    /// A status this version does not know.
    Other(String),
}

impl From<String> for CommandStatus {
    fn from(text: String) -> Self {
        match text.as_str() {
            "RUNNING" => Self::Running,
            "SUCCEEDED" => Self::Succeeded,
            "FAILED" => Self::Failed,
            "CLEAN_VERSION_MISMATCH" => Self::CleanVersionMismatch,
            "VERSION_MISMATCH" => Self::VersionMismatch,
            _ => Self::Other(text),
        }
    }
}

impl From<CommandStatus> for String {
    fn from(status: CommandStatus) -> Self {
        status.as_str().to_owned()
    }
}

impl CommandStatus {
    /// The text on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Running => "RUNNING",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed => "FAILED",
            Self::CleanVersionMismatch => "CLEAN_VERSION_MISMATCH",
            Self::VersionMismatch => "VERSION_MISMATCH",
            Self::Other(text) => text,
        }
    }
}
