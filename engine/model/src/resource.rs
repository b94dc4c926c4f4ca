//! What the engine keeps besides nodes and ports (port groups, chassis, templates, ...): which kinds there are, and what a kind says
//! of itself. Each kind is a struct in a file of its own.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use uuid::Uuid;

/// The kinds. The words are stored: a kind is never renamed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the kinds are named after Ironic's resources")]
pub enum ResourceKind {
    PortGroup,
    Chassis,
    VolumeConnector,
    VolumeTarget,
    DeployTemplate,
    Runbook,
    InspectionRule,
    Allocation,
    BiosSetting,
}

impl ResourceKind {
    /// The kind's word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PortGroup => "portgroup",
            Self::Chassis => "chassis",
            Self::VolumeConnector => "volume_connector",
            Self::VolumeTarget => "volume_target",
            Self::DeployTemplate => "deploy_template",
            Self::Runbook => "runbook",
            Self::InspectionRule => "inspection_rule",
            Self::Allocation => "allocation",
            Self::BiosSetting => "bios_setting",
        }
    }

    /// What people call one of them.
    pub fn noun(self) -> &'static str {
        match self {
            Self::PortGroup => "Portgroup",
            Self::Chassis => "Chassis",
            Self::VolumeConnector => "Volume connector",
            Self::VolumeTarget => "Volume target",
            Self::DeployTemplate => "Deploy template",
            Self::Runbook => "Runbook",
            Self::InspectionRule => "Inspection rule",
            Self::Allocation => "Allocation",
            Self::BiosSetting => "BIOS setting",
        }
    }
}

impl fmt::Display for ResourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A kind of resource. Its serde form is what the store keeps, field by field under the API's names (lists filter and sort by them);
/// values under secret keys (`model::mask`) are sealed there. A field added later needs `#[serde(default)]`.
pub trait Resource:
    Clone + fmt::Debug + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static
{
    /// Which kind.
    const KIND: ResourceKind;

    /// Its identity.
    fn uuid(&self) -> Uuid;

    /// The node it belongs to: it is removed with it.
    fn node(&self) -> Option<Uuid> {
        None
    }

    /// What no other of its kind may have, besides the UUID: what it is called (`name`, `MAC address`) and its value. It can be found
    /// by these.
    fn unique(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}
