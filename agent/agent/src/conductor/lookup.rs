//! Lookup: asking the conductor who this machine is, until it knows or the time is up.

use std::time::{Duration, Instant};

use agent_wire::{LOOKUP_MAX_MINOR, LookupResponse, MASKED, MIN_TOKEN_LENGTH, WireSecret};
use reqwest::{Method, StatusCode};

use super::api::Api;
use super::pause;
use crate::cmdline::Params;
use crate::log::{info, warning};

const LONGEST_PAUSE: Duration = Duration::from_secs(60);
const CONFLICT_PAUSES: [u64; 3] = [5, 10, 30];

/// Why lookup ended without a node.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// Nobody knew the machine in time.
    #[error(
        "lookup gave no node within {seconds} s; last answer: {last}. Is the node's MAC address registered, and is it in a state that waits for an agent?"
    )]
    TimedOut {
        /// The budget.
        seconds: u64,
        /// The last reason.
        last: String,
    },
    /// The token went to somebody else.
    #[error(
        "the conductor already gave this node's token away and this agent has none: another agent may have asked in this machine's name; power the node off and on"
    )]
    NoToken,
}

/// What lookup gave.
pub struct Found {
    /// The answer.
    pub answer: LookupResponse,
    /// The token to use.
    pub token: Option<WireSecret>,
}

/// Asks until found.
pub async fn lookup(
    api: &Api,
    params: &Params,
    minor: u16,
    macs: &[String],
    uuid: Option<&str>,
) -> Result<Found, LookupError> {
    let start = Instant::now();
    let path = query(macs, uuid);
    let mut pause_base = params.lookup_interval;
    let mut conflicts = 0usize;
    loop {
        let last = match ask(api, &path, minor.min(LOOKUP_MAX_MINOR)).await {
            Ok(answer) => return with_token(answer, params.agent_token.clone()),
            Err(Refusal { conflict, reason }) => {
                if conflict {
                    let seconds = CONFLICT_PAUSES[conflicts.min(CONFLICT_PAUSES.len() - 1)];
                    conflicts += 1;
                    tokio::time::sleep(Duration::from_secs(seconds)).await;
                }
                reason
            }
        };
        if start.elapsed() >= params.lookup_timeout {
            return Err(LookupError::TimedOut {
                seconds: params.lookup_timeout.as_secs(),
                last,
            });
        }
        warning!("lookup: {last}");
        tokio::time::sleep(pause::between(pause_base, 0.5, 1.0)).await;
        pause_base = (pause_base * 2).min(LONGEST_PAUSE);
    }
}

struct Refusal {
    conflict: bool,
    reason: String,
}

fn query(macs: &[String], uuid: Option<&str>) -> String {
    let mut path = format!("/v1/lookup?addresses={}", macs.join(","));
    if let Some(uuid) = uuid.filter(|u| u.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')) {
        path.push_str("&node_uuid=");
        path.push_str(uuid);
    }
    path
}

async fn ask(api: &Api, path: &str, minor: u16) -> Result<LookupResponse, Refusal> {
    let plain = |reason: String| Refusal {
        conflict: false,
        reason,
    };
    let answer = api
        .call(Method::GET, path, Some(minor), true, None)
        .await
        .map_err(plain)?;
    if answer.status != StatusCode::OK {
        let reason = format!("{} {}", answer.status, answer.error_message());
        return Err(Refusal {
            conflict: answer.status == StatusCode::CONFLICT,
            reason,
        });
    }
    let parsed: LookupResponse = serde_json::from_value(answer.body)
        .map_err(|e| plain(format!("the answer is not a lookup document: {e}")))?;
    if parsed.node.uuid.is_empty() {
        return Err(plain("the answer has no node uuid".to_owned()));
    }
    info!("this machine is node {}", parsed.node.uuid);
    Ok(parsed)
}

fn with_token(answer: LookupResponse, own: Option<WireSecret>) -> Result<Found, LookupError> {
    let given = answer.config.agent_token.clone();
    let token = match given {
        Some(token) if token.expose() == MASKED => Some(own.ok_or(LookupError::NoToken)?),
        Some(token) if token.expose().len() >= MIN_TOKEN_LENGTH => Some(token),
        _ => own,
    };
    Ok(Found { answer, token })
}
