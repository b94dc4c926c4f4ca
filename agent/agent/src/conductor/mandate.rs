//! Whether the conductor still wants what this agent does: an accepted heartbeat says yes; nothing but refusals for a while says that it has
//! given the agent up. One refusal says little: Ironic refuses with 400 ("No valid host") while its conductor starts again.
//! An agent that stood still, or was cut off, cannot know what was decided meanwhile; before it makes a disk boot it asks. It decides
//! nothing about heartbeats themselves.

use std::time::{Duration, Instant};

use tokio::sync::{Notify, watch};

use crate::failure::Failure;

/// Refusals count when there was nothing else for so long.
const REFUSED_FOR: Duration = Duration::from_secs(60);

/// What the heartbeats have shown so far.
#[derive(Clone, Debug, Default)]
struct Word {
    /// Somebody beats; else there is nobody to ask.
    beats: bool,
    /// When the last accepted heartbeat was begun.
    accepted: Option<Instant>,
    /// When the first was refused since one was accepted.
    refused_since: Option<Instant>,
    /// Why the last one was refused, once refusals count.
    refused: Option<String>,
}

/// The conductor's word.
pub struct Mandate {
    word: watch::Sender<Word>,
    asked: Notify,
    refused_for: Duration,
}

impl Default for Mandate {
    fn default() -> Self {
        Self::patient(REFUSED_FOR)
    }
}

impl Mandate {
    /// One for which refusals count after so long.
    pub fn patient(refused_for: Duration) -> Self {
        Self {
            word: watch::Sender::default(),
            asked: Notify::default(),
            refused_for,
        }
    }

    /// From now on heartbeats tell.
    pub fn begin(&self) {
        self.word.send_modify(|word| word.beats = true);
    }

    /// A heartbeat that was begun then was accepted.
    pub fn accepted(&self, begun: Instant) {
        self.word.send_modify(|word| {
            word.accepted = Some(begun);
            (word.refused_since, word.refused) = (None, None);
        });
    }

    /// A heartbeat was refused in the conductor's own words.
    pub fn refused(&self, why: &str) {
        self.word.send_modify(|word| {
            let since = *word.refused_since.get_or_insert_with(Instant::now);
            if since.elapsed() >= self.refused_for {
                word.refused = Some(why.to_owned());
            }
        });
    }

    /// Somebody wants to be sure now: waits until then.
    pub async fn asked(&self) {
        self.asked.notified().await;
    }

    /// Waits until the conductor has accepted a heartbeat that was begun after this call. A conductor that does not answer is waited for: it
    /// may be starting again.
    ///
    /// # Errors
    /// The conductor has given this agent up.
    pub async fn confirm(&self) -> Result<(), Failure> {
        let since = Instant::now();
        let mut word = self.word.subscribe();
        if !word.borrow_and_update().beats {
            return Ok(());
        }
        self.asked.notify_one();
        let told = word.wait_for(|word| {
            word.refused.is_some() || word.accepted.is_some_and(|begun| begun >= since)
        });
        match told.await {
            Ok(word) => word
                .refused
                .as_deref()
                .map_or(Ok(()), |why| Err(given_up(why))),
            // The other end lives in this object.
            Err(_) => Ok(()),
        }
    }

    /// Does some work, and gives it up as soon as the conductor has given up this agent.
    ///
    /// # Errors
    /// Those of the work, or that it is not wanted any more.
    pub async fn during<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        let mut word = self.word.subscribe();
        let refused = async {
            let told = word.wait_for(|word| word.refused.is_some()).await;
            let why = told.ok().and_then(|word| word.refused.clone());
            match why {
                Some(why) => given_up(&why),
                // The other end lives in this object.
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            failure = refused => Err(failure),
            done = work => done,
        }
    }
}

fn given_up(why: &str) -> Failure {
    Failure::deployment(format!(
        "the conductor has given this agent up ({why}); nothing more is written. A new deployment boots the agent anew"
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[tokio::test]
    async fn without_heartbeats_there_is_nobody_to_ask() {
        Mandate::default().confirm().await.unwrap();
    }

    #[tokio::test]
    async fn only_a_later_heartbeat_confirms() {
        let mandate = Arc::new(Mandate::default());
        mandate.begin();
        mandate.accepted(Instant::now());
        let asking = tokio::spawn({
            let mandate = Arc::clone(&mandate);
            async move { mandate.confirm().await }
        });
        mandate.asked().await;
        // One that was on its way when the question came.
        mandate.accepted(Instant::now() - std::time::Duration::from_secs(60));
        tokio::task::yield_now().await;
        assert!(!asking.is_finished());
        mandate.accepted(Instant::now());
        asking.await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn one_refusal_is_not_the_end() {
        let mandate = Mandate::default();
        mandate.begin();
        mandate.refused("No valid host was found");
        mandate.refused("No valid host was found");
        mandate.during(async { Ok(()) }).await.unwrap();
        let asking = mandate.confirm();
        let back = async {
            mandate.asked().await;
            mandate.accepted(Instant::now());
        };
        let (confirmed, ()) = tokio::join!(asking, back);
        confirmed.unwrap();
    }

    #[tokio::test]
    async fn a_refusal_ends_waiting_and_work() {
        let mandate = Arc::new(Mandate::patient(Duration::ZERO));
        mandate.begin();
        let working = tokio::spawn({
            let mandate = Arc::clone(&mandate);
            async move {
                mandate
                    .during(std::future::pending::<Result<(), _>>())
                    .await
            }
        });
        tokio::task::yield_now().await;
        mandate.refused("Node not found");
        let error = working.await.unwrap().unwrap_err();
        assert!(error.details.contains("Node not found"), "{error}");
        mandate.confirm().await.unwrap_err();
        // A refusal that was a mistake is forgotten.
        mandate.accepted(Instant::now());
        mandate.during(async { Ok(()) }).await.unwrap();
    }
}
