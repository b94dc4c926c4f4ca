//! Looking for an allocation's node: the node of its name first, then its candidates or the free nodes of its class in no order that
//! several allocations would share. Each one that is fit is tried in its own turn.

use crate::conductor::Conductor;
use lifecycle::allocation::{self, Unfit};
use model::{Allocation, Node, ProvisionState};
use ports::engine::EngineError;
use ports::query::{NodeQuery, Page, Parentage};
use ports::resources::{self, Known};
use ports::store::StoreError;
use uuid::Uuid;

/// So many nodes are read at a time.
const PAGE: usize = 100;

/// Why an allocation has no node.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// No candidate is free and of the kind.
    #[error("none of the requested nodes are available and match the resource class {0}")]
    Candidates(String),
    /// No node is.
    #[error("no available nodes match the resource class {0}")]
    Class(String),
    /// Those that are lack a trait.
    #[error("no suitable nodes have the requested traits {0}")]
    Traits(String),
    /// Others were faster.
    #[error("all nodes were filtered out during reservation")]
    Taken,
    /// Its UUID is on another node as an instance.
    #[error("Instance {0} is already associated with a node")]
    Instance(String),
    /// The store did not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Store(StoreError::Duplicate { value, .. }) => Self::Instance(value),
            EngineError::Store(error) => Self::Store(error),
            // Nobody else refuses here.
            _ => Self::Taken,
        }
    }
}

/// What was met on the way.
#[derive(Default)]
struct Met {
    without_traits: bool,
    fit: bool,
}

impl Met {
    fn failure(&self, wanted: &Allocation) -> Failure {
        let class = wanted.resource_class.clone().unwrap_or_default();
        match self {
            Self { fit: true, .. } => Failure::Taken,
            Self {
                without_traits: true,
                ..
            } => Failure::Traits(wanted.traits.join(", ")),
            _ if wanted.candidate_nodes.is_empty() => Failure::Class(class),
            _ => Failure::Candidates(class),
        }
    }
}

impl Conductor {
    /// Gives the allocation a node and answers which.
    pub(super) async fn find_node(&self, known: &Known<Allocation>) -> Result<Uuid, Failure> {
        let wanted = &known.resource;
        let mut met = Met::default();
        if let Some(name) = &wanted.name
            && let Some(node) = self.inner.store.node_by_name(name).await?
            && self.offer(known, &node, &mut met).await?
        {
            return Ok(node.uuid);
        }
        let found = match wanted.candidate_nodes.is_empty() {
            true => self.offer_class(known, &mut met).await?,
            false => self.offer_candidates(known, &mut met).await?,
        };
        found.ok_or_else(|| met.failure(wanted))
    }

    async fn offer_candidates(
        &self,
        known: &Known<Allocation>,
        met: &mut Met,
    ) -> Result<Option<Uuid>, Failure> {
        let mut candidates = known.resource.candidate_nodes.clone();
        self.shuffle(&mut candidates);
        for uuid in candidates {
            if let Some(node) = self.inner.store.node(uuid).await?
                && self.offer(known, &node, met).await?
            {
                return Ok(Some(uuid));
            }
        }
        Ok(None)
    }

    async fn offer_class(
        &self,
        known: &Known<Allocation>,
        met: &mut Met,
    ) -> Result<Option<Uuid>, Failure> {
        let mut marker = None;
        loop {
            let query = free_nodes(&known.resource, marker);
            let mut nodes = self.inner.store.nodes(&query).await?;
            marker = nodes.last().map(|node| node.uuid);
            let full = nodes.len() == PAGE;
            self.shuffle(&mut nodes);
            for node in nodes {
                if self.offer(known, &node, met).await? {
                    return Ok(Some(node.uuid));
                }
            }
            if !full {
                return Ok(None);
            }
        }
    }

    /// Whether the allocation has the node now.
    async fn offer(
        &self,
        known: &Known<Allocation>,
        node: &Node,
        met: &mut Met,
    ) -> Result<bool, Failure> {
        match allocation::judge_candidate(node, &known.resource) {
            Err(Unfit::Unavailable) => return Ok(false),
            Err(Unfit::Traits) => {
                met.without_traits = true;
                return Ok(false);
            }
            Ok(()) => met.fit = true,
        }
        let _turn = self.inner.nodes.lock(node.uuid).await;
        let before = match self.load(node.uuid).await {
            Ok(node) => node,
            // Deleted meanwhile.
            Err(EngineError::NotFound { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        if allocation::judge_candidate(&before, &known.resource).is_err() {
            return Ok(false);
        }
        let (after, resource) = allocation::joined(&before, &known.resource, self.now());
        let change = resources::update(&Known {
            resource,
            revision: known.revision,
        })?;
        self.commit_with(&before, after, change).await?;
        Ok(true)
    }

    /// Puts a list into an order of chance.
    fn shuffle<T>(&self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            let [low, high, ..] = self.inner.entropy.bytes();
            list.swap(at, usize::from(u16::from_le_bytes([low, high])) % (at + 1));
        }
    }
}

fn free_nodes(wanted: &Allocation, marker: Option<Uuid>) -> NodeQuery {
    NodeQuery {
        page: Page {
            limit: PAGE,
            marker,
            ..Page::default()
        },
        provision_state: Some(ProvisionState::Available),
        associated: Some(false),
        maintenance: Some(false),
        resource_class: wanted.resource_class.clone(),
        project: wanted.owner.clone(),
        parentage: Parentage::TopLevel,
        ..NodeQuery::default()
    }
}
