//! Calling agents over HTTPS, by the Ironic agent protocol. Each call is pinned to the agent's certificate, follows no redirect, and
//! reads a bounded answer.

use super::pinned;
use agent_wire::{Command, CommandList, CommandResult, ErrorBody};
use async_trait::async_trait;
use model::AgentLink;
use ports::agent::{AgentCallError, AgentCalls};
use reqwest::{Client, RequestBuilder, StatusCode, redirect};
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(10);
const CALL: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_secs(5);
/// Logs are the largest answer.
const LARGEST_ANSWER: usize = 64 << 20;
/// Clients are kept per certificate; beyond so many the oldest knowledge is dropped and made anew when wanted.
const KEPT_CLIENTS: usize = 1024;

/// HTTPS to the agents.
#[derive(Default)]
pub struct HttpsAgents {
    clients: Mutex<HashMap<String, Client>>,
}

impl HttpsAgents {
    fn client(&self, link: &AgentLink) -> Result<Client, AgentCallError> {
        let unusable = |reason: String| AgentCallError::Unreachable {
            url: link.url.clone().unwrap_or_default(),
            reason,
        };
        let pem = link
            .certificate
            .as_deref()
            .ok_or_else(|| unusable("it sent no certificate with its heartbeat".into()))?;
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(pem) {
            return Ok(client.clone());
        }
        let config = pinned::client_config(pem).map_err(unusable)?;
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(CALL)
            .pool_max_idle_per_host(1)
            .build()
            .map_err(|error| unusable(error.to_string()))?;
        if clients.len() >= KEPT_CLIENTS {
            clients.clear();
        }
        clients.insert(pem.to_owned(), client.clone());
        Ok(client)
    }

    fn url(link: &AgentLink, path: &str) -> Result<String, AgentCallError> {
        let base = link.url.as_deref().ok_or(AgentCallError::NoAddress)?;
        Ok(format!("{}{path}", base.trim_end_matches('/')))
    }
}

#[async_trait]
impl AgentCalls for HttpsAgents {
    async fn answers(&self, link: &AgentLink) -> bool {
        let (Ok(client), Ok(url)) = (self.client(link), Self::url(link, "/v1/status")) else {
            return false;
        };
        let answer = client.get(url).timeout(LOOK).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    async fn commands(&self, link: &AgentLink) -> Result<Vec<CommandResult>, AgentCallError> {
        // The token is the engine's own: URL-safe characters only.
        let path = format!("/v1/commands/?agent_token={}", link.token.expose());
        let request = self.client(link)?.get(Self::url(link, &path)?);
        let list: CommandList = call(request, link, "commands").await?;
        Ok(list.commands)
    }

    async fn send(
        &self,
        link: &AgentLink,
        command: &Command,
        wait: bool,
    ) -> Result<CommandResult, AgentCallError> {
        let path = format!(
            "/v1/commands/?wait={wait}&agent_token={}",
            link.token.expose()
        );
        let request = self
            .client(link)?
            .post(Self::url(link, &path)?)
            .json(command);
        call(request, link, &command.name).await
    }
}

async fn call<T: DeserializeOwned>(
    request: RequestBuilder,
    link: &AgentLink,
    command: &str,
) -> Result<T, AgentCallError> {
    let unreachable = |error: reqwest::Error| AgentCallError::Unreachable {
        url: link.url.clone().unwrap_or_default(),
        reason: root_cause(error),
    };
    let mut answer = request.send().await.map_err(unreachable)?;
    let status = answer.status();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            return Err(malformed(command, "it is too large".into()));
        }
    }
    if status.is_success() {
        return serde_json::from_slice(&body)
            .map_err(|error| malformed(command, error.to_string()));
    }
    Err(refused(command, status, &body))
}

fn malformed(command: &str, reason: String) -> AgentCallError {
    AgentCallError::Malformed {
        command: command.to_owned(),
        reason,
    }
}

fn refused(command: &str, status: StatusCode, body: &[u8]) -> AgentCallError {
    let message = serde_json::from_slice::<ErrorBody>(body)
        .map(|error| error.faultstring)
        .unwrap_or_else(|_| "it gave no reason".into());
    let message: String = message
        .chars()
        .filter(|c| !c.is_control())
        .take(300)
        .collect();
    if status == StatusCode::CONFLICT || message.to_lowercase().contains("agent is busy") {
        return AgentCallError::Busy(message);
    }
    AgentCallError::Refused {
        command: command.to_owned(),
        status: status.as_u16(),
        message,
    }
}

/// The innermost cause, without the URL: that holds the token.
fn root_cause(error: reqwest::Error) -> String {
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    if error.is_timeout() {
        return "no answer in time".into();
    }
    cause.to_string()
}
