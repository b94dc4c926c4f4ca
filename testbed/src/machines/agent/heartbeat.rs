//! Heartbeats: at once, at the beginning and end of each command, every few seconds else, and soon after a failure.

use std::sync::Arc;
use std::time::Duration;

use agent_wire::{
    AGENT_TOKEN_MINOR, AGENT_VERIFY_CA_MINOR, AGENT_VERSION_MINOR, HEARTBEAT_MAX_MINOR,
    HeartbeatExtension, HeartbeatRequest,
};
use reqwest::{Method, StatusCode};
use tokio::sync::oneshot;

use super::api::{Api, Call};
use super::{Agent, VERSION};
use crate::machines::guard::lock;

/// Beats until its task is ended; `first` is told of the first accepted beat.
pub(super) async fn run(
    agent: &Arc<Agent>,
    api: &Api,
    node: &str,
    minor: u16,
    first: oneshot::Sender<()>,
) {
    let mut first = Some(first);
    let retry = agent.board.world.options.timings.retry;
    let mut pause = retry;
    loop {
        let wait = if beat(agent, api, node, minor).await {
            pause = retry;
            // Nobody waits for it when no inventory was asked for.
            let _ = first.take().map(|first| first.send(()));
            agent.interval()
        } else {
            pause = (pause * 2).min(retry * 8);
            pause
        };
        tokio::select! {
            () = agent.board.pass(wait) => {}
            () = agent.changed.notified() => {}
        }
    }
}

async fn beat(agent: &Agent, api: &Api, node: &str, minor: u16) -> bool {
    let Ok(body) = serde_json::to_value(agent.heartbeat(minor)) else {
        return false;
    };
    let call = Call {
        method: Method::POST,
        path: &format!("/v1/heartbeat/{node}"),
        minor: Some(minor.min(HEARTBEAT_MAX_MINOR)),
        with_nonce: false,
        body: Some(&body),
    };
    let index = agent.board.machine.index;
    match api.call(&call).await {
        Ok(reply) if reply.status == StatusCode::ACCEPTED => true,
        Ok(reply) => {
            tracing::debug!(machine = index, answer = reply.words(), "heartbeat refused");
            false
        }
        Err(reason) => {
            tracing::debug!(machine = index, reason, "heartbeat not delivered");
            false
        }
    }
}

impl Agent {
    fn interval(&self) -> Duration {
        match &self.extension {
            Some(extension) if self.busy() => {
                Duration::from_secs(extension.progress_interval_seconds.clamp(1, 60))
            }
            _ => self.board.world.options.timings.heartbeat,
        }
    }

    fn heartbeat(&self, minor: u16) -> HeartbeatRequest {
        let world = &self.board.world;
        let from = |first: u16| minor >= first;
        HeartbeatRequest {
            callback_url: format!(
                "https://{}/machines/{}",
                world.agents, self.board.machine.index
            ),
            agent_token: self.token.clone().filter(|_| from(AGENT_TOKEN_MINOR)),
            agent_version: from(AGENT_VERSION_MINOR).then(|| VERSION.to_owned()),
            agent_verify_ca: from(AGENT_VERIFY_CA_MINOR).then(|| world.certificate.clone()),
            agent_status: None,
            agent_status_message: None,
            hammerscale: self.extension.as_ref().map(|_| HeartbeatExtension {
                progress: lock(&self.progress).clone(),
                boot_seconds: Some(world.options.timings.boot_agent.as_secs_f64()),
            }),
        }
    }
}
