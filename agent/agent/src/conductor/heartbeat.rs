//! Heartbeats: a fraction of the conductor's patience apart, soon after a failure, at once when a command ends or a step wants to be sure that it
//! is still wanted, and every few seconds while one runs if the server announced that it wants progress.

use std::sync::Arc;
use std::time::{Duration, Instant};

use agent_wire::{
    AGENT_TOKEN_MINOR, AGENT_VERIFY_CA_MINOR, AGENT_VERSION_MINOR, HEARTBEAT_MAX_MINOR,
    HeartbeatExtension, HeartbeatRequest,
};
use reqwest::{Method, StatusCode};
use tokio::sync::oneshot;

use super::api::{Answer, Api};
use super::pause;
use crate::agent::Agent;
use crate::log::{info, warning};

const AFTER_FAILURE: Duration = Duration::from_secs(5);
/// The same while a finished image waits for the conductor's word.
const AWAITED: Duration = Duration::from_secs(1);
const FORCED_DISTANCE: Duration = Duration::from_secs(5);

/// What every beat of this boot says.
#[derive(Clone)]
pub struct Identity {
    /// Node.
    pub uuid: String,
    /// Where the agent listens; stable for the whole boot.
    pub callback_url: String,
    /// The server's microversion.
    pub minor: u16,
    /// The agent's certificate.
    pub certificate_pem: Option<String>,
}

/// Beats until the agent stops serving. `first` is told of the first accepted beat.
pub async fn run(agent: Arc<Agent>, api: Arc<Api>, identity: Identity, first: oneshot::Sender<()>) {
    let mut first = Some(first);
    let mut last_ok: Option<Instant> = None;
    let mut awaited = false;
    agent.mandate.begin();
    loop {
        let ok = beat(&agent, &api, &identity, last_ok.is_none()).await;
        let now = Instant::now();
        if ok {
            last_ok = Some(now);
            // Nobody waits for it when nothing is to be done then.
            let _ = first.take().map(|first| first.send(()));
        }
        let wait = if ok {
            interval(&agent)
        } else {
            let base = if awaited { AWAITED } else { AFTER_FAILURE };
            pause::between(base, 1.0, 2.0)
        };
        awaited &= !ok;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = woken(&agent, now) => {}
            () = agent.mandate.asked() => awaited = true,
        }
    }
}

/// Until a command has ended (not sooner than 5 s after the last beat, unless the server asked for live progress), or
/// one starts while progress is wanted.
async fn woken(agent: &Agent, last: Instant) {
    agent.executor.changed().await;
    if agent.settings().extension.is_none() {
        tokio::time::sleep_until((last + FORCED_DISTANCE).into()).await;
    }
}

fn interval(agent: &Agent) -> Duration {
    let settings = agent.settings();
    match &settings.extension {
        Some(extension) if agent.executor.busy() => {
            Duration::from_secs(extension.progress_interval_seconds.clamp(1, 60))
        }
        _ => pause::between(
            Duration::from_secs(settings.heartbeat_timeout.max(1)),
            0.3,
            0.6,
        ),
    }
}

async fn beat(agent: &Agent, api: &Api, identity: &Identity, first: bool) -> bool {
    let body = match serde_json::to_value(request(agent, identity)) {
        Ok(body) => body,
        Err(error) => {
            warning!("heartbeat cannot be written: {error}");
            return false;
        }
    };
    let path = format!("/v1/heartbeat/{}", identity.uuid);
    let minor = identity.minor.min(HEARTBEAT_MAX_MINOR);
    let begun = Instant::now();
    match api
        .call(Method::POST, &path, Some(minor), false, Some(&body))
        .await
    {
        Ok(answer) if answer.status == StatusCode::ACCEPTED => {
            if first {
                info!("first heartbeat accepted");
            }
            agent.mandate.accepted(begun);
            true
        }
        Ok(answer) => {
            let why = format!("{} {}", answer.status, answer.error_message());
            warning!("heartbeat refused: {why}");
            if is_final(&answer) {
                agent.mandate.refused(&why);
            }
            false
        }
        Err(reason) => {
            warning!("heartbeat not delivered: {reason}");
            false
        }
    }
}

/// Whether the conductor itself says that it does not know this agent any more. It is busy with 409; without an error document of the API's, a
/// proxy on the way speaks.
fn is_final(answer: &Answer) -> bool {
    let given_up = [
        StatusCode::BAD_REQUEST,
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
        StatusCode::NOT_FOUND,
    ];
    given_up.contains(&answer.status) && !answer.error_message().is_empty()
}

fn request(agent: &Agent, identity: &Identity) -> HeartbeatRequest {
    let settings = agent.settings();
    let from = |minor: u16| identity.minor >= minor;
    HeartbeatRequest {
        callback_url: identity.callback_url.clone(),
        agent_token: settings.token.clone().filter(|_| from(AGENT_TOKEN_MINOR)),
        agent_version: from(AGENT_VERSION_MINOR).then(|| crate::agent::VERSION.to_owned()),
        agent_verify_ca: identity
            .certificate_pem
            .clone()
            .filter(|_| from(AGENT_VERIFY_CA_MINOR)),
        agent_status: None,
        agent_status_message: None,
        hammerscale: settings.extension.map(|_| HeartbeatExtension {
            progress: agent.progress.snapshot(),
            boot_seconds: Some(agent.boot_seconds),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(status: StatusCode, body: serde_json::Value) -> Answer {
        Answer {
            status,
            body,
            date: None,
        }
    }

    #[test]
    fn only_the_conductor_itself_gives_an_agent_up() {
        let told = json!({"error_message": {"faultstring": "Node x could not be found."}});
        assert!(is_final(&answer(StatusCode::NOT_FOUND, told.clone())));
        assert!(is_final(&answer(StatusCode::BAD_REQUEST, told.clone())));
        assert!(!is_final(&answer(StatusCode::CONFLICT, told.clone())));
        assert!(!is_final(&answer(StatusCode::SERVICE_UNAVAILABLE, told)));
        let proxy = serde_json::Value::Null;
        assert!(!is_final(&answer(StatusCode::NOT_FOUND, proxy)));
    }
}
