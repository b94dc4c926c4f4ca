//! Why a command failed or was refused, in the words of the protocol. The class names are those that conductors know from
//! ironic-python-agent.

use agent_wire::CommandError;

/// A failed command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}: {details}")]
pub(super) struct Failure {
    pub kind: &'static str,
    pub code: u16,
    pub message: &'static str,
    pub details: String,
}

impl Failure {
    fn new(kind: &'static str, code: u16, message: &'static str, details: String) -> Self {
        Self {
            kind,
            code,
            message,
            details,
        }
    }

    /// No such command.
    pub fn command(details: String) -> Self {
        Self::new("InvalidCommandError", 400, "Invalid command", details)
    }

    /// No such extension.
    pub fn not_found(details: String) -> Self {
        Self::new("RequestedObjectNotFoundError", 404, "Not found", details)
    }

    /// Wrong arguments.
    pub fn params(details: String) -> Self {
        let message = "Invalid command parameters";
        Self::new("InvalidCommandParamsError", 400, message, details)
    }

    /// The steps were listed by another version.
    pub fn version(details: String) -> Self {
        Self::new(
            "VersionMismatch",
            409,
            "Hardware manager version mismatch",
            details,
        )
    }

    /// It was tried and did not work.
    pub fn execution(details: String) -> Self {
        Self::new(
            "CommandExecutionError",
            500,
            "Command execution failed",
            details,
        )
    }
}

impl From<Failure> for CommandError {
    fn from(failure: Failure) -> Self {
        Self {
            kind: failure.kind.to_owned(),
            code: failure.code,
            message: failure.message.to_owned(),
            details: Some(failure.details),
        }
    }
}
