//! Power: what a machine's state is and what may be ordered. An order taken is not a state reached; read it back.

use std::fmt;

use async_trait::async_trait;

use crate::{BmcError, Target};

/// The power state as the BMC tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PowerState {
    /// On, or on its way there.
    On,
    /// Off. A machine that is still going down is not off.
    Off,
    /// None of these; the BMC's word for it, or empty when it gave none.
    Unknown(String),
}

impl fmt::Display for PowerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::On => f.write_str("on"),
            Self::Off => f.write_str("off"),
            Self::Unknown(word) if word.is_empty() => f.write_str("unknown"),
            Self::Unknown(word) => write!(f, "unknown ({word})"),
        }
    }
}

/// What can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PowerAction {
    /// Power on.
    On,
    /// Power off at once.
    ForceOff,
    /// Ask the operating system to shut down.
    GracefulShutdown,
    /// Reset at once, without taking the power away.
    ForceRestart,
    /// Ask the operating system to restart.
    GracefulRestart,
    /// A non-maskable interrupt. An edge: it can be neither probed nor repeated safely.
    Nmi,
}

impl PowerAction {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::On,
        Self::ForceOff,
        Self::GracefulShutdown,
        Self::ForceRestart,
        Self::GracefulRestart,
        Self::Nmi,
    ];
}

impl fmt::Display for PowerAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::On => "power on",
            Self::ForceOff => "power off",
            Self::GracefulShutdown => "graceful shutdown",
            Self::ForceRestart => "reset",
            Self::GracefulRestart => "graceful restart",
            Self::Nmi => "NMI",
        })
    }
}

/// Power control.
#[async_trait]
pub trait Power: Send + Sync {
    /// The state the BMC tells now.
    ///
    /// # Errors
    /// Any [`BmcError`] of reaching, logging in to and reading the BMC.
    async fn power_state(&self, target: &Target) -> Result<PowerState, BmcError>;

    /// Orders a change. `Ok` means that the BMC took the order, or that it was in that state already; whether anything
    /// happened shows only in [`Power::power_state`].
    ///
    /// # Errors
    /// [`BmcError::Unsupported`] when this BMC does not offer the action, and any other [`BmcError`].
    async fn set_power(&self, target: &Target, action: PowerAction) -> Result<(), BmcError>;

    /// What this BMC offers for this machine.
    ///
    /// # Errors
    /// Any [`BmcError`] of reaching, logging in to and reading the BMC.
    async fn supported_actions(&self, target: &Target) -> Result<Vec<PowerAction>, BmcError>;
}
