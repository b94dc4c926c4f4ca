//! Restarts a running machine without powering it off: an edge that nothing shows afterwards, so it is ordered once at most. Only for
//! machines that may not be powered off; where they may, a restart is two levels that can be seen.

use super::power::{order, reaches, read};
use super::{ActError, Certainty, Context, EffectKind, Probe, mismatch};
use async_trait::async_trait;
use bmc_core::PowerAction;
use model::{Action, FailureKind, Outcome, PowerState};

pub(super) struct Restart;

#[async_trait]
impl EffectKind for Restart {
    fn name(&self) -> &'static str {
        "restart"
    }

    fn certainty(&self) -> Certainty {
        Certainty::AtMostOnce
    }

    async fn probe(&self, _context: &Context) -> Probe {
        Probe::Unknown
    }

    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        let Action::Restart { soft } = context.action else {
            return Err(mismatch(context));
        };
        let action = match (read(context).await?, soft) {
            (PowerState::Off, _) => PowerAction::On,
            (_, true) => PowerAction::GracefulRestart,
            (_, false) => PowerAction::ForceRestart,
        };
        // It may have been done although the answer did not come.
        order(context, action).await.map_err(|error| ActError {
            kind: FailureKind::OperatorMustAct,
            message: error.message,
        })?;
        let patience = context.conductor.inner.settings.power_change;
        if reaches(context, PowerState::On, patience).await? {
            return Ok(Outcome::Power(PowerState::On));
        }
        Err(ActError::lasting(format!(
            "the BMC accepted '{action}', but {} s later it does not show '{}'",
            patience.as_secs(),
            PowerState::On
        )))
    }
}
