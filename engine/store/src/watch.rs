//! A long reading ends when nobody waits for it any more, or when its time is over. It says so to the database between two rows and within one
//! row alike; it never breaks into what somebody else reads on the same connection later.

use crate::fault::{Fault, FaultKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What a reading looks at while it goes on.
#[derive(Clone)]
pub(crate) struct Watch {
    abandoned: Arc<AtomicBool>,
    until: Option<Instant>,
}

/// Held by whoever waits for a reading: gone, the reading is abandoned.
pub(crate) struct Waiting(Arc<AtomicBool>);

impl Watch {
    /// A watch for a reading that may take so long; none: as long as somebody waits for it.
    pub(crate) fn new(most: Option<Duration>) -> (Self, Waiting) {
        let abandoned = Arc::new(AtomicBool::new(false));
        let watch = Self {
            abandoned: Arc::clone(&abandoned),
            until: most.and_then(|most| Instant::now().checked_add(most)),
        };
        (watch, Waiting(abandoned))
    }

    /// Whether there is no sense in going on.
    pub(crate) fn is_over(&self) -> bool {
        self.abandoned.load(Ordering::Relaxed)
            || self.until.is_some_and(|until| Instant::now() >= until)
    }

    /// The refusal of what is over.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        match self.is_over() {
            true => Err(Fault::of(FaultKind::Ended, "it was given up".to_owned())),
            false => Ok(()),
        }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
