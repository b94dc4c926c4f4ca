//! Who asks: HTTP basic authentication against an htpasswd file, as Ironic's `http_basic`. What a user may do is [`crate::access`]'s.

mod accounts;
mod basic;
mod caller;
mod denial;
mod htpasswd;
mod throttle;

pub use accounts::{Accounts, AccountsError};
pub use caller::{NoRole, Role, Roles};
pub use htpasswd::HtpasswdError;

pub(crate) use caller::Caller;
pub(crate) use denial::Denial;
