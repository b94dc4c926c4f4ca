//! What the database said when it refused, without values: messages and codes only, so that no error can carry a secret.

use ports::store::StoreError;

/// What kind of refusal it is, as far as the store acts on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FaultKind {
    /// A value is in use already; `table.column`.
    Unique(String),
    /// A row that is referred to does not exist, or one that is to go is referred to.
    ForeignKey,
    /// Another transaction was in the way: the same again may succeed.
    Transient,
    /// Somebody else has a lock, and kept it.
    Locked,
    /// It was ended before it was done: nobody waited any more, or its time was over.
    Ended,
    /// Anything else.
    Other,
}

/// What the database said when it refused.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Fault {
    pub(crate) kind: FaultKind,
    message: String,
}

impl Fault {
    /// A refusal that the store itself found.
    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self {
            kind: FaultKind::Other,
            message: message.into(),
        }
    }

    /// What the database said, and what kind of refusal that is.
    pub(crate) fn of(kind: FaultKind, message: String) -> Self {
        Self { kind, message }
    }

    /// Two transactions met at a large value, one giving it up while the other began to refer to it (PostgreSQL only): the same
    /// again sees what the other one did.
    pub(crate) fn met_a_reference(mut self) -> Self {
        if self.kind == FaultKind::ForeignKey {
            self.kind = FaultKind::Transient;
        }
        self
    }

    /// As the port's error, saying what was attempted.
    pub(crate) fn during(self, attempt: &'static str) -> StoreError {
        metrics::counter!("store_errors_total").increment(1);
        StoreError::Database {
            attempt,
            source: Box::new(self),
        }
    }
}

impl From<sqlx::Error> for Fault {
    /// Keeps the message and drops PostgreSQL's detail line, which quotes values.
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(said) => Self {
                kind: kind_of(said.as_ref()),
                message: match said.code() {
                    Some(code) => format!("{} (code {code})", said.message()),
                    None => said.message().to_owned(),
                },
            },
            other => Self::other(other.to_string()),
        }
    }
}

fn kind_of(said: &dyn sqlx::error::DatabaseError) -> FaultKind {
    if said.is_unique_violation() {
        // PostgreSQL's constraints are named as SQLite words its message: "UNIQUE constraint failed: nodes.name".
        let named = said.constraint().or_else(|| {
            let (_, columns) = said.message().rsplit_once(": ")?;
            columns.split(',').next()
        });
        return FaultKind::Unique(named.unwrap_or_default().to_owned());
    }
    if said.is_foreign_key_violation() {
        return FaultKind::ForeignKey;
    }
    match said.code().as_deref() {
        // Serialization failure, deadlock (PostgreSQL, appendix A "Error Codes", class 40).
        Some("40001" | "40P01") => FaultKind::Transient,
        // Lock not available: not within `lock_timeout`.
        Some("55P03") => FaultKind::Locked,
        // Query canceled: by `statement_timeout`, for one.
        Some("57014") => FaultKind::Ended,
        _ => FaultKind::Other,
    }
}

/// Whether doing the whole transaction again may succeed.
pub(crate) fn is_transient(error: &StoreError) -> bool {
    let StoreError::Database { source, .. } = error else {
        return false;
    };
    source
        .downcast_ref::<Fault>()
        .is_some_and(|fault| fault.kind == FaultKind::Transient)
}
