//! Locking without panics: a poisoned lock is entered all the same, for the data behind these locks is valid at every step.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, whatever happened to other holders.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
