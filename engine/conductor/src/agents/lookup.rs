//! An agent introduces itself: which node it runs on, and whether it is the boot that this engine started.

use crate::conductor::Conductor;
use agent_wire::ExtensionConfig;
use chrono::TimeDelta;
use lifecycle::Fact;
use model::{MacAddress, Node, Secret};
use ports::engine::{AgentGrant, AgentLookup, AgentOrigin, AgentRefusal, EngineError};
use std::collections::BTreeSet;
use uuid::Uuid;

const PROGRESS_SECONDS: u64 = 2;
/// No machine has more; a longer list is a stranger's.
const MOST_ADDRESSES: usize = 128;

impl Conductor {
    pub(crate) async fn look_up(&self, lookup: AgentLookup) -> Result<AgentGrant, AgentRefusal> {
        if lookup.addresses.is_empty() && lookup.node.is_none() {
            return Err(AgentRefusal::Invalid(
                "No valid MAC addresses nor node UUID were provided".into(),
            ));
        }
        let node = self
            .node_of_agent(&lookup.addresses, lookup.node, &lookup.origin)
            .await?
            .ok_or(AgentRefusal::NotFound)?;
        self.check_boot(&node, &lookup.origin)?;
        if node.boot.as_ref().is_some_and(|ticket| ticket.spent) {
            let token = token_again(&node, &lookup.origin);
            return Ok(self.grant(node, token));
        }
        let token = Secret::new(self.fresh_token());
        let fact = Fact::AgentLookedUp {
            token: token.clone(),
        };
        match self.turn(node.uuid, fact).await {
            Ok(node) => {
                self.inner.last_seen.note(node.uuid, self.now());
                Ok(self.grant(node, Some(token)))
            }
            Err(EngineError::Refused(_)) => Err(AgentRefusal::NotFound),
            Err(error) => Err(error.into()),
        }
    }

    fn grant(&self, node: Node, token: Option<Secret<String>>) -> AgentGrant {
        let settings = &self.inner.settings;
        let extension = ExtensionConfig {
            progress_interval_seconds: PROGRESS_SECONDS,
            forbidden_networks: settings.agent_forbidden_networks.clone(),
            allowed_networks: settings.agent_allowed_networks.clone(),
            image_ca_pem: settings.agent_image_ca_pem.clone(),
            ..ExtensionConfig::default()
        };
        AgentGrant {
            node,
            token,
            heartbeat_timeout: settings.heartbeat_timeout,
            md5_checksums: settings.md5_checksums,
            extension: serde_json::to_value(extension).unwrap_or_default(),
        }
    }

    /// The one node that the addresses, or the name the agent has for itself, mean. Several are none. Without a nonce a name alone
    /// proves nothing: the node's UUID is no secret.
    pub(crate) async fn node_of_agent(
        &self,
        addresses: &[MacAddress],
        named: Option<Uuid>,
        origin: &AgentOrigin,
    ) -> Result<Option<Node>, AgentRefusal> {
        if let Some(uuid) = named.filter(|_| origin.nonce.is_some()) {
            return Ok(self
                .inner
                .store
                .node(uuid)
                .await
                .map_err(EngineError::from)?);
        }
        let mut nodes = BTreeSet::new();
        for address in addresses.iter().take(MOST_ADDRESSES) {
            let port = self.inner.store.port_by_address(*address).await;
            nodes.extend(port.map_err(EngineError::from)?.map(|port| port.node));
        }
        match (nodes.len(), nodes.first()) {
            (1, Some(uuid)) if named.is_none_or(|named| named == *uuid) => Ok(self
                .inner
                .store
                .node(*uuid)
                .await
                .map_err(EngineError::from)?),
            _ => Ok(None),
        }
    }

    /// Whether this is the boot that the engine started: its nonce, or, where that is allowed, a MAC address within the boot window.
    pub(crate) fn check_boot(&self, node: &Node, origin: &AgentOrigin) -> Result<(), AgentRefusal> {
        let Some(ticket) = &node.boot else {
            return Err(AgentRefusal::NotFound);
        };
        let good = match &origin.nonce {
            Some(nonce) => same(nonce.expose(), ticket.nonce.expose()),
            // A boot whose nonce was fetched has to show it.
            None => {
                origin.agents_listener
                    && self.inner.settings.lookup_by_mac
                    && !self.inner.identities.is_bound(node.uuid)
                    && self.within_window(ticket.minted_at)
            }
        };
        if good {
            return Ok(());
        }
        metrics::counter!("agent_lookups_refused_total").increment(1);
        tracing::warn!(node = %node.uuid, name = node.label(), "an agent without the proof of this boot was refused");
        Err(AgentRefusal::NotFound)
    }

    fn within_window(&self, minted_at: model::Timestamp) -> bool {
        let policy = &self.inner.settings.policy;
        let window = i64::from(policy.agent_boot_seconds.max(policy.inspection_seconds));
        self.now() - minted_at <= TimeDelta::seconds(window)
    }
}

/// The token once more: the answer to the first lookup may have been lost (the engine may have died right then). Only for whoever holds
/// the boot's nonce, and only until the first heartbeat shows that the token arrived.
fn token_again(node: &Node, origin: &AgentOrigin) -> Option<Secret<String>> {
    let agent = node.agent.as_ref()?;
    (origin.nonce.is_some() && agent.url.is_none()).then(|| agent.token.clone())
}

/// Compares in a time that does not depend on where the texts differ.
pub(crate) fn same(a: &str, b: &str) -> bool {
    a.len() == b.len()
        && a.bytes()
            .zip(b.bytes())
            .fold(0_u8, |difference, (x, y)| difference | (x ^ y))
            == 0
}
