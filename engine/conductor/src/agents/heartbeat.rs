//! Heartbeats. One that changes nothing costs no turn and no write: it only moves the node's last-seen mark.

use super::lookup::same;
use crate::conductor::Conductor;
use crate::quoted::quoted;
use agent_wire::{HeartbeatRequest, Progress};
use lifecycle::Fact;
use model::{Node, RefusalKind, Stage, WaitFor};
use ports::engine::{AgentRefusal, EngineError};
use ports::event::EventKind;
use std::net::IpAddr;
use uuid::Uuid;

/// A certificate is about a kilobyte; more is no certificate.
const LONGEST_CERTIFICATE: usize = 16 * 1024;

impl Conductor {
    pub(crate) async fn heard(
        &self,
        uuid: Uuid,
        beat: HeartbeatRequest,
        from: IpAddr,
    ) -> Result<(), AgentRefusal> {
        let node = self
            .inner
            .store
            .node(uuid)
            .await
            .map_err(EngineError::from)?;
        let node = node.ok_or(AgentRefusal::NotFound)?;
        check_token(&node, &beat)?;
        check_callback(&beat, from, self.inner.settings.loopback_agents)?;
        check_address(&node, &beat)?;
        // While a step runs, an agent that cannot be asked is as good as silent: the poll takes the note.
        if !waits_for_step(&node) {
            self.inner.last_seen.note(uuid, self.now());
        }
        if let Some(progress) = beat
            .hammerscale
            .as_ref()
            .and_then(|ours| ours.progress.clone())
        {
            self.tell_progress(&node, progress);
        }
        if tells_something_new(&node) {
            return self.take_in(&node, beat).await;
        }
        if waits_for_step(&node) {
            self.poll_soon(uuid);
        }
        Ok(())
    }

    async fn take_in(&self, node: &Node, beat: HeartbeatRequest) -> Result<(), AgentRefusal> {
        let fact = Fact::AgentHeartbeat {
            url: beat.callback_url,
            certificate: beat.agent_verify_ca,
            version: beat.agent_version,
        };
        match self.turn(node.uuid, fact).await {
            Ok(_) => Ok(()),
            Err(EngineError::Refused(refusal)) if refusal.kind == RefusalKind::Busy => {
                Err(AgentRefusal::Busy)
            }
            Err(EngineError::Refused(refusal)) => Err(AgentRefusal::Invalid(refusal.message)),
            Err(error) => Err(error.into()),
        }
    }

    /// Progress goes to the stream only; it is never stored.
    fn tell_progress(&self, node: &Node, progress: Progress) {
        let kind = EventKind::Progress {
            step: quoted(&progress.step),
            phase: serde_json::to_value(progress.phase)
                .ok()
                .and_then(|phase| phase.as_str().map(str::to_owned)),
            done_bytes: Some(progress.done_bytes),
            total_bytes: progress.total_bytes,
            rate_bytes_per_second: Some(progress.rate_bytes_per_second),
        };
        self.announce(node, kind);
    }
}

fn check_token(node: &Node, beat: &HeartbeatRequest) -> Result<(), AgentRefusal> {
    let given = beat.agent_token.as_ref().ok_or_else(|| {
        AgentRefusal::Invalid("Agent token is required for heartbeat processing.".into())
    })?;
    let known = node.agent.as_ref().ok_or(AgentRefusal::NotFound)?;
    if same(given.expose(), known.token.expose()) {
        return Ok(());
    }
    metrics::counter!("agent_heartbeats_refused_total").increment(1);
    tracing::warn!(node = %node.uuid, name = node.label(), "a heartbeat with a wrong token was refused");
    Err(AgentRefusal::Invalid(
        "Invalid or missing agent token received.".into(),
    ))
}

/// An agent keeps the address of its first heartbeat: calls go there.
fn check_address(node: &Node, beat: &HeartbeatRequest) -> Result<(), AgentRefusal> {
    let known = node.agent.as_ref().and_then(|agent| agent.url.as_deref());
    if known.is_some_and(|known| known != beat.callback_url) {
        return Err(AgentRefusal::Invalid(
            "callback_url differs from the one this boot's agent gave first".into(),
        ));
    }
    Ok(())
}

/// The engine calls back only to the address the heartbeat came from, over TLS, and never to itself or a link-local address.
fn check_callback(
    beat: &HeartbeatRequest,
    from: IpAddr,
    loopback: bool,
) -> Result<(), AgentRefusal> {
    let refuse = |why: &str| Err(AgentRefusal::Invalid(format!("callback_url {why}")));
    let Some(rest) = beat.callback_url.strip_prefix("https://") else {
        return refuse("must begin with https://");
    };
    let authority = rest.split('/').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let Ok(address) = host.parse::<IpAddr>() else {
        return refuse("must name an IP address");
    };
    if is_own(address.to_canonical(), loopback) {
        return refuse("must not be a loopback, link-local or unspecified address");
    }
    if address.to_canonical() != from.to_canonical() {
        return refuse("must name the address that the heartbeat comes from");
    }
    let certificate = beat.agent_verify_ca.as_deref().unwrap_or_default();
    if certificate.len() > LONGEST_CERTIFICATE {
        return Err(AgentRefusal::Invalid("agent_verify_ca is too large".into()));
    }
    Ok(())
}

fn is_own(address: IpAddr, loopback: bool) -> bool {
    let link_local = match address {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    link_local
        || address.is_unspecified()
        || address.is_multicast()
        || (address.is_loopback() && !loopback)
}

fn wait_of(node: &Node) -> Option<WaitFor> {
    node.flow
        .as_ref()
        .and_then(|flow| flow.wait)
        .map(|wait| wait.on)
}

fn tells_something_new(node: &Node) -> bool {
    let first = node.agent.as_ref().is_some_and(|agent| agent.url.is_none());
    first || (wait_of(node) == Some(WaitFor::Agent) && !node.maintenance)
}

fn waits_for_step(node: &Node) -> bool {
    wait_of(node) == Some(WaitFor::Step)
        && matches!(
            node.flow.as_ref().and_then(|flow| flow.stage()),
            Some(Stage::AgentStep { .. })
        )
}
