//! Provision states and the words the API uses for them (Ironic's `common/states.py` is the source of the strings).

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What kind of state it is: who acts next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateClass {
    /// Nothing is under way.
    Stable,
    /// The engine works.
    Working,
    /// The engine waits for the machine.
    Waiting,
    /// The engine waits for a person, by request.
    Held,
    /// Something failed; a person or a client decides.
    Failed,
}

macro_rules! states {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $class:ident;)*) => {
        /// A node's provision state.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ProvisionState {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl ProvisionState {
            /// Every state, in the order of a machine's life.
            pub const ALL: &'static [ProvisionState] = &[$(ProvisionState::$name,)*];

            /// The word on the wire.
            pub fn as_str(self) -> &'static str {
                match self { $(ProvisionState::$name => $text,)* }
            }

            /// Who acts next.
            pub fn class(self) -> StateClass {
                match self { $(ProvisionState::$name => StateClass::$class,)* }
            }
        }
    };
}

states! {
    /// Registered; credentials not checked yet.
    Enroll = "enroll", Stable;
    /// The BMC's credentials are being checked.
    Verifying = "verifying", Working;
    /// Under control, not offered for use.
    Manageable = "manageable", Stable;
    /// Hardware facts are being collected.
    Inspecting = "inspecting", Working;
    /// Waiting for the agent's inventory.
    InspectWait = "inspect wait", Waiting;
    /// Inspection failed.
    InspectFailed = "inspect failed", Failed;
    /// Clean steps run.
    Cleaning = "cleaning", Working;
    /// Waiting for the agent during cleaning.
    CleanWait = "clean wait", Waiting;
    /// Cleaning stopped at a hold step.
    CleanHold = "clean hold", Held;
    /// Cleaning failed.
    CleanFailed = "clean failed", Failed;
    /// Clean and ready for a deployment.
    Available = "available", Stable;
    /// Deploy steps run.
    Deploying = "deploying", Working;
    /// Waiting for the agent during deployment.
    DeployWait = "wait call-back", Waiting;
    /// Deployment stopped at a hold step.
    DeployHold = "deploy hold", Held;
    /// Deployment failed.
    DeployFailed = "deploy failed", Failed;
    /// In use.
    Active = "active", Stable;
    /// Being taken out of use.
    Deleting = "deleting", Working;
    /// Undeploying failed.
    Error = "error", Failed;
    /// A machine already in use is being taken over.
    Adopting = "adopting", Working;
    /// Taking over failed.
    AdoptFailed = "adopt failed", Failed;
    /// The rescue ramdisk is being started.
    Rescuing = "rescuing", Working;
    /// Waiting for the rescue agent.
    RescueWait = "rescue wait", Waiting;
    /// Running the rescue ramdisk.
    Rescue = "rescue", Stable;
    /// Rescue failed.
    RescueFailed = "rescue failed", Failed;
    /// Going back from rescue to the deployed system.
    Unrescuing = "unrescuing", Working;
    /// Going back failed.
    UnrescueFailed = "unrescue failed", Failed;
    /// Service steps run on an active node.
    Servicing = "servicing", Working;
    /// Waiting for the agent during servicing.
    ServiceWait = "service wait", Waiting;
    /// Servicing stopped at a hold step.
    ServiceHold = "service hold", Held;
    /// Servicing failed.
    ServiceFailed = "service failed", Failed;
}

impl ProvisionState {
    /// Whether nothing is under way: a target provision state is never shown here. `error` counts (Ironic's rule).
    pub fn is_stable(self) -> bool {
        self.class() == StateClass::Stable || self == ProvisionState::Error
    }
}

impl fmt::Display for ProvisionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no provision state.
#[derive(Debug, thiserror::Error)]
#[error("'{0}' is not a provision state")]
pub struct UnknownState(pub String);

impl FromStr for ProvisionState {
    type Err = UnknownState;
    fn from_str(text: &str) -> Result<Self, UnknownState> {
        ProvisionState::ALL
            .iter()
            .copied()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| UnknownState(text.to_owned()))
    }
}
