//! The deploy templates that a deployment may use, loaded for the lifecycle, which judges them.

use crate::conductor::Conductor;
use model::{DeployTemplate, Node, Verb};
use ports::engine::EngineError;
use ports::resources;

impl Conductor {
    /// The templates named by the instance's traits; none for verbs that deploy nothing.
    pub(crate) async fn templates_of(
        &self,
        node: &Node,
        verb: Verb,
    ) -> Result<Vec<DeployTemplate>, EngineError> {
        if !matches!(verb, Verb::Deploy | Verb::Rebuild) {
            return Ok(Vec::new());
        }
        let mut templates = Vec::new();
        for name in lifecycle::instance_traits(node)? {
            let found =
                resources::find_by::<DeployTemplate>(&*self.inner.store, "name", &name).await?;
            templates.extend(found.map(|known| known.resource));
        }
        Ok(templates)
    }
}
