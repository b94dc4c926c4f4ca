//! Why a request was not accepted, in words for the person who asked.

/// What kind of refusal it is; the API turns it into a status code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The request itself is wrong.
    Invalid,
    /// The verb is not possible in the node's state.
    NotPossible,
    /// The engine works on the node right now; asking again later helps.
    Busy,
    /// The node's state forbids the change.
    WrongState,
    /// A rule protects the node.
    Forbidden,
    /// What it speaks of does not exist.
    NotFound,
}

/// A request that was not accepted. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What kind.
    pub kind: RefusalKind,
    /// Why, and what to do instead.
    pub message: String,
}

impl Refusal {
    /// A refusal with its reason.
    pub fn new(kind: RefusalKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}
