//! The instants between an effect's intent, act and outcome. A test observes them to stop the process exactly there.

use model::Effect;

/// An instant in an effect's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Boundary {
    /// The intent and its attempt number are stored; nothing was done yet.
    IntentStored,
    /// The act is over; its outcome is known to this process only.
    Acted,
    /// The outcome is stored, with all that was decided from it.
    OutcomeStored,
}

impl Boundary {
    /// Every boundary, in order.
    pub const ALL: &'static [Boundary] = &[
        Boundary::IntentStored,
        Boundary::Acted,
        Boundary::OutcomeStored,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Boundary::IntentStored => "intent_stored",
            Boundary::Acted => "acted",
            Boundary::OutcomeStored => "outcome_stored",
        }
    }
}

/// Sees each boundary passed.
pub trait BoundaryObserver: Send + Sync {
    /// The effect passes the boundary now.
    fn passes(&self, effect: &Effect, boundary: Boundary);
}

/// Observes nothing: what a daemon uses.
pub struct Unobserved;

impl BoundaryObserver for Unobserved {
    fn passes(&self, _effect: &Effect, _boundary: Boundary) {}
}
