//! Calling the agent on a machine, by the Ironic agent protocol.

use agent_wire::{Command, CommandResult};
use async_trait::async_trait;
use model::AgentLink;

/// Why a call of the agent did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum AgentCallError {
    /// No connection, a time-out, or TLS failed: the command may or may not have arrived.
    #[error("the agent at {url} cannot be reached: {reason}")]
    Unreachable {
        /// Where it should be.
        url: String,
        /// Why.
        reason: String,
    },
    /// It runs another command. Asking again later helps.
    #[error("the agent is busy: {0}")]
    Busy(String),
    /// It refused.
    #[error("the agent refused {command}: {message} (HTTP {status})")]
    Refused {
        /// The command.
        command: String,
        /// HTTP status.
        status: u16,
        /// Its reason, at most 300 characters.
        message: String,
    },
    /// Its answer makes no sense.
    #[error("the agent's answer to {command} cannot be read: {reason}")]
    Malformed {
        /// The command.
        command: String,
        /// What is wrong.
        reason: String,
    },
    /// It has not told where its API is.
    #[error("the agent has not sent a heartbeat yet, so its address is unknown")]
    NoAddress,
}

/// The agents, as the conductor calls them. Calls are pinned to the certificate in the link and send its token.
#[async_trait]
pub trait AgentCalls: Send + Sync {
    /// Whether the agent's API answers at all (`GET /v1/status`).
    async fn answers(&self, link: &AgentLink) -> bool;
    /// All commands of this boot, oldest first.
    async fn commands(&self, link: &AgentLink) -> Result<Vec<CommandResult>, AgentCallError>;
    /// Sends a command; with `wait` its answer is the finished result.
    async fn send(
        &self,
        link: &AgentLink,
        command: &Command,
        wait: bool,
    ) -> Result<CommandResult, AgentCallError>;
}
