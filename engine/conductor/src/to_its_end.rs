//! Work that goes on when whoever waits for it goes away: a client that hangs up, a request that takes too long. What is stored has
//! consequences in memory (effects to begin, timers, events), and between the two nobody may stop.

use ports::engine::EngineError;
use std::panic::resume_unwind;
use tracing::Instrument;

/// Does the work to its end, also when this is dropped before.
///
/// # Errors
/// The engine ended first.
pub(crate) async fn to_its_end<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> Result<T, EngineError> {
    let task = tokio::spawn(work.in_current_span());
    match task.await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(done) => Ok(done),
        Err(Ok(panic)) => resume_unwind(panic),
        Err(Err(_)) => Err(EngineError::ShuttingDown),
    }
}
