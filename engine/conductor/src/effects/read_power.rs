//! Reads the power state. Changes nothing, so it is its own probe.

use super::{ActError, Certainty, Context, EffectKind, Probe};
use async_trait::async_trait;
use model::Outcome;

pub(super) struct ReadPower;

#[async_trait]
impl EffectKind for ReadPower {
    fn name(&self) -> &'static str {
        "read_power"
    }
    fn certainty(&self) -> Certainty {
        Certainty::Probed
    }
    async fn probe(&self, _context: &Context) -> Probe {
        Probe::NotDone
    }
    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        super::power::read(context).await.map(Outcome::Power)
    }
}
