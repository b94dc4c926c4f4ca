//! Who asks and with what right, for as long as a request is served: the front door says it; the conductor writes the name into the
//! history and judges each node by the right, as the node is when its turn comes. Both travel beside the calls and not in them, so that
//! no call can forget them.

use model::{Asker, Node, Refusal};
use std::sync::Arc;

/// Whether whoever asks may do on a node what is asked; the refusal otherwise.
pub type Right = Arc<dyn Fn(&Node) -> Result<(), Refusal> + Send + Sync>;

tokio::task_local! {
    static ASKER: Option<Asker>;
    static RIGHT: Right;
}

/// Does the work on behalf of somebody.
pub async fn on_behalf<T>(asker: Option<Asker>, work: impl Future<Output = T>) -> T {
    ASKER.scope(asker, work).await
}

/// On whose behalf the present task works; none: nobody's, or nobody knows whose.
pub fn current() -> Option<Asker> {
    ASKER.try_with(Clone::clone).ok().flatten()
}

/// Does the work within somebody's right: it meets no node on which the right does not hold.
pub async fn within<T>(right: Right, work: impl Future<Output = T>) -> T {
    RIGHT.scope(right, work).await
}

/// Whether the present task may do on a node what it is about. What nobody asked for, the engine does of itself and may.
///
/// # Errors
/// The refusal of the right that it works within.
pub fn judge(node: &Node) -> Result<(), Refusal> {
    RIGHT.try_with(|right| right(node)).unwrap_or(Ok(()))
}
