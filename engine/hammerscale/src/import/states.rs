//! Which provision state a node gets here. At rest it keeps its own; in the middle of something it gets the failed state in which
//! nothing happens until somebody asks: the agent that was at work answers to Ironic's token, so nobody here could end its work.

use model::{ProvisionState, StateClass};

/// The state a node is taken over in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TakenState {
    /// The state.
    pub state: ProvisionState,
    /// What it was on its way to.
    pub target: Option<ProvisionState>,
    /// Whether it is another one than in Ironic.
    pub interrupted: bool,
}

/// The state for a node that Ironic shows in this one, on its way to that.
pub fn taken(state: ProvisionState, target: Option<ProvisionState>) -> TakenState {
    use ProvisionState as S;
    let failed = |state, target| TakenState {
        state,
        target: Some(target),
        interrupted: true,
    };
    match state {
        // Nothing was promised yet: Ironic, too, sends it back.
        S::Verifying => TakenState {
            state: S::Enroll,
            target: None,
            interrupted: true,
        },
        S::Inspecting | S::InspectWait => failed(S::InspectFailed, S::Manageable),
        // By request it ends in manageable, by itself in available.
        S::Cleaning | S::CleanWait | S::CleanHold => {
            failed(S::CleanFailed, target.unwrap_or(S::Available))
        }
        S::Deploying | S::DeployWait | S::DeployHold => failed(S::DeployFailed, S::Active),
        S::Deleting => failed(S::Error, S::Available),
        S::Adopting => failed(S::AdoptFailed, S::Active),
        S::Rescuing | S::RescueWait => failed(S::RescueFailed, S::Rescue),
        S::Unrescuing => failed(S::UnrescueFailed, S::Active),
        S::Servicing | S::ServiceWait | S::ServiceHold => failed(S::ServiceFailed, S::Active),
        resting => TakenState {
            state: resting,
            target: match resting.class() {
                StateClass::Failed => target,
                _ => None,
            },
            interrupted: false,
        },
    }
    .settled()
}

impl TakenState {
    /// A stable state shows no target.
    fn settled(mut self) -> Self {
        if self.state.is_stable() {
            self.target = None;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_comes_to_rest_where_nothing_happens_by_itself() {
        for state in ProvisionState::ALL {
            let taken = taken(*state, Some(ProvisionState::Active));
            let class = taken.state.class();
            assert!(
                matches!(class, StateClass::Stable | StateClass::Failed),
                "{state} becomes {}",
                taken.state
            );
            assert_eq!(taken.interrupted, taken.state != *state, "{state}");
            assert_eq!(
                taken.interrupted,
                !matches!(state.class(), StateClass::Stable | StateClass::Failed),
                "{state}"
            );
            assert_eq!(taken.target.is_none(), taken.state.is_stable(), "{state}");
        }
    }

    #[test]
    fn an_interrupted_cleaning_keeps_what_it_was_for() {
        use ProvisionState as S;
        assert_eq!(
            taken(S::CleanWait, Some(S::Manageable)).target,
            Some(S::Manageable)
        );
        assert_eq!(taken(S::Cleaning, None).target, Some(S::Available));
        assert_eq!(taken(S::Active, None).state, S::Active);
        assert_eq!(taken(S::Deleting, Some(S::Available)).state, S::Error);
        assert_eq!(
            taken(S::DeployFailed, Some(S::Active)).target,
            Some(S::Active)
        );
    }
}
