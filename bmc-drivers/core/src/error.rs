//! What can go wrong with a BMC: one variant per cause, each text saying what a person can do. No variant holds a secret, and
//! words of a BMC come in only as [`BmcMessage`].

use std::{net::IpAddr, time::Duration};

use crate::{BmcAddress, BmcMessage};

/// An underlying error of any library.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What to do about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// May pass by itself: try again, with a budget.
    Retryable,
    /// Stays until a person changes something.
    OperatorMustAct,
    /// A fault of this program.
    Bug,
}

/// A failed attempt on a BMC.
#[derive(Debug, thiserror::Error)]
pub enum BmcError {
    /// No connection came about.
    #[error(
        "cannot connect to the BMC at {address}: {reason}; check the address, the network and that the BMC is up"
    )]
    Connect {
        /// Where.
        address: BmcAddress,
        /// Why, in short.
        reason: String,
        /// The cause.
        #[source]
        source: Option<BoxError>,
    },
    /// The connection stood, and the answer never came or broke off. A write may have happened or not.
    #[error("the BMC at {address} gave no complete answer to {doing}: {reason}")]
    NoAnswer {
        /// Where.
        address: BmcAddress,
        /// What was attempted.
        doing: String,
        /// Why, in short.
        reason: String,
        /// The cause.
        #[source]
        source: Option<BoxError>,
    },
    /// The address, or what its name resolved to, is outside the allowed networks.
    #[error(
        "the BMC address {address} is {ip}, which is outside bmc.allowed_networks; add its network there if a BMC belongs there"
    )]
    AddressNotAllowed {
        /// Where.
        address: BmcAddress,
        /// What it resolved to.
        ip: IpAddr,
    },
    /// The TLS handshake failed or the certificate is not trusted.
    #[error(
        "no trusted TLS connection to the BMC at {address}: {reason}; set redfish_verify_ca to the certificate that \
             the BMC shows or to its authority (PEM), or to false to trust any"
    )]
    Tls {
        /// Where.
        address: BmcAddress,
        /// Why, in short.
        reason: String,
        /// The cause.
        #[source]
        source: Option<BoxError>,
    },
    /// The target cannot be used as it is set.
    #[error("{key} is not usable: {reason}")]
    Misconfigured {
        /// The setting.
        key: &'static str,
        /// Why.
        reason: String,
    },
    /// The BMC does not accept user and password.
    #[error(
        "the BMC at {address} refuses user {username:?}; check redfish_username and redfish_password"
    )]
    WrongCredentials {
        /// Where.
        address: BmcAddress,
        /// Who; empty when nobody logged in.
        username: String,
    },
    /// The user is known and may not do this.
    #[error(
        "the BMC at {address} does not allow user {username:?} to {doing}: {message}; give the user more rights on the BMC, \
             or the BMC the licence it asks for"
    )]
    Forbidden {
        /// Where.
        address: BmcAddress,
        /// Who.
        username: String,
        /// What was attempted.
        doing: String,
        /// The BMC's words.
        message: BmcMessage,
    },
    /// A resource that the BMC should have is not there.
    #[error("the BMC at {address} has no {what}: {message}")]
    NotFound {
        /// Where.
        address: BmcAddress,
        /// What was looked for.
        what: String,
        /// The BMC's words.
        message: BmcMessage,
    },
    /// `redfish_system_id` is absent or wrong, and the BMC has not exactly one system.
    #[error("{problem}; set redfish_system_id to one of: {}", list(.members))]
    WhichSystem {
        /// What is wrong.
        problem: String,
        /// The systems that the BMC lists (at most 64).
        members: Vec<String>,
    },
    /// The BMC does not offer this.
    #[error("this BMC does not support {what}; it offers: {}", list(.allowed))]
    Unsupported {
        /// What was wanted.
        what: String,
        /// What it offers instead; empty when nothing or unknown.
        allowed: Vec<String>,
    },
    /// The BMC or the machine is not in a state to do this now (409, 423, 429, 503).
    #[error("the BMC at {address} cannot {doing} now: {message}")]
    Busy {
        /// Where.
        address: BmcAddress,
        /// What was attempted.
        doing: String,
        /// The BMC's words.
        message: BmcMessage,
        /// When the BMC asks to come again.
        retry_after: Option<Duration>,
    },
    /// The BMC says that it failed inside (5xx).
    #[error(
        "the BMC at {address} failed to {doing} (HTTP {status}): {message}; if this lasts, reset the BMC"
    )]
    Fault {
        /// Where.
        address: BmcAddress,
        /// What was attempted.
        doing: String,
        /// The HTTP status.
        status: u16,
        /// The BMC's words.
        message: BmcMessage,
    },
    /// The BMC understood and refused (other 4xx).
    #[error("the BMC at {address} refused to {doing} (HTTP {status}): {message}")]
    Rejected {
        /// Where.
        address: BmcAddress,
        /// What was attempted.
        doing: String,
        /// The HTTP status.
        status: u16,
        /// The BMC's words.
        message: BmcMessage,
    },
    /// The BMC sends to another place, where no credentials are sent.
    #[error(
        "the BMC at {address} redirects to {location}, and redirects to another host, port or scheme are not followed; \
             set redfish_address to where the BMC really answers"
    )]
    Redirected {
        /// Where.
        address: BmcAddress,
        /// Where it sends.
        location: BmcMessage,
    },
    /// The answer is too large, no JSON, or lacks what every BMC must tell.
    #[error("the BMC at {address} sent an unusable answer to {doing}: {reason}")]
    Malformed {
        /// Where.
        address: BmcAddress,
        /// What was attempted.
        doing: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The BMC took the order and shows something else.
    #[error(
        "the BMC at {address} accepted {wrote} and still shows {reads}; it may need a BMC reset or another method"
    )]
    NotApplied {
        /// Where.
        address: BmcAddress,
        /// What was written.
        wrote: String,
        /// What was read back.
        reads: BmcMessage,
    },
    /// The driver cannot do its own part.
    #[error("the BMC driver failed to {doing}: {reason}; please report this")]
    Internal {
        /// What was attempted.
        doing: &'static str,
        /// Why.
        reason: String,
    },
}

