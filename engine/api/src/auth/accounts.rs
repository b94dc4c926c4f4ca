//! The users of the API: their file, read again when it changes, and which passwords were right. A right password is remembered by a
//! keyed hash, so that a request does not cost a bcrypt; the key lives as long as the process.

use super::basic::{Credentials, credentials};
use super::htpasswd::{HtpasswdError, Users};
use super::throttle::Throttle;
use super::{Caller, Denial, Roles};
use crate::stamp::Stamp;
use aws_lc_rs::hmac;
use axum::http::HeaderValue;
use model::{Secret, Timestamp};
use std::collections::HashSet;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// So many passwords are checked at a time: each holds a processor.
const CHECKED: usize = 2;
/// So many wait for that; more are sent away.
const WAITING: usize = 64;
/// The longest file of users that is read.
const LONGEST: u64 = 1 << 20;

/// Why the users are not known.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// The file cannot be read.
    #[error("cannot read users from {path}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file has a line that is of no use.
    #[error("cannot use the users in {path}")]
    Content {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: HtpasswdError,
    },
    /// Nobody could ever come in.
    #[error("{path} names no user; add one with `htpasswd -B {path} NAME`")]
    Nobody {
        /// The file.
        path: PathBuf,
    },
    /// There is no randomness to make a key from.
    #[error("cannot make a key to remember passwords by")]
    Key,
}

/// The users of the API.
pub struct Accounts {
    path: PathBuf,
    roles: Roles,
    key: hmac::Key,
    known: Mutex<Known>,
    throttle: Mutex<Throttle>,
    checking: Arc<Semaphore>,
    waiting: Semaphore,
}

/// What the file said, and what was found right since.
struct Known {
    /// The file as it was looked at last; none when it was not there.
    stamp: Option<Stamp>,
    users: Arc<Users>,
    right: HashSet<[u8; 32]>,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts")
            .field("path", &self.path)
            .field("roles", &self.roles)
            .finish_non_exhaustive()
    }
}

impl Accounts {
    /// The users of a file, with their roles. From now on the file is read again whenever it changes.
    ///
    /// # Errors
    /// The file cannot be read, has a line that is no `NAME:BCRYPT`, or names nobody.
    pub fn open(path: &Path, roles: Roles) -> Result<Self, AccountsError> {
        let stamp = Stamp::of(path);
        let users = read(path)?;
        if users.is_empty() {
            let path = path.to_owned();
            return Err(AccountsError::Nobody { path });
        }
        for user in roles.users().filter(|user| !users.has(user)) {
            tracing::warn!(user, path = %path.display(), "a role is given to a user whom the file does not name");
        }
        let random = aws_lc_rs::rand::SystemRandom::new();
        let key =
            hmac::Key::generate(hmac::HMAC_SHA256, &random).map_err(|_| AccountsError::Key)?;
        Ok(Self {
            path: path.to_owned(),
            roles,
            key,
            known: Mutex::new(Known {
                stamp,
                users: Arc::new(users),
                right: HashSet::new(),
            }),
            throttle: Mutex::default(),
            checking: Arc::new(Semaphore::new(CHECKED)),
            waiting: Semaphore::new(WAITING),
        })
    }

    /// Who sends this header from there.
    pub(crate) async fn caller(
        &self,
        header: Option<&HeaderValue>,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<Caller, Denial> {
        let credentials = credentials(header)?;
        self.refresh().await;
        let proof = self.proof(&credentials);
        // Who was right before is let in at once: guesses from the same address lock nobody out.
        if !self.known().right.contains(&proof) {
            self.check(&credentials, proof, from, now).await?;
        }
        Ok(Caller {
            role: self.roles.of(&credentials.user),
            user: Some(credentials.user),
        })
    }

    /// Checks a password that was not found right before.
    async fn check(
        &self,
        credentials: &Credentials,
        proof: [u8; 32],
        from: IpAddr,
        now: Timestamp,
    ) -> Result<(), Denial> {
        let _waiting = self.waiting.try_acquire().map_err(|_| Denial::Busy)?;
        let slot = Arc::clone(&self.checking).acquire_owned().await;
        let slot = slot.map_err(|_| Denial::Busy)?;
        let users = {
            let known = self.known();
            // Another request of the same user may have been first.
            if known.right.contains(&proof) {
                return Ok(());
            }
            Arc::clone(&known.users)
        };
        if let Some(seconds) = lock(&self.throttle).wait(from, now) {
            return Err(Denial::Throttled(seconds));
        }
        let (hash, exists) = users.hash(&credentials.user);
        let password = Secret::new(credentials.password.expose().clone());
        let checked = tokio::task::spawn_blocking(move || {
            // The slot is held for as long as the processor is, whoever has given up meanwhile.
            let _slot = slot;
            bcrypt::verify(password.expose(), &hash).unwrap_or(false)
        });
        if checked.await.unwrap_or(false) && exists {
            let mut known = self.known();
            // What was right by a file that is gone is not remembered.
            if Arc::ptr_eq(&known.users, &users) {
                known.right.insert(proof);
            }
            return Ok(());
        }
        lock(&self.throttle).failed(from, now);
        metrics::counter!("hammerscale_api_authentication_failures_total").increment(1);
        // A name that nobody has may be a password in the wrong place: it is not told.
        let user = exists.then_some(credentials.user.as_str());
        tracing::info!(user, %from, "wrong name or password");
        Err(Denial::Wrong)
    }

    /// Reads the file again if it changed; then nothing that was right before counts any more. A file that cannot be read or used
    /// leaves the users as they were: an editor at work locks nobody out.
    async fn refresh(&self) {
        let stamp = Stamp::of(&self.path);
        if self.known().stamp == stamp {
            return;
        }
        let path = self.path.clone();
        let read = tokio::task::spawn_blocking(move || read(&path)).await;
        let mut known = self.known();
        if known.stamp == stamp {
            return;
        }
        known.stamp = stamp;
        match read {
            Ok(Ok(users)) => {
                tracing::info!(path = %self.path.display(), "the file of users was read again");
                known.users = Arc::new(users);
                known.right.clear();
            }
            Ok(Err(error)) => {
                let source = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(%error, source, "the file of users changed and cannot be used; the users stay as they were");
            }
            Err(_) => {}
        }
    }

    fn proof(&self, credentials: &Credentials) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&(credentials.user.len() as u64).to_be_bytes());
        context.update(credentials.user.as_bytes());
        context.update(credentials.password.expose());
        let mut proof = [0; 32];
        proof.copy_from_slice(context.sign().as_ref());
        proof
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        lock(&self.known)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn read(path: &Path) -> Result<Users, AccountsError> {
    let failed = |source| AccountsError::Read {
        path: path.to_owned(),
        source,
    };
    if std::fs::metadata(path).map_err(failed)?.len() > LONGEST {
        let path = path.to_owned();
        let source = HtpasswdError::TooMany;
        return Err(AccountsError::Content { path, source });
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    Users::parse(&text).map_err(|source| AccountsError::Content {
        path: path.to_owned(),
        source,
    })
}
