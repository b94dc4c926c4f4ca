//! One machine behind one BMC: address, credentials, TLS trust. Its debug text never holds the password.

use std::fmt;

use crate::{BmcAddress, Secret};

/// How to log in (`redfish_auth_type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum AuthMode {
    /// A session where the BMC has them, else HTTP basic authentication.
    #[default]
    Auto,
    /// Only a session.
    Session,
    /// Only HTTP basic authentication.
    Basic,
}

/// What makes a BMC's certificate trusted (`redfish_verify_ca`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum TlsPolicy {
    /// The system's certificate authorities.
    #[default]
    System,
    /// Only these certificates, PEM: authorities, or the BMC's own certificate.
    CaFile(Vec<u8>),
    /// Only the certificate whose DER encoding has this SHA-256.
    Pinned([u8; 32]),
    /// No check at all: whoever answers at the address gets the password.
    NoVerify,
}

/// What a driver needs to know to act on one machine.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// Where the BMC answers.
    pub address: BmcAddress,
    /// Which system of the BMC: its path (`/redfish/v1/Systems/1`) or Id. `None`: the only one there is.
    pub system_id: Option<String>,
    /// Who logs in; `None`: nobody, the BMC is open (emulators).
    pub username: Option<String>,
    /// The password that goes with the user name.
    pub password: Option<Secret>,
    /// How to log in.
    pub auth: AuthMode,
    /// What makes the BMC's certificate trusted.
    pub tls: TlsPolicy,
    /// Whether TLS 1.3 is the least that is spoken; else 1.2 is.
    pub tls_1_3: bool,
}

/// What two targets share when they may share one session: all but the system. The password is compared and hashed, never shown.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionKey(Target);

impl SessionKey {
    /// The target that the session belongs to, without a system.
    pub fn target(&self) -> &Target {
        &self.0
    }
}

impl Target {
    /// An open BMC with default settings at this address; fill in the rest.
    pub fn new(address: BmcAddress) -> Self {
        Self {
            address,
            system_id: None,
            username: None,
            password: None,
            auth: AuthMode::Auto,
            tls: TlsPolicy::System,
            tls_1_3: false,
        }
    }

    /// The key of the session that serves this target.
    pub fn session_key(&self) -> SessionKey {
        SessionKey(Self {
            system_id: None,
            ..self.clone()
        })
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tls = match &self.tls {
            TlsPolicy::System => "system",
            TlsPolicy::CaFile(_) => "ca file",
            TlsPolicy::Pinned(_) => "pinned",
            TlsPolicy::NoVerify => "not verified",
        };
        f.debug_struct("Target")
            .field("address", &self.address.to_string())
            .field("system_id", &self.system_id)
            .field("username", &self.username)
            .field("password", &self.password.as_ref().map(|_| "set"))
            .field("auth", &self.auth)
            .field("tls", &tls)
            .field("tls_1_3", &self.tls_1_3)
            .finish()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn target(password: &str, system: Option<&str>) -> Target {
        let mut target = Target::new("192.0.2.7".parse().unwrap());
        target.password = Some(Secret::from(password));
        target.system_id = system.map(str::to_owned);
        target
    }

    #[test]
    fn systems_share_a_session_and_passwords_do_not() {
        assert!(target("a", Some("1")).session_key() == target("a", None).session_key());
        assert!(target("a", None).session_key() != target("b", None).session_key());
    }

    #[test]
    fn debug_text_holds_no_password() {
        let text = format!("{:?}", target("hunter2", None));
        assert!(
            text.contains("192.0.2.7") && !text.contains("hunter2"),
            "{text}"
        );
    }
}
