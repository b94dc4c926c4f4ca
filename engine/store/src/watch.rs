//! A long reading ends when nobody waits for it any more, or when its time is over. It says so to the database between two rows and within one
//! row alike; it never breaks into what somebody else reads on the same connection later.

use crate::fault::{Fault, FaultKind};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// What a reading looks at while it goes on.
#[derive(Clone)]
pub(crate) struct Watch {
    /// Nothing ever comes this way; it closes.
    waiting: watch::Receiver<()>,
    until: Option<Instant>,
}

/// Held by whoever waits for a reading: gone, the reading is abandoned.
pub(crate) struct Waiting(
    #[allow(dead_code, reason = "it counts by being there")] watch::Sender<()>,
);

impl Watch {
    /// A watch for a reading that may take so long; none: as long as somebody waits for it.
    pub(crate) fn new(most: Option<Duration>) -> (Self, Waiting) {
        let (sender, waiting) = watch::channel(());
        let until = most.and_then(|most| Instant::now().checked_add(most));
        (Self { waiting, until }, Waiting(sender))
    }

    /// Whether there is no sense in going on.
    pub(crate) fn is_over(&self) -> bool {
        self.waiting.has_changed().is_err()
            || self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// The refusal of what is over.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        match self.is_over() {
            true => Err(given_up()),
            false => Ok(()),
        }
    }

    /// Does something that waits for others, and drops it as soon as there is no sense in going on.
    pub(crate) async fn during<T, E: From<Fault>>(
        mut self,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        self.check()?;
        let until = self.until;
        let abandoned = async { while self.waiting.changed().await.is_ok() {} };
        let over = async {
            match until {
                // An error means that the time is over.
                Some(until) => drop(tokio::time::timeout_at(until.into(), abandoned).await),
                None => abandoned.await,
            }
        };
        tokio::select! {
            biased;
            () = over => Err(given_up().into()),
            done = work => done,
        }
    }
}

fn given_up() -> Fault {
    Fault::of(FaultKind::Ended, "it was given up".to_owned())
}
