//! Asks whether the agent of an earlier boot still answers. Changes nothing.

use super::{ActError, Certainty, Context, EffectKind, Probe};
use async_trait::async_trait;
use model::Outcome;

pub(super) struct FindAgent;

#[async_trait]
impl EffectKind for FindAgent {
    fn name(&self) -> &'static str {
        "find_agent"
    }
    fn certainty(&self) -> Certainty {
        Certainty::Probed
    }
    async fn probe(&self, _context: &Context) -> Probe {
        Probe::NotDone
    }
    async fn act(&self, context: &Context) -> Result<Outcome, ActError> {
        let answers = match &context.node.agent {
            Some(link) if link.url.is_some() => context.conductor.inner.agents.answers(link).await,
            _ => false,
        };
        Ok(Outcome::AgentAnswers(answers))
    }
}