impl BmcError {
    /// What to do about it.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Connect { .. }
            | Self::NoAnswer { .. }
            | Self::Busy { .. }
            | Self::Fault { .. }
            | Self::Malformed { .. }
            | Self::NotApplied { .. } => ErrorKind::Retryable,
            Self::AddressNotAllowed { .. }
            | Self::Tls { .. }
            | Self::Misconfigured { .. }
            | Self::WrongCredentials { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::WhichSystem { .. }
            | Self::Unsupported { .. }
            | Self::Rejected { .. }
            | Self::Redirected { .. } => ErrorKind::OperatorMustAct,
            Self::Internal { .. } => ErrorKind::Bug,
        }
    }

    /// When the BMC asked to come again.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

fn list(items: &[String]) -> String {
    if items.is_empty() {
        "(nothing)".to_owned()
    } else {
        items.join(", ")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_password_names_the_user_and_the_settings() {
        let error = BmcError::WrongCredentials {
            address: "192.0.2.7".parse().unwrap(),
            username: "root".into(),
        };
        let text = error.to_string();
        for word in ["root", "redfish_username", "redfish_password", "192.0.2.7"] {
            assert!(text.contains(word), "{text}");
        }
        assert_eq!(error.kind(), ErrorKind::OperatorMustAct);
    }

    #[test]
    fn an_ambiguous_system_names_the_candidates() {
        let error = BmcError::WhichSystem {
            problem: "the BMC has 2 systems".into(),
            members: vec!["/a".into(), "/b".into()],
        };
        assert_eq!(
            error.to_string(),
            "the BMC has 2 systems; set redfish_system_id to one of: /a, /b"
        );
    }
}
