//! A chassis: what operators group nodes by.

use crate::{Object, Resource, ResourceKind, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A chassis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chassis {
    /// Its identity.
    pub uuid: Uuid,
    /// Free text, at most 255 characters.
    pub description: Option<String>,
    /// Free-form data of the client.
    pub extra: Object,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Option<Timestamp>,
}

impl Chassis {
    /// A chassis with everything at its default.
    pub fn new(uuid: Uuid, created_at: Timestamp) -> Self {
        Self {
            uuid,
            description: None,
            extra: Object::new(),
            created_at,
            updated_at: None,
        }
    }
}

impl Resource for Chassis {
    const KIND: ResourceKind = ResourceKind::Chassis;

    fn uuid(&self) -> Uuid {
        self.uuid
    }
}
