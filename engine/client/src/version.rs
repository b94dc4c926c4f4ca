//! Which microversion is spoken: the highest that client and API both know, found out by Ironic's rules.

use crate::error::ClientError;
use api_types::{MAXIMUM_VERSION_HEADER, MINIMUM_VERSION_HEADER, Microversion};
use reqwest::header::HeaderMap;
use std::sync::atomic::{AtomicU16, Ordering};

/// The version spoken at the moment. It begins with the highest and falls when the API says that it knows less.
#[derive(Debug)]
pub struct Negotiated(AtomicU16);

impl Default for Negotiated {
    fn default() -> Self {
        Self(AtomicU16::new(Microversion::MAX.minor()))
    }
}

impl Negotiated {
    /// The version to ask with.
    pub fn current(&self) -> Microversion {
        Microversion::new(self.0.load(Ordering::Relaxed))
    }

    /// What a 406 to `asked` means: `true` when a lower version was found and the request shall be sent again.
    ///
    /// # Errors
    /// When there is no common version.
    pub fn lower(&self, asked: Microversion, headers: &HeaderMap) -> Result<bool, ClientError> {
        let read = |name: &str| headers.get(name).and_then(|it| it.to_str().ok());
        let (Some(min), Some(max)) = (read(MINIMUM_VERSION_HEADER), read(MAXIMUM_VERSION_HEADER))
        else {
            return Ok(false);
        };
        let (Some(low), Some(high)) = (minor(min), minor(max)) else {
            return Err(no_common(min, max));
        };
        if low > asked.minor() || high < low {
            return Err(no_common(min, max));
        }
        // 406 also answers a field that is newer than the version: the range says which of the two it was.
        if high >= asked.minor() {
            return Ok(false);
        }
        self.0.store(high, Ordering::Relaxed);
        Ok(true)
    }
}

fn minor(text: &str) -> Option<u16> {
    text.trim().strip_prefix("1.")?.parse().ok()
}

fn no_common(min: &str, max: &str) -> ClientError {
    ClientError::NoCommonVersion {
        min: min.chars().take(20).collect(),
        max: max.chars().take(20).collect(),
    }
}
