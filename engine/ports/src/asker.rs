//! Who asks, for as long as a request is served: the front door says it, the conductor writes it into the history. Nothing is decided by
//! it, so it travels beside the calls and not in them.

use model::Asker;

tokio::task_local! {
    static ASKER: Option<Asker>;
}

/// Does the work on behalf of somebody.
pub async fn on_behalf<T>(asker: Option<Asker>, work: impl Future<Output = T>) -> T {
    ASKER.scope(asker, work).await
}

/// On whose behalf the present task works; none: nobody's, or nobody knows whose.
pub fn current() -> Option<Asker> {
    ASKER.try_with(Clone::clone).ok().flatten()
}
