//! Locks that forgive: a panic of one machine's task must not silence the others.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Takes the lock, also when its last holder panicked.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
