//! The provision state machine as data: rows (from, event, to), nothing else. Ironic's `common/state_machine.py` is the model; code,
//! tests and the drawing share this one table.

use model::{ProvisionState, Verb};

/// What moves a node from one provision state to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// A person asked.
    Verb(Verb),
    /// The flow is through.
    Done,
    /// The flow waits for the machine.
    Wait,
    /// The machine answered.
    Resume,
    /// A hold step was reached.
    Hold,
    /// The flow failed.
    Fail,
    /// The instance is gone, cleaning follows.
    CleanUp,
    /// Manual cleaning is through, or the node is retired: back to manageable.
    BackToManageable,
}

impl Event {
    /// As the drawing names it.
    pub fn as_str(self) -> &'static str {
        match self {
            Event::Verb(verb) => verb.as_str(),
            Event::Done => "done",
            Event::Wait => "wait",
            Event::Resume => "resume",
            Event::Hold => "hold",
            Event::Fail => "fail",
            Event::CleanUp => "clean up",
            Event::BackToManageable => "back to manageable",
        }
    }
}

use Event::{BackToManageable, CleanUp, Done, Fail, Hold, Resume, Wait};
use ProvisionState as S;
use Verb as V;

const fn verb(verb: Verb) -> Event {
    Event::Verb(verb)
}

/// Every transition there is.
pub const ROWS: &[(ProvisionState, Event, ProvisionState)] = &[
    (S::Enroll, verb(V::Manage), S::Verifying),
    (S::Verifying, Done, S::Manageable),
    (S::Verifying, Fail, S::Enroll),
    (S::Manageable, verb(V::Provide), S::Cleaning),
    (S::Manageable, verb(V::Clean), S::Cleaning),
    (S::Manageable, verb(V::Inspect), S::Inspecting),
    (S::Manageable, verb(V::Adopt), S::Adopting),
    (S::Inspecting, Done, S::Manageable),
    (S::Inspecting, Wait, S::InspectWait),
    (S::Inspecting, Fail, S::InspectFailed),
    (S::InspectWait, Resume, S::Inspecting),
    (S::InspectWait, Fail, S::InspectFailed),
    (S::InspectWait, verb(V::Abort), S::InspectFailed),
    (S::InspectFailed, verb(V::Manage), S::Manageable),
    (S::InspectFailed, verb(V::Inspect), S::Inspecting),
    (S::Cleaning, Done, S::Available),
    (S::Cleaning, BackToManageable, S::Manageable),
    (S::Cleaning, Wait, S::CleanWait),
    (S::Cleaning, Hold, S::CleanHold),
    (S::Cleaning, Fail, S::CleanFailed),
    (S::CleanWait, Resume, S::Cleaning),
    (S::CleanWait, Hold, S::CleanHold),
    (S::CleanWait, Fail, S::CleanFailed),
    (S::CleanWait, verb(V::Abort), S::CleanFailed),
    (S::CleanHold, verb(V::Unhold), S::CleanWait),
    (S::CleanHold, verb(V::Abort), S::CleanFailed),
    (S::CleanFailed, verb(V::Manage), S::Manageable),
    (S::Available, verb(V::Deploy), S::Deploying),
    (S::Available, verb(V::Manage), S::Manageable),
    (S::Deploying, Done, S::Active),
    (S::Deploying, Wait, S::DeployWait),
    (S::Deploying, Hold, S::DeployHold),
    (S::Deploying, Fail, S::DeployFailed),
    (S::DeployWait, Resume, S::Deploying),
    (S::DeployWait, Hold, S::DeployHold),
    (S::DeployWait, Fail, S::DeployFailed),
    (S::DeployWait, verb(V::Abort), S::DeployFailed),
    (S::DeployWait, verb(V::Undeploy), S::Deleting),
    (S::DeployHold, verb(V::Unhold), S::DeployWait),
    (S::DeployHold, verb(V::Abort), S::DeployFailed),
    (S::DeployFailed, verb(V::Deploy), S::Deploying),
    (S::DeployFailed, verb(V::Rebuild), S::Deploying),
    (S::DeployFailed, verb(V::Undeploy), S::Deleting),
    (S::Active, verb(V::Rebuild), S::Deploying),
    (S::Active, verb(V::Undeploy), S::Deleting),
    (S::Active, verb(V::Rescue), S::Rescuing),
    (S::Active, verb(V::Service), S::Servicing),
    (S::Deleting, CleanUp, S::Cleaning),
    (S::Deleting, Fail, S::Error),
    (S::Error, verb(V::Rebuild), S::Deploying),
    (S::Error, verb(V::Undeploy), S::Deleting),
    (S::Adopting, Done, S::Active),
    (S::Adopting, Fail, S::AdoptFailed),
    (S::AdoptFailed, verb(V::Adopt), S::Adopting),
    (S::AdoptFailed, verb(V::Manage), S::Manageable),
    (S::Rescuing, Done, S::Rescue),
    (S::Rescuing, Wait, S::RescueWait),
    (S::Rescuing, Fail, S::RescueFailed),
    (S::RescueWait, Resume, S::Rescuing),
    (S::RescueWait, Fail, S::RescueFailed),
    (S::RescueWait, verb(V::Abort), S::RescueFailed),
    (S::RescueWait, verb(V::Undeploy), S::Deleting),
    (S::Rescue, verb(V::Rescue), S::Rescuing),
    (S::Rescue, verb(V::Unrescue), S::Unrescuing),
    (S::Rescue, verb(V::Undeploy), S::Deleting),
    (S::RescueFailed, verb(V::Rescue), S::Rescuing),
    (S::RescueFailed, verb(V::Unrescue), S::Unrescuing),
    (S::RescueFailed, verb(V::Undeploy), S::Deleting),
    (S::Unrescuing, Done, S::Active),
    (S::Unrescuing, Fail, S::UnrescueFailed),
    (S::UnrescueFailed, verb(V::Rescue), S::Rescuing),
    (S::UnrescueFailed, verb(V::Unrescue), S::Unrescuing),
    (S::UnrescueFailed, verb(V::Undeploy), S::Deleting),
    (S::Servicing, Done, S::Active),
    (S::Servicing, Wait, S::ServiceWait),
    (S::Servicing, Hold, S::ServiceHold),
    (S::Servicing, Fail, S::ServiceFailed),
    (S::ServiceWait, Resume, S::Servicing),
    (S::ServiceWait, Hold, S::ServiceHold),
    (S::ServiceWait, Fail, S::ServiceFailed),
    (S::ServiceWait, verb(V::Abort), S::ServiceFailed),
    (S::ServiceWait, verb(V::Undeploy), S::Deleting),
    (S::ServiceHold, verb(V::Service), S::Servicing),
    (S::ServiceHold, verb(V::Unhold), S::ServiceWait),
    (S::ServiceHold, verb(V::Abort), S::ServiceFailed),
    (S::ServiceHold, Fail, S::ServiceFailed),
    (S::ServiceFailed, verb(V::Service), S::Servicing),
    (S::ServiceFailed, verb(V::Rescue), S::Rescuing),
    (S::ServiceFailed, verb(V::Undeploy), S::Deleting),
    (S::ServiceFailed, verb(V::Abort), S::Active),
    (S::ServiceFailed, Wait, S::ServiceWait),
    (S::ServiceFailed, Hold, S::ServiceHold),
];

/// Where an event leads; none when it is not possible in this state.
pub fn next(from: ProvisionState, event: Event) -> Option<ProvisionState> {
    ROWS.iter()
        .find(|(row_from, row_event, _)| *row_from == from && *row_event == event)
        .map(|(_, _, to)| *to)
}
