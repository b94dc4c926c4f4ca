//! The pure core: it alone decides what becomes of a node. A view of the node and a fact go in; the node's new record, the effects
//! to run and the history lines come out. No I/O, no async, no clock, no randomness: time and fresh bytes come in as data.

#![deny(clippy::wildcard_enum_match_arm)]

mod advance;
mod agents;
pub mod allocation;
mod decide;
mod decision;
mod ending;
pub mod explain;
mod fact;
mod judge;
mod outcomes;
pub mod plan;
mod policy;
mod portgroups;
mod power;
mod render;
#[allow(
    clippy::wildcard_enum_match_arm,
    reason = "what is matched there is JSON, which gets no new variants"
)]
pub mod rules;
mod steps;
pub mod table;
mod templates;
mod verbs;
mod volumes;

pub use agents::with_findings;
pub use decide::{LOCK_HOLDER, View, decide, judge_idle};
pub use decision::{Decision, HistoryDraft};
pub use fact::{Fact, Inspected, ProvisionAsked, RuleResults};
pub use judge::{
    judge_delete, judge_edit, judge_editable, judge_port_edit, may_verb, may_verb_named,
};
pub use plan::boots_from_network;
pub use policy::{DisallowedSteps, Policy};
pub use portgroups::{
    judge_membership, judge_portgroup_delete, judge_portgroup_edit, spread_physical_network,
};
pub use render::{diagram_dot, table_markdown};
pub use templates::instance_traits;
pub use volumes::{judge_volume_delete, judge_volume_edit};

#[cfg(test)]
mod tests;
