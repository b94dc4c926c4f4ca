//! A non-maskable interrupt: an edge that nothing shows afterwards. It is sent once at most, whatever happens to the engine meanwhile.

use super::{ActError, Certainty, Context, EffectKind, Probe};
use async_trait::async_trait;
use bmc_core::PowerAction;
use model::{FailureKind, Outcome};

pub(super) struct InjectNmi;

#[async_trait]
impl EffectKind for InjectNmi {
    fn name(&self) -> &'static str {
        "inject_nmi"
    }

    fn certainty(&self) -> Certainty {
        Certainty::AtMostOnce
    }

    async fn probe(&self, _context: &Context) -> Probe {
        Probe::Unknown
    }

    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        let power = context.machine.driver.power();
        let power = power.ok_or_else(|| ActError::lasting("this driver cannot send an NMI"))?;
        let sent = power
            .set_power(&context.machine.target, PowerAction::Nmi)
            .await;
        match sent {
            Ok(()) => Ok(Outcome::Done),
            // It may have been sent although the answer did not come.
            Err(error) => Err(ActError {
                kind: FailureKind::OperatorMustAct,
                message: error.to_string(),
            }),
        }
    }
}
