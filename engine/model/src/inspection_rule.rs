//! Inspection rules as clients write them. What they mean is the lifecycle's to say.

use crate::{Resource, ResourceKind, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use uuid::Uuid;

/// A condition or an action: what to check or to do, and with which arguments. `Debug` shows no arguments: they may hold secrets.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct RulePart {
    /// Which; a condition's may begin with `!`.
    pub op: String,
    /// Named arguments, or a list of them in their order.
    pub args: Value,
    /// Once for each of these, which stands in for `{item}`.
    #[serde(rename = "loop", default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Value>,
    /// How the results of a condition's loop become one: `any`, `all`, `first` or `last`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multiple: Option<String>,
}

impl fmt::Debug for RulePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.op)
    }
}

/// An inspection rule. Conditions and actions are stored under names that have them sealed: an action may set a password.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InspectionRule {
    /// Its identity.
    pub uuid: Uuid,
    /// Free text, at most 255 characters.
    pub description: Option<String>,
    /// Higher ones run earlier. 0 to 9999.
    pub priority: i64,
    /// Whether nobody is to see its conditions and actions, neither in answers nor in logs. Never taken back.
    pub sensitive: bool,
    /// When it runs: `main`; none is never.
    pub phase: Option<String>,
    /// All must hold.
    #[serde(rename = "secret_conditions")]
    pub conditions: Vec<RulePart>,
    /// What is done then, in order.
    #[serde(rename = "secret_actions")]
    pub actions: Vec<RulePart>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
}

/// The only phase.
pub const MAIN_PHASE: &str = "main";

impl InspectionRule {
    /// A rule without actions, which are to be set.
    pub fn new(uuid: Uuid, created_at: Timestamp) -> Self {
        Self {
            uuid,
            description: None,
            priority: 0,
            sensitive: false,
            phase: Some(MAIN_PHASE.to_owned()),
            conditions: Vec::new(),
            actions: Vec::new(),
            created_at,
            updated_at: None,
        }
    }
}

impl Resource for InspectionRule {
    const KIND: ResourceKind = ResourceKind::InspectionRule;

    fn uuid(&self) -> Uuid {
        self.uuid
    }
}
